import { createContext, useContext, useSyncExternalStore } from 'react'
import { useLocale } from 'react-aria-components'

export interface DisplaySettings {
  /** IANA zone; without it the browser's. */
  timeZone?: string
  /** Years of the Republic (民國) in dates. */
  isRocYear?: boolean
  /** Milliseconds the server's clock is ahead of this machine's: a wrong clock here must not tell wrong waits. */
  clockOffset?: number
}

/** How times are told; set once around the application. */
export const DisplayContext = createContext<DisplaySettings>({})

const watchers = new Set<() => void>()
let tick = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function watch(watcher: () => void): () => void {
  watchers.add(watcher)
  tick = Date.now()
  // One timer for every time on the page: they all turn over together.
  timer ??= setInterval(() => { tick = Date.now(); for (const each of watchers) each() }, 10_000)
  return () => {
    watchers.delete(watcher)
    if (watchers.size === 0) { clearInterval(timer); timer = undefined }
  }
}

/** The server's present instant in epoch milliseconds, renewed every 10 s. */
export function useNow(): number {
  const { clockOffset = 0 } = useContext(DisplayContext)
  return useSyncExternalStore(watch, () => tick) + clockOffset
}

export interface TimeWords {
  /** "3 分鐘前", "昨天 14:02", "11月20日". */
  relative: string
  /** Date and time to the minute with weekday. */
  exact: string
}

/** Words for an instant: relative within a day, else date; `exact` always whole. */
export function timeWords(at: Date, now: number, locale: string, settings: DisplaySettings = {}): TimeWords {
  const tag = settings.isRocYear ? `${locale}-u-ca-roc` : locale
  const zone = settings.timeZone ? { timeZone: settings.timeZone } : {}
  const exact = new Intl.DateTimeFormat(tag, { ...zone, year: 'numeric', month: 'short', day: 'numeric', weekday: 'short', hour: '2-digit', minute: '2-digit', hour12: false }).format(at)
  const seconds = Math.round((at.getTime() - now) / 1000)
  const size = Math.abs(seconds)
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  if (size < 45) return { relative: relative.format(0, 'second'), exact }
  if (size < 3600) return { relative: relative.format(Math.round(seconds / 60), 'minute'), exact }
  if (size < 86_400) return { relative: relative.format(Math.round(seconds / 3600), 'hour'), exact }
  const isSameYear = new Date(now).getUTCFullYear() === at.getUTCFullYear()
  const day = new Intl.DateTimeFormat(tag, { ...zone, month: 'short', day: 'numeric', ...(isSameYear ? {} : { year: 'numeric' as const }) })
  return { relative: day.format(at), exact }
}

export function useTimeWords(at: Date | string | number): TimeWords {
  const settings = useContext(DisplayContext)
  const { locale } = useLocale()
  return timeWords(new Date(at), useNow(), locale, settings)
}
