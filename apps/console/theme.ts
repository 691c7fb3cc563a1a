import { useSyncExternalStore } from 'react'
import { setSingleKeys } from '../../ui/index.ts'

export type Theme = 'system' | 'light' | 'dark'
interface Preferences {
  theme: Theme
  hasMotion: boolean
  hasSingleKeys: boolean
}

const STORED = 'loopdesk.display'
const watchers = new Set<() => void>()
let present: Preferences = read()

function read(): Preferences {
  const usual: Preferences = { theme: 'system', hasMotion: true, hasSingleKeys: true }
  try {
    return { ...usual, ...JSON.parse(localStorage.getItem(STORED) ?? '{}') as Partial<Preferences> }
  } catch {
    return usual
  }
}

/** Puts the preferences of this browser into effect; once before the first picture, then at every change. */
export function applyPreferences(): void {
  const { dataset } = document.documentElement
  if (present.theme === 'system') delete dataset['theme']
  else dataset['theme'] = present.theme
  if (present.hasMotion) delete dataset['motion']
  else dataset['motion'] = 'off'
  setSingleKeys(present.hasSingleKeys)
}

/** How this browser shows the console: theme, motion, one-letter keys. */
export function usePreferences(): [Preferences, (change: Partial<Preferences>) => void] {
  const preferences = useSyncExternalStore((watcher) => { watchers.add(watcher); return () => { watchers.delete(watcher) } }, () => present)
  const change = (next: Partial<Preferences>) => {
    present = { ...present, ...next }
    localStorage.setItem(STORED, JSON.stringify(present))
    applyPreferences()
    for (const watcher of watchers) watcher()
  }
  return [preferences, change]
}
