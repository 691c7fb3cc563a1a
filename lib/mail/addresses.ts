import { domainToASCII } from 'node:url'
import { decodeWords } from './headers.ts'
import { mailLimits, type MailAddress, type Oddity } from './mail.ts'
import { plainLine } from './visible.ts'

/*
 * The one reader of mail addresses: everything that shows, stores, matches or sends to an address goes through it, so
 * that the domain a person sees is the domain a server would deliver to. What could be read in two ways is refused.
 */

type Token =
  | { kind: 'atom' | 'quoted' | 'comment'; text: string; spaced: boolean }
  | { kind: 'mark'; text: string; spaced: boolean }

export interface AddressList {
  addresses: MailAddress[]
  oddities: Oddity[]
}

/**
 * Reads an address header that is Unicode already (encoded words still encoded, they never carry structure).
 * Groups are flattened, comments dropped. A refused mailbox stays in the list with `address: ''`.
 */
export function readAddresses(header: string, field: string, hint?: string): AddressList {
  const oddities: Oddity[] = []
  let text = header
  if (text.length > mailLimits.addressHeaderLength) {
    text = text.slice(0, mailLimits.addressHeaderLength)
    oddities.push({ code: 'addresses-truncated', detail: field })
  }
  const addresses: MailAddress[] = []
  for (const tokens of splitMailboxes(tokenise(text))) {
    if (addresses.length >= mailLimits.addresses) {
      oddities.push({ code: 'addresses-truncated', detail: field })
      break
    }
    const mailbox = readMailbox(tokens, hint)
    if (mailbox === undefined) continue
    if (mailbox.address === '') oddities.push({ code: 'address-refused', detail: field })
    else if (imitates(mailbox)) oddities.push({ code: 'name-imitates-address', detail: field })
    addresses.push(mailbox)
  }
  return { addresses, oddities }
}

/** One address as typed or configured: canonical form, or undefined when it is none or could be read in two ways. */
export function canonicalAddress(text: string): string | undefined {
  if (/[\r\n\0]/.test(text)) return undefined
  const { addresses } = readAddresses(text, 'address')
  const only = addresses[0]
  return addresses.length === 1 && only !== undefined && only.address !== '' ? only.address : undefined
}

function tokenise(text: string): Token[] {
  const tokens: Token[] = []
  let spaced = false
  let at = 0
  while (at < text.length) {
    const character = text[at] ?? ''
    if (/\s/.test(character)) {
      spaced = true
      at++
      continue
    }
    let token: Token
    if (character === '"') {
      const end = endOfQuoted(text, at)
      token = { kind: 'quoted', text: text.slice(at + 1, end).replace(/\\([\s\S])/g, '$1'), spaced }
      at = end + 1
    } else if (character === '(') {
      const end = endOfComment(text, at)
      token = { kind: 'comment', text: text.slice(at + 1, end).replace(/\\([\s\S])/g, '$1'), spaced }
      at = end + 1
    } else if ('<>,;:@'.includes(character)) {
      token = { kind: 'mark', text: character, spaced }
      at++
    } else {
      const start = at
      while (at < text.length && !/[\s"(<>,;:@]/.test(text[at] ?? '')) at++
      token = { kind: 'atom', text: text.slice(start, at), spaced }
    }
    tokens.push(token)
    spaced = false
  }
  return tokens
}

function endOfQuoted(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  }
  return text.length
}

function endOfComment(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) return at
  }
  return text.length
}

/** Cuts at commas and semicolons outside angle brackets and drops the names of groups (`Friends: a@b, c@d;`). */
function splitMailboxes(tokens: Token[]): Token[][] {
  const mailboxes: Token[][] = []
  let current: Token[] = []
  let inAngle = false
  for (const token of tokens) {
    const mark = token.kind === 'mark' ? token.text : ''
    if (mark === '<') inAngle = true
    if (mark === '>') inAngle = false
    if (!inAngle && (mark === ',' || mark === ';')) {
      mailboxes.push(current)
      current = []
    } else if (!inAngle && mark === ':') current = []
    else current.push(token)
  }
  mailboxes.push(current)
  return mailboxes.filter(mailbox => mailbox.length > 0)
}

function readMailbox(tokens: Token[], hint: string | undefined): MailAddress | undefined {
  const meaning = tokens.filter(token => token.kind !== 'comment')
  const open = meaning.findIndex(token => token.kind === 'mark' && token.text === '<')
  const nameOf = (words: Token[]): string =>
    plainLine(decodeWords(words.map((word, index) => (index > 0 && word.spaced ? ' ' : '') + word.text).join(''), hint), mailLimits.nameLength)
  // Only a comment behind the address is a name (`a@b.example (Ann)`, RFC 822); inside it is noise.
  const lastToken = tokens.at(-1)
  const commentName = lastToken?.kind === 'comment' ? nameOf([lastToken]) : ''
  if (open >= 0) {
    const close = meaning.findIndex((token, index) => index > open && token.kind === 'mark' && token.text === '>')
    const inside = meaning.slice(open + 1, close < 0 ? undefined : close)
    const outside = meaning.slice(0, open)
    const after = close < 0 ? [] : meaning.slice(close + 1)
    const name = nameOf(outside) || commentName
    // A second mailbox behind the first, or none at all, is not readable in one way only.
    const isDouble = after.some(token => token.kind === 'mark') || inside.some(token => token.kind === 'mark' && token.text === '<')
    const address = isDouble || close < 0 && inside.length === 0 ? '' : mailboxAddress(withoutRoute(inside))
    if (address === '' && name === '' && inside.length === 0) return undefined
    return { name, address }
  }
  if (meaning.length === 0) return undefined
  const address = mailboxAddress(meaning)
  if (address !== '') return { name: commentName, address }
  return { name: nameOf(meaning), address: '' }
}

/** Obsolete source routes `<@a,@b:c@d>` end at the colon; the mailbox is what follows. */
function withoutRoute(tokens: Token[]): Token[] {
  const first = tokens[0]
  if (first?.kind !== 'mark' || first.text !== '@') return tokens
  const colon = tokens.findIndex(token => token.kind === 'mark' && token.text === ':')
  return colon < 0 ? [] : tokens.slice(colon + 1)
}

/** `local@domain` of the tokens, canonical, or '' when it must be refused. */
function mailboxAddress(tokens: Token[]): string {
  const at = tokens.findIndex(token => token.kind === 'mark' && token.text === '@')
  if (at < 1 || tokens.some((token, index) => token.kind === 'mark' && index !== at)) return ''
  const localTokens = tokens.slice(0, at)
  const domainTokens = tokens.slice(at + 1)
  // Spaces inside an address were legal once ("a . b @ c"); today they only help to deceive.
  if ([...localTokens.slice(1), ...domainTokens.slice(1)].some(token => token.spaced)) return ''
  if (localTokens.length !== 1 || domainTokens.length !== 1 || domainTokens[0]?.kind !== 'atom') return ''
  const local = (localTokens[0]?.text ?? '').normalize('NFC')
  const domain = canonicalDomain(domainTokens[0].text)
  // A quoted local part is taken only where the quotes were not needed; anything else hides structure in it.
  if (domain === '' || local.length > 64 || !isDotAtom(local)) return ''
  return `${local}@${domain}`
}

function isDotAtom(text: string): boolean {
  return /^[\p{L}\p{M}\p{N}!#$%&'*+\-/=?^_`{|}~]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+\-/=?^_`{|}~]+)*$/u.test(text)
    // Old Japanese mobile addresses have dots in a row or at the end and are in real use.
    || /^[a-z0-9_\-/][a-z0-9_.\-/]{0,62}$/i.test(text)
}

function canonicalDomain(text: string): string {
  if (text.length > 253 || !/^[\p{L}\p{M}\p{N}._-]+$/u.test(text)) return ''
  const ascii = (/^[\x21-\x7e]+$/.test(text) ? text : domainToASCII(text)).toLowerCase().replace(/\.$/, '')
  return /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/.test(ascii) ? ascii : ''
}

/** A name that shows an address other than the real one. */
function imitates(mailbox: MailAddress): boolean {
  const shown = /[^\s<>"'(),;:]+[@＠][^\s<>"'(),;:]+/.exec(mailbox.name)?.[0]
  return shown !== undefined && shown.replace('＠', '@').toLowerCase() !== mailbox.address.toLowerCase()
}
