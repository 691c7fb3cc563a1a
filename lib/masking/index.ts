/**
 * Personal data with most of it covered: enough to tell two records apart and to ask a caller about, too little to
 * use. Covers have a fixed width, so that they don't tell how long the value is. Pure.
 */

const COVER = '***'
const WIDE_COVER = '＊＊'

const email = /^[^\s@]+@[^\s@]+$/
const phone = /^\+?[\d\s().-]{5,}$/
const wide = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u

/** Somebody who gave no name is called by an address: such a name is covered as the address it is. */
export function isAddress(text: string): boolean {
  const plain = text.normalize('NFKC').trim()
  return email.test(plain) || (phone.test(plain) && digitsOf(plain).length >= 5)
}
const digitsOf = (text: string): string => text.normalize('NFKC').replace(/\D/g, '')

/** 王小明 → 王＊＊, Amy Wong → A*** W***: the first sign of each word. */
export function maskName(name: string): string {
  if (isAddress(name)) return maskAddress(name)
  return name.split(/(\s+)/).map((word) => {
    const first = String.fromCodePoint(word.codePointAt(0) ?? 32)
    if (word === '' || /\s/.test(first)) return word
    return first + (wide.test(first) ? WIDE_COVER : COVER)
  }).join('')
}

/** lin@example.com → l***@example.com. A single sign before the @ is covered too. */
export function maskEmail(address: string): string {
  const plain = address.normalize('NFKC').trim()
  const at = plain.lastIndexOf('@')
  if (at < 1) return COVER
  const first = String.fromCodePoint(plain.codePointAt(0)!)
  return `${first.length < at ? first : ''}${COVER}${plain.slice(at)}`
}

/** 0912-345-678 → 09**-***-678: the first two and the last three of eight digits and more, fewer of fewer. */
export function maskPhone(number: string): string {
  const count = digitsOf(number).length
  const [head, tail] = count >= 8 ? [2, 3] : count >= 6 ? [0, 2] : [0, 0]
  let place = 0
  return number.normalize('NFKC').replace(/\d/g, (digit) => {
    place++
    return place <= head || place > count - tail ? digit : '*'
  })
}

export const maskAddress = (text: string): string => text.normalize('NFKC').includes('@') ? maskEmail(text) : maskPhone(text)

/** A key in another system: LH-2026-001 → L***, so that it can't be used there. Short ones disappear whole. */
export function maskKey(value: string): string {
  return value.length >= 6 ? `${String.fromCodePoint(value.codePointAt(0)!)}${COVER}` : COVER
}

/** Free words tell anything: nothing of them is shown. */
export const maskWords = (): string => COVER

// Chinese is written without spaces around an address, so its characters end one.
// Looked for where a word begins only, else a long word is walked from each of its letters.
const emails = /(?<!(?!\p{Script=Han})[\p{L}\p{N}._%+-])(?:(?!\p{Script=Han})[\p{L}\p{N}._%+-])+@(?:(?!\p{Script=Han})[\p{L}\p{N}-])+(?:\.(?:(?!\p{Script=Han})[\p{L}\p{N}-])+)+/gu
// Beginning as a number is dialled: an order number of many digits is not one.
const phones = /(?<![A-Za-z\p{N}-])(?:[+＋]\p{Nd}|[0０]\p{Nd})(?:[ ().（）－-]{0,2}\p{Nd}){6,13}(?!\p{Nd})/gu

/** Covers every mail address and telephone number in a text but the person's own; for what is handed to that person. */
export function maskForeign(text: string, own: readonly string[]): string {
  const ours = new Set(own.map((one) => one.trim().toLowerCase()))
  const ends = own.filter((one) => !one.includes('@')).map((one) => digitsOf(one).slice(-9)).filter((end) => end.length >= 7)
  return text
    .replace(emails, (address) => ours.has(address.toLowerCase()) ? address : maskEmail(address))
    .replace(phones, (number) => ends.some((end) => digitsOf(number).endsWith(end)) ? number : maskPhone(number))
}
