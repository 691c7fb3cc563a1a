/**
 * Characters that make a text look like another one: direction marks and overrides, zero-width and tag characters.
 * Joiners (U+200C, U+200D) stay, scripts and emoji need them.
 */
const deceptive = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g
const controls = /[\p{Cc}\u2028\u2029]+/gu

/** Deceptive characters written out (`[U+202E]`), so that a name shows what it holds. */
export function visualise(text: string): string {
  return text.replace(deceptive, found => `[U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`)
}

/** One line without control characters or line ends; everything else unchanged. */
export function singleLine(text: string, length = 1_000): string {
  return text.slice(0, length * 2).replace(controls, ' ').trim().slice(0, length)
}

/** One line for people: no control characters or line ends, deceptive characters written out, at most `length` characters. */
export function plainLine(text: string, length = 1_000): string {
  return visualise(text.slice(0, length * 2).replace(controls, ' ')).replace(/ {2,}/g, ' ').trim().slice(0, length)
}

/** A file name for showing and for Content-Disposition: no path, no reserved characters, extension kept when shortened. */
export function plainFileName(name: string, fallback: string): string {
  const base = name.slice(0, 2_000).split(/[\\/]/).pop() ?? ''
  const clean = visualise(base.replace(controls, '')).replace(/[<>:"|?*]/g, '_').replace(/^[. ]+|[. ]+$/g, '')
  if (clean === '') return fallback
  if (clean.length <= 200) return clean
  const dot = clean.lastIndexOf('.')
  const extension = dot > 0 && clean.length - dot <= 12 ? clean.slice(dot) : ''
  return clean.slice(0, 200 - extension.length) + extension
}

/** Text as it was written, but line ends are `\n` and there is no NUL, which no database text can hold. */
export function plainText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replaceAll('\0', '')
}
