import type { ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useMay, useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Link, Num, Page, Section, Select, Skeleton, useNow } from '../../../ui/index.ts'
import { insight, type Today } from '../../insight/contract.ts'
import { requests, type RequestRow, type Stage } from '../../requests/contract.ts'
import { Hands } from './Hands.tsx'
import { QueueRow } from './QueueRow.tsx'
import { Trouble } from './Trouble.tsx'

const live = ['request.']

/** The lead's place: work from left to right as it flows, what must not be left lying, and who carries what. */
export default function Queues(): ReactElement {
  const t = useText()
  const may = useMay()
  const { person } = useSession()
  const [search, setSearch] = useSearchState<'team'>()
  const counts = useGet(requests.counts, {}, { live })
  const seesAll = person?.scope === 'all'
  const teams = counts.data?.teams ?? []
  const teamId = search.team
  return (
    <Page
      title={t('routing.queues')} lead={t('routing.queues-lead')}
      actions={teams.length > 1 && <Select label={t('routing.team')} isLabelHidden className="w-48" value={teamId ?? 'all'} onChange={(team) => setSearch({ team: team === 'all' ? null : team })} options={[{ id: 'all', label: t(seesAll ? 'routing.all-teams' : 'routing.my-teams') }, ...teams.map((team) => ({ id: team.id, label: team.name, description: t('routing.team-open', { open: team.open, queue: team.queue }) }))]} />}
    >
      <Columns teamId={teamId} />
      <Section title={t('routing.must-be-empty')}><Trouble teamId={teamId} /></Section>
      {may('staff.read') && <Section title={t('routing.people')}><Hands teamId={teamId} /></Section>}
    </Page>
  )
}

const columns = [
  { id: 'waiting', stages: ['accept'], view: 'queue', tone: 'fill-soon' },
  { id: 'in-hand', stages: ['assign', 'execute'], view: 'open', tone: 'fill-accent' },
  { id: 'others', stages: ['track'], view: 'waiting', tone: 'fill-paused' },
  { id: 'verify', stages: ['verify'], view: 'to-verify', tone: 'fill-info' },
] as const satisfies readonly { id: string; stages: readonly Stage[]; view: string; tone: string }[]

function Columns({ teamId }: { teamId: string | undefined }): ReactElement {
  const team = teamId === undefined ? {} : { teamId }
  const today = useGet(insight.today, { query: team }, { live, keepsPrevious: true })
  return (
    <Loaded of={today} rows={4}>
      {(figures) => (
        <div className="grid gap-x-5 gap-y-6 sm:grid-cols-2 lg:grid-cols-5">
          {columns.map((column) => <Column key={column.id} column={column} team={team} today={figures} />)}
          <Done today={figures} team={team} />
        </div>
      )}
    </Loaded>
  )
}

const OLDEST = 3

function Column({ column, team, today }: { column: (typeof columns)[number]; team: { teamId?: string }; today: Today }): ReactElement {
  const t = useText()
  const count = column.stages.reduce((sum, stage) => sum + (today.stages.find((one) => one.stage === stage)?.count ?? 0), 0)
  const stage = column.stages.at(-1)!
  const rows = useGet(requests.list, { query: { ...team, view: column.view, ...(column.view === 'open' ? { stage } : {}), limit: 100 } }, { live, keepsPrevious: true })
  const oldest = [...(rows.data?.rows ?? [])].sort((a, b) => a.stageSince.localeCompare(b.stageSince))
  const href = paths.inbox({ view: column.view, team: team.teamId, ...(column.view === 'open' ? { stage } : {}) })
  return (
    <section aria-labelledby={`column-${column.id}`} className="flex min-w-0 flex-col gap-2 border-t-2 border-line pt-2">
      <h2 id={`column-${column.id}`} className="text-muted">{t(`routing.column.${column.id}`)}</h2>
      <Num value={count} href={href} className="self-start text-2xl font-bold" />
      <Ages rows={rows.data?.rows ?? []} tone={column.tone} />
      {rows.isPending ? <Skeleton label={t('console.loading')} rows={2} className="p-0!" /> : oldest.length === 0 ? <p className="text-sm text-faint">{t(`routing.column.${column.id}-none`)}</p> : (
        <ul className="flex flex-col">{oldest.slice(0, OLDEST).map((row) => <QueueRow key={row.id} row={row} />)}</ul>
      )}
    </section>
  )
}

const HOUR_MS = 3_600_000
const ages = [{ id: 'hour', below: HOUR_MS }, { id: 'half-day', below: 4 * HOUR_MS }, { id: 'day', below: 24 * HOUR_MS }, { id: 'older', below: Infinity }] as const

/** How long those in a column have been there: under an hour, four, a day, longer. Darker and further right is older. */
function Ages({ rows, tone }: { rows: readonly RequestRow[]; tone: string }): ReactElement | null {
  const t = useText()
  const now = useNow()
  if (rows.length === 0) return <span className="h-2" />
  const counts = ages.map((age, at) => rows.filter((row) => { const lay = now - Date.parse(row.stageSince); return lay < age.below && Math.max(0, lay) >= (ages[at - 1]?.below ?? 0) }).length)
  const words = ages.map((age, at) => `${t(`routing.age.${age.id}`)} ${counts[at]}`).join(' · ')
  let x = 0
  return (
    <svg role="img" aria-label={words} viewBox="0 0 100 8" preserveAspectRatio="none" className="h-2 w-full rounded-sm bg-sunken">
      <title>{words}</title>
      {counts.map((count, at) => {
        const width = (count / rows.length) * 100
        x += width
        return <rect key={ages[at]!.id} x={x - width} width={width} height="8" className={tone} opacity={0.35 + at * 0.2} />
      })}
    </svg>
  )
}

function Done({ today, team }: { today: Today; team: { teamId?: string } }): ReactElement {
  const t = useText()
  const { resolutions, closed } = today
  return (
    <section aria-labelledby="column-done" className="flex min-w-0 flex-col gap-2 border-t-2 border-line pt-2">
      <h2 id="column-done" className="text-muted">{t('routing.column.done')}</h2>
      <Num value={resolutions.count} href={paths.inbox({ view: 'open', stage: 'feedback', team: team.teamId })} className="self-start text-2xl font-bold" />
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" className="h-2 w-full rounded-sm bg-sunken" aria-hidden="true"><rect width={resolutions.count === 0 ? 0 : (resolutions.inTime / resolutions.count) * 100} height="8" className="fill-ok" /></svg>
      <p className="text-sm text-muted">{t('routing.done-in-time', { part: resolutions.inTime, whole: resolutions.count })}</p>
      <p className="text-sm"><Link href={paths.inbox({ view: 'closed', team: team.teamId })}>{t('routing.done-closed', { count: closed.count })}</Link></p>
    </section>
  )
}
