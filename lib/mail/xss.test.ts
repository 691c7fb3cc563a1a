import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test, expect } from 'vitest'
import { hasBrowser, openBrowser } from '../../test/browser.ts'
import { cleanHtml, findUnsafe } from './clean.ts'
import { foldQuotedHtml } from './quote.ts'

const folder = new URL('../../../shared/data/security/xss/', import.meta.url)

function listPayloads(): string[] {
  const lines = new Set<string>()
  for (const name of readdirSync(folder).filter(file => file.endsWith('.txt'))) {
    for (const line of readFileSync(new URL(name, folder), 'utf8').split('\n')) if (line.trim() !== '') lines.add(line)
  }
  return [...lines]
}

test.skipIf(!existsSync(folder))('B01 the XSS corpus comes out in the safe language', () => {
  const payloads = listPayloads()
  let fallbacks = 0
  for (const payload of payloads) {
    for (const html of [payload, `<div title="${payload}">${payload}</div>`, `<img src="${payload}"><a href="${payload}">x</a><p style="${payload}">`]) {
      const clean = cleanHtml(html)
      expect(findUnsafe(clean.html), payload).toBeUndefined()
      if (clean.fallback !== undefined) fallbacks++
    }
    // Folding cuts the markup anywhere; both halves are cleaned on their own.
    const folded = foldQuotedHtml(`<p>new</p>${payload}<blockquote type="cite">${payload}</blockquote>`)
    expect(findUnsafe(cleanHtml(folded.html).html), payload).toBeUndefined()
  }
  console.log(`XSS corpus: ${payloads.length} payloads, ${fallbacks} shown as text`)
  expect(fallbacks).toBe(0)
}, 60_000)

/** Runs inside the browser: counts what could execute, asking the prototypes because names in the page may shadow them. */
function countExecutable(pages: string[]): { executable: number; examples: string[] } {
  const attributesOf = Object.getOwnPropertyDescriptor(Element.prototype, 'attributes')?.get
  const nameOf = Object.getOwnPropertyDescriptor(Element.prototype, 'localName')?.get
  const examples: string[] = []
  let executable = 0
  const dangerous = new Set(['script', 'iframe', 'frame', 'object', 'embed', 'applet', 'base', 'link', 'meta', 'style', 'svg', 'math', 'form', 'input', 'button', 'textarea', 'select', 'noscript', 'template', 'audio', 'video', 'source', 'portal', 'animate', 'set', 'xmp', 'isindex', 'marquee', 'keygen'])
  for (const page of pages) {
    let html = page
    // Serialising and reading again twice finds mutations that appear only then.
    for (let round = 0; round < 3; round++) {
      const inert = new DOMParser().parseFromString(`<!doctype html><body>${html}`, 'text/html')
      const walker = inert.createTreeWalker(inert, NodeFilter.SHOW_ELEMENT)
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const name = String(nameOf?.call(node))
        const isBad = dangerous.has(name) || [...((attributesOf?.call(node) ?? []) as Iterable<Attr>)].some(attribute => {
          const value = attribute.value.replace(/[\p{Cc}\s]/gu, '').toLowerCase()
          if (attribute.name.startsWith('on') || ['srcdoc', 'formaction', 'action', 'srcset', 'background', 'ping', 'is', 'name', 'id'].includes(attribute.name)) return true
          if (attribute.name === 'style') return /url\(|expression|position|behavior|@import/.test(value)
          return ['href', 'src', 'xlink:href', 'data'].includes(attribute.name) && !/^(?:https?:\/\/|mailto:|tel:|data:image\/(?:png|jpe?g|gif|webp);)/.test(value)
        })
        if (isBad) {
          executable++
          if (examples.length < 5) examples.push(page.slice(0, 200))
        }
      }
      html = inert.body.innerHTML
    }
  }
  return { executable, examples }
}

test.skipIf(!existsSync(folder) || !hasBrowser)('B01 judged in Chromium: 0 executable nodes, 0 dialogs, 0 requests', async () => {
  const browser = await openBrowser()
  try {
    const page = await (await browser.newContext()).newPage()
    let dialogs = 0
    let requests = 0
    page.on('dialog', dialog => { dialogs++; void dialog.dismiss() })
    page.on('request', request => { if (!request.url().startsWith('data:')) requests++ })
    const payloads = listPayloads()
    const raw = await page.evaluate(countExecutable, payloads.slice(0, 500))
    expect(raw.executable, 'the oracle sees what is not cleaned').toBeGreaterThan(400)
    let executable = 0
    const examples: string[] = []
    for (let at = 0; at < payloads.length; at += 500) {
      const batch = payloads.slice(at, at + 500).map(payload => cleanHtml(`<div>${payload}</div>`).html)
      const found = await page.evaluate(countExecutable, batch)
      executable += found.executable
      examples.push(...found.examples)
      // And once alive, in a document that would run it.
      await page.evaluate(htmls => {
        document.body.innerHTML = htmls.join('\n')
        for (const element of document.body.querySelectorAll('*')) element.dispatchEvent(new Event('mouseover', { bubbles: true }))
      }, batch)
    }
    await page.waitForTimeout(200)
    console.log(`Chromium: ${payloads.length} payloads, ${executable} executable nodes, ${dialogs} dialogs, ${requests} requests; of the first 500 uncleaned ${raw.executable}`)
    expect({ executable, examples, dialogs, requests }).toEqual({ executable: 0, examples: [], dialogs: 0, requests: 0 })
  } finally {
    await browser.close()
  }
}, 60_000)
