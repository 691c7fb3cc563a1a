import iconv from 'iconv-lite'
import type { OddityCode } from './mail.ts'

export interface Decoded {
  text: string
  /** Canonical name of the charset that was used. */
  charset: string
  oddity?: OddityCode
}

// Senders write gb2312 or gbk and use characters of the larger set; the superset reads all of them alike.
const aliases: Record<string, string> = {
  gb2312: 'gb18030', gb231280: 'gb18030', csgb2312: 'gb18030', chinese: 'gb18030', gbk: 'gb18030', xgbk: 'gb18030', cp936: 'gb18030',
  ms936: 'gb18030', windows936: 'gb18030', euccn: 'gb18030', gb18030: 'gb18030', csiso58gb231280: 'gb18030', isoir58: 'gb18030', cngb: 'gb18030',
  hz: 'hz', hzgb2312: 'hz', xhzgb2312: 'hz',
  big5: 'big5hkscs', cnbig5: 'big5hkscs', xxbig5: 'big5hkscs', csbig5: 'big5hkscs', big5hkscs: 'big5hkscs', cp950: 'big5hkscs', windows950: 'big5hkscs',
  ksc56011987: 'cp949', ksc5601: 'cp949', ksc56011989: 'cp949', korean: 'cp949', euckr: 'cp949', uhc: 'cp949', cp949: 'cp949', windows949: 'cp949',
  sjis: 'shiftjis', xsjis: 'shiftjis', shiftjis: 'shiftjis', cp932: 'shiftjis', windows31j: 'shiftjis', eucjp: 'eucjp', xeucjp: 'eucjp',
  iso2022jp: 'iso-2022-jp', csiso2022jp: 'iso-2022-jp', iso2022jpms: 'iso-2022-jp', iso2022cn: 'iso-2022-cn',
  utf8: 'utf8', cp65001: 'utf8', unicode11utf8: 'utf8', ascii: 'ascii', usascii: 'ascii', ansix341968: 'ascii', iso646us: 'ascii', '7bit': 'ascii', '8bit': 'ascii',
  // The web's reading of these two labels: senders of iso-8859-1 mean windows-1252.
  iso88591: 'win1252', latin1: 'win1252', windows1252: 'win1252', cp1252: 'win1252',
}
// UTF-7 hides markup behind plain letters; the others are no charsets at all. None is ever decoded.
const refused = /^(?:(?:cs)?unicode11)?utf7(?:imap)?$|^base64$|^hex$|^binary$|^ucs2$/
const noCharset = new Set(['', 'defaultcharset', 'unknown8bit', 'xunknown', 'unknown', 'default', 'none', 'null', 'undefined', 'charset'])

/** Canonical name of a label; undefined when the label says nothing, 'refused' or 'unknown' when it can't be used. */
export function canonicalCharset(label: string | undefined): string | undefined {
  const plain = (label ?? '').toLowerCase().replace(/[^a-z0-9]/g, '')
  if (noCharset.has(plain)) return undefined
  if (refused.test(plain)) return 'refused'
  const alias = Object.hasOwn(aliases, plain) ? aliases[plain] : undefined
  if (alias !== undefined) return alias
  return iconv.encodingExists(plain) ? plain : 'unknown'
}

/**
 * Bytes to text. A label is believed while its bytes fit; unlabelled, ASCII- or UTF-8-labelled 8-bit bytes and
 * bytes that break their label are judged by what they most likely say. Never throws.
 * @param hint charset of the surrounding mail, used when a short text could be two things
 */
export function decodeBytes(bytes: Uint8Array, label?: string, hint?: string): Decoded {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const charset = canonicalCharset(label)
  if (charset === 'refused') return { text: asciiOnly(buffer), charset: 'ascii', oddity: 'charset-refused' }
  if (charset === undefined || charset === 'ascii' || charset === 'unknown') {
    const guess = guessText(buffer, canonicalCharset(hint))
    if (charset === 'unknown') return { ...guess, oddity: 'charset-unknown' }
    return guess.charset === 'ascii' || guess.charset === 'utf8' ? guess : { ...guess, oddity: 'charset-guessed' }
  }
  const text = decodeAs(buffer, charset)
  const broken = brokenShare(text)
  if (broken < 0.05 || (charset === 'utf8' && broken < 0.2 && buffer.length > 200)) return { text, charset }
  const guess = guessText(buffer, canonicalCharset(hint))
  if (brokenShare(guess.text) >= broken || guess.charset === 'win1252') return { text, charset }
  return { ...guess, oddity: 'charset-mislabelled' }
}

/** Text of a header line given as one character per byte: UTF-8 where valid, else the hint, else what it looks like. */
export function decodeBinary(binary: string, hint?: string): Decoded {
  if (!/[\x80-\xff]/.test(binary)) return { text: binary, charset: 'ascii' }
  return decodeBytes(Buffer.from(binary, 'latin1'), undefined, hint)
}

function decodeAs(buffer: Buffer, charset: string): string {
  try {
    if (charset === 'utf8') return withoutMark(new TextDecoder('utf-8').decode(buffer))
    if (charset === 'hz') return decodeHz(buffer)
    if (charset === 'iso-2022-cn') return decodeIso2022Cn(buffer)
    if (charset === 'iso-2022-jp' || charset === 'eucjp') return new TextDecoder(charset === 'eucjp' ? 'euc-jp' : charset).decode(buffer)
    return withoutMark(iconv.decode(buffer, charset))
  } catch {
    return buffer.toString('latin1')
  }
}

const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
const asciiOnly = (buffer: Buffer): string => buffer.toString('latin1').replace(/[\x80-\xff]/g, '\ufffd')

/** HZ (RFC 1843): 7-bit pairs of GB 2312 between `~{` and `~}`. */
export function decodeHz(buffer: Buffer): string {
  let text = ''
  let at = 0
  let inPairs = false
  const pairs: number[] = []
  const flush = (): void => {
    if (pairs.length > 0) text += iconv.decode(Buffer.from(pairs), 'gb18030')
    pairs.length = 0
  }
  while (at < buffer.length) {
    const byte = buffer[at] ?? 0
    const next = buffer[at + 1] ?? 0
    if (inPairs) {
      if (byte === 0x7e && next === 0x7d) { flush(); inPairs = false; at += 2; continue }
      // A line end closes the pairs although it should not be reached open.
      if (byte === 0x0a || byte === 0x0d) { flush(); inPairs = false; text += String.fromCharCode(byte); at += 1; continue }
      pairs.push(byte | 0x80, next | 0x80)
      at += 2
      continue
    }
    if (byte === 0x7e && next === 0x7b) { inPairs = true; at += 2; continue }
    if (byte === 0x7e && next === 0x7e) { text += '~'; at += 2; continue }
    if (byte === 0x7e && next === 0x0a) { at += 2; continue }
    text += String.fromCharCode(byte)
    at += 1
  }
  flush()
  return text
}

/** ISO-2022-CN (RFC 1922), its GB 2312 half: pairs between shift-out and shift-in, escapes dropped. */
function decodeIso2022Cn(buffer: Buffer): string {
  let text = ''
  let shifted = false
  for (let at = 0; at < buffer.length; at++) {
    const byte = buffer[at] ?? 0
    if (byte === 0x1b) at += 3
    else if (byte === 0x0e) shifted = true
    else if (byte === 0x0f) shifted = false
    else if (shifted && byte > 0x20) text += iconv.decode(Buffer.from([byte | 0x80, (buffer[++at] ?? 0x21) | 0x80]), 'gb18030')
    else text += String.fromCharCode(byte)
  }
  return text
}

// The most frequent characters of ordinary and of service mail. Where two charsets both "decode", the one that yields
// these is the one that was meant: measured on generated mails, one hit in five characters separates reliably.
const simplified = '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运您好谢请问题客服邮件退款订单账户客户账号贵司麻烦查询处理回复附件测试联系电话短信支付银行卡费用'
const traditional = '的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運您好謝請客服郵件退款訂單帳戶號貴司麻煩查詢處理回覆附件測試聯絡電話簡訊支付銀行卡費用'
const hangul = '이다는을의에고하가지로도기사서한리대자인를은나시그해있어정보스일아제부과라수만여것으전주들니면상장구요원조안녕습세'
const common = new Set(simplified + traditional)
const commonHangul = new Set(hangul)

/** What unlabelled bytes most likely say. */
function guessText(buffer: Buffer, hint: string | undefined): Decoded {
  const sample = buffer.length > 65_536 ? buffer.subarray(0, 65_536) : buffer
  if (!hasHighBytes(buffer)) return guessSevenBit(buffer)
  const utf8 = decodeAs(sample, 'utf8')
  if (brokenShare(utf8) < 0.05) return { text: decodeAs(buffer, 'utf8'), charset: 'utf8' }
  const candidates = ['gb18030', 'big5hkscs', 'shiftjis', 'cp949', 'eucjp']
  let best = 'win1252'
  let bestScore = pairsShare(sample) > 0.9 ? 0.05 : 0.2
  for (const candidate of candidates) {
    let score = likelihood(decodeAs(sample, candidate), candidate)
    if (candidate === hint && score > 0) score += 0.3
    if (score > bestScore) { best = candidate; bestScore = score }
  }
  return { text: decodeAs(buffer, best), charset: best }
}

function guessSevenBit(buffer: Buffer): Decoded {
  const text = buffer.toString('latin1')
  if (text.includes('\x1b$B') || text.includes('\x1b$@')) return { text: decodeAs(buffer, 'iso-2022-jp'), charset: 'iso-2022-jp' }
  if (/~\{(?:[\x21-\x77][\x21-\x7e])+~\}/.test(text)) {
    const hz = decodeHz(buffer)
    if (likelihood(hz, 'hz') > 0.2) return { text: hz, charset: 'hz' }
  }
  return { text, charset: 'ascii' }
}

function hasHighBytes(buffer: Buffer): boolean {
  for (let at = 0; at < buffer.length; at++) if ((buffer[at] ?? 0) > 0x7f) return true
  return false
}

/** Share of the non-ASCII characters that could not be decoded. */
function brokenShare(text: string): number {
  let broken = 0
  let beyondAscii = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) beyondAscii++
    // iconv-lite also answers private-use characters for holes of the double-byte tables.
    if (code === 0xfffd || (code >= 0xe000 && code <= 0xf8ff)) broken++
  }
  return beyondAscii === 0 ? 0 : broken / beyondAscii
}

/** Frequent characters per non-ASCII character, less three times the undecodable ones: 1 is certain, below 0 wrong. */
function likelihood(text: string, charset: string): number {
  let frequent = 0
  let total = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80) continue
    total++
    const isKana = code >= 0x3041 && code <= 0x30ff
    if (charset === 'cp949' ? commonHangul.has(character) : common.has(character)) frequent++
    else if (isKana && (charset === 'shiftjis' || charset === 'eucjp')) frequent++
    else if ((code >= 0x3000 && code <= 0x3002) || code === 0xff0c || code === 0xff1a || code === 0xff01 || code === 0xff1f) frequent += 0.7
    // Half-width kana is what Shift_JIS makes of almost any bytes.
    else if (code >= 0xff61 && code <= 0xff9f) frequent -= 0.5
    else if (code >= 0x4e00 && code <= 0x9fff) frequent += 0.06
  }
  return total === 0 ? 0 : frequent / total - 3 * brokenShare(text)
}

/** Share of the high bytes that stand in runs of even length: near 1 in GB 2312, near 0 in Western text. */
function pairsShare(buffer: Buffer): number {
  let even = 0
  let total = 0
  let run = 0
  for (let at = 0; at <= buffer.length; at++) {
    if ((buffer[at] ?? 0) > 0x7f) { run++; continue }
    if (run > 0) { total += run; if (run % 2 === 0) even += run }
    run = 0
  }
  return total === 0 ? 0 : even / total
}
