import type { ReactElement, ReactNode } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useMay, useSession } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { intlTag } from '../../../lib/text/index.ts'
import { EmptyState, Explained, Link, Num, Page, Section, Select, useNow, useNumberFormatter } from '../../../ui/index.ts'
import type { Stage } from '../../requests/contract.ts'
import { staff } from '../../staff/contract.ts'
import { insight, type Today } from '../contract.ts'
import { dayIn, readable, valueWords } from '../../../lib/metrics/index.ts'
import { qualityIndex } from '../indicators/contract.ts'

/** What today looks like. Every number opens the requests behind it. */
export default function Start(): ReactElement {
  const t = useText()
  const may = useMay()
  const { person } = useSession()
  const { locale } = useLanguage()
  const now = useNow()
  if (!may('requests.read')) return <Page title={t('insight.today')}><EmptyState title={t('insight.no-requests')}>{t('insight.no-requests-next')}</EmptyState></Page>
  const day = new Intl.DateTimeFormat(intlTag(locale), { dateStyle: 'full', ...(person ? { timeZone: person.zone } : {}) }).format(now)
  return (
    <Page title={t('insight.today')} lead={day} actions={<TeamChoice />}>
      <Figures />
    </Page>
  )
}

function TeamChoice(): ReactElement | null {
  const t = useText()
  const { person } = useSession()
  const may = useMay()
  const [search, setSearch] = useSearchState<'team'>()
  const sees = person?.scope === 'all' && may('staff.read')
  const all = useGet(staff.teams, { query: {} }, { isEnabled: sees })
  const teams = sees ? (all.data?.rows ?? []) : (person?.teams ?? [])
  if (teams.length < 2) return null
  return <Select label={t('insight.team')} isLabelHidden className="w-44" value={search.team ?? 'all'} onChange={(team) => setSearch({ team: team === 'all' ? null : team })} options={[{ id: 'all', label: t(sees ? 'insight.all-teams' : 'insight.my-teams') }, ...teams.map((team) => ({ id: team.id, label: team.name }))]} />
}

function Figures(): ReactElement {
  const [search] = useSearchState<'team'>()
  const query = search.team ? { teamId: search.team } : {}
  const today = useGet(insight.today, { query }, { live: ['request.'], keepsPrevious: true, staleSeconds: 60 })
  return <Loaded of={today}>{(figures) => <Told today={figures} team={search.team} />}</Loaded>
}

function Told({ today, team }: { today: Today; team: string | undefined }): ReactElement {
  const t = useText()
  const may = useMay()
  const { mine } = today
  const share = (of: { count: number; inTime: number }) => of.count === 0 ? null : of.inTime / of.count
  const openSum = today.stages.reduce((sum, one) => sum + one.count, 0)
  if (openSum === 0 && today.opened.count === 0 && today.opened.early === 0 && today.closed.count === 0) return <Nothing />
  return (
    <>
      {may('requests.work') && (
        <Section title={t('insight.mine')}>
          <p className="max-w-reading text-lg">{t(mine.held === 0 ? 'insight.mine-none' : mine.overdue > 0 ? 'insight.mine-late' : mine.dueSoon > 0 ? 'insight.mine-soon' : 'insight.mine-calm', { held: mine.held, overdue: mine.overdue, soon: mine.dueSoon })}</p>
          <Row>
            <Figure label={t('insight.held')} value={mine.held} href={paths.inbox({ view: 'mine' })} />
            <Figure label={t('insight.to-accept')} value={mine.unaccepted} href={paths.inbox({ view: 'mine', stage: 'assign' })} isUrgent={mine.unaccepted > 0} />
            <Figure label={t('insight.overdue')} value={mine.overdue} href={paths.inbox({ view: 'mine' })} isLate={mine.overdue > 0} />
            <Figure label={t('insight.due-soon')} value={mine.dueSoon} href={paths.inbox({ view: 'mine' })} isUrgent={mine.dueSoon > 0} />
            <Figure label={t('insight.waiting')} value={mine.waiting} href={paths.inbox({ view: 'mine', stage: 'track' })} />
          </Row>
        </Section>
      )}
      <Section title={t('insight.flow')}>
        <Row>
          <Figure label={t('insight.opened')} value={today.opened.count} href={paths.inbox({ view: 'all', team })} note={t('insight.week-ago', { count: today.opened.early })} means={t('insight.week-ago-means')} />
          <Figure label={t('insight.closed')} value={today.closed.count} href={paths.inbox({ view: 'closed', team })} note={t('insight.week-ago', { count: today.closed.early })} means={t('insight.week-ago-means')} />
          <Figure label={t('insight.first-in-time')} value={share(today.firstResponses)} style="percent" href={paths.inbox({ view: 'all', team })} note={t('insight.of', { part: today.firstResponses.inTime, whole: today.firstResponses.count })} means={t('insight.first-in-time-means')} />
          <Figure label={t('insight.median-first')} {...readable(t, today.firstResponses.medianMinutes)} href={paths.inbox({ view: 'all', team })} note={t('insight.answers', { count: today.firstResponses.count })} means={t('insight.median-first-means')} />
          <Figure label={t('insight.resolved-in-time')} value={share(today.resolutions)} style="percent" href={paths.inbox({ view: 'all', team })} note={t('insight.of', { part: today.resolutions.inTime, whole: today.resolutions.count })} means={t('insight.resolved-in-time-means')} />
          <Figure label={t('insight.rating')} value={today.rating.mean} digits={1} href={paths.inbox({ view: 'closed', team })} note={t('insight.ratings', { count: today.rating.count })} means={t('insight.rating-means')} />
        </Row>
      </Section>
      {may('insight.read') && <LastDays team={team} />}
      <Section title={t('insight.open-now')} actions={<Link href={paths.queues()}>{t('insight.to-queues')}</Link>}><Stages stages={today.stages} team={team} /></Section>
    </>
  )
}

const DAY_MS = 86_400_000
/** The quality index of the last seven days and what costs it most; nothing where no formula is in force or nothing happened. */
function LastDays({ team }: { team: string | undefined }): ReactElement | null {
  const t = useText()
  const { person } = useSession()
  const { locale } = useLanguage()
  const format = useNumberFormatter({ minimumFractionDigits: 1, maximumFractionDigits: 1 })
  const zone = person?.zone ?? 'UTC'
  const days = { from: dayIn(zone, Date.now() - 6 * DAY_MS), to: dayIn(zone, Date.now()) }
  const { data } = useGet(qualityIndex.qualityIndex, { query: { by: 'team' as const, ...days, compare: 'previous' as const, ...(team ? { teamId: team } : {}) } }, { keepsPrevious: true, staleSeconds: 300, live: ['index.'] })
  if (!data || data.total.value === null) return null
  const { value, before } = data.total
  const lost = ({ score, weight }: { score: number | null; weight: number }) => (score === null ? 0 : weight * (100 - score))
  const dearest = data.indicators.filter((one) => lost(one) > 0).sort((a, b) => lost(b) - lost(a)).slice(0, 5)
  const period = { period: 'own', ...days, teamId: team }
  return (
    <Section title={t('insight.index.start-days')}>
      <Row>
        <Figure label={t('insight.index.start')} value={value} digits={1} unit={t('insight.index.of-hundred')} href={paths.qualityIndex(period)} means={t('insight.index.start-means')} {...(before === null ? {} : { note: t('insight.index.start-before', { value: format.format(before) }) })} />
        {dearest.map((one) => {
          const words = valueWords(one.metric, locale, t)
          return <Figure key={one.metric} label={t(`insight.metric.${one.metric}`)} value={one.score} unit={t('insight.index.of-hundred')} href={paths.reports({ ...period, metric: one.metric })} note={t('insight.index.start-note', { value: words(one.value), target: words(one.target) })} means={t('insight.index.start-score')} />
        })}
      </Row>
    </Section>
  )
}

const Row = ({ children }: { children: ReactNode }) => <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 lg:grid-cols-6">{children}</dl>

interface FigureProps {
  label: string
  value: number | null
  style?: 'decimal' | 'percent'
  digits?: number
  unit?: string
  href: string
  note?: string
  /** How it is counted. */
  means?: string
  isLate?: boolean
  isUrgent?: boolean
}

function Figure({ label, value, style = 'decimal', digits = 0, unit, href, note, means, isLate, isUrgent }: FigureProps): ReactElement {
  return (
    <div className="flex min-w-0 flex-col">
      <dt className="text-sm text-muted">{means === undefined ? label : <Explained text={means}>{label}</Explained>}</dt>
      <dd className="m-0">
        <Num value={value} style={style} digits={digits} href={href} className={`text-2xl font-bold ${isLate ? 'text-late' : isUrgent ? 'text-soon' : ''}`} {...(unit !== undefined ? { unit } : {})} />
        {note !== undefined && <span className="block text-sm text-faint">{note}</span>}
      </dd>
    </div>
  )
}

/** The inbox view of a stage; two stages have none of their own and are picked out of the open ones. */
const stageDoor = (stage: Stage, team: string | undefined): string => {
  const view = { accept: 'queue', assign: 'unaccepted', track: 'waiting', verify: 'to-verify' }[stage as string]
  return paths.inbox(view ? { view, team } : { view: 'open', stage, team })
}

/** The open requests along the loop; the bar's length is their share of the fullest stage. */
function Stages({ stages, team }: { stages: Today['stages']; team: string | undefined }): ReactElement {
  const t = useText()
  const most = Math.max(1, ...stages.map((one) => one.count))
  return (
    <ol className="flex max-w-160 flex-col">
      {stages.map((one) => (
        <li key={one.stage}>
          <Link href={stageDoor(one.stage, team)} variant="quiet" className="grid h-row grid-cols-[9rem_3rem_minmax(0,1fr)] items-center gap-3 no-underline! hover:bg-hover">
            <span className="truncate">{t(`insight.stage.${one.stage}`)}</span>
            <Num value={one.count} className="text-end font-bold" />
            <svg viewBox="0 0 100 8" preserveAspectRatio="none" className="h-2 w-full rounded-sm bg-sunken" aria-hidden="true"><rect width={(one.count / most) * 100} height="8" className={one.stage === 'accept' ? 'fill-soon' : one.stage === 'track' ? 'fill-paused' : 'fill-accent'} /></svg>
          </Link>
        </li>
      ))}
    </ol>
  )
}

function Nothing(): ReactElement {
  const t = useText()
  const may = useMay()
  const { person } = useSession()
  if (person && person.scope !== 'all' && person.teams.length === 0) return <EmptyState title={t('insight.no-team')}>{t('insight.no-team-next')}</EmptyState>
  return (
    <EmptyState title={t('insight.nothing')} exampleLabel={t('insight.example')} example={t('insight.nothing-example')} action={may('staff.configure') ? <Link href={paths.channels()} variant="button">{t('insight.open-channels')}</Link> : undefined}>
      {t('insight.nothing-next')}
    </EmptyState>
  )
}
