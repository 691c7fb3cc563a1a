import { useEffect, useState, type ReactElement } from 'react'
import { call, CallFault } from '../../../apps/console/api.ts'
import { loadCatalogue, TextProvider, useLanguage, useText } from '../../../apps/console/text.tsx'
import { readable } from '../../../lib/metrics/index.ts'
import { intlTag, type Locale } from '../../../lib/text/index.ts'
import { workStates } from '../contract.ts'
import { wallboards, type Wall as Figures } from '../wall/contract.ts'

const ASK_MS = 1_500
/** Older than this the line counts as lost. */
const STALE_MS = 6_000

interface Present { wall: Figures; /** On this machine's steady clock. */ at: number }

/** The board on the wall. The secret stands behind the # of its address, which no server and no log ever gets. */
export default function Wall(): ReactElement {
  const t = useText()
  const [token] = useState(() => location.hash.slice(1))
  const [present, setPresent] = useState<Present | null>(null)
  const [hasEnded, setEnded] = useState(token === '')
  const [words, setWords] = useState<{ locale: Locale; catalogue: Record<string, string> } | null>(null)
  useEffect(() => {
    if (token === '') return
    const stop = new AbortController()
    let timer = 0
    const ask = async (): Promise<void> => {
      try {
        // A line that hangs must not hold up the next try.
        const wall = await call(wallboards.wall, { params: { token } }, { signal: AbortSignal.any([stop.signal, AbortSignal.timeout(5_000)]) })
        setPresent({ wall, at: performance.now() - wall.ageMs })
        setEnded(false)
      } catch (fault) {
        if (stop.signal.aborted) return
        if (fault instanceof CallFault && fault.status === 404) { setPresent(null); setEnded(true); return }
      }
      timer = window.setTimeout(() => { void ask() }, ASK_MS)
    }
    void ask()
    return () => { stop.abort(); clearTimeout(timer) }
  }, [token])
  const locale = present?.wall.locale
  useEffect(() => { if (locale) void loadCatalogue(locale).then((catalogue) => setWords({ locale, catalogue })) }, [locale])
  const theme = present?.wall.theme
  useEffect(() => {
    if (!theme) return
    const { dataset } = document.documentElement
    const before = dataset['theme']
    dataset['theme'] = theme
    return () => { if (before === undefined) delete dataset['theme']; else dataset['theme'] = before }
  }, [theme])
  if (hasEnded) return <div className="grid min-h-dvh place-items-center p-6"><h1 className="max-w-reading text-2xl">{t('insight.wall.ended')}</h1></div>
  if (!present || !words || words.locale !== locale) return <div className="grid min-h-dvh place-items-center p-6"><h1 className="text-2xl">{t('insight.wall.loading')}</h1></div>
  return <TextProvider key={words.locale} locale={words.locale} catalogue={words.catalogue} timeZone={present.wall.zone}><Board present={present} /></TextProvider>
}

const pages = ['work', 'promise', 'day', 'people'] as const

function Board({ present: { wall, at } }: { present: Present }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const [now, setNow] = useState(() => performance.now())
  const [place, setPlace] = useState(0)
  useEffect(() => { const timer = setInterval(() => setNow(performance.now()), 500); return () => clearInterval(timer) }, [])
  useEffect(() => { const timer = setInterval(() => setPlace((before) => (before + 1) % pages.length), wall.seconds * 1000); return () => clearInterval(timer) }, [wall.seconds, place])
  useEffect(() => {
    const turn = (event: KeyboardEvent) => { if (event.key === 'ArrowRight') setPlace((before) => (before + 1) % pages.length); if (event.key === 'ArrowLeft') setPlace((before) => (before + pages.length - 1) % pages.length) }
    addEventListener('keydown', turn)
    return () => removeEventListener('keydown', turn)
  }, [])
  const age = now - at
  const isStale = age > STALE_MS
  const clock = (date: number, parts: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(intlTag(locale), { ...parts, hourCycle: 'h23', timeZone: wall.zone }).format(date)
  // The server's clock goes on by this machine's steady one: a screen's own clock may be wrong.
  const serverNow = Date.parse(wall.asOf) + age
  const page = pages[place]!
  return (
    <div className="flex min-h-dvh flex-col gap-[2vh] bg-sunken p-[2.5vw] text-text">
      <header className="flex flex-wrap items-baseline gap-x-[2vw]">
        <h1 className="text-[clamp(1.25rem,3vw,4rem)] font-bold">{wall.name}</h1>
        {wall.team !== null && <p className="text-[clamp(1rem,2vw,2.5rem)] text-muted">{wall.team}</p>}
        <p className="ms-auto text-[clamp(1.5rem,4vw,5rem)] font-bold tabular-nums">{clock(serverNow, { hour: '2-digit', minute: '2-digit' })}</p>
      </header>
      {isStale && <p role="alert" className="rounded-md bg-late-surface px-[2vw] py-[1vh] text-[clamp(1.25rem,3vw,4rem)] font-bold text-late">{t('insight.wall.stale', { time: clock(Date.parse(wall.asOf), { hour: '2-digit', minute: '2-digit', second: '2-digit' }) })}</p>}
      <section aria-label={t(`insight.wall.page-${page}`)} className={`grid flex-1 content-center gap-x-[3vw] gap-y-[4vh] ${page === 'work' ? 'sm:grid-cols-5' : page === 'promise' ? 'sm:grid-cols-3' : 'sm:grid-cols-2'} ${isStale ? 'text-muted' : ''}`}>
        {page === 'work' && <Work wall={wall} serverNow={serverNow} />}
        {page === 'promise' && <Promises wall={wall} serverNow={serverNow} />}
        {page === 'day' && <Day wall={wall} />}
        {page === 'people' && <People wall={wall} />}
      </section>
      <footer className="flex items-center gap-[2vw] text-[clamp(0.875rem,1.5vw,2rem)] text-muted">
        <p className="tabular-nums">{t('insight.wall.age', { seconds: Math.max(0, Math.round(age / 1000)) })}</p>
        <p className="ms-auto">{t(`insight.wall.page-${page}`)} · {place + 1}/{pages.length}</p>
      </footer>
    </div>
  )
}

/** One number, as large as the wall needs: 160 px at 1920. */
function Figure({ label, value, unit, note, tone = '' }: { label: string; value: string; unit?: string; note?: string; tone?: string }): ReactElement {
  return (
    <dl className="min-w-0">
      <dt className="text-[clamp(1rem,2vw,2.5rem)] text-muted">{label}</dt>
      <dd className={`m-0 text-[clamp(3rem,8.3vw,12rem)] leading-tight font-bold tabular-nums ${tone}`}>{value}{unit !== undefined && <span className="ms-[0.2em] text-[0.35em] font-normal text-muted">{unit}</span>}</dd>
      {note !== undefined && <dd className="m-0 text-[clamp(0.875rem,1.6vw,2rem)] text-muted">{note}</dd>}
    </dl>
  )
}

function useNumbers() {
  const { locale } = useLanguage()
  const number = (value: number, options: Intl.NumberFormatOptions = {}) => new Intl.NumberFormat(intlTag(locale), options).format(value)
  const share = ({ count, inTime }: { count: number; inTime: number }) => (count === 0 ? '–' : number(inTime / count, { style: 'percent', maximumFractionDigits: 0 }))
  return { number, share }
}

/** A span at a glance, from 5 m away. */
function useSpan(): (ms: number) => { value: string; unit: string } {
  const t = useText()
  const { number } = useNumbers()
  return (ms) => {
    const minutes = Math.max(0, Math.floor(ms / 60_000))
    const { value, digits, unit } = readable(t, minutes)
    return { value: number(value!, { maximumFractionDigits: minutes < 120 ? 0 : digits }), unit }
  }
}

function Work({ wall, serverNow }: { wall: Figures; serverNow: number }): ReactElement {
  const t = useText()
  const { number } = useNumbers()
  const span = useSpan()
  const waited = wall.waitingSince === null ? undefined : span(serverNow - Date.parse(wall.waitingSince))
  const longest = waited && `${t('insight.wall.longest')} ${waited.value} ${waited.unit}`
  return (
    <>
      {wall.columns.map((column) => <Figure key={column.id} label={t(`insight.wall.${column.id}`)} value={number(column.count)} {...(column.id === 'waiting' ? { tone: column.count > 0 ? 'text-soon' : '', ...(longest === undefined ? {} : { note: longest }) } : {})} />)}
      <Figure label={t('insight.wall.done')} value={number(wall.doneToday)} tone="text-ok" />
    </>
  )
}

function Promises({ wall, serverNow }: { wall: Figures; serverNow: number }): ReactElement {
  const t = useText()
  const span = useSpan()
  const { number, share } = useNumbers()
  return (
    <>
      <Figure label={t('insight.wall.overdue')} value={number(wall.overdue)} tone={wall.overdue > 0 ? 'text-late' : ''} />
      <Figure label={t('insight.wall.due-soon')} value={number(wall.dueSoon)} tone={wall.dueSoon > 0 ? 'text-soon' : ''} />
      <Figure label={t('insight.wall.next-due')} {...(wall.nextDueAt === null ? { value: '–' } : span(Date.parse(wall.nextDueAt) - serverNow))} />
      <Figure label={t('insight.wall.alarms')} value={number(wall.alarms)} tone={wall.alarms > 0 ? 'text-late' : ''} />
      <Figure label={t('insight.wall.first-in-time')} value={share(wall.firstResponses)} note={t('insight.of', { part: wall.firstResponses.inTime, whole: wall.firstResponses.count })} />
      <Figure label={t('insight.wall.resolved-in-time')} value={share(wall.resolutions)} note={t('insight.of', { part: wall.resolutions.inTime, whole: wall.resolutions.count })} />
    </>
  )
}

function Day({ wall }: { wall: Figures }): ReactElement {
  const t = useText()
  const { number } = useNumbers()
  const usual = (flow: Figures['opened']) => (flow.usual === null ? {} : { note: t('insight.wall.usual', { mean: number(flow.usual.mean, { maximumFractionDigits: 1 }), weeks: flow.usual.weeks }) })
  return (
    <>
      <Figure label={t('insight.wall.opened')} value={number(wall.opened.count)} {...usual(wall.opened)} />
      <Figure label={t('insight.wall.closed')} value={number(wall.closed.count)} {...usual(wall.closed)} />
    </>
  )
}

function People({ wall }: { wall: Figures }): ReactElement {
  const t = useText()
  const { number } = useNumbers()
  const tones = { free: 'text-ok', full: 'text-soon', away: '', offline: 'text-muted' } as const
  return <>{workStates.map((state) => <Figure key={state} label={t(`insight.wall.${state}`)} value={number(wall.people[state])} tone={wall.people[state] > 0 ? tones[state] : ''} />)}</>
}
