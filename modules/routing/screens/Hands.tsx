import type { ReactElement } from 'react'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Avatar, EmptyState, Link, Num, Table } from '../../../ui/index.ts'
import { workStateOf, workStates, type Load } from '../../insight/contract.ts'

const held = (person: Load): number => person.channels.reduce((sum, one) => sum + one.inHand, 0)

/** Who is here and how full their hands are. Those who work now come first, the fullest before the others. */
export function Hands({ people, teamId }: { people: Load[]; teamId: string | undefined }): ReactElement {
  const t = useText()
  const place = (person: Load): number => workStates.indexOf(workStateOf(person))
  const sum = (of: 'inHand' | 'capacity') => people.filter((person) => person.presence === 'online').reduce((all, person) => all + person.channels.reduce((own, one) => own + one[of], 0), 0)
  return (
    <>
      <p className="mb-2 flex flex-wrap gap-x-5">
        {workStates.map((state) => <span key={state}><span className="text-muted">{t(`routing.state.${state}`)}</span> <Num value={people.filter((person) => workStateOf(person) === state).length} className="font-bold" /></span>)}
        <span className="text-muted">{t('routing.load-of-present', { inHand: sum('inHand'), capacity: sum('capacity') })}</span>
      </p>
      <Table<Load>
        label={t('routing.people')} rowId={(row) => row.id} empty={<NoTeam />}
        rows={[...people].sort((a, b) => place(a) - place(b) || held(b) - held(a))}
        columns={[
          { id: 'name', title: t('routing.person'), width: '14rem', cell: (row) => <span className="inline-flex min-w-0 items-center gap-2"><Avatar name={row.name} size="sm" isDecorative /><Link href={paths.person({ id: row.id })} variant="quiet" className="truncate">{row.name}</Link></span> },
          { id: 'state', title: t('routing.state'), width: '6rem', cell: (row) => t(`routing.state.${workStateOf(row)}`) },
          { id: 'load', title: t('routing.load-title'), cell: (row) => <Squares person={row} /> },
          { id: 'late', title: t('routing.list.overdue'), align: 'end', cell: (row) => row.overdue === 0 ? <span className="text-faint">0</span> : <Num value={row.overdue} href={paths.inbox({ view: 'overdue', holder: row.id, team: teamId })} className="font-bold text-late" /> },
          { id: 'now', title: t('routing.due-first'), priority: 3, cell: (row) => row.current ? <Link href={paths.request({ id: row.current.id })} variant="quiet" className="block max-w-80 truncate">{row.current.subject}</Link> : <span className="text-faint">–</span> },
        ]}
      />
    </>
  )
}

const MOST = 12

/** ■ in hand, □ room left, for every channel in which something is held; more than fits is told in numbers. */
function Squares({ person }: { person: Load }): ReactElement {
  const t = useText()
  if (person.channels.every((one) => one.capacity === 0 && one.inHand === 0)) return <span className="text-faint">{t('routing.takes-none')}</span>
  const busy = person.channels.filter((one) => one.inHand > 0)
  if (busy.length === 0) return <span className="text-faint">{t('routing.holds-none')}</span>
  return (
    <span className="flex flex-wrap gap-x-4 gap-y-0.5">
      {busy.map((one) => {
        const [filled, room] = [Math.min(one.inHand, MOST), Math.max(0, Math.min(one.capacity, MOST) - one.inHand)]
        return (
          <span key={one.channel} className="inline-flex items-center gap-1.5 whitespace-nowrap">
            <span className="text-sm text-faint">{t(`routing.channel.${one.channel}`)}</span>
            <span aria-hidden="true" className="inline-flex gap-px">
              {Array.from({ length: filled }, (_, at) => <span key={at} className={`size-2 ${at >= one.capacity ? 'bg-late' : 'bg-accent'}`} />)}
              {Array.from({ length: room }, (_, at) => <span key={`room-${at}`} className="size-2 border border-edge/60" />)}
            </span>
            <span className="text-sm text-muted">{one.inHand}/{one.capacity}</span>
          </span>
        )
      })}
    </span>
  )
}

function NoTeam(): ReactElement {
  const t = useText()
  return <EmptyState title={t('routing.no-people')} action={<Link href={paths.teams()} variant="button">{t('routing.open-teams')}</Link>}>{t('routing.no-people-next')}</EmptyState>
}
