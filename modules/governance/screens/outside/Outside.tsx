import { Plus, Settings2 } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useLanguage, useText } from '../../../../apps/console/text.tsx'
import { intlTag } from '../../../../lib/text/index.ts'
import { Actions, Badge, Button, Checkbox, Dialog, EmptyState, Facts, Form, Num, Section, Table, TextField, toast } from '../../../../ui/index.ts'
import { outside, type Abroad, type Connection, type Outside, type OutsideRules, type Processor } from '../../outside/contract.ts'
import { GovernanceFrame, useRefusal } from '../GovernanceFrame.tsx'
import { ProcessorDialog } from './ProcessorDialog.tsx'

/** Who is behind each connection: those without a record stand out. */
export default function OutsidePage(): ReactElement {
  const t = useText()
  const refusal = useRefusal('privacy.edit')
  const found = useGet(outside.outside, {}, { live: ['privacy.', 'channels.', 'staff.provider'] })
  const [shown, setShown] = useState<{ record: Processor | string } | 'rules' | null>(null)
  const close = () => setShown(null)
  const add = <Button variant="primary" icon={<Plus className="size-4" aria-hidden="true" />} reason={refusal} onPress={() => setShown({ record: '' })}>{t('governance.outside.new')}</Button>
  return (
    <GovernanceFrame here="outside" title={t('governance.outside.title')} lead={t('governance.outside.lead')} actions={<><Button icon={<Settings2 className="size-4" aria-hidden="true" />} onPress={() => setShown('rules')}>{t('governance.outside.rules')}</Button>{add}</>}>
      <Loaded of={found} rows={8}>
        {({ connections, processors, rules, abroad }) => (
          <>
            <Connections connections={connections} refusal={refusal} onRecord={(host) => setShown({ record: processors.find((one) => one.host === host) ?? host })} />
            <Records processors={processors} onOpen={(one) => setShown({ record: one })} add={add} />
            <Counted abroad={abroad} />
            {shown !== null && shown !== 'rules' && <ProcessorDialog given={shown.record} refusal={refusal} onClose={close} />}
            {shown === 'rules' && <RulesDialog rules={rules} connections={connections} refusal={refusal} onClose={close} />}
          </>
        )}
      </Loaded>
    </GovernanceFrame>
  )
}

function Connections({ connections, refusal, onRecord }: { connections: Outside['connections']; refusal: string | undefined; onRecord: (host: string) => void }) {
  const t = useText()
  return (
    <Section title={t('governance.outside.connections')}>
      <Table<Connection>
        label={t('governance.outside.connections')} rows={connections} rowId={(row) => `${row.way} ${row.name}`}
        empty={<EmptyState title={t('governance.outside.connections-none')}>{t('governance.outside.connections-none-next')}</EmptyState>}
        columns={[
          { id: 'host', title: t('governance.outside.host'), cell: (row) => <span className="block py-1 wrap-anywhere"><span className="font-bold">{row.host}</span><span className="block text-sm text-muted">{row.name}</span></span> },
          { id: 'way', title: t('governance.outside.way'), cell: (row) => t(`governance.outside.way.${row.way}`) },
          { id: 'record', title: t('governance.outside.record'), cell: (row) => <span className="inline-flex flex-wrap gap-1.5">{row.lacks ? <Badge tone="soon">{t(`governance.outside.short.${row.lacks}`)}</Badge> : <Badge tone="ok">{t('governance.outside.record-ok')}</Badge>}{row.blocked > 0 && <Badge tone="late">{t('governance.outside.blocked', { count: row.blocked })}</Badge>}</span> },
          { id: 'assessment', title: t('governance.outside.assessment'), priority: 3, cell: (row) => row.assessment === null ? <span className="text-faint">{t('governance.outside.none-yet')}</span> : `#${row.assessment}` },
          { id: 'act', title: t('governance.privacy.change'), align: 'end', cell: (row) => <Button size="sm" reason={refusal} onPress={() => onRecord(row.host)} aria-label={t('governance.outside.record-of', { host: row.host })}>{t(row.lacks === 'governance.outside.no-record' ? 'governance.outside.record-now' : 'governance.privacy.change')}</Button> },
        ]}
      />
    </Section>
  )
}

function Records({ processors, onOpen, add }: { processors: Outside['processors']; onOpen: (one: Processor) => void; add: ReactElement }) {
  const t = useText()
  const { locale } = useLanguage()
  const names = new Intl.DisplayNames(intlTag(locale), { type: 'region' })
  return (
    <Section title={t('governance.outside.processors')}>
      <Table<Processor>
        label={t('governance.outside.processors')} rows={processors} rowId={(row) => row.id} onOpen={onOpen}
        empty={<EmptyState title={t('governance.outside.processors-none')} action={add}>{t('governance.outside.processors-none-next')}</EmptyState>}
        columns={[
          { id: 'who', title: t('governance.outside.who'), cell: (row) => <span className="block py-1 wrap-anywhere"><span className="font-bold">{row.name}</span> <span className="text-muted">{row.host}</span><span className="block text-sm text-muted">{row.purpose}</span></span> },
          { id: 'role', title: t('governance.outside.role'), cell: (row) => t(`governance.outside.role.${row.role}`) },
          { id: 'contract', title: t('governance.outside.contract'), priority: 3, cell: (row) => row.contract },
          { id: 'until', title: t('governance.outside.until'), priority: 3, cell: (row) => row.untilOn ?? t('governance.outside.until-open') },
          { id: 'country', title: t('governance.outside.country'), cell: (row) => <span className="inline-flex flex-wrap gap-1.5">{names.of(row.country)}{row.isAbroad && <Badge tone="info">{t('governance.outside.abroad')}</Badge>}</span> },
          { id: 'basis', title: t('governance.outside.basis'), cell: (row) => row.basis === null ? <span className="text-faint">{t('governance.outside.basis.none')}</span> : <span className="inline-flex flex-wrap gap-1.5">{t(`governance.outside.basis.${row.basis}`)}<Badge tone={row.approvedAt ? 'ok' : 'soon'}>{t(row.approvedAt ? 'governance.outside.approved' : 'governance.outside.not-approved')}</Badge></span> },
        ]}
      />
    </Section>
  )
}

function Counted({ abroad }: { abroad: Abroad }) {
  const t = useText()
  return (
    <Section title={t('governance.outside.year', { year: String(abroad.year) })}>
      <Facts facts={[
        { label: t('governance.outside.persons'), value: <Num value={abroad.persons} /> },
        { label: t('governance.outside.persons-sensitive'), value: <Num value={abroad.sensitive} /> },
        { label: t('governance.outside.step'), value: t(`governance.outside.step.${abroad.step}`) },
      ]} />
      <p className="max-w-reading text-sm text-muted">{t('governance.outside.year-means')}</p>
    </Section>
  )
}

function RulesDialog({ rules, connections, refusal, onClose }: { rules: OutsideRules; connections: Outside['connections']; refusal: string | undefined; onClose: () => void }) {
  const t = useText()
  const [chosen, setChosen] = useState(rules)
  const save = useCall(outside.changeOutsideRules, { refresh: [outside.outside], onFault: () => undefined, onDone: () => { toast.ok(t('governance.privacy.saved')); onClose() } })
  const lacking = connections.filter((one) => one.lacks && (one.lacks === 'governance.outside.no-basis' ? chosen.needsBasis : chosen.needsRecord)).length
  const rule = (name: 'needsRecord' | 'needsBasis' | 'needsAssessment', text: string) => <Checkbox isSelected={chosen[name]} onChange={(is) => setChosen({ ...chosen, [name]: is })}>{text}</Checkbox>
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('governance.outside.rules')} closeLabel={t('console.close')}>
      <Form
        faults={save.fieldFaults} {...(save.faultText ? { fault: save.faultText } : {})}
        onSubmit={(values) => save.mutate({ body: { ...chosen, home: String(values.get('home') ?? '').toUpperCase().split(/[\s,，、]+/).filter(Boolean) } })}
      >
        <p className="max-w-reading text-muted">{t('governance.outside.rules-means')}</p>
        {rule('needsRecord', t('governance.outside.rule.record'))}{rule('needsBasis', t('governance.outside.rule.basis'))}{rule('needsAssessment', t('governance.outside.rule.assessment'))}
        <TextField name="home" label={t('governance.outside.home')} description={t('governance.outside.home-means')} defaultValue={rules.home.join(', ')} error={save.fieldFaults ? Object.values(save.fieldFaults)[0] : undefined} />
        <p role="status" className="text-soon">{lacking > 0 ? t('governance.outside.rules-lacking', { count: lacking }) : ''}</p>
        <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button type="submit" variant="primary" busy={save.isPending} reason={refusal}>{t('governance.privacy.save')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
