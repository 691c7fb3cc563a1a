import type { Transform } from 'node:stream'
import { Splitter, type MimeNode } from '@zone-eu/mailsplit'
import { readAddresses } from './addresses.ts'
import { decodeBinary, decodeBytes } from './charset.ts'
import { htmlToText, textToHtml } from './clean.ts'
import { decodeBase64, decodeHeader, readHeaderLine, readParameters, type HeaderLine, type HeaderWithParameters } from './headers.ts'
import { emptyMail, mailLimits, type MailAddress, type MailAttachment, type Oddity, type OddityCode, type ParsedMail } from './mail.ts'
import { readTnef } from './tnef.ts'
import { plainFileName, plainText, singleLine } from './visible.ts'

/*
 * The splitter of mailparser finds the parts; reading them is ours, because mailparser decodes text before anybody
 * can see the bytes, and the bytes are what tells GB 18030 under the label gb2312, or 8-bit headers, apart.
 */

interface Part {
  lines: HeaderLine[]
  type: HeaderWithParameters
  disposition: HeaderWithParameters
  /** Content types of the enclosing parts, innermost first, and the first alternative among them. */
  parents: Part[]
  hasChildren: boolean
  /** Content; of a multipart what stands outside its parts. */
  chunks: Uint8Array[]
}

/** Reads a raw mail. Never throws and never rejects: what can't be read is missing and named in `oddities`. */
export async function parseMail(raw: Uint8Array): Promise<ParsedMail> {
  const mail = emptyMail(raw.length)
  try {
    const { parts, oddities } = await splitParts(raw)
    mail.oddities.push(...oddities)
    readContent(parts, mail)
    readEnvelope(parts[0]?.lines ?? [], mail, bodyCharset(parts))
  } catch (error) {
    mail.oddities.push({ code: 'failed', detail: error instanceof Error ? error.message.slice(0, 200) : 'unknown' })
  }
  mail.oddities = unique(mail.oddities)
  return mail
}

function unique(oddities: Oddity[]): Oddity[] {
  const seen = new Set<string>()
  return oddities.filter(({ code, detail }) => {
    const key = `${code} ${detail ?? ''}`
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  }).slice(0, 50)
}

/** Cuts a header block beyond the bounds, so that one absurd header does not cost the rest of the mail. */
function boundHeaders(raw: Buffer, oddities: Oddity[]): Buffer {
  let lines = 0
  for (let at = 0; at < raw.length;) {
    const end = raw.indexOf(0x0a, at)
    const lineEnd = end < 0 ? raw.length : end + 1
    if (lineEnd - at <= 2 && (raw[at] === 0x0a || (raw[at] === 0x0d && raw[at + 1] === 0x0a))) return raw
    if (++lines > mailLimits.headerLines || lineEnd > mailLimits.headerBytes) {
      oddities.push({ code: 'headers-truncated' })
      const body = blankLine(raw, at)
      const dropped = raw.toString('latin1', at, body < 0 ? raw.length : body)
      const rescued = Buffer.from(essentialLines(dropped), 'latin1')
      return Buffer.concat([raw.subarray(0, at), rescued, Buffer.from('\r\n'), body < 0 ? Buffer.alloc(0) : raw.subarray(body)])
    }
    at = lineEnd
  }
  return raw
}

/** The lines without which a mail can't be understood, out of those beyond the bounds: at most 30 of 8,000 characters. */
function essentialLines(dropped: string): string {
  const essential = /^(?:from|to|cc|subject|date|message-id|in-reply-to|return-path|sender|auto-submitted|mime-version|content-type|content-transfer-encoding) ?:[^\r\n]{0,8000}(?:\r?\n[ \t][^\r\n]{0,998}){0,8}/gim
  return (dropped.match(essential) ?? []).slice(0, 30).map(line => `${line}\r\n`).join('')
}

/** Index just behind the first empty line at or after `from`, or -1. */
function blankLine(raw: Buffer, from: number): number {
  const bare = raw.indexOf('\n\n', from)
  const carriage = raw.indexOf('\n\r\n', from)
  if (bare < 0 && carriage < 0) return -1
  return carriage < 0 || (bare >= 0 && bare < carriage) ? bare + 2 : carriage + 3
}

function splitParts(raw: Uint8Array): Promise<{ parts: Part[]; oddities: Oddity[] }> {
  const oddities: Oddity[] = []
  const parts: Part[] = []
  if (raw.length === 0) return Promise.resolve({ parts, oddities: [{ code: 'empty' }] })
  const input = boundHeaders(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength), oddities)
  const known = new Map<MimeNode, Part>()
  return new Promise(resolve => {
    // Its types declare only the 'data' event of the stream it is.
    const splitter = new Splitter({ ignoreEmbedded: true, maxHeadSize: 4 * mailLimits.headerBytes, maxChildNodes: mailLimits.parts }) as unknown as Transform
    const finish = (code?: OddityCode, detail?: string): void => {
      if (code !== undefined) oddities.push(detail === undefined ? { code } : { code, detail })
      splitter.removeAllListeners()
      // Streams may still report after they were given up; an unheard error would end the process.
      splitter.on('error', () => undefined)
      splitter.destroy()
      resolve({ parts, oddities })
    }
    splitter.on('data', (chunk: { type: string; node?: MimeNode; value?: Buffer }) => {
      if (chunk.type === 'node') {
        const node = chunk as unknown as MimeNode
        const part = describePart(node, known)
        known.set(node, part)
        parts.push(part)
        if (part.parents.length >= mailLimits.depth) finish('too-deep')
      } else if (chunk.node !== undefined && chunk.value !== undefined) {
        known.get(chunk.node)?.chunks.push(chunk.value)
      }
    })
    splitter.on('end', () => finish())
    splitter.on('error', (error: Error) => finish(/MIME node/i.test(error.message) ? 'parts-truncated' : 'structure-broken', error.message.slice(0, 100)))
    splitter.end(input)
  })
}

function describePart(node: MimeNode, known: Map<MimeNode, Part>): Part {
  const lines: HeaderLine[] = []
  for (const { line } of node.headers === false ? [] : node.headers.getList()) {
    const read = readHeaderLine(line)
    if (read !== undefined) lines.push(read)
  }
  const parent = node.parentNode === false ? undefined : known.get(node.parentNode)
  if (parent !== undefined) parent.hasChildren = true
  // RFC 2046, 5.1.5: in a digest a part that does not say what it is is a message.
  const type = first(lines, 'content-type') ?? (parent?.type.value === 'multipart/digest' ? 'message/rfc822' : '')
  return {
    lines,
    type: readParameters(type),
    disposition: readParameters(first(lines, 'content-disposition') ?? ''),
    parents: parent === undefined ? [] : [parent, ...parent.parents],
    hasChildren: false,
    chunks: [],
  }
}

function first(lines: HeaderLine[], name: string): string | undefined {
  return lines.find(line => line.name === name)?.value
}

/** The charset most of the mail is written in: the hint for headers that do not say theirs. */
function bodyCharset(parts: Part[]): string | undefined {
  return parts.find(part => part.type.value.startsWith('text/') && part.type.parameters.has('charset'))?.type.parameters.get('charset')
}

function transferDecoded(part: Part, oddities: Oddity[]): Uint8Array {
  const bytes = Buffer.concat(part.chunks)
  const encoding = (first(part.lines, 'content-transfer-encoding') ?? '').slice(0, 200).replace(/\([^)]*\)/g, '').trim().toLowerCase().replace(/^"(.*)"$/, '$1').replace(/;.*$/, '')
  if (encoding === 'base64') return decodeBase64(bytes.toString('latin1'))
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(bytes.toString('latin1'))
  if (/^(?:x-)?uu(?:e|encode|encoded)?$/.test(encoding)) return decodeUu(bytes.toString('latin1'))
  if (!['', '7bit', '8bit', 'binary', '7-bit', '8-bit'].includes(encoding)) oddities.push({ code: 'transfer-encoding-unknown', detail: encoding.slice(0, 40) })
  return bytes
}

function decodeQuotedPrintable(text: string): Uint8Array {
  const joined = text.split('\n').map(line => line.trimEnd()).join('\r\n').replace(/=\r\n/g, '').replace(/=$/, '')
  return Buffer.from(joined.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1')
}

function decodeUu(text: string): Uint8Array {
  const bytes: number[] = []
  let isOpen = false
  for (const line of text.split(/\r?\n/)) {
    if (/^begin [0-7]{3,4} /.test(line)) { isOpen = true; continue }
    if (!isOpen) continue
    if (line === 'end') break
    const length = ((line.charCodeAt(0) || 32) - 32) & 63
    const from = bytes.length
    for (let at = 1; at < line.length && bytes.length - from < length; at += 4) {
      const quad = [0, 1, 2, 3].map(step => ((line.charCodeAt(at + step) || 32) - 32) & 63)
      const packed = ((quad[0] ?? 0) << 18) | ((quad[1] ?? 0) << 12) | ((quad[2] ?? 0) << 6) | (quad[3] ?? 0)
      bytes.push((packed >> 16) & 255, (packed >> 8) & 255, packed & 255)
    }
    bytes.length = Math.min(bytes.length, from + length)
  }
  return Uint8Array.from(bytes)
}

/** Text pieces of one place in the mail: a multipart/alternative or a text part standing alone. */
interface Block {
  text?: string
  html?: string
}

function readContent(parts: Part[], mail: ParsedMail): void {
  const blocks = new Map<Part, Block>()
  mail.contentType = parts[0]?.type.value || 'text/plain'
  const hint = bodyCharset(parts)
  for (const part of parts) {
    const type = part.type.value || (part.disposition.value === 'attachment' ? 'application/octet-stream' : 'text/plain')
    if (type.startsWith('multipart/') && (part.hasChildren || part.chunks.length === 0)) continue
    // A multipart whose boundary never came is shown as the text it is.
    if (type.startsWith('multipart/')) mail.oddities.push({ code: 'structure-broken', detail: type.slice(0, 60) })
    const content = transferDecoded(part, mail.oddities)
    if (isBodyText(part, type)) {
      const alternative = part.parents.find(parent => parent.type.value === 'multipart/alternative')
      const block = blocks.get(alternative ?? part) ?? {}
      blocks.set(alternative ?? part, block)
      addText(block, type === 'text/html', content, part, hint, mail)
    } else if (type === 'application/ms-tnef' || type === 'application/vnd.ms-tnef' || /^winmail\.dat$/i.test(nameOf(part, hint))) {
      readWinmail(part, type, content, blocks, mail, hint)
    } else mail.attachments.push(attachmentOf(part, type, content, hint, mail.attachments.length))
  }
  joinBlocks([...blocks.values()], mail)
  for (const attachment of mail.attachments) {
    attachment.isInline = attachment.contentId !== undefined && (mail.html?.includes(`cid:${attachment.contentId}`) ?? false)
  }
}

function isBodyText(part: Part, type: string): boolean {
  if (type !== 'text/plain' && type !== 'text/html' && !type.startsWith('multipart/')) return false
  if (part.disposition.value !== '' && part.disposition.value !== 'inline') return false
  return !part.disposition.parameters.has('filename')
}

function addText(block: Block, isHtml: boolean, content: Uint8Array, part: Part, hint: string | undefined, mail: ParsedMail): void {
  let label = part.type.parameters.get('charset')
  if (isHtml) label ??= /<meta[^>]{0,200}charset=["']?([\w-]{2,40})/i.exec(Buffer.from(content.subarray(0, 2_000)).toString('latin1'))?.[1]
  const decoded = decodeBytes(content, label, hint)
  if (decoded.oddity !== undefined) mail.oddities.push({ code: decoded.oddity, detail: `${label ?? ''}→${decoded.charset}`.slice(0, 80) })
  let text = plainText(decoded.text)
  if (text.length > mailLimits.textLength) {
    mail.oddities.push({ code: 'text-truncated' })
    text = text.slice(0, mailLimits.textLength)
  }
  if (isHtml) {
    block.html = block.html === undefined ? text : `${block.html}<br>\n${text}`
    return
  }
  if (part.type.parameters.get('format')?.toLowerCase() === 'flowed') text = unflow(text, part.type.parameters.get('delsp')?.toLowerCase() === 'yes')
  block.text = block.text === undefined ? text : `${block.text}\n${text}`
}

/** format=flowed (RFC 3676): lines ending in a space go on in the next one of the same quote depth. */
function unflow(text: string, isSpaceDeleted: boolean): string {
  const result: string[] = []
  let open = false
  let depth = ''
  for (const line of text.split('\n')) {
    const quote = /^>*/.exec(line)?.[0] ?? ''
    const content = line.slice(quote.length).replace(/^ /, '')
    const isFlowed = content.endsWith(' ') && content !== '-- '
    const words = isFlowed && isSpaceDeleted ? content.slice(0, -1) : content
    const last = result.length - 1
    if (open && quote === depth && content !== '-- ') result[last] += words
    else result.push(quote === '' ? words : `${quote} ${words}`)
    open = isFlowed
    depth = quote
  }
  return result.join('\n')
}

function joinBlocks(blocks: Block[], mail: ParsedMail): void {
  const html = blocks.some(block => block.html !== undefined)
    ? blocks.map(block => block.html ?? textToHtml(block.text ?? '')).join('<br>\n').slice(0, mailLimits.textLength)
    : undefined
  mail.html = html
  mail.text = blocks.map(block => (block.text !== undefined && block.text.trim() !== '') || block.html === undefined ? block.text ?? '' : htmlToText(block.html)).join('\n').slice(0, mailLimits.textLength)
}

function nameOf(part: Part, hint: string | undefined): string {
  const raw = first(part.lines, 'content-disposition')
  // Parameters are read again with the hint: the first reading could not know the charset of the mail yet.
  const own = raw === undefined ? undefined : readParameters(raw, hint).parameters.get('filename')
  const type = first(part.lines, 'content-type')
  return own ?? (type === undefined ? undefined : readParameters(type, hint).parameters.get('name')) ?? ''
}

const extensions: Record<string, string> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/gif': 'gif', 'text/plain': 'txt', 'text/html': 'html', 'text/calendar': 'ics', 'application/pdf': 'pdf', 'message/rfc822': 'eml', 'message/delivery-status': 'txt' }

function attachmentOf(part: Part, type: string, content: Uint8Array, hint: string | undefined, index: number): MailAttachment {
  const contentId = (first(part.lines, 'content-id') ?? '').slice(0, 500).replace(/^\s*<|>\s*$/g, '').trim() || undefined
  const subject = type === 'message/rfc822' ? subjectOf(content) : ''
  const fallback = `${subject === '' ? `attachment-${index + 1}` : subject.slice(0, 80)}.${extensions[type] ?? 'bin'}`
  return {
    name: plainFileName(nameOf(part, hint), plainFileName(fallback, 'attachment.bin')),
    contentType: /^[a-z0-9!#$&^_.+-]{1,80}\/[a-z0-9!#$&^_.+-]{1,80}$/.test(type) ? type : 'application/octet-stream',
    size: content.length, content, contentId, isInline: false,
  }
}

function subjectOf(message: Uint8Array): string {
  const head = Buffer.from(message.subarray(0, 16_384)).toString('latin1')
  const line = /^subject:[^\r\n]*(?:\r?\n[ \t][^\r\n]*){0,20}/im.exec(head)?.[0]
  const read = line === undefined ? undefined : readHeaderLine(line)
  return read === undefined ? '' : decodeHeader(read.value)
}

function readWinmail(part: Part, type: string, content: Uint8Array, blocks: Map<Part, Block>, mail: ParsedMail, hint: string | undefined): void {
  const tnef = readTnef(content)
  if (tnef === undefined || tnef.isBroken) {
    mail.oddities.push({ code: 'tnef-broken' })
    mail.attachments.push(attachmentOf(part, type, content, hint, mail.attachments.length))
    if (tnef === undefined) return
  } else mail.oddities.push({ code: 'tnef-unpacked' })
  if (![...blocks.values()].some(block => (block.text ?? block.html ?? '').trim() !== '')) {
    const block: Block = {}
    if (tnef.text !== undefined) block.text = plainText(tnef.text)
    if (tnef.html !== undefined) block.html = plainText(tnef.html)
    if (block.text !== undefined || block.html !== undefined) blocks.set(part, block)
  }
  for (const inner of tnef.attachments) {
    mail.attachments.push({
      name: plainFileName(inner.name, `attachment-${mail.attachments.length + 1}.bin`),
      contentType: /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(inner.contentType) ? inner.contentType.toLowerCase() : 'application/octet-stream',
      size: inner.content.length, content: inner.content, contentId: inner.contentId, isInline: false,
    })
  }
}

function readEnvelope(lines: HeaderLine[], mail: ParsedMail, hint: string | undefined): void {
  for (const { name, value } of lines) {
    const values = mail.headers.get(name) ?? []
    values.push(singleLine(decodeHeader(value, hint), 16_384))
    mail.headers.set(name, values)
  }
  if (mail.size > 0) readPeople(lines, mail, hint)
  const subject = decodeHeader(first(lines, 'subject') ?? '', hint)
  if (/[\r\n\0]/.test(subject)) mail.oddities.push({ code: 'header-control-characters', detail: 'subject' })
  mail.subject = singleLine(subject)
  mail.messageId = messageIds(first(lines, 'message-id'))[0]
  if (mail.messageId === undefined) mail.oddities.push({ code: 'message-id-missing' })
  mail.inReplyTo = messageIds(first(lines, 'in-reply-to')).slice(0, 20)
  mail.references = lines.filter(line => line.name === 'references').flatMap(line => messageIds(line.value)).slice(-mailLimits.references)
  const date = first(lines, 'date')
  mail.date = readDate(date)
  if (mail.date === undefined) mail.oddities.push({ code: 'date-unreadable' })
}

function readPeople(lines: HeaderLine[], mail: ParsedMail, hint: string | undefined): void {
  const read = (field: string): MailAddress[] => {
    const values = lines.filter(line => line.name === field)
    const { addresses, oddities } = readAddresses(values.map(line => decodeBinary(line.value, hint).text).join(', '), field, hint)
    mail.oddities.push(...oddities)
    return addresses
  }
  mail.from = read('from')
  mail.replyTo = read('reply-to')
  mail.to = read('to')
  mail.cc = read('cc')
  mail.sender = read('sender')[0]
  if (lines.filter(line => line.name === 'from').length > 1) mail.oddities.push({ code: 'from-repeated' })
  else if (mail.from.length === 0) mail.oddities.push({ code: 'from-missing' })
  else if (mail.from.some(mailbox => mailbox.address === '')) mail.oddities.push({ code: 'from-refused' })
  else if (mail.from.length > 1) mail.oddities.push({ code: 'from-several' })
  if (mail.sender !== undefined && mail.sender.address !== mail.from[0]?.address) mail.oddities.push({ code: 'sender-differs', detail: mail.sender.address })
  const delivered = ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to'].flatMap(field => read(field)).map(mailbox => mailbox.address)
  mail.deliveredTo = [...new Set(delivered.filter(address => address !== ''))].slice(0, 50)
  const path = first(lines, 'return-path')
  if (path !== undefined) mail.returnPath = /^\s*<\s*>/.test(path) ? '' : read('return-path')[0]?.address || undefined
}

/** All `<…>` of a header; ids written without brackets are taken when they stand alone. */
function messageIds(value: string | undefined): string[] {
  if (value === undefined) return []
  const ids = value.match(/<[^<>\s]{1,990}>/g)
  if (ids !== null) return ids
  return value.split(/[\s,]+/).filter(word => /^[^<>\s,]{1,990}$/.test(word) && word.includes('@')).map(word => `<${word}>`)
}

function readDate(value: string | undefined): Date | undefined {
  if (value === undefined || value.length > 200) return undefined
  const plain = value.replace(/\([^()]*\)/g, ' ').replace(/\s+/g, ' ').trim()
  const date = new Date(/[a-z]{3,}|[+-]\d{4}$|Z$/i.test(plain) ? plain : `${plain} UTC`)
  const year = date.getUTCFullYear()
  return Number.isNaN(year) || year < 1971 || year > 2200 ? undefined : date
}
