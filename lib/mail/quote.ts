import EmailReplyParser from 'email-reply-parser'

export interface FoldedText {
  /** What the sender wrote this time. */
  text: string
  signature: string
  quoted: string
}

export interface FoldedHtml {
  html: string
  quoted: string
}

/*
 * Mail programs announce the history they append in a few ways: a ruled line with words in it, a sentence that says who
 * wrote when, or a block of header lines. All are recognised by their form, in the languages of our users.
 */

const ruled = /^[-_=—─*]{2,}\s*(?:原始邮件|原始郵件|原邮件|原郵件|邮件原件|郵件原件|邮件原文|郵件原文|原始信息|原始訊息|原始讯息|回复的原邮件|回复的邮件|回覆的原郵件|回覆郵件|答复的邮件|Original(?: Message| Mail| E-?mail| Appointment)?|Replied Message|Reply Message|元のメッセージ|元のメール|Original メッセージ|원본 메시지|원본 메일|Ursprüngliche Nachricht|Message d['’]origine|Mensaje original)\s*[-_=—─*]{2,}$/i
const sentence = [
  /^(?:在|于|於)\s*\S.{3,240}(?:写道|寫道|写到|寫到|写了|寫了|发表|來信|来信)\s*[:：]$/,
  /^\S.{0,160}(?:于|於|在)\s*(?:19|20)\d\d\D.{2,160}(?:写道|寫道|写到|寫到|写了|寫了)\s*[:：]$/,
  /^(?:19|20)\d\d\D.{4,240}(?:写道|寫道|写到|寫到|写了|寫了|のメール|のメッセージ|書きました|님이 작성|작성|wrote)\s*[:：]$/,
  /^(?:19|20)\d\d(?:年|-|\/|\. ?)\s?\d{1,2}(?:月|-|\/|\. ?)\s?\d{1,2}.{4,200}<[^<>\s]{3,120}>\s*[:：]$/,
  /^(?:On|At|Am|Le|El|Il|Em|Op|Den|Dnia|W dniu)\s.{6,300}(?:wrote|schrieb.{0,80}|écrit|escribió|scritto|escreveu|schreef.{0,80}|skrev.{0,80}|napisał.{0,10})\s*[:：]$/i,
  /^(?:"[^"]{1,100}"|\S.{0,80})\s*<[^<>\s]{3,120}>\s.{0,120}(?:wrote|写道|寫道|schrieb)\s*[:：]$/i,
]
const sentenceStart = /^(?:在|于|於|On\s|At\s|Am\s|Le\s|El\s|Il\s|Em\s|Op\s|Den\s|(?:19|20)\d\d\D|.{0,80}<[^<>\s]{3,120}>|.{0,80}(?:于|於)\s*(?:19|20)\d\d)/
const fields: [string, RegExp][] = [
  ['from', /^(?:发件人|发信人|发送人|寄件者|寄件人|發件人|寄信人|差出人|送信者|보낸 ?사람|보낸사람|From|Von|De)\s*[:：]/i],
  ['sent', /^(?:发送时间|发送日期|发件时间|發送時間|發送日期|寄件日期|寄件時間|傳送時間|传送时间|日期|时间|時間|送信日時|日時|보낸 ?날짜|날짜|Sent|Date|Gesendet|Envoyé|Enviado)\s*[:：]/i],
  ['to', /^(?:收件人|收信人|收件者|宛先|받는 ?사람|To|An|À|Para)\s*[:：]/i],
  ['cc', /^(?:抄送人?|副本|副本抄送|抄送者|CC|참조)\s*[:：]/i],
  ['subject', /^(?:主题|主題|主旨|标题|標題|件名|제목|Subject|Betreff|Objet|Asunto)\s*[:：]/i],
]
// NetEase's mobile client leaves out the colons of its block.
const bareField = /^(?:发件人|發件人|寄件者|From)\s+\S.{0,120}<[^<>\s]{3,120}>$/

// What is forwarded is the message itself and stays in sight.
const forwarded = /^(?:[-_=—─]{2,}\s*(?:Forwarded [Mm]essage|转发邮件信息|转发的邮件|转发邮件|轉寄的郵件|轉寄郵件|轉寄郵件|转发的信息|転送メッセージ|転送されたメッセージ|전달된 메일|전달된 메시지)\s*[-_=—─]{2,}|(?:Begin forwarded message|开始转发的邮件|下面是转发的邮件|開始轉寄郵件|以下是轉寄的郵件|以下是轉寄的信件)\s*[:：])$/

/** A line as the patterns see it: quote marks, bold stars, ideographic spaces and unbreakable ones gone. */
function plainOf(line: string): string {
  if (line.length > 1_000) return ''
  return line.replace(/[\u00a0\u3000\u200b]/g, ' ').replace(/^(?:\s*>)+\s?/, '').replace(/(?<=^\s*\S) (?=\S\s*[:：])/, '').replace(/^\s*\*+|\*+(?=\s*[:：])|\*+\s*$/g, '').replace(/(?<=[:：])\s*\*+/, '').trim()
}

const fieldOf = (line: string): string | undefined => fields.find(([, pattern]) => pattern.test(line))?.[0]

/** Number of lines the announcement at `index` takes, 0 when there is none. */
function announcement(lines: string[], index: number): number {
  const line = lines[index] ?? ''
  if (line === '') return 0
  if (ruled.test(line)) return 1
  if (isHeaderBlock(lines, index)) return 1
  if (!sentenceStart.test(line)) return 0
  // Mail programs wrap the sentence at 70-odd columns, so it may take up to four lines.
  let joined = ''
  for (let count = 1; count <= 4; count++) {
    const next = lines[index + count - 1] ?? ''
    if (next === '') return 0
    joined = joined === '' ? next : `${joined} ${next}`
    if (joined.length > 500) return 0
    if (isSentence(joined) || (count > 1 && isSentence(joined.replace(/ (?=写道|寫道|写|寫)/, '')))) return count
  }
  return 0
}

function isSentence(text: string): boolean {
  return /\d|@/.test(text) && /[:：]$/.test(text) && sentence.some(pattern => pattern.test(text))
}

/** "From" and at least two more of the usual fields within the next lines, in whatever order. */
function isHeaderBlock(lines: string[], index: number): boolean {
  const first = lines[index] ?? ''
  if (bareField.test(first) && /^(?:日期|Date|发送日期|發送日期)\s+\S*\d/.test(lines[index + 1] ?? '')) return true
  const start = fieldOf(first)
  if (start !== 'from' && !(start === 'sent' && fieldOf(lines[index + 1] ?? '') === 'from')) return false
  const found = new Set([start])
  for (let step = 1, seen = 0; step <= 14 && seen < 8; step++) {
    const line = lines[index + step]
    if (line === undefined) break
    if (line === '') continue
    seen++
    const field = fieldOf(line)
    if (field !== undefined) found.add(field)
  }
  return found.has('from') && found.size >= 3
}

const rule = /^(?:[-_=—─*]{5,}|[\u2500-\u257f]{3,})$/

/** Splits new text from quoted history and signature. Nothing is lost: the three parts hold every line. Linear. */
export function foldQuoted(text: string): FoldedText {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  const plain = lines.map(plainOf)
  const isQuote = lines.map(line => /^\s*>/.test(line))
  for (let index = 0; index < lines.length; index++) {
    if (forwarded.test(plain[index] ?? '')) return finish(lines, [])
    const length = announcement(plain, index)
    if (length === 0) continue
    let start = index
    while (start > 0 && (plain[start - 1] === '' || rule.test(plain[start - 1] ?? ''))) start--
    const end = endOfHistory(lines, isQuote, index, length)
    const folded = finish([...lines.slice(0, start), ...lines.slice(end)], lines.slice(start, end))
    // Nothing above the history: a forward, or an answer below an announcement nobody marked. Hiding it would hide the mail.
    if (folded.text !== '') return folded
    if (start === 0 && end === lines.length) return { text: text.trim(), signature: '', quoted: '' }
  }
  return foldMarked(lines, isQuote) ?? foldWestern(text) ?? finish(lines, [])
}

/** History marked by `>` ends with its marks; unmarked history goes on to the end of the mail. */
function endOfHistory(lines: string[], isQuote: boolean[], index: number, length: number): number {
  let at = index + length
  while (at < lines.length && (lines[at] ?? '').trim() === '') at++
  if (at >= lines.length || isQuote[at] !== true || isQuote[index] === true) return lines.length
  let end = at
  for (; at < lines.length; at++) {
    if (isQuote[at] === true) end = at + 1
    else if ((lines[at] ?? '').trim() !== '' && at > end) break
    // A wrapped quotation leaves single short lines without their mark.
    else if ((lines[at] ?? '').trim() !== '' && isQuote[at + 1] !== true) break
  }
  return end
}

/** One run of `>` lines without an announcement; several runs are answers written between, which need their questions. */
function foldMarked(lines: string[], isQuote: boolean[]): FoldedText | undefined {
  const start = isQuote.indexOf(true)
  if (start < 0) return undefined
  let end = start
  let runs = 0
  for (let at = start; at < lines.length; at++) {
    if (isQuote[at] !== true) continue
    if (lines.slice(end, at).some(line => line.trim() !== '') || at === start) runs++
    if (runs > 1) return finish(lines, [])
    end = at + 1
  }
  const folded = finish([...lines.slice(0, start), ...lines.slice(end)], lines.slice(start, end))
  return folded.text === '' ? undefined : folded
}

const mobileSignature = /^(?:发自我的|發自我的|从我的|從我的|发送自|發送自|傳送自|寄自我的|寄件自|来自我的|來自我的|發自|发自|從 ?\S{1,20} ?發送|从 ?\S{1,20} ?发送|通过\S{0,20}邮箱|取得 .{0,20}Outlook|下載 .{0,20}Outlook|获取 .{0,20}Outlook|下载 .{0,20}Outlook|Sent from|Sent via|Get Outlook for|Von meinem .{1,30} gesendet|Envoyé de(?:puis)? mon|Enviado desde mi|.{1,20}から送信|나의 .{1,20}에서 보냄|.{1,20}에서 보냄).{0,80}$/i

function finish(visible: string[], quoted: string[]): FoldedText {
  let cut = visible.length
  const delimiter = visible.findLastIndex(line => /^-- ?$/.test(line))
  // RFC 3676: a signature follows "-- " and is short; what is longer was written, not signed.
  if (delimiter >= 0 && visible.length - delimiter <= 16 && visible.slice(0, delimiter).some(line => line.trim() !== '')) cut = delimiter
  for (let at = cut - 1, seen = 0; at > 0 && seen < 3; at--) {
    const line = (visible[at] ?? '').trim()
    if (line === '') continue
    seen++
    if (line.length <= 100 && mobileSignature.test(line) && !/[.。]$/.test(line) && visible.slice(0, at).some(other => other.trim() !== '')) {
      cut = at
      break
    }
  }
  const text = (lines: string[]): string => lines.join('\n').replace(/\n{3,}/g, '\n\n').trim()
  return { text: text(visible.slice(0, cut)), signature: text(visible.slice(cut)), quoted: quoted.join('\n').trim() }
}

/** The library's many Western languages; only for texts on which its patterns can't run away. */
function foldWestern(text: string): FoldedText | undefined {
  const lines = text.split('\n')
  if (text.length > 16_384 || lines.length > 400 || lines.some(line => line.length > 500) || /\n\s{20,}\n|\n{12,}/.test(text)) return undefined
  const fragments = new EmailReplyParser().read(text).getFragments()
  const quotedFrom = fragments.findIndex(fragment => fragment.isQuoted())
  if (quotedFrom < 1 || fragments.slice(quotedFrom).some(fragment => !fragment.isQuoted() && !fragment.isEmpty() && !fragment.isSignature())) return undefined
  const join = (part: typeof fragments): string[] => part.map(fragment => fragment.getContent()).join('\n').split('\n')
  const folded = finish(join(fragments.slice(0, quotedFrom)), join(fragments.slice(quotedFrom)))
  return folded.text === '' ? undefined : folded
}

/** Elements that hold the history and end with it. */
const containerMarks = [
  /\bclass\s*=\s*["']?[^"'>]*\b(?:gmail_quote|yahoo_quoted|protonmail_quote|zmail_extra|alimail-quote|ntes-mailmaster-quote|tutanota_quote)/i,
  /\bid\s*=\s*["']?(?:isReplyContent|ymail_quote|mailmaster_quote|reply-intro)/i,
  /^blockquote\b.*\btype\s*=\s*["']?cite/i,
  /^blockquote\b.*\bclass\s*=\s*["']?[^"'>]*\bfox/i,
]
/** Elements that open the history, which then runs to the end of the mail. */
const openingMarks = [
  /\bid\s*=\s*["']?(?:x_)*(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container)/i,
  /^div\b.*border\s*:\s*none\s*;\s*border-top\s*:\s*(?:1(?:\.0)?pt\s+)?solid\s+(?:#(?:E1E1E1|B5C4DF|CCCCCC)|rgb\(225, ?225, ?225\)|rgb\(181, ?196, ?223\))/i,
  /\bclass\s*=\s*["']?[^"'>]*\b(?:foxmail_quote|WordSection_reply|qmbox_reply)/i,
  /\bid\s*=\s*["']?(?:origbody|divNeteaseMailCardQuote)/i,
]
const blockNames = new Set('div p pre blockquote table tr td ul ol li br hr h1 h2 h3 h4 body html section article center'.split(' '))

interface Cut {
  start: number
  /** Where the container opens whose end is the end of the history; undefined: to the end of the mail. */
  container: { tag: string; at: number } | undefined
}

/**
 * Splits raw HTML into new and quoted HTML, both to be cleaned (an open element at the cut is closed there). One pass
 * over the tags; HTML without a known mark, or with nothing before it, stays whole.
 */
export function foldQuotedHtml(html: string): FoldedHtml {
  const whole = { html, quoted: '' }
  if (html.length > 500_000) return whole
  const cut = findCut(html)
  if (cut === undefined) return whole
  let end = html.length
  if (cut.container !== undefined) {
    const close = endOfElement(html, cut.container.tag, cut.container.at)
    const after = html.slice(close)
    if (hasContent(after)) {
      // Answers between several quotations need them in sight.
      if (/<blockquote\b|gmail_quote/i.test(after)) return whole
      end = close
    }
  }
  const before = html.slice(0, cut.start)
  const after = html.slice(end)
  if (!hasContent(before) && !hasContent(after)) return whole
  return { html: before + after, quoted: html.slice(cut.start, end) }
}

function findCut(html: string): Cut | undefined {
  let block = { start: 0, text: '' }
  let previous = block
  const lines: { start: number; text: string }[] = []
  const close = (start: number): void => {
    const text = plainOf(readLine(block.text))
    if (text !== '') {
      previous = { start: block.start, text }
      lines.push(previous)
    }
    block = { start, text: '' }
  }
  for (const match of html.matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>|[^<]+|</g)) {
    const name = match[2]?.toLowerCase()
    if (name === undefined) {
      if (block.text.length < 1_000) block.text += match[0].slice(0, 1_000)
      continue
    }
    const isOpening = match[1] === ''
    if (blockNames.has(name)) {
      close(match.index)
      if (forwarded.test(previous.text)) return undefined
      const cut = cutAtLine(lines)
      if (cut !== undefined) return withContainer(html, cut, match.index)
    }
    if (!isOpening) continue
    const attributes = `${name} ${(match[3] ?? '').slice(0, 600)}`
    if (openingMarks.some(mark => mark.test(attributes))) return { start: match.index, container: undefined }
    if (containerMarks.some(mark => mark.test(attributes))) {
      const start = isAnnouncement(previous.text) ? previous.start : match.index
      return { start, container: { tag: name, at: match.index } }
    }
  }
  close(html.length)
  return cutAtLine(lines)
}

const isAnnouncement = (text: string): boolean => ruled.test(text) || (sentenceStart.test(text) && isSentence(text))

/** Judges the lines read so far: a sentence or rule in the last one, or a header block among the last few. */
function cutAtLine(lines: { start: number; text: string }[]): Cut | undefined {
  const last = lines.at(-1)
  if (last === undefined) return undefined
  if (isAnnouncement(last.text)) return { start: last.start, container: undefined }
  if (fieldOf(last.text) === undefined) return undefined
  const recent = lines.slice(-8)
  const texts = recent.map(line => line.text)
  const index = texts.findIndex((text, at) => fieldOf(text) !== undefined && isHeaderBlock(texts, at))
  const first = recent[index]
  return first === undefined ? undefined : { start: first.start, container: undefined }
}

/** A sentence right before a quotation belongs to it, and both end with it. */
function withContainer(html: string, cut: Cut, from: number): Cut {
  const next = /^(?:<\/?(?:div|p|br|span|pre)\b[^<>]{0,300}>|\s|&nbsp;){0,20}<(blockquote)\b/i.exec(html.slice(from, from + 3_000))
  if (next === null) return cut
  return { start: cut.start, container: { tag: 'blockquote', at: from + next[0].lastIndexOf('<') } }
}

function readLine(text: string): string {
  return text.replace(/&nbsp;|&#160;|&#xa0;/gi, ' ').replace(/&lt;/gi, '<').replace(/&gt;/gi, '>').replace(/&quot;/gi, '"').replace(/&amp;/gi, '&').replace(/\s+/g, ' ').trim()
}

function endOfElement(html: string, tag: string, from: number): number {
  const pattern = new RegExp(`<(/?)${tag}\\b[^<>]*>`, 'gi')
  pattern.lastIndex = from
  let depth = 0
  for (let match = pattern.exec(html); match !== null; match = pattern.exec(html)) {
    depth += match[1] === '' ? 1 : -1
    if (depth === 0) return match.index + match[0].length
  }
  return html.length
}

/** Whether a person would see anything: words or a picture. */
function hasContent(html: string): boolean {
  const visible = html.replace(/<(style|script|head|title)\b[^<>]*>[^<]*(?:<(?!\/\1)[^<]*){0,500}<\/\1>/gi, '')
  if (/<img\b/i.test(visible)) return true
  const words = visible.replace(/<[^<>]*>/g, '').replace(/&nbsp;|&#160;|&zwnj;/gi, '').replace(/[\s\u200b\ufeff]/g, '')
  return words !== '' && !mobileSignature.test(words)
}
