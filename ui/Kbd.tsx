import { clsx } from 'clsx'
import type { ReactElement } from 'react'

const isApple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)
const signs: Record<string, string> = {
  mod: isApple ? '⌘' : 'Ctrl', shift: '⇧', alt: isApple ? '⌥' : 'Alt', ctrl: 'Ctrl', enter: '⏎', escape: 'Esc',
  arrowup: '↑', arrowdown: '↓', arrowleft: '←', arrowright: '→', space: '␣', backspace: '⌫', tab: '⇥',
}

/** `mod+k` → ["⌘", "K"] or ["Ctrl", "K"]; `g i` (one after the other) → ["G", "I"]. */
export function keySigns(keys: string): string[] {
  return keys.split(/[+ ]/).map((key) => signs[key.toLowerCase()] ?? key.toUpperCase())
}

export function Kbd({ keys, className }: { keys: string; className?: string }): ReactElement {
  return (
    <kbd className={clsx('inline-flex gap-0.5 align-middle font-sans', className)}>
      {keySigns(keys).map((sign, at) => (
        <span key={at} className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm border border-current/30 px-1 text-sm leading-none">{sign}</span>
      ))}
    </kbd>
  )
}
