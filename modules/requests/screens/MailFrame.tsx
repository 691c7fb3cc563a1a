import DOMPurify from 'dompurify'
import { useMemo, useRef, useState, type ReactElement } from 'react'
import { fillPath } from '../../../platform/http/contract.ts'
import { useText } from '../../../apps/console/text.tsx'
import { requests, type Message } from '../contract.ts'

/**
 * Nothing in a customer's mail may run, load or reach outside: cleaned on the server, cleaned here again by the
 * browser's own parser, shown in a frame without scripts and with a policy of its own. Same origin only lets us
 * measure its height.
 */
const POLICY = "default-src 'none'; img-src 'self' data: blob:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
const SHEET = `:root{color-scheme:light}body{margin:0;padding:2px;background:#fff;color:#171c22;font:15px/1.6 system-ui,"PingFang TC","Microsoft JhengHei","Noto Sans TC","Noto Sans CJK TC",sans-serif;overflow-wrap:anywhere}
img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}blockquote{margin:0 0 0 4px;padding-inline-start:12px;border-inline-start:2px solid #dce1e6;color:#4a5561}
a[data-picture]{display:inline-block;padding:2px 8px;border:1px dashed #7e8894;border-radius:4px;color:#4a5561;font-size:12px;text-decoration:none}`

export interface Cleaned { html: string; blocked: number }

/** Cleans once more, points inline pictures to our own store and turns pictures of the web into links that load only on a click. */
export function cleanForFrame(html: string, attachments: Message['attachments'], pictureLabel: (host: string) => string): Cleaned {
  const body = DOMPurify.sanitize(html, {
    RETURN_DOM: true, FORBID_TAGS: ['style', 'form', 'input', 'button', 'textarea', 'select', 'iframe', 'object', 'embed', 'svg', 'math', 'link', 'meta', 'base', 'audio', 'video', 'template'],
    FORBID_ATTR: ['id', 'class', 'name', 'srcset', 'ping', 'action', 'formaction', 'background', 'poster'], ADD_ATTR: ['target', 'data-cid', 'data-remote-src'],
  }) as unknown as HTMLElement
  let blocked = 0
  for (const image of body.querySelectorAll('img')) {
    const source = image.getAttribute('src') ?? ''
    const contentId = image.getAttribute('data-cid') ?? /^cid:(.+)$/i.exec(source)?.[1]
    const kept = contentId === undefined ? undefined : attachments.find((one) => one.contentId === contentId)
    const remote = image.getAttribute('data-remote-src') ?? (/^https?:/i.test(source) ? source : null)
    if (kept) image.setAttribute('src', `${fillPath(requests.download.path, { id: kept.id })}?inline=true`)
    else if (remote !== null && URL.canParse(remote)) {
      blocked++
      const link = body.ownerDocument.createElement('a')
      link.href = remote
      link.dataset['picture'] = ''
      link.textContent = image.getAttribute('alt') || pictureLabel(new URL(remote).host)
      image.replaceWith(link)
    } else if (!/^data:image\//i.test(source) && !source.startsWith('/api/attachments/')) image.remove()
  }
  for (const link of body.querySelectorAll('a')) {
    const href = link.getAttribute('href') ?? ''
    if (!/^(https?:|mailto:|tel:)/i.test(href)) link.removeAttribute('href')
    link.setAttribute('target', '_blank')
    link.setAttribute('rel', 'noopener noreferrer nofollow')
  }
  return { html: body.innerHTML, blocked }
}

/** One HTML message as it was meant to look, at its own height. */
export function MailFrame({ message }: { message: Message }): ReactElement {
  const t = useText()
  const frame = useRef<HTMLIFrameElement>(null)
  const [height, setHeight] = useState(80)
  const cleaned = useMemo(() => cleanForFrame(message.html ?? '', message.attachments, (host) => t('requests.picture-of', { host })), [message.html, message.attachments, t])
  const page = `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="referrer" content="no-referrer"><style>${SHEET}</style></head><body>${cleaned.html}</body></html>`
  const fit = () => {
    const inside = frame.current?.contentDocument
    if (!inside) return
    const measure = () => setHeight(Math.min(4000, Math.max(24, inside.documentElement.scrollHeight)))
    measure()
    for (const image of inside.images) image.addEventListener('load', measure)
  }
  return (
    <div className="flex flex-col gap-1.5">
      {cleaned.blocked > 0 && <p className="text-sm text-muted">{t('requests.pictures-blocked', { count: cleaned.blocked })}</p>}
      <iframe
        ref={frame} title={t('requests.mail-of', { name: message.authorName })} srcDoc={page} onLoad={fit} style={{ height }}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" referrerPolicy="no-referrer"
        className="block w-full rounded-sm border-0 bg-raised"
      />
    </div>
  )
}
