/** A raw mail as what the gate needs to know of it. Reads within bounds, outside any transaction, and never throws. */
import { createHash } from 'node:crypto'
import { cleanHtmlBounded, foldQuoted, foldQuotedHtml, parseMailBounded, plainLine, quarantineReason, type ParsedMail } from '../../../lib/mail/index.ts'

const HEAD_BYTES = 256 * 1024
const TEXT_LENGTH = 100_000
const HTML_LENGTH = 1_000_000
const saneId = /^<[^<>\s\p{Cc}]{3,500}>$/u
/** Headers that stay the same when one mail is delivered twice; what servers add on the way does not count. */
const identity = /^(message-id|from|date|subject|content-type|to|cc):/i

/**
 * What makes two deliveries one mail: Message-ID together with the other identifying headers and the body, because
 * one Message-ID under different contents is two mails of different people. Without a Message-ID: every byte.
 */
export function fingerprintOf(raw: Buffer): { fingerprint: Buffer; headerId: string | null } {
  const crlf = raw.indexOf('\r\n\r\n')
  const lf = raw.indexOf('\n\n')
  const end = crlf >= 0 && (lf < 0 || crlf < lf) ? crlf + 4 : lf >= 0 ? lf + 2 : raw.length
  const lines = raw.toString('latin1', 0, Math.min(end, HEAD_BYTES)).split(/\r?\n(?![ \t])/).filter((line) => identity.test(line))
  const headerId = lines.find((line) => /^message-id:/i.test(line))?.slice(11).trim() ?? ''
  const hash = createHash('sha256')
  if (end > HEAD_BYTES || !saneId.test(headerId)) return { fingerprint: hash.update('whole\0').update(raw).digest(), headerId: null }
  return { fingerprint: hash.update('mail\0').update(JSON.stringify(lines)).update(raw.subarray(end)).digest(), headerId }
}

export interface Reading {
  fingerprint: Buffer
  headerId: string | null
  raw: Buffer
  /** Null when it could not be read within its bounds. */
  mail: ParsedMail | null
  /** Why nobody may be written down as its sender; null when it can be. */
  trouble: string | null
  subject: string
  from: { name: string; address: string }
  body: string
  html: string | null
  quoted: string | null
  oddities: string[]
}

export async function readRaw(raw: Buffer): Promise<Reading> {
  const { fingerprint, headerId } = fingerprintOf(raw)
  const bounded = await parseMailBounded(raw)
  const mail = 'mail' in bounded ? bounded.mail : null
  const trouble = 'quarantined' in bounded ? bounded.quarantined : (quarantineReason(bounded.mail) ?? null)
  const base = { fingerprint, headerId, raw, mail, trouble, subject: '', from: { name: '', address: '' }, body: '', html: null, quoted: null, oddities: [] }
  if (!mail) return base
  const from = mail.from[0]
  return {
    ...base, subject: storable(plainLine(mail.subject, 300)), from: { name: storable(plainLine(from?.name ?? '', 200)), address: from?.address ?? '' },
    ...(await readWords(mail)), oddities: [...new Set(mail.oddities.map((oddity) => oddity.code))],
  }
}

const storable = (text: string): string => text.replace(/\r\n?/g, '\n').replaceAll('\0', '').toWellFormed()
const bounded = (text: string): string => storable(text.length > TEXT_LENGTH ? text.slice(0, TEXT_LENGTH) : text)

async function readWords(mail: ParsedMail): Promise<Pick<Reading, 'body' | 'html' | 'quoted'>> {
  const folded = foldQuoted(mail.text)
  let { text } = folded
  let html: string | null = null
  let rest = [folded.signature, folded.quoted].filter((part) => part.trim()).join('\n\n')
  if (mail.html !== undefined) {
    const halves = foldQuotedHtml(mail.html)
    const clean = await cleanHtmlBounded(halves.html, {}, mail.text)
    html = clean.html.length <= HTML_LENGTH ? storable(clean.html) : null
    if (!mail.text.trim()) {
      text = clean.text
      rest = halves.quoted ? (await cleanHtmlBounded(halves.quoted, {}, '')).text : ''
    }
  }
  // A mail that only forwards something has its words in the history.
  if (!text.trim() && rest.trim() && !html) { text = rest; rest = '' }
  return { body: bounded(text.trim()), html, quoted: rest.trim() ? bounded(rest.trim()) : null }
}

/**
 * What the receiving server says about the sender (RFC 8601). Only the newest Authentication-Results under the
 * configured name count, and a pass only for the domain that is shown.
 */
export function authenticate(mail: ParsedMail, trustedServer: string | null): 'passed' | 'failed' | 'unknown' {
  const domain = mail.from[0]?.address.split('@')[1]
  if (!trustedServer || !domain || mail.from.length !== 1) return 'unknown'
  for (const value of mail.headers.get('authentication-results') ?? []) {
    const [server, ...results] = value.slice(0, 10_000).replace(/\([^()]*\)/g, ' ').split(';').map((part) => part.trim())
    if (server?.split(/\s/)[0]?.toLowerCase() !== trustedServer.toLowerCase()) continue
    const dmarc = results.find((part) => /^dmarc\s*=/i.test(part))
    const verdict = /^dmarc\s*=\s*([a-z]+)/i.exec(dmarc ?? '')?.[1]?.toLowerCase()
    const named = /\bheader\.from\s*=\s*"?([^\s;"]+)/i.exec(dmarc ?? '')?.[1]?.toLowerCase().split('@').at(-1)
    if (verdict === 'pass') return named === undefined || named === domain ? 'passed' : 'failed'
    return verdict === 'fail' ? 'failed' : 'unknown'
  }
  return 'unknown'
}
