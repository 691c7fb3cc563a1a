import sanitizeHtml from 'sanitize-html'

export interface CleanOptions {
  /** Address under which an inline image may be fetched, or undefined when it is unknown. */
  cid?: ((contentId: string) => string | undefined) | Record<string, string>
  /** Longest HTML that is cleaned, in characters; beyond it the text alone is shown. Default 1,000,000. */
  maxLength?: number
  /** Keeps images of the web: only for what our own people write. */
  keepsRemoteImages?: boolean
}

export interface CleanHtml {
  html: string
  text: string
  /** Remote images and backgrounds that were not loaded; their addresses are in `data-remote-src`. */
  blockedRemote: number
  /** Set when only escaped text could be shown. */
  fallback?: 'too-long' | 'too-deep' | 'cleaner-failed' | 'check-failed'
}

const allowedTags = new Set((
  'a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure font footer '
  + 'h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup '
  + 'table tbody td tfoot th thead time tr tt u ul var wbr'
).split(' '))
const sharedAttributes = ['align', 'bgcolor', 'color', 'dir', 'height', 'lang', 'style', 'title', 'valign', 'width']
const ownAttributes: Record<string, string[]> = {
  a: ['href', 'rel', 'target'], img: ['alt', 'src', 'data-cid', 'data-remote-src'], font: ['face', 'size'], ol: ['start', 'type'], ul: ['type'],
  table: ['border', 'cellpadding', 'cellspacing'], td: ['colspan', 'rowspan'], th: ['colspan', 'rowspan'], col: ['span'], colgroup: ['span'],
}
const styleNames = new Set((
  'background-color border border-bottom border-collapse border-color border-left border-radius border-right border-spacing border-style border-top border-width '
  + 'color direction display font font-family font-size font-style font-weight height letter-spacing line-height list-style-type margin margin-bottom margin-left margin-right margin-top '
  + 'max-width min-width overflow-wrap padding padding-bottom padding-left padding-right padding-top text-align text-decoration text-indent vertical-align white-space width word-break word-wrap'
).split(' '))
// No backslash, so no CSS escapes; no function but colours; no minus at a value's start, so nothing is pulled over other content.
const styleValue = /^(?:rgba?\([\d.,% /]{1,60}\)|hsla?\([\d.,%a-z /]{1,60}\)|[#\w.,%'" !\u0080-\uffff]|(?<=\w)-(?=\w)|(?<=['" ,])-(?=[a-z]))+$/i
const inlineImage = /^data:image\/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=]+$/
// Contents that are no text for people, or that a browser would read by other rules than the cleaner.
const silentTags = ['script', 'style', 'textarea', 'option', 'select', 'noscript', 'noembed', 'noframes', 'xmp', 'title', 'template', 'iframe', 'object', 'embed', 'applet', 'math', 'svg', 'plaintext', 'audio', 'video', 'canvas']
const maxDepth = 1_000
const defaultMaxLength = 1_000_000
const directionControls = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/**
 * Cleans foreign HTML for showing inside a sandboxed frame: no scripts, forms, styles sheets, ids, classes or remote
 * loads. What comes out is checked once more against the small language it has to be written in; when it is not, or
 * when the cleaner fails, escaped text is answered instead, never the original.
 */
export function cleanHtml(html: string, options: CleanOptions = {}): CleanHtml {
  if (html.length > (options.maxLength ?? defaultMaxLength)) return asText(html, 'too-long')
  if (isNestedDeeper(html, maxDepth)) return asText(html, 'too-deep')
  const counter = { blocked: 0 }
  let cleaned: string
  try {
    cleaned = sanitizeHtml(html.replace(/\0/g, ''), cleanerOptions(options, counter))
  } catch {
    return asText(html, 'cleaner-failed')
  }
  if (findUnsafe(cleaned) !== undefined) return asText(html, 'check-failed')
  return { html: cleaned, text: textOfClean(cleaned), blockedRemote: counter.blocked }
}

function cleanerOptions(options: CleanOptions, counter: { blocked: number }): sanitizeHtml.IOptions {
  const allowedAttributes: Record<string, string[]> = { '*': sharedAttributes }
  for (const [tag, names] of Object.entries(ownAttributes)) allowedAttributes[tag] = names
  return {
    allowedTags: [...allowedTags],
    allowedAttributes,
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: ['http', 'https', 'data', 'blob', 'cid'] },
    allowProtocolRelative: false,
    parseStyleAttributes: false,
    nestingLimit: 250,
    nonTextTags: silentTags,
    transformTags: { '*': (tagName, attribs) => ({ tagName, attribs: cleanAttributes(tagName, attribs, options, counter) }) },
    textFilter: text => text.replace(directionControls, ''),
  }
}

function cleanAttributes(tag: string, attributes: Record<string, string>, options: CleanOptions, counter: { blocked: number }): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of [...sharedAttributes, ...(ownAttributes[tag] ?? [])]) {
    const value = attributes[name]
    if (value === undefined || ['style', 'href', 'src', 'rel', 'target', 'data-cid', 'data-remote-src'].includes(name)) continue
    if (name === 'title' || name === 'alt') kept[name] = value.slice(0, 500).replace(directionControls, '')
    else if (/^[\w#%., -]{1,100}$/.test(value)) kept[name] = value
  }
  if (attributes['background'] !== undefined && /^\s*(?:https?:)?\/\//i.test(attributes['background'])) counter.blocked++
  const style = attributes['style']
  if (style !== undefined) {
    if (/url\s*\(/i.test(style)) counter.blocked++
    const clean = cleanStyle(style)
    if (clean !== '') kept['style'] = clean
  }
  if (tag === 'a') Object.assign(kept, cleanLink(attributes['href']))
  if (tag === 'img') Object.assign(kept, cleanImage(attributes['src'], options, counter))
  return kept
}

function cleanStyle(style: string): string {
  if (style.length > 4_000) return ''
  const kept: string[] = []
  for (const declaration of style.split(';')) {
    const colon = declaration.indexOf(':')
    const name = declaration.slice(0, colon).trim().toLowerCase()
    const value = declaration.slice(colon + 1).trim().replace(/\s+/g, ' ')
    if (colon > 0 && styleNames.has(name) && value.length <= 200 && styleValue.test(value) && !/["'][^"']*$/.test(value.replace(/"[^"]*"|'[^']*'/g, ''))) kept.push(`${name}:${value}`)
  }
  return kept.join(';')
}

const withoutBlanks = (address: string): string => address.replace(/[\p{Cc}\s\u200b]/gu, '')

/** A link leads to the web, a mailbox or a phone; the host it really leads to is its title. */
function cleanLink(href: string | undefined): Record<string, string> {
  const address = withoutBlanks(href ?? '').slice(0, 4_000)
  if (/^(?:mailto|tel):/i.test(address)) return { href: address, title: address, rel: 'noopener noreferrer', target: '_blank' }
  if (!/^https?:\/\//i.test(address)) return {}
  try {
    const url = new URL(address)
    // `https://bank.example@evil.example` shows one host and leads to another.
    url.username = ''
    url.password = ''
    return { href: url.href, title: url.href, rel: 'noopener noreferrer', target: '_blank' }
  } catch {
    return {}
  }
}

function cleanImage(src: string | undefined, options: CleanOptions, counter: { blocked: number }): Record<string, string> {
  const address = withoutBlanks(src ?? '')
  if (/^cid:/i.test(address)) {
    const contentId = address.slice(4).slice(0, 500)
    const mapped = mapCid(contentId, options.cid)
    return mapped === undefined ? { 'data-cid': contentId } : { src: mapped }
  }
  if (inlineImage.test(address)) return { src: address }
  if (options.keepsRemoteImages === true && /^https:\/\//i.test(address)) return { src: address }
  if (/^(?:https?:)?\/\//i.test(address)) {
    counter.blocked++
    return { 'data-remote-src': address.startsWith('//') ? `https:${address}` : address }
  }
  return {}
}

function mapCid(contentId: string, cid: CleanOptions['cid']): string | undefined {
  if (cid === undefined) return undefined
  let decoded = contentId
  try {
    decoded = decodeURIComponent(contentId)
  } catch {
    // A percent sign of the id itself; the raw form is the id.
  }
  const find = (id: string): string | undefined => (typeof cid === 'function' ? cid(id) : Object.hasOwn(cid, id) ? cid[id] : undefined)
  return find(contentId) ?? find(decoded)
}

const voidTags = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '))
// A sibling closes these by itself, so a long row of unclosed ones does not nest.
const selfClosing = new Set('p li dt dd option optgroup tr td th thead tbody tfoot rt rp'.split(' '))

/** One linear pass over the tags: parsers are quadratic in nesting depth, so deep input must not reach them. */
function isNestedDeeper(html: string, limit: number): boolean {
  const stack: string[] = []
  const open = new Map<string, number>()
  for (const match of html.matchAll(/<(\/?)([a-zA-Z][^\s/<>]{0,40})/g)) {
    const name = (match[2] ?? '').toLowerCase()
    if (voidTags.has(name) || selfClosing.has(name)) continue
    const count = open.get(name) ?? 0
    if (match[1] === '') {
      stack.push(name)
      open.set(name, count + 1)
      if (stack.length > limit) return true
    } else if (count > 0) {
      for (let last = stack.pop(); last !== undefined; last = stack.pop()) {
        open.set(last, (open.get(last) ?? 1) - 1)
        if (last === name) break
      }
    }
  }
  return false
}

const openTag = /<([a-z][a-z0-9]*)((?: [a-z-]+(?:="[^"<>]*")?)*)(?: \/)?>/y
const closeTag = /<\/([a-z][a-z0-9]*)>/y

/**
 * What in a cleaned text is not written in the language that cleaned texts are written in: the first offending piece,
 * or undefined. It knows nothing of the cleaner and accepts only what it knows.
 */
export function findUnsafe(cleaned: string): string | undefined {
  for (let at = cleaned.indexOf('<'); at >= 0; at = cleaned.indexOf('<', at + 1)) {
    closeTag.lastIndex = at
    const close = closeTag.exec(cleaned)
    if (close !== null) {
      if (!allowedTags.has(close[1] ?? '')) return close[0]
      continue
    }
    openTag.lastIndex = at
    const open = openTag.exec(cleaned)
    const tag = open?.[1] ?? ''
    if (open === null || !allowedTags.has(tag)) return cleaned.slice(at, at + 80)
    for (const [, name = '', value = ''] of (open[2] ?? '').matchAll(/ ([a-z-]+)(?:="([^"<>]*)")?/g)) {
      if (!isSafeAttribute(tag, name, value)) return `${tag} ${name}="${value.slice(0, 80)}"`
    }
  }
  return undefined
}

function isSafeAttribute(tag: string, name: string, value: string): boolean {
  if (!sharedAttributes.includes(name) && !(ownAttributes[tag]?.includes(name) ?? false)) return false
  if (name === 'href') return /^(?:https?:\/\/|mailto:|tel:)/i.test(value)
  if (name === 'data-remote-src') return /^https?:\/\//i.test(value)
  if (name === 'src') return inlineImage.test(value) || /^(?:https?:\/\/|\/(?!\/)|blob:|cid:)/i.test(value)
  if (name === 'style') return !/url|expression|@|\\|\/\*|position|behavior|binding/i.test(value)
  return true
}

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')

/** Plain text as HTML that shows the same: escaped, line ends kept. */
export function textToHtml(text: string): string {
  return `<div>${escape(text).replace(/\r?\n/g, '<br>\n')}</div>`
}

function asText(html: string, fallback: NonNullable<CleanHtml['fallback']>): CleanHtml {
  const text = roughText(html.slice(0, 2 * defaultMaxLength))
  return { html: `<div style="white-space:pre-wrap">${escape(text)}</div>`, text, blockedRemote: 0, fallback }
}

/** Text of HTML that no parser should see: tags, scripts and styles cut out, common entities read. Linear. */
function roughText(html: string): string {
  let text = ''
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    text += html.slice(at, open < 0 ? undefined : open)
    if (open < 0) break
    const raw = /^<(script|style)\b/i.exec(html.slice(open, open + 10))?.[1]
    const end = raw === undefined ? html.indexOf('>', open) : indexOfClose(html, raw, open)
    if (end < 0) break
    if (/^<\/?(?:p|div|br|tr|li|h\d|table|blockquote)\b/i.test(html.slice(open, open + 13)) && !text.endsWith('\n')) text += '\n'
    at = end + 1
  }
  return readEntities(text).replace(/[ \t]{2,}/g, ' ').replace(/\n{3,}/g, '\n\n').replaceAll('\0', '').trim()
}

function indexOfClose(html: string, tag: string, from: number): number {
  const pattern = new RegExp(`</${tag}[^>]{0,100}>`, 'gi')
  pattern.lastIndex = from
  const match = pattern.exec(html)
  return match === null ? -1 : match.index + match[0].length - 1
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }

function readEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? whole
    const code = decimal !== undefined ? Number(decimal) : parseInt(hex ?? '', 16)
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : ''
  })
}

const blockTags = new Set('address article aside blockquote center dd details div dl dt figure figcaption footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul'.split(' '))

/** Text of HTML: block elements and line breaks become line ends, cells tabs, images their alternative text. */
export function htmlToText(html: string): string {
  return cleanHtml(html).text
}

/** The same for HTML that is already clean, which is well-formed and knows five entities only. */
function textOfClean(cleaned: string): string {
  const pieces: string[] = []
  let lastIsLineEnd = true
  let preformatted = 0
  const lineEnd = (): void => {
    if (!lastIsLineEnd) pieces.push('\n')
    lastIsLineEnd = true
  }
  for (const match of cleaned.matchAll(/<(\/?)([a-z0-9]+)([^>]*)>|[^<]+/g)) {
    const tag = match[2]
    if (tag === undefined) {
      const text = preformatted > 0 ? match[0] : match[0].replace(/[ \t\r\n]+/g, ' ')
      const words: string = lastIsLineEnd && preformatted === 0 ? text.trimStart() : text
      if (words === '') continue
      pieces.push(words)
      lastIsLineEnd = words.endsWith('\n')
      continue
    }
    if (tag === 'pre') preformatted += match[1] === '' ? 1 : -1
    if (tag === 'br') {
      pieces.push('\n')
      lastIsLineEnd = true
    } else if (tag === 'p' && match[1] === '/') {
      lineEnd()
      pieces.push('\n')
    } else if (blockTags.has(tag)) {
      lineEnd()
      if (tag === 'li' && match[1] === '') pieces.push('- ')
    } else if ((tag === 'td' || tag === 'th') && match[1] === '/') pieces.push('\t')
    else if (tag === 'img') {
      const alt = / alt="([^"]+)"/.exec(match[3] ?? '')?.[1]
      if (alt !== undefined) { pieces.push(`[${alt}]`); lastIsLineEnd = false }
    }
  }
  // Line by line: a pattern for blanks before a line end is quadratic in long runs of blanks.
  const lines = readEntities(pieces.join('')).replace(/\u00a0/g, ' ').split('\n').map(line => line.trimEnd())
  return lines.join('\n').replace(/\n{3,}/g, '\n\n').trim()
}

const knownPayloads = [
  '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<svg onload=alert(1)><animate attributeName=href values=javascript:alert(1)></svg>',
  '<a href="java\tscript:alert(1)">x</a>', '<a href="&#106;avascript:alert(1)">x</a>', '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">', '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<xmp><img src=x onerror=alert(1)></xmp>', '<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>', '<form action=//x><button formaction=javascript:alert(1)>x</button></form>',
  '<input autofocus onfocus=alert(1)>', '<style>@import "//x";*{background:url(//x)}</style>', '<div style="background:url(javascript:alert(1));position:fixed">x</div>',
  '<div style="width:expression(alert(1))">x</div>', '<object data="data:text/html,<script>alert(1)</script>"></object>', '<embed src=//x>', '<base href=//x>', '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
  '<link rel=stylesheet href=//x>', '<img src="//x/pixel.gif"><img srcset="//x 2x">', '<a id=body name=attributes>x</a>', '<template><script>alert(1)</script></template>',
  '<video><source onerror=alert(1)></video>', '<a href="data:text/html,<script>alert(1)</script>">x</a>', '<details open ontoggle=alert(1)>x</details>', '<body onload=alert(1)>', '\0<scr\0ipt>alert(1)</script>',
]

/** @throws Error when a known attack passes the cleaner: call it at start-up and do not start then. */
export function selfTestCleaner(): void {
  for (const payload of knownPayloads) {
    if (findUnsafe(payload) === undefined) throw new Error(`The check of cleaned HTML accepts a known attack: ${payload}`)
    const { html, fallback } = cleanHtml(`<p>before ${payload} after</p>`)
    if (fallback !== undefined || findUnsafe(html) !== undefined || /alert\(1\)(?![^<]*after)|<img[^>]* src=/i.test(html.replace(/&[a-z]+;/g, ''))) {
      throw new Error(`The HTML cleaner lets a known attack through: ${payload}`)
    }
  }
  // Well-formed for the check, because inline images are served from there; written by a sender it is an attack.
  if (/ src=/.test(cleanHtml('<img src="/api/signout"><img src="../x">').html)) throw new Error('The HTML cleaner lets an own address through')
  const kept = cleanHtml('<p style="color:red;position:fixed">客戶 <a href="https://example.com/">連結</a></p>').html
  if (!kept.includes('style="color:red"') || !kept.includes('href="https://example.com/"')) throw new Error('The HTML cleaner removes harmless content')
}
