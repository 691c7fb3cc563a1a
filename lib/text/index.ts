/**
 * Everything a person reads is looked up by key in one of three languages and filled in here: server, mail,
 * staff console, portal and chat widget use this one formatter. It is small because the widget ships it.
 *
 * A message is ICU: `{name}`, `{count, plural, =0 {…} one {# …} other {…}}`, `{x, select, a {…} other {…}}`,
 * `{n, number}` (styles `percent`, `integer`), `{at, date}`, `{at, time}`, `{at, datetime}` (styles `short`,
 * `medium`, `long`, `full`); `''` is an apostrophe, `'{'` a brace.
 */
import { compileMessage, type Piece } from './message.ts'

export { compareCatalogues, type CatalogueDifference } from './compare.ts'

export const locales = ['zh-Hant', 'zh-Hans', 'en'] as const
export type Locale = (typeof locales)[number]

export type Argument = string | number | boolean | Date | null | undefined
export type Arguments = Record<string, Argument>
export type Translate<Key extends string = string> = (key: Key, args?: Arguments) => string

/** The tag that Intl needs for the region's conventions: zh-Hant → zh-TW, zh-Hans → zh-CN. */
export function intlTag(locale: Locale): string {
  return locale === 'zh-Hant' ? 'zh-TW' : locale === 'zh-Hans' ? 'zh-CN' : locale
}

/**
 * The best of our languages for an Accept-Language header or `navigator.languages`.
 * zh-TW, zh-HK, zh-MO, zh-Hant and yue mean Traditional, every other zh Simplified. Nothing known: `otherwise`.
 */
export function pickLocale(wanted: string | readonly string[] | null | undefined, otherwise: Locale = 'zh-Hant'): Locale {
  let best = otherwise
  let bestWeight = 0
  for (const entry of typeof wanted === 'string' ? wanted.slice(0, 500).split(',') : (wanted ?? [])) {
    const [tag, weightText] = entry.trim().split(/\s*;\s*q\s*=\s*/)
    const weight = weightText === undefined ? 1 : Number(weightText) || 0
    const locale: Locale | undefined = /^(yue|zh[-_](.*[-_])?(hant|tw|hk|mo))\b/i.test(tag!.replaceAll('_', '-')) && !/hans/i.test(tag!)
      ? 'zh-Hant'
      : /^zh\b/i.test(tag!) ? 'zh-Hans' : /^en\b/i.test(tag!) ? 'en' : undefined
    if (locale && weight > bestWeight) {
      best = locale
      bestWeight = weight
    }
  }
  return best
}

/**
 * Formats one value by the language's conventions. Kinds and styles as in messages; `timeZone` is an IANA
 * name (default: the machine's). Instants are epoch milliseconds, Date or ISO text; what cannot be read as
 * the kind is shown as it came.
 */
export function createFormat(locale: Locale, timeZone?: string): (value: Argument, kind: string, style?: string) => string {
  const tag = intlTag(locale)
  // Making an Intl formatter costs a hundred times more than using it.
  const made = new Map<string, { format(value: number): string }>()
  return (value, kind, style) => {
    const number = kind === 'number' || typeof value !== 'string' ? Number(value) : Date.parse(value)
    if (number !== number || value == null) return String(value)
    const name = kind + style
    try {
      let formatter = made.get(name)
      if (!formatter) {
        const length = (style || (kind === 'time' ? 'short' : 'medium')) as 'short'
        formatter = kind === 'number'
          ? new Intl.NumberFormat(tag, style === 'percent' ? { style, maximumFractionDigits: 1 } : style === 'integer' ? { maximumFractionDigits: 0 } : {})
          : new Intl.DateTimeFormat(tag, {
              timeZone,
              hourCycle: 'h23',
              dateStyle: kind === 'time' ? undefined : length,
              timeStyle: kind === 'time' ? length : kind === 'datetime' ? 'short' : undefined,
            })
        made.set(name, formatter)
      }
      return formatter.format(number)
    } catch {
      // an unknown style, or an instant outside the calendar
      return String(value)
    }
  }
}

/**
 * The translator of one language. Messages are compiled at first use. It never throws: a missing argument
 * shows as `{name}`, a malformed message as written, an unknown key through `fallback` (default: the key).
 */
export function createTranslator<Key extends string = string>(
  catalogue: Record<Key, string>, locale: Locale, fallback: (key: Key) => string = (key) => key, timeZone?: string,
): Translate<Key> {
  const format = createFormat(locale, timeZone)
  const plural = new Intl.PluralRules(intlTag(locale))
  const compiled = new Map<Key, Piece[] | string>()

  function render(pieces: Piece[], args: Arguments, count: Argument): string {
    let out = ''
    for (const piece of pieces) {
      if (typeof piece === 'string') out += piece
      else if (piece === 0) out += format(count, 'number')
      else {
        const { name, kind, style, branches } = piece
        const value = args[name]
        if (branches) {
          const isPlural = kind === 'plural'
          const number = Number(value)
          const chosen = (isPlural && branches['=' + number]) ||
            branches[isPlural ? (number === number ? plural.select(number) : 'other') : String(value)] || branches.other
          out += render(chosen!, args, isPlural ? value ?? `{${name}}` : count)
        } else if (value == null) out += `{${name}}`
        else out += kind ? format(value, kind, style) : value
      }
    }
    return out
  }

  return (key, args) => {
    let message = compiled.get(key)
    if (message === undefined) {
      const source: unknown = catalogue[key]
      if (typeof source !== 'string') return fallback(key)
      try {
        message = compileMessage(source)
        if (message.every((piece) => typeof piece === 'string')) message = message.join('')
      } catch {
        message = source
      }
      compiled.set(key, message)
    }
    return typeof message === 'string' ? message : render(message, args ?? {}, '')
  }
}
