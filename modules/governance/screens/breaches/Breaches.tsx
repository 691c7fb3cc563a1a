import { Plus, Settings2 } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useGo } from '../../../../apps/console/location.ts'
import { paths } from '../../../../apps/console/paths.ts'
import { useText } from '../../../../apps/console/text.tsx'
import { Actions, Badge, Button, Dialog, EmptyState, Form, Num, NumberField, Table, TextField, Time, toast, useNow } from '../../../../ui/index.ts'
import { breaches, type BreachRow } from '../../breaches/contract.ts'
import { privacy } from '../../privacy/contract.ts'
import { GovernanceFrame, useRefusal } from '../GovernanceFrame.tsx'
import { localInput, readLocalInput } from '../local-time.ts'
import { DutyBadge, KnownFields, readKnown } from './parts.tsx'

/** Breaches of personal data: open ones first, each with its deadlines. */
export default function Breaches(): ReactElement {
  const t = useText()
  const refusal = useRefusal('privacy.edit')
  const found = useGet(breaches.breaches, {}, { live: ['privacy.breach'] })
  const [shown, setShown] = useState<'new' | 'hours' | null>(null)
  const add = <Button variant="primary" icon={<Plus className="size-4" aria-hidden="true" />} reason={refusal} onPress={() => setShown('new')}>{t('governance.breach.new')}</Button>
  return (
    <GovernanceFrame here="breaches" title={t('governance.breach.title')} lead={t('governance.breach.lead')} actions={<><Button icon={<Settings2 className="size-4" aria-hidden="true" />} onPress={() => setShown('hours')}>{t('governance.breach.hours')}</Button>{add}</>}>
      <Loaded of={found} rows={4}>
        {({ rows }) => (
          <Table<BreachRow>
            label={t('governance.breach.title')} rows={rows} rowId={(row) => row.id} rowHref={(row) => paths.breach({ id: row.id })}
            empty={<EmptyState title={t('governance.breach.none')} action={add}>{t('governance.breach.none-next')}</EmptyState>}
            columns={[
              { id: 'event', title: t('governance.breach.event'), cell: (row) => <span className="wrap-anywhere"><span className="text-muted">#{row.number}</span> {row.title}</span> },
              { id: 'state', title: t('governance.breach.state'), cell: (row) => row.closedAt ? <Badge>{t('governance.breach.is-closed')}</Badge> : <Badge tone="accent">{t('governance.breach.open')}</Badge> },
              { id: 'duties', title: t('governance.breach.authorities'), cell: (row) => <span className="flex flex-col gap-0.5 py-1">{row.duties.map((duty) => <span key={duty.law} className="inline-flex flex-wrap gap-1.5">{t(`governance.privacy.law.${duty.law}`)} <DutyBadge duty={duty} /></span>)}</span> },
              { id: 'persons', title: t('governance.breach.persons'), align: 'end', cell: (row) => row.persons === null ? t('governance.breach.unknown') : <Num value={row.persons} /> },
              { id: 'noticed', title: t('governance.breach.noticed'), priority: 3, align: 'end', cell: (row) => <Time at={row.noticedAt} isPlain /> },
            ]}
          />
        )}
      </Loaded>
      {shown === 'new' && <NewBreach onClose={() => setShown(null)} />}
      {shown === 'hours' && <HoursDialog refusal={refusal} onClose={() => setShown(null)} />}
    </GovernanceFrame>
  )
}

function NewBreach({ onClose }: { onClose: () => void }) {
  const t = useText()
  const go = useGo()
  const now = useNow()
  const settings = useGet(privacy.settings, {})
  const [isCountKnown, setCountKnown] = useState(false)
  const [missing, setMissing] = useState<Record<string, string>>({})
  const open = useCall(breaches.openBreach, { refresh: [breaches.breaches], onFault: () => undefined, onDone: (made) => { toast.ok(t('governance.breach.made', { number: made.number })); onClose(); go(paths.breach({ id: made.id })) } })
  return (
    <Dialog isOpen size="lg" onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('governance.breach.new')} closeLabel={t('console.close')}>
      <Loaded of={settings} rows={6}>
        {({ law }) => (
          <Form
            faults={{ ...open.fieldFaults, ...missing }} {...(open.faultText ? { fault: open.faultText } : {})}
            onSubmit={(values) => {
              const known = readKnown(values, isCountKnown)
              const noticedAt = readLocalInput(String(values.get('noticedAt') ?? ''))
              const lacking = {
                ...(known.title === '' ? { title: t('input.empty') } : {}), ...(known.happened === '' ? { happened: t('input.empty') } : {}),
                ...(known.laws.length === 0 ? { laws: t('governance.breach.choose-law') } : {}), ...(noticedAt === null ? { noticedAt: t('input.empty') } : {}),
              }
              setMissing(lacking)
              if (Object.keys(lacking).length === 0 && noticedAt !== null) open.mutate({ body: { ...known, noticedAt } })
            }}
          >
            <TextField name="noticedAt" type="datetime-local" label={t('governance.breach.noticed')} isRequired defaultValue={localInput(now)} />
            <KnownFields breach={null} usualLaw={law} faults={{ ...open.fieldFaults, ...missing }} isCountKnown={isCountKnown} onCountKnown={setCountKnown} />
            <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button type="submit" variant="primary" busy={open.isPending}>{t('governance.breach.register')}</Button></Actions>
          </Form>
        )}
      </Loaded>
    </Dialog>
  )
}

function HoursDialog({ refusal, onClose }: { refusal: string | undefined; onClose: () => void }) {
  const t = useText()
  const found = useGet(breaches.breachHours, {})
  const save = useCall(breaches.changeBreachHours, { refresh: [breaches.breachHours], onFault: () => undefined, onDone: () => { toast.ok(t('governance.privacy.saved')); onClose() } })
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('governance.breach.hours')} closeLabel={t('console.close')}>
      <Loaded of={found} rows={3}>
        {(hours) => (
          <Form faults={save.fieldFaults} {...(save.faultText ? { fault: save.faultText } : {})} onSubmit={(values) => save.mutate({ body: { 'tw-pdpa': Number(values.get('tw-pdpa')), pipl: Number(values.get('pipl')) } })}>
            <p className="max-w-reading text-muted">{t('governance.breach.hours-means')}</p>
            <NumberField name="tw-pdpa" label={t('governance.breach.hours.tw-pdpa')} defaultValue={hours['tw-pdpa']} minValue={0} maxValue={72} />
            <NumberField name="pipl" label={t('governance.breach.hours.pipl')} defaultValue={hours.pipl} minValue={0} maxValue={72} />
            <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button type="submit" variant="primary" busy={save.isPending} reason={refusal}>{t('governance.privacy.save')}</Button></Actions>
          </Form>
        )}
      </Loaded>
    </Dialog>
  )
}
