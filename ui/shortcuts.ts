import { useEffect, useRef, useSyncExternalStore } from 'react'

export interface Shortcut {
  /** `j`, `shift+?`, `mod+k` (⌘ on Apple, Ctrl elsewhere), `g i` (one after the other within a second). */
  keys: string
  /** What it does, shown in the help. */
  label: string
  group?: string
  run: () => void
  /** Also while typing and inside dialogs; only sensible with a modifier. */
  isEverywhere?: boolean
}

const stacks: { current: readonly Shortcut[] }[] = []
const watchers = new Set<() => void>()
let snapshot: readonly Shortcut[] = []
let areSingleKeysOn = true
let first: { key: string; at: number } | null = null

function changed(): void {
  const seen = new Set<string>()
  // What runs is looked up at the press: the component has rendered with newer values since it registered.
  snapshot = stacks.toReversed().flatMap((stack) => stack.current.map((shortcut) => ({ ...shortcut, run: () => stack.current.find((one) => one.keys === shortcut.keys)?.run() })))
    .filter((shortcut) => !seen.has(shortcut.keys) && seen.add(shortcut.keys))
  for (const watcher of watchers) watcher()
}

/** Registers shortcuts while the component is shown; those registered last win over the same keys before. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  const names = shortcuts.map((shortcut) => `${shortcut.keys}=${shortcut.label}`).join('|')
  useEffect(() => {
    if (stacks.push(latest) === 1) window.addEventListener('keydown', listen, true)
    changed()
    return () => {
      stacks.splice(stacks.indexOf(latest), 1)
      if (stacks.length === 0) window.removeEventListener('keydown', listen, true)
      changed()
    }
  }, [names])
}

/** Everything that can be pressed now, for the help. */
export function useShortcutList(): readonly Shortcut[] {
  return useSyncExternalStore((watcher) => { watchers.add(watcher); return () => { watchers.delete(watcher) } }, () => snapshot)
}

/** Shortcuts of one letter can be turned off (WCAG 2.1.4): people who dictate press keys without meaning to. */
export function setSingleKeys(isOn: boolean): void {
  areSingleKeysOn = isOn
}

/** How one key press is written: modifiers in the order mod, ctrl, alt, shift, then the key. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>, isApple: boolean): string {
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase()
  const isMod = isApple ? event.metaKey : event.ctrlKey
  // A sign that itself needs Shift (such as ?) is the sign; only letters and named keys carry Shift.
  const hasShift = event.shiftKey && (key.length > 1 || /[a-z]/.test(key))
  return [isMod && 'mod', isApple && event.ctrlKey && 'ctrl', event.altKey && 'alt', hasShift && 'shift', key].filter(Boolean).join('+')
}

/** Someone is composing Chinese: every key belongs to the input method. 229 is what older engines send instead. */
export function isComposing(event: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  return event.isComposing || event.keyCode === 229
}

function isOwnKeys(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(
    'input:not([type=checkbox],[type=radio],[type=button]), textarea, select, [contenteditable=""], [contenteditable=true], [role=textbox], [role=menu], [role=dialog], [role=alertdialog]',
  ) !== null
}

function listen(event: KeyboardEvent): void {
  if (event.defaultPrevented || isComposing(event) || ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return
  const name = keyName(event, /Mac|iPhone|iPad/.test(navigator.userAgent))
  const sequence = first && event.timeStamp - first.at < 1000 ? `${first.key} ${name}` : null
  first = null
  const isPlain = !/^(mod|ctrl|alt)\+/.test(name)
  const isTyping = isOwnKeys(event.target)
  const fits = (shortcut: Shortcut) => shortcut.isEverywhere ? true : !isTyping && (areSingleKeysOn || !isPlain || name.length > 1)
  const found = (sequence && snapshot.find((shortcut) => shortcut.keys === sequence && fits(shortcut)))
    || snapshot.find((shortcut) => shortcut.keys === name && fits(shortcut))
  if (found) {
    event.preventDefault()
    event.stopPropagation()
    found.run()
  } else if (isPlain && !isTyping && snapshot.some((shortcut) => shortcut.keys.startsWith(`${name} `))) {
    first = { key: name, at: event.timeStamp }
  }
}
