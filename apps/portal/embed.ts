/**
 * One line on any site: `<script src="https://desk/embed.js" defer></script>`. A button and, when it is first
 * needed, a frame with the chat. Styles are set through the object model, which every site's policy allows.
 * Options: data-lang, data-side="left".
 */
(() => {
  const script = document.currentScript as HTMLScriptElement | null
  if (!script || document.getElementById('loopdesk-button')) return
  const { origin } = new URL(script.src)
  const wanted = script.dataset.lang || document.documentElement.lang || navigator.language
  const chinese = /^zh|^yue/i.test(wanted)
  const simplified = chinese && !/hant|tw|hk|mo|yue/i.test(wanted)
  const [openWord, closeWord, unreadWord] = !chinese ? ['Chat with us', 'Close chat', 'unread'] : simplified ? ['在线咨询', '关闭咨询', '条未读'] : ['線上諮詢', '關閉諮詢', '則未讀']
  const side = script.dataset.side === 'left' ? 'left' : 'right'
  const phone = matchMedia('(max-width: 479px)')

  const remember = (key: string, value?: string): string | null => {
    try {
      if (value === undefined) return localStorage.getItem(`loopdesk.${key}`)
      localStorage.setItem(`loopdesk.${key}`, value)
    } catch { /* a site may forbid storage: then nothing is remembered */ }
    return null
  }

  const button = document.createElement('button')
  button.id = 'loopdesk-button'
  button.type = 'button'
  button.style.cssText = `all:initial;position:fixed;${side}:16px;bottom:16px;z-index:2147483000;width:56px;height:56px;border-radius:28px;background:#2353b8;cursor:pointer;box-shadow:0 2px 8px #0005;display:grid;place-items:center;box-sizing:border-box;outline-offset:3px`
  button.onfocus = () => { button.style.outline = button.matches(':focus-visible') ? '3px solid #2353b8' : '' }
  button.onblur = () => { button.style.outline = '' }
  const drawn = (tag: 'svg' | 'path') => document.createElementNS('http://www.w3.org/2000/svg', tag)
  const svg = drawn('svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.style.cssText = 'width:26px;fill:none;stroke:#fff;stroke-width:2'
  const path = drawn('path')
  svg.append(path)
  const badge = document.createElement('span')
  badge.style.cssText = 'position:absolute;top:-4px;right:-4px;min-width:20px;height:20px;box-sizing:border-box;padding:0 5px;border-radius:10px;background:#ad211c;color:#fff;font:600 12px/20px system-ui,sans-serif;text-align:center'
  button.append(svg, badge)

  let frame: HTMLIFrameElement | undefined
  let open = false
  let ready = false
  let unread = 0

  const tell = () => { if (ready) frame!.contentWindow!.postMessage({ loopdesk: open ? 'shown' : 'hidden' }, origin) }
  const shape = () => {
    if (!frame) return
    frame.style.cssText = `all:initial;position:fixed;z-index:2147483001;border:0;color-scheme:normal;display:${open ? 'block' : 'none'};` + (phone.matches
      ? 'inset:0;width:100%;height:100%'
      : `${side}:16px;bottom:84px;width:376px;height:min(620px,calc(100vh - 100px));border-radius:10px;box-shadow:0 8px 32px #0004`)
  }
  const paint = () => {
    shape()
    path.setAttribute('d', open ? 'M6 6l12 12M18 6L6 18' : 'M4 5h16v11H10l-5 4v-4H4z')
    badge.style.display = unread && !open ? 'block' : 'none'
    badge.textContent = String(unread)
    button.setAttribute('aria-label', open ? closeWord! : unread ? `${openWord} · ${unread} ${unreadWord}` : openWord!)
    button.setAttribute('aria-expanded', String(open))
  }
  const load = () => {
    if (frame) return
    frame = document.createElement('iframe')
    frame.title = openWord!
    frame.src = `${origin}/widget#${new URLSearchParams({ lang: wanted, page: location.origin + location.pathname })}`
    document.body.append(frame)
  }
  const show = (next: boolean, byPerson: boolean) => {
    open = next
    if (open) { load(); unread = 0 }
    remember('open', open ? '1' : '0')
    paint()
    tell()
    if (byPerson) (open ? frame! : button).focus()
  }
  button.onclick = () => show(!open, true)
  addEventListener('keydown', (event) => { if (event.key === 'Escape' && open) show(false, true) })
  phone.addEventListener('change', shape)
  addEventListener('message', ({ source, origin: from, data }) => {
    if (!frame || source !== frame.contentWindow || from !== origin || !data) return
    if (data.loopdesk === 'close') show(false, true)
    else if (data.loopdesk === 'ready') { ready = true; tell() }
    else if (data.loopdesk === 'begun') remember('begun', '1')
    else if (data.loopdesk === 'unread') { unread = Number(data.count) || 0; paint() }
  })
  const begin = () => {
    document.body.append(button)
    if (remember('open') === '1' && !phone.matches) show(true, false)
    else if (remember('begun')) load()
    paint()
  }
  if (document.body) begin()
  else addEventListener('DOMContentLoaded', begin)
})()
