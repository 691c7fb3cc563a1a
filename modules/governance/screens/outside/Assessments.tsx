import { Plus } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useText } from '../../../../apps/console/text.tsx'
import { Actions, Badge, Button, Dialog, EmptyState, Facts, Form, Select, Table, TextArea, TextField, Time, toast, type Tone } from '../../../../ui/index.ts'
import { assessmentGrounds, outside, riskLevels, type Assessment } from '../../outside/contract.ts'
import { GovernanceFrame, useRefusal } from '../GovernanceFrame.tsx'

const tones: Record<Assessment['level'], Tone> = { low: 'plain', medium: 'soon', high: 'late' }

/** What was thought through before it was done, and who agreed. */
export default function Assessments(): ReactElement {
  const t = useText()
  const refusal = useRefusal('privacy.edit')
  const found = useGet(outside.assessments, {}, { live: ['privacy.assessment'] })
  const [opened, setOpened] = useState<string | null>(null)
  const add = <Button variant="primary" icon={<Plus className="size-4" aria-hidden="true" />} reason={refusal} onPress={() => setOpened('new')}>{t('governance.assessment.new')}</Button>
  return (
    <GovernanceFrame here="assessments" title={t('governance.assessment.title')} lead={t('governance.assessment.lead')} actions={add}>
      <Loaded of={found} rows={5}>
        {({ rows }) => {
          const row = rows.find((one) => one.id === opened)
          return (
            <>
              <Table<Assessment>
                label={t('governance.assessment.title')} rows={rows} rowId={(one) => one.id} onOpen={(one) => setOpened(one.id)}
                empty={<EmptyState title={t('governance.assessment.none')} action={add}>{t('governance.assessment.none-next')}</EmptyState>}
                columns={[
                  { id: 'what', title: t('governance.assessment.subject'), cell: (one) => <span className="block py-1 wrap-anywhere"><span className="text-muted">#{one.number}</span> {one.title}<span className="block text-sm text-muted">{one.hosts.join(', ')}</span></span> },
                  { id: 'ground', title: t('governance.assessment.ground'), cell: (one) => t(`governance.assessment.ground.${one.ground}`) },
                  { id: 'level', title: t('governance.assessment.level'), cell: (one) => <Badge tone={tones[one.level]}>{t(`governance.assessment.level.${one.level}`)}</Badge> },
                  { id: 'state', title: t('governance.assessment.state'), cell: (one) => one.decision ? <Badge tone={one.decision.verdict === 'approved' ? 'ok' : 'plain'}>{t(`governance.assessment.verdict.${one.decision.verdict}`)}</Badge> : <Badge tone="soon">{t('governance.assessment.waiting')}</Badge> },
                  { id: 'by', title: t('governance.assessment.by'), priority: 3, cell: (one) => one.madeBy ?? '' },
                  { id: 'at', title: t('governance.assessment.made'), priority: 3, align: 'end', cell: (one) => <Time at={one.madeAt} isPlain /> },
                ]}
              />
              {opened === 'new' && <EditDialog assessment={null} refusal={refusal} onClose={() => setOpened(null)} />}
              {row && (row.decision || !row.isMine ? <ReadDialog key={row.id} assessment={row} refusal={refusal} onClose={() => setOpened(null)} /> : <EditDialog key={row.id} assessment={row} refusal={refusal} onClose={() => setOpened(null)} />)}
            </>
          )
        }}
      </Loaded>
    </GovernanceFrame>
  )
}

const hostsOf = (text: string): string[] => [...new Set(text.toLowerCase().split(/[\s,，、]+/).filter(Boolean))]

function EditDialog({ assessment, refusal, onClose }: { assessment: Assessment | null; refusal: string | undefined; onClose: () => void }) {
  const t = useText()
  const [missing, setMissing] = useState<Record<string, string>>({})
  const options = { refresh: [outside.assessments], onFault: () => undefined, onDone: (made: Assessment) => { toast.ok(t('governance.assessment.made-toast', { number: made.number })); onClose() } }
  const make = useCall(outside.makeAssessment, options)
  const change = useCall(outside.changeAssessment, options)
  const remove = useCall(outside.removeAssessment, { refresh: [outside.assessments], onDone: () => { toast.ok(t('governance.assessment.removed')); onClose() } })
  const one = assessment ? change : make
  const area = (name: 'purpose' | 'risk' | 'measures') => <TextArea name={name} label={t(`governance.assessment.${name}`)} rows={3} isRequired defaultValue={assessment?.[name] ?? ''} />
  return (
    <Dialog isOpen size="lg" onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={assessment ? t('governance.assessment.name', { number: assessment.number, title: assessment.title }) : t('governance.assessment.new')} closeLabel={t('console.close')}>
      <Form
        faults={{ ...one.fieldFaults, ...missing }} {...(one.faultText ? { fault: one.faultText } : {})}
        onSubmit={(values) => {
          const word = (name: string): string => String(values.get(name) ?? '').trim()
          const lacking = Object.fromEntries((['title', 'purpose', 'risk', 'measures'] as const).filter((name) => word(name) === '').map((name) => [name, t('input.empty')]))
          setMissing(lacking)
          if (Object.keys(lacking).length > 0) return
          const body = { title: word('title'), ground: assessmentGrounds.find((id) => id === word('ground')) ?? 'other', hosts: hostsOf(word('hosts')), purpose: word('purpose'), risk: word('risk'), measures: word('measures'), level: riskLevels.find((id) => id === word('level')) ?? 'low' }
          if (assessment) change.mutate({ params: { id: assessment.id }, body: { ...body, version: assessment.version } })
          else make.mutate({ body })
        }}
      >
        <TextField name="title" label={t('governance.assessment.subject')} isRequired autoFocus defaultValue={assessment?.title ?? ''} />
        <Select name="ground" label={t('governance.assessment.ground')} defaultValue={assessment?.ground ?? 'provide'} options={assessmentGrounds.map((id) => ({ id, label: t(`governance.assessment.ground.${id}`) }))} />
        <TextField name="hosts" label={t('governance.assessment.hosts')} description={t('governance.assessment.hosts-means')} defaultValue={assessment?.hosts.join(', ') ?? ''} error={one.fieldFaults ? Object.entries(one.fieldFaults).find(([path]) => path.startsWith('hosts'))?.[1] : undefined} />
        {area('purpose')}{area('risk')}{area('measures')}
        <Select name="level" label={t('governance.assessment.level')} defaultValue={assessment?.level ?? 'low'} options={riskLevels.map((id) => ({ id, label: t(`governance.assessment.level.${id}`) }))} />
        <Actions>
          <Button onPress={onClose}>{t('governance.privacy.cancel')}</Button>
          {assessment && <Button variant="danger" busy={remove.isPending} reason={refusal} onPress={() => remove.mutate({ params: { id: assessment.id } })}>{t('governance.assessment.remove')}</Button>}
          <Button type="submit" variant="primary" busy={one.isPending} reason={refusal}>{t('governance.privacy.save')}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}

/** Another's assessment, to decide about; or one that is decided. */
function ReadDialog({ assessment, refusal, onClose }: { assessment: Assessment; refusal: string | undefined; onClose: () => void }) {
  const t = useText()
  const mayNot = useRefusal('privacy.approve')
  const [missing, setMissing] = useState<string | undefined>()
  const [words, setWords] = useState('')
  const decide = useCall(outside.decideAssessment, { refresh: [outside.assessments, outside.outside], onFault: () => undefined, onDone: () => { toast.ok(t('governance.privacy.saved')); onClose() } })
  const remove = useCall(outside.removeAssessment, { refresh: [outside.assessments], onDone: () => { toast.ok(t('governance.assessment.removed')); onClose() } })
  const say = (verdict: 'approved' | 'refused') => {
    setMissing(words.trim() === '' ? t('input.empty') : undefined)
    if (words.trim() !== '') decide.mutate({ params: { id: assessment.id }, body: { verdict, reason: words.trim(), version: assessment.version } })
  }
  const reason = mayNot ?? (assessment.isMine ? t('governance.assessment.own') : undefined)
  const text = (words: string) => <span className="whitespace-pre-wrap">{words}</span>
  return (
    <Dialog isOpen size="lg" onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('governance.assessment.name', { number: assessment.number, title: assessment.title })} closeLabel={t('console.close')}>
      <div className="flex flex-col gap-4">
        <Facts facts={[
          { label: t('governance.assessment.ground'), value: t(`governance.assessment.ground.${assessment.ground}`) },
          { label: t('governance.assessment.hosts'), value: assessment.hosts.join(', ') || t('governance.outside.none-yet') },
          { label: t('governance.assessment.purpose'), value: text(assessment.purpose) }, { label: t('governance.assessment.risk'), value: text(assessment.risk) }, { label: t('governance.assessment.measures'), value: text(assessment.measures) },
          { label: t('governance.assessment.level'), value: <Badge tone={tones[assessment.level]}>{t(`governance.assessment.level.${assessment.level}`)}</Badge> },
          { label: t('governance.assessment.by'), value: <>{assessment.madeBy} <Time at={assessment.madeAt} className="text-faint" /></> },
          ...(assessment.decision ? [{ label: t('governance.assessment.decision'), value: <>{t(`governance.assessment.verdict.${assessment.decision.verdict}`)} {assessment.decision.by} <Time at={assessment.decision.at} className="text-faint" /> {text(assessment.decision.reason)}</> }] : []),
          ...(assessment.keptUntil ? [{ label: t('governance.assessment.kept-until'), value: <Time at={assessment.keptUntil} isExact /> }] : []),
        ]} />
        {!assessment.decision && (
          <Form {...(decide.faultText ? { fault: decide.faultText } : {})} onSubmit={() => say('approved')}>
            <TextArea label={t('governance.assessment.reason')} rows={2} isRequired value={words} onChange={setWords} error={missing} />
            <Actions><Button reason={reason} busy={decide.isPending} onPress={() => say('refused')}>{t('governance.assessment.refuse')}</Button><Button type="submit" variant="primary" reason={reason} busy={decide.isPending}>{t('governance.assessment.approve')}</Button></Actions>
          </Form>
        )}
        {assessment.decision && <Actions><Button variant="danger" busy={remove.isPending} reason={refusal} onPress={() => remove.mutate({ params: { id: assessment.id } })}>{t('governance.assessment.remove')}</Button></Actions>}
      </div>
    </Dialog>
  )
}
