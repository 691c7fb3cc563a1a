import { useInfiniteQuery } from '@tanstack/react-query'
import { useState, type ReactElement } from 'react'
import { call, queryKey, useCall, useGet } from '../../../../apps/console/api.ts'
import { useSearchState } from '../../../../apps/console/location.ts'
import { paths } from '../../../../apps/console/paths.ts'
import { useMay, useSession } from '../../../../apps/console/session.tsx'
import { useText } from '../../../../apps/console/text.tsx'
import { Actions, Badge, Button, Dialog, Drawer, EmptyState, ErrorState, Facts, Form, Link, NumberField, Section, Select, Skeleton, Table, TextArea, TextField, Time, toast } from '../../../../ui/index.ts'
import { staff } from '../../../staff/contract.ts'
import { audit, type Alarm, type Canary, type Limits } from '../../audit/contract.ts'
import { GovernanceFrame, useRefusal } from '../GovernanceFrame.tsx'
import { actorWords } from './words.ts'

const states = ['open', 'acknowledged'] as const
const limits = ['failures', 'denials', 'reads'] as const
const whoWords = (t: ReturnType<typeof useText>, alarm: Alarm): string => alarm.actor.kind === null || alarm.actor.kind === 'system' || (alarm.actor.id === null && alarm.source !== null) ? alarm.source ?? t('governance.audit.system') : actorWords(t, { ...alarm.actor, kind: alarm.actor.kind })

/** What looks like an attack, with who answers for it. */
export default function Alarms(): ReactElement {
  const t = useText()
  const [search, setSearch] = useSearchState<'state' | 'alarm'>()
  const state = states.find((one) => one === search.state) ?? 'open'
  const found = useInfiniteQuery({
    queryKey: queryKey(audit.alarms, { query: { state } }), initialPageParam: undefined as string | undefined, meta: { live: ['alarm.'] }, staleTime: 10_000,
    queryFn: ({ pageParam, signal }) => call(audit.alarms, { query: { state, ...(pageParam ? { cursor: pageParam } : {}) } }, { signal }),
    getNextPageParam: (page) => page.next ?? undefined, placeholderData: (before) => before,
  })
  const rows = found.data?.pages.flatMap((page) => page.rows) ?? []
  const open = rows.find((row) => row.id === search.alarm)
  return (
    <GovernanceFrame here="alarms" title={t('governance.part.alarms')} lead={t('governance.alarms.lead')}>
      <Select label={t('governance.alarms.state')} isLabelHidden className="w-44" value={state} onChange={(id) => setSearch({ state: id === 'open' ? null : id })} options={states.map((id) => ({ id, label: t(`governance.alarms.${id}`) }))} />
      {found.isError && !found.data ? <ErrorState title={t('governance.alarms.failed')} action={<Button onPress={() => { void found.refetch() }}>{t('console.try-again')}</Button>} /> : !found.data ? <Skeleton label={t('console.loading')} rows={4} /> : (
        <Table<Alarm>
          label={t('governance.part.alarms')} rows={rows} rowId={(row) => row.id} onOpen={(row) => setSearch({ alarm: row.id }, true)}
          empty={<EmptyState title={t('governance.alarms.none')}>{t('governance.alarms.none-next')}</EmptyState>}
          columns={[
            { id: 'kind', title: t('governance.alarms.kind'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2">{t(`governance.alarms.kind.${row.kind}`)}{row.acknowledgedAt === null && <Badge tone="late">{t('governance.alarms.open')}</Badge>}</span> },
            { id: 'who', title: t('governance.audit.who'), cell: (row) => <span className="wrap-anywhere">{whoWords(t, row)}</span> },
            { id: 'count', title: t('governance.alarms.count'), align: 'end', cell: (row) => row.count },
            { id: 'owner', title: t('governance.alarms.owner'), priority: 3, cell: (row) => row.owner?.name ?? t('governance.alarms.nobody') },
            { id: 'last', title: t('governance.alarms.last'), cell: (row) => <Time at={row.lastAt} /> },
          ]}
        />
      )}
      {found.hasNextPage && <Button className="self-center" busy={found.isFetchingNextPage} onPress={() => { void found.fetchNextPage() }}>{t('governance.more')}</Button>}
      <Canaries />
      <AlarmLimits />
      {open && <AlarmDrawer key={open.id} alarm={open} onClose={() => setSearch({ alarm: null })} />}
    </GovernanceFrame>
  )
}

function AlarmDrawer({ alarm, onClose }: { alarm: Alarm; onClose: () => void }): ReactElement {
  const t = useText()
  const may = useMay()
  const { person } = useSession()
  const refusal = useRefusal('alarms.handle')
  const own = useCall(audit.ownAlarm, { refresh: [audit.alarms] })
  const acknowledge = useCall(audit.acknowledgeAlarm, { refresh: [audit.alarms], onFault: () => undefined, onDone: onClose })
  const about = alarm.actor.id !== null ? { actorId: alarm.actor.id, said: whoWords(t, alarm) } : alarm.source !== null ? { source: alarm.source } : {}
  return (
    <Drawer title={t(`governance.alarms.kind.${alarm.kind}`)} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={t('console.close')}>
      <div className="flex flex-col gap-4">
        <Facts facts={[
          { label: t('governance.audit.who'), value: whoWords(t, alarm) }, { label: t('governance.audit.source'), value: alarm.source ?? '–' }, { label: t('governance.alarms.target'), value: alarm.target ?? '–' },
          { label: t('governance.alarms.count'), value: alarm.count }, { label: t('governance.audit.from'), value: <Time at={alarm.firstAt} isExact /> }, { label: t('governance.alarms.last'), value: <Time at={alarm.lastAt} isExact /> },
          { label: t('governance.alarms.owner'), value: alarm.owner?.name ?? t('governance.alarms.nobody') },
        ]} />
        {may('audit.read') && <p><Link href={paths.audit(about)}>{t('governance.alarms.see-events')}</Link></p>}
        {alarm.acknowledgedAt !== null ? <p className="max-w-reading">{t('governance.alarms.acknowledged-by', { name: alarm.acknowledgedBy ?? '', note: alarm.note ?? '' })} <Time at={alarm.acknowledgedAt} className="text-faint" /></p> : (
          <Form onSubmit={(values) => acknowledge.mutate({ params: { id: alarm.id }, body: { note: String(values.get('note')) } })} faults={acknowledge.fieldFaults} fault={acknowledge.faultText}>
            <TextArea name="note" label={t('governance.alarms.note')} isRequired error={acknowledge.fieldFaults?.['note']} />
            <Actions>
              {person && alarm.owner?.id !== person.id && <Button reason={refusal} busy={own.isPending} onPress={() => own.mutate({ params: { id: alarm.id }, body: { personId: person.id } })}>{t('governance.alarms.take')}</Button>}
              <Button variant="primary" type="submit" reason={refusal} busy={acknowledge.isPending}>{t('governance.alarms.acknowledge')}</Button>
            </Actions>
          </Form>
        )}
      </div>
    </Drawer>
  )
}

/** Planted records: what stands, and one more. */
function Canaries(): ReactElement | null {
  const t = useText()
  const refusal = useRefusal('alarms.handle')
  const mayTeams = useMay()('staff.read')
  const found = useGet(audit.canaries, {}, { live: ['alarm.canary'] })
  const teams = useGet(staff.teams, { query: { archived: 'false' } }, { isEnabled: mayTeams })
  const [isPlanting, setPlanting] = useState(false)
  const [teamId, setTeamId] = useState<string | null>(null)
  const plant = useCall(audit.plantCanary, { refresh: [audit.canaries], onFault: () => undefined, onDone: () => { setPlanting(false); toast.ok(t('governance.canaries.planted')) } })
  const end = useCall(audit.endCanary, { refresh: [audit.canaries], onDone: () => toast.ok(t('governance.canaries.ended')) })
  const said = (values: FormData, name: string) => String(values.get(name)).trim()
  if (!found.data) return null
  return (
    <Section title={t('governance.canaries')}>
      <p className="max-w-reading text-muted">{t('governance.canaries.what')}</p>
      <Table<Canary>
        label={t('governance.canaries')} rows={found.data.rows} rowId={(row) => row.id} empty={<p className="text-muted">{t('governance.canaries.none')}</p>}
        columns={[
          { id: 'request', title: t('governance.canaries.request'), cell: (row) => `#${row.number}` },
          { id: 'by', title: t('governance.canaries.by'), cell: (row) => row.plantedBy ?? '–', priority: 3 },
          { id: 'at', title: t('governance.canaries.at'), cell: (row) => <Time at={row.plantedAt} /> },
          { id: 'end', title: t('governance.action'), align: 'end', cell: (row) => <Button size="sm" variant="quiet" reason={refusal} busy={end.isPending && end.variables?.params.id === row.id} onPress={() => end.mutate({ params: { id: row.id } })}>{t('governance.canaries.end')}</Button> },
        ]}
      />
      <Button className="self-start" reason={refusal} onPress={() => setPlanting(true)}>{t('governance.canaries.plant')}</Button>
      <Dialog title={t('governance.canaries.plant')} isOpen={isPlanting} onOpenChange={setPlanting} closeLabel={t('console.close')}>
        <Form onSubmit={(values) => plant.mutate({ body: { name: said(values, 'name'), subject: said(values, 'subject'), text: said(values, 'text'), teamId } })} faults={plant.fieldFaults} fault={plant.faultText}>
          <TextField name="name" label={t('governance.canaries.name')} isRequired autoFocus />
          <TextField name="subject" label={t('governance.canaries.subject')} isRequired />
          <TextArea name="text" label={t('governance.canaries.text')} isRequired />
          {mayTeams && <Select label={t('governance.canaries.team')} value={teamId ?? NO_TEAM} onChange={(id) => setTeamId(id === NO_TEAM ? null : id)} options={[{ id: NO_TEAM, label: t('governance.canaries.no-team') }, ...(teams.data?.rows ?? []).map((team) => ({ id: team.id, label: team.name }))]} />}
          <Actions><Button onPress={() => setPlanting(false)}>{t('governance.cancel')}</Button><Button variant="primary" type="submit" busy={plant.isPending}>{t('governance.canaries.plant')}</Button></Actions>
        </Form>
      </Dialog>
    </Section>
  )
}
const NO_TEAM = 'none'

function AlarmLimits(): ReactElement | null {
  const found = useGet(audit.alarmLimits, {}, { live: ['alarm.limits'] })
  return found.data ? <LimitsForm key={JSON.stringify(found.data)} stored={found.data} /> : null
}
function LimitsForm({ stored }: { stored: Limits }): ReactElement {
  const t = useText()
  const refusal = useRefusal('alarms.handle')
  const [values, setValues] = useState(stored)
  const change = useCall(audit.changeAlarmLimits, { refresh: [audit.alarmLimits], onFault: () => undefined, onDone: () => toast.ok(t('governance.alarms.saved')) })
  return (
    <Section title={t('governance.alarms.limits')}>
      <Form onSubmit={() => change.mutate({ body: values })} faults={change.fieldFaults} fault={change.faultText} className="max-w-160 sm:grid-cols-3">
        {limits.map((name) => <NumberField key={name} label={t(`governance.alarms.limit.${name}`)} value={values[name]} onChange={(value) => setValues({ ...values, [name]: value })} error={change.fieldFaults?.[name]} />)}
        <Actions><Button type="submit" reason={refusal} busy={change.isPending}>{t('governance.audit.save')}</Button></Actions>
      </Form>
    </Section>
  )
}
