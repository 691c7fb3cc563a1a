import type { ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useMay, useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Explained, Link, Num, Page, Section, Select } from '../../../ui/index.ts'
import { insight, type Column, type Today } from '../../insight/contract.ts'
import { requests, type Stage, type View } from '../../requests/contract.ts'
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

const doors = {
  'waiting': { view: 'queue', tone: 'fill-soon' }, 'in-hand': { view: 'open', stage: 'execute', tone: 'fill-accent' }, 'others': { view: 'waiting', tone: 'fill-paused' }, 'verify': { view: 'to-verify', tone: 'fill-info' },
} as const satisfies Record<Column['id'], { view: View; stage?: Stage; tone: string }>

function Columns({ teamId }: { teamId: string | undefined }): ReactElement {
  const query = teamId === undefined ? {} : { teamId }
  const board = useGet(insight.columns, { query }, { live, keepsPrevious: true })
  const today = useGet(insight.today, { query }, { live, keepsPrevious: true })
  return (
    <Loaded of={board} rows={4}>
      {({ rows }) => (
        <div className="grid gap-x-5 gap-y-6 sm:grid-cols-2 lg:grid-cols-5">
          {rows.map((column) => <BoardColumn key={column.id} column={column} teamId={teamId} />)}
          <Loaded of={today} rows={2}>{(figures) => <Done today={figures} teamId={teamId} />}</Loaded>
        </div>
      )}
    </Loaded>
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

function Done({ today, teamId }: { today: Today; teamId: string | undefined }): ReactElement {
  const t = useText()
  const { resolutions, closed } = today
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
