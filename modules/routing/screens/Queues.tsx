import type { ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useMay, useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Explained, Link, Num, Page, Section, Select, useNow, useNumberFormatter } from '../../../ui/index.ts'
import { readable } from '../../../lib/metrics/index.ts'
import type { Board, Column } from '../../insight/contract.ts'
import { requests, type Stage, type View } from '../../requests/contract.ts'
import { Age } from './Age.tsx'
import { Ahead } from './Ahead.tsx'
import { useBoard } from './board.ts'
import { Hands } from './Hands.tsx'
import { OpenAlarms } from './OpenAlarms.tsx'
import { QueueRow } from './QueueRow.tsx'
import { Trouble } from './Trouble.tsx'

/** The lead's place: work from left to right as it flows, what must not be left lying, and who carries what. */
export default function Queues(): ReactElement {
  const t = useText()
  const may = useMay()
  const { person } = useSession()
  const [search, setSearch] = useSearchState<'team'>()
  const counts = useGet(requests.counts, {}, { staleSeconds: 60 })
  const seesAll = person?.scope === 'all'
  const teams = counts.data?.teams ?? []
  const teamId = search.team
  const found = useBoard(teamId)
  const present = found.data
  return (
    <Page
      title={t('routing.queues')} lead={t('routing.queues-lead')}
      actions={<>{present && <Age at={present.at} />}{teams.length > 1 && <Select label={t('routing.team')} isLabelHidden className="w-48" value={teamId ?? 'all'} onChange={(team) => setSearch({ team: team === 'all' ? null : team })} options={[{ id: 'all', label: t(seesAll ? 'routing.all-teams' : 'routing.my-teams') }, ...teams.map((team) => ({ id: team.id, label: team.name, description: t('routing.team-open', { open: team.open, queue: team.queue }) }))]} />}</>}
    >
      <Loaded of={found} rows={6}>
        {({ board }) => (
          <>
            <Now board={board} teamId={teamId} />
            <Columns board={board} teamId={teamId} />
            <Section title={t('routing.ahead')}><Ahead rows={board.ahead} /></Section>
            {may('insight.read') && <Section title={t('routing.alarms')}><OpenAlarms /></Section>}
            <Section title={t('routing.must-be-empty')}><Trouble teamId={teamId} /></Section>
            {board.people !== null && <Section title={t('routing.people')}><Hands people={board.people} teamId={teamId} /></Section>}
          </>
        )}
      </Loaded>
    </Page>
  )
}

const doors = {
  'waiting': { view: 'queue', tone: 'fill-soon' }, 'in-hand': { view: 'open', stage: 'execute', tone: 'fill-accent' }, 'others': { view: 'waiting', tone: 'fill-paused' }, 'verify': { view: 'to-verify', tone: 'fill-info' },
} as const satisfies Record<Column['id'], { view: View; stage?: Stage; tone: string }>

function Columns({ board, teamId }: { board: Board; teamId: string | undefined }): ReactElement {
  return (
    <div className="grid gap-x-5 gap-y-6 sm:grid-cols-2 lg:grid-cols-5">
      {board.columns.map((column) => <BoardColumn key={column.id} column={column} teamId={teamId} />)}
      <Done board={board} teamId={teamId} />
    </div>
  )
}

/** What a lead looks at first: how long somebody has waited, what is late, and how today stands to the usual. */
function Now({ board, teamId }: { board: Board; teamId: string | undefined }): ReactElement {
  const t = useText()
  const now = useNow()
  const number = useNumberFormatter({ maximumFractionDigits: 1 })
  const usual = ({ usual: of }: Board['opened']) => of === null ? t('routing.usual-unknown') : t('routing.usual', { mean: number.format(of.mean), weeks: of.weeks })
  const waited = board.waitingSince === null ? { value: null } : readable(t, Math.max(0, (now - Date.parse(board.waitingSince)) / 60_000))
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 lg:grid-cols-6">
      <Figure label={t('routing.longest')} href={paths.inbox({ view: 'queue', team: teamId })} {...waited} tone={board.waitingSince === null ? '' : 'text-soon'} note={t(board.waitingSince === null ? 'routing.column.waiting-none' : 'routing.longest-means')} />
      <Figure label={t('routing.list.overdue')} value={board.overdue} href={paths.inbox({ view: 'overdue', team: teamId })} tone={board.overdue > 0 ? 'text-late' : ''} note={t('routing.list.overdue-means')} />
      <Figure label={t('routing.due-soon')} value={board.dueSoon} href={paths.inbox({ view: 'due-soon', team: teamId })} tone={board.dueSoon > 0 ? 'text-soon' : ''} note={t('routing.due-soon-means')} />
      <Figure label={t('routing.opened-today')} value={board.opened.count} href={paths.reportRequests({ metric: 'volume', by: 'time', period: 'today', teamId })} note={usual(board.opened)} means={t('routing.usual-means')} />
      <Figure label={t('routing.closed-today')} value={board.closed.count} href={paths.reportRequests({ metric: 'closed', by: 'time', period: 'today', teamId })} note={usual(board.closed)} means={t('routing.usual-means')} />
      {board.alarms !== null && <Figure label={t('routing.alarms')} value={board.alarms} href={paths.metricAlarms()} tone={board.alarms > 0 ? 'text-late' : ''} note={t('routing.alarms-means')} />}
    </dl>
  )
}

function Figure({ label, value, unit, digits = 0, href, note, means, tone = '' }: { label: string; value: number | null; unit?: string; digits?: number; href: string; note: string; means?: string; tone?: string }): ReactElement {
  return (
    <div className="flex min-w-0 flex-col">
      <dt className="text-sm text-muted">{means === undefined ? label : <Explained text={means}>{label}</Explained>}</dt>
      <dd className="m-0"><Num value={value} digits={digits} href={href} className={`text-2xl font-bold ${tone}`} {...(unit !== undefined ? { unit } : {})} /><span className="block text-sm text-faint">{note}</span></dd>
    </div>
  )
}

function BoardColumn({ column, teamId }: { column: Column; teamId: string | undefined }): ReactElement {
  const t = useText()
  const { tone, ...door } = doors[column.id]
  return (
    <section aria-labelledby={`column-${column.id}`} className="flex min-w-0 flex-col gap-2 border-t-2 border-line pt-2">
      <h2 id={`column-${column.id}`} className="text-muted">{t(`routing.column.${column.id}`)}</h2>
      <Num value={column.count} href={paths.inbox({ ...door, team: teamId })} className="self-start text-2xl font-bold" />
      <Ages column={column} tone={tone} />
      {column.oldest.length === 0 ? <p className="text-sm text-faint">{t(`routing.column.${column.id}-none`)}</p> : <ul className="flex flex-col">{column.oldest.map((row) => <QueueRow key={row.id} row={row} />)}</ul>}
    </section>
  )
}

const ages = ['hour', 'half-day', 'day', 'older'] as const

/** How long those in a column have been there: under an hour, four, a day, longer. Darker and further right is older. */
function Ages({ column, tone }: { column: Column; tone: string }): ReactElement {
  const t = useText()
  const words = ages.map((age, at) => `${t(`routing.age.${age}`)} ${column.ages[at]}`).join(' · ')
  let x = 0
  return (
    <Explained text={words} label={words} className="block cursor-help rounded-sm">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" className="block h-2 w-full rounded-sm bg-sunken" aria-hidden="true">
        {column.ages.map((count, at) => {
          const width = column.count === 0 ? 0 : (count / column.count) * 100
          x += width
          return <rect key={ages[at]} x={x - width} width={width} height="8" className={tone} opacity={0.35 + at * 0.2} />
        })}
      </svg>
    </Explained>
  )
}

function Done({ board, teamId }: { board: Board; teamId: string | undefined }): ReactElement {
  const t = useText()
  const { resolutions, closed } = board
  return (
    <section aria-labelledby="column-done" className="flex min-w-0 flex-col gap-2 border-t-2 border-line pt-2">
      <h2 id="column-done" className="text-muted">{t('routing.column.done')}</h2>
      <Num value={resolutions.count} href={paths.inbox({ view: 'open', stage: 'feedback', team: teamId })} className="self-start text-2xl font-bold" />
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" className="h-2 w-full rounded-sm bg-sunken" aria-hidden="true"><rect width={resolutions.count === 0 ? 0 : (resolutions.inTime / resolutions.count) * 100} height="8" className="fill-ok" /></svg>
      <p className="text-sm text-muted">{t('routing.done-in-time', { part: resolutions.inTime, whole: resolutions.count })}</p>
      <p className="text-sm"><Link href={paths.inbox({ view: 'closed', team: teamId })}>{t('routing.done-closed', { count: closed.count })}</Link></p>
    </section>
  )
}
