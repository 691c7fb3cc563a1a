import { useEffect, useState, type ReactElement } from 'react'
import { useText } from '../../../apps/console/text.tsx'

/** Older than this the line counts as lost. */
const STALE_MS = 6_000

/** How old the figures are, each second anew; said aloud only when they stop coming. */
export function Age({ at }: { at: number }): ReactElement {
  const t = useText()
  const [now, setNow] = useState(() => performance.now())
  useEffect(() => { const timer = setInterval(() => setNow(performance.now()), 500); return () => clearInterval(timer) }, [])
  const age = Math.max(0, now - at)
  if (age > STALE_MS) return <span role="alert" className="text-late">{t('routing.stale', { seconds: Math.round(age / 1000) })}</span>
  return <span className="text-sm text-faint tabular-nums">{t('routing.age-of', { seconds: Math.round(age / 1000) })}</span>
}
