import { clsx } from 'clsx'
import type { ReactElement } from 'react'
import { PresenceDot, type Presence } from './PresenceDot.tsx'

const cjk = /\p{Script=Han}/u

/**
 * What stands for a name in a small circle: Chinese given name's last character(s) (陳美玲 → 美玲, 林 → 林),
 * else the first letters of first and last word (Ann Lee → AL).
 */
export function initials(name: string): string {
  const trimmed = name.trim()
  const han = [...trimmed].filter((sign) => cjk.test(sign))
  if (han.length > 0) return han.slice(han.length > 2 ? -2 : -1).join('')
  const words = trimmed.split(/[\s.@_-]+/).filter(Boolean)
  const [one, last] = [words[0] ?? '?', words.length > 1 ? words.at(-1)! : '']
  return ([...one][0]! + ([...last][0] ?? '')).toLocaleUpperCase()
}

// In 20 px only one sign stays legible: the given name's last in Chinese, the first letter otherwise.
const short = (signs: string): string => [...signs].at(cjk.test(signs) ? -1 : 0) ?? ''

export interface AvatarProps {
  name: string
  presence?: { state: Presence; label: string }
  size?: 'sm' | 'md' | 'lg'
  /** The name stands beside it already. */
  isDecorative?: boolean
}

const sizes = { sm: 'size-5 text-[0.6875rem]', md: 'size-7 text-[0.6875rem]', lg: 'size-10 text-base' }

/** A person's face in letters. All faces look alike: colours here would mean nothing. The letters are a picture: who speaks to the page says the name. */
export function Avatar({ name, presence, size = 'md', isDecorative }: AvatarProps): ReactElement {
  return (
    <span className="relative inline-flex shrink-0" {...(isDecorative ? { 'aria-hidden': true } : { role: 'img', 'aria-label': presence ? `${name} · ${presence.label}` : name })}>
      <span className={clsx('inline-flex items-center justify-center rounded-full border border-line bg-sunken leading-none font-bold whitespace-nowrap text-muted before:content-[attr(data-signs)]', sizes[size])} data-signs={size === 'sm' ? short(initials(name)) : initials(name)} />
      {presence && <PresenceDot state={presence.state} className="absolute -end-0.5 -bottom-0.5 ring-2 ring-raised" />}
    </span>
  )
}
