import { decodeBinary } from './charset.ts'
import { canonicalAddress } from './addresses.ts'
import { decodeHeader, readHeaderLine } from './headers.ts'
import type { ParsedMail } from './mail.ts'

export type MailKind = 'human' | 'auto-reply' | 'bounce' | 'list' | 'own-loop' | 'notification'

export interface DeliveryReport {
  /** Of the message that was not delivered, with brackets. */
  originalMessageId: string | undefined
  originalSubject: string | undefined
  recipients: {
    address: string
    /** RFC 3464: what the server did. `expanded` and `relayed` count as delivered. */
    action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded' | 'unknown'
    /** RFC 3463, e.g. `5.1.1`. */
    status: string | undefined
    /** The server's own words, at most 1,000 characters. */
    diagnostic: string | undefined
    isPermanent: boolean
  }[]
}

export interface Classification {
  kind: MailKind
  /** Which signs were seen, e.g. `Auto-Submitted: auto-replied`. */
  reasons: string[]
  /** Only for bounces: what happened to which message, as far as the mail says. */
  delivery: DeliveryReport | undefined
  /** Whether an automatic answer may ever be sent to this mail (RFC 3834, 2). */
  mayAutoReply: boolean
}

export interface OwnMail {
  /** Canonical addresses this installation sends from. */
  addresses?: string[]
  /** True for a Message-ID that this installation made (see `readMessageId`). */
  isOwnMessageId?: (messageId: string) => boolean
}

const autoWords = '(?:自动回复|自動回覆|自動回復|自动答复|自動答覆|自动应答|自動應答|自動返信|자동 ?회신|자동 ?응답|不在办公室|不在辦公室|休假|假期|外出|出差)(?:中|通知|提醒|回复|回覆)?'
// The words alone are also what customers write about; an answer of a machine puts them first, in brackets or before a mark.
const autoSubject = new RegExp(`^(?:[\\[【(（]\\s*${autoWords}\\s*[\\])】）]|${autoWords}\\s*(?:[:：,，—|(（-]|$)|(?:automatic|auto(?:mated)?)[ -]?(?:reply|response|answer)\\b|auto[ -]?re:|out of (?:the )?office|away from (?:the )?office|(?:on )?vacation (?:reply|response|notice)|Abwesenheits|Automatische Antwort|Réponse automatique|Absence du bureau|Respuesta automática)`, 'i')
const bounceSubject = /(?:系统退信|系統退信|退信通知|退信|邮件退回|郵件退回|退件通知|无法投递|無法投遞|无法送达|無法送達|无法传递|無法傳遞|未送达|未送達|未能送達|未传递|未傳遞|投递失败|投遞失敗|发送失败通知|傳送失敗|undeliver|delivery (?:status notification|failure|has failed|report)|mail delivery (?:failed|failure|system)|returned mail|failure notice|非投递报告|配信不能|전송 ?실패|반송)/i
const daemon = /^(?:mailer-daemon|mail-daemon|postmaster|mdaemon|mail-deamon|bounces?|bounce-daemon|mmdf)(?:[+.=-]|@|$)/i
const machine = /^(?:no-?_?reply|do-?not-?reply|donotreply|notifications?|notify|alerts?|newsletter|system|service-noreply)(?:[+._-]|@)/i

/** Says what sort of mail this is. Bounces are judged first: their headers also look automatic. */
export function classifyMail(mail: ParsedMail, own: OwnMail = {}): Classification {
  const from = mail.from[0]?.address ?? ''
  const loop = ownLoopSigns(mail, own, from)
  if (loop.length > 0) return { kind: 'own-loop', reasons: loop, delivery: undefined, mayAutoReply: false }
  const bounce = bounceSigns(mail)
  if (bounce.length > 0) return { kind: 'bounce', reasons: bounce, delivery: readDeliveryReport(mail), mayAutoReply: false }
  const auto = autoReplySigns(mail)
  const list = listSigns(mail)
  // A reply sent through a list server is still a list mail; an auto-reply to one of ours names it.
  if (auto.length > 0 && (list.length === 0 || mail.inReplyTo.length > 0)) return { kind: 'auto-reply', reasons: auto, delivery: undefined, mayAutoReply: false }
  if (list.length > 0) return { kind: 'list', reasons: list, delivery: undefined, mayAutoReply: false }
  const notification = notificationSigns(mail, from)
  if (notification.length > 0) return { kind: 'notification', reasons: notification, delivery: undefined, mayAutoReply: false }
  const isMuted = /(?:^|[,\s])(?:all|oof|autoreply)/i.test(header(mail, 'x-auto-response-suppress'))
  return { kind: 'human', reasons: [], delivery: undefined, mayAutoReply: !isMuted && from !== '' && mail.returnPath !== '' }
}

const header = (mail: ParsedMail, name: string): string => mail.headers.get(name)?.[0] ?? ''

function ownLoopSigns(mail: ParsedMail, own: OwnMail, from: string): string[] {
  const signs: string[] = []
  if (mail.messageId !== undefined && own.isOwnMessageId?.(mail.messageId) === true) signs.push('Message-ID is ours')
  if (from !== '' && own.addresses?.includes(from) === true) signs.push(`From: ${from}`)
  return signs
}

function bounceSigns(mail: ParsedMail): string[] {
  const signs: string[] = []
  const from = mail.from[0]
  const isDaemon = from !== undefined && (daemon.test(from.address) || (from.address === '' && daemon.test(from.name)))
  const report = /multipart\/report/.test(mail.contentType) ? header(mail, 'content-type') : ''
  if (/report-type\s*=\s*"?delivery-status/i.test(report)) signs.push('multipart/report; delivery-status')
  else if (report !== '' && mail.attachments.some(part => part.contentType === 'message/delivery-status')) signs.push('message/delivery-status')
  const failed = mail.headers.has('x-failed-recipients')
  if (failed) signs.push('X-Failed-Recipients')
  if (isDaemon && (mail.returnPath === '' || bounceSubject.test(mail.subject) || failed)) signs.push(`From: ${from?.address || from?.name}`)
  else if (mail.returnPath === '' && bounceSubject.test(mail.subject)) signs.push('null Return-Path', `Subject: ${mail.subject.slice(0, 80)}`)
  else if (isDaemon && header(mail, 'auto-submitted') !== '' && !autoSubject.test(mail.subject)) signs.push(`From: ${from?.address || from?.name}`)
  // QQ, NetEase and others answer from an ordinary-looking address of the system and mark nothing.
  else if (/^(?:系统退信|系統退信|退信|退信通知|来自.{1,20}的退信|來自.{1,20}的退信)/.test(mail.subject) && statusCodes(mail.text).length > 0) signs.push(`Subject: ${mail.subject.slice(0, 80)}`)
  return signs
}

function autoReplySigns(mail: ParsedMail): string[] {
  const signs: string[] = []
  const submitted = header(mail, 'auto-submitted').toLowerCase()
  if (submitted.startsWith('auto-replied')) signs.push('Auto-Submitted: auto-replied')
  for (const name of ['x-autoreply', 'x-autorespond', 'x-autoreply-from', 'x-mail-autoreply', 'x-autogenerated', 'x-autoresponder', 'x-yahoo-autoresponse', 'x-qq-autoreply']) {
    if (mail.headers.has(name) && !/^(?:no|false)$/i.test(header(mail, name))) signs.push(name)
  }
  if (/auto[_-]?reply/i.test(header(mail, 'precedence'))) signs.push(`Precedence: ${header(mail, 'precedence')}`)
  if (/vacation|autoreply|out-of-office/i.test(header(mail, 'x-mailer')) || /^vacation/i.test(header(mail, 'delivered-to'))) signs.push('X-Mailer')
  if (/multipart\/report/.test(mail.contentType) && /disposition-notification/i.test(header(mail, 'content-type'))) signs.push('disposition notification')
  if (autoSubject.test(mail.subject.replace(/^(?:(?:re|回复|回覆|答复)\s*[:：]\s*)+/i, ''))) signs.push(`Subject: ${mail.subject.slice(0, 80)}`)
  return signs
}

function listSigns(mail: ParsedMail): string[] {
  const signs: string[] = []
  for (const name of ['list-id', 'list-post', 'x-mailman-version', 'mailing-list', 'x-list', 'x-mailing-list']) if (mail.headers.has(name)) signs.push(name)
  if (mail.headers.has('list-unsubscribe')) signs.push('list-unsubscribe')
  if (/^(?:bulk|list|junk)$/i.test(header(mail, 'precedence'))) signs.push(`Precedence: ${header(mail, 'precedence')}`)
  return signs
}

function notificationSigns(mail: ParsedMail, from: string): string[] {
  const signs: string[] = []
  const submitted = header(mail, 'auto-submitted').toLowerCase()
  if (submitted !== '' && !submitted.startsWith('no')) signs.push(`Auto-Submitted: ${submitted.slice(0, 40)}`)
  if (mail.returnPath === '') signs.push('null Return-Path')
  if (machine.test(from)) signs.push(`From: ${from}`)
  if (daemon.test(from)) signs.push(`From: ${from}`)
  if (/^feedback-type/im.test(mail.text) && /multipart\/report/.test(mail.contentType)) signs.push('feedback report')
  return signs
}

/** Status codes in words, RFC 3463 ones first; a bare SMTP reply code 552 counts as 5.0.0. */
function statusCodes(text: string): string[] {
  const sample = text.slice(0, 20_000)
  const enhanced = sample.match(/(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])/g) ?? []
  const plain = sample.match(/(?<!\d)[45][0-5]\d(?=[ -]\D)/g) ?? []
  return [...enhanced, ...plain.map(code => `${code.charAt(0)}.0.0`)]
}

/** Reads what a bounce says: RFC 3464 fields when there are some, else the words of the mail. */
export function readDeliveryReport(mail: ParsedMail): DeliveryReport {
  const report: DeliveryReport = { originalMessageId: undefined, originalSubject: undefined, recipients: [] }
  for (const part of mail.attachments) {
    const text = Buffer.from(part.content.subarray(0, 200_000)).toString('latin1')
    if (part.contentType === 'message/delivery-status' || part.contentType === 'message/global-delivery-status') report.recipients.push(...readStatus(text))
    if (['message/rfc822', 'text/rfc822-headers', 'message/global', 'message/rfc822-headers', 'message/global-headers'].includes(part.contentType)) {
      report.originalMessageId ??= headerOf(text, 'message-id')?.match(/<[^<>\s]{1,990}>/)?.[0]
      const subject = headerOf(text, 'subject')
      if (subject !== undefined) report.originalSubject ??= decodeHeader(subject)
    }
  }
  report.originalMessageId ??= idInText(mail)
  if (report.recipients.length === 0) report.recipients.push(...guessRecipients(mail))
  return report
}

function headerOf(text: string, name: string): string | undefined {
  for (const line of headerLines(text)) if (line.name === name) return line.value
  return undefined
}

function headerLines(text: string): { name: string; value: string }[] {
  const head = text.slice(0, 100_000).split(/\r?\n\r?\n/, 1)[0] ?? ''
  return head.split(/\r?\n(?![ \t])/).slice(0, 500).flatMap(line => readHeaderLine(line) ?? [])
}

function readStatus(text: string): DeliveryReport['recipients'] {
  const recipients: DeliveryReport['recipients'] = []
  for (const group of text.split(/\r?\n\s*\r?\n/).slice(0, 500)) {
    const lines = headerLines(group)
    const value = (name: string): string | undefined => lines.find(line => line.name === name)?.value
    const recipient = (value('final-recipient') ?? value('original-recipient'))?.replace(/^[^;]{0,40};/, '').trim()
    if (recipient === undefined) continue
    const status = /[245]\.\d{1,3}\.\d{1,3}/.exec(value('status') ?? '')?.[0]
    const action = (value('action') ?? '').toLowerCase().replace(/[^a-z]/g, '')
    const known = (['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const).find(name => name === action)
    recipients.push({
      address: canonicalAddress(recipient) ?? '',
      action: known ?? 'unknown', status,
      diagnostic: decodeBinary(value('diagnostic-code') ?? '').text.replace(/^[^;]{0,20};\s*/, '').slice(0, 1_000) || undefined,
      isPermanent: (known ?? 'failed') === 'failed' && !(status?.startsWith('4') ?? false),
    })
  }
  return recipients
}

/** A Message-ID named in words, or in the original's headers quoted in the text; never the bounce's own. */
function idInText(mail: ParsedMail): string | undefined {
  const quoted = /message-?id\s*[:：]?\s*(<[^<>\s]{1,990}>)/i.exec(mail.text.slice(0, 200_000))?.[1]
  return quoted ?? mail.inReplyTo[0] ?? mail.references.at(-1)
}

function guessRecipients(mail: ParsedMail): DeliveryReport['recipients'] {
  const named = header(mail, 'x-failed-recipients').split(',')
  const own = new Set([...mail.to, ...mail.from].map(mailbox => mailbox.address))
  const inText = mail.text.slice(0, 20_000).match(/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}/g) ?? []
  const addresses = [...named, ...inText].flatMap(text => canonicalAddress(text.trim()) ?? []).filter(address => !own.has(address) && !daemon.test(address))
  const address = addresses[0] ?? ''
  const status = statusCodes(mail.text)[0]
  const isDelayed = /(?:delayed|will (?:continue|keep) trying|稍后|稍後|延迟|延遲|暂时|暫時)/i.test(mail.text.slice(0, 5_000)) && !(status?.startsWith('5') ?? false)
  if (address === '' && status === undefined) return []
  const line = mail.text.split('\n').find(candidate => /[245]\.\d\.\d|(?<!\d)5[0-5]\d[ -]|拒绝|拒絕|不存在|已满|已滿|rejected|unknown|unavailable|denied/i.test(candidate.slice(0, 1_000)))
  return [{ address, action: isDelayed ? 'delayed' : 'failed', status, diagnostic: line?.trim().slice(0, 1_000), isPermanent: !isDelayed && !(status?.startsWith('4') ?? false) }]
}
