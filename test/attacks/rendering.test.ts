/** Script in the words of strangers and of our own settings, through every channel into every view, judged in a real browser. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { patterns } from '../../apps/console/paths.ts'
import { servePages } from '../../apps/pages.ts'
import { signReplyAddress } from '../../lib/mail/index.ts'
import { markKey } from '../../modules/channels/mail/mailboxes.ts'
import { takeIn } from '../../modules/channels/mail/take.ts'
import { letter, mailboxFor } from '../../modules/channels/mail/testing/peers.ts'
import { openBrowser, type Share } from '../browser.ts'
import type { TestDesk } from '../harness.ts'
import { type Company, canTravel, moveIn, openCompanyDesk, openPage, quietness, signIn } from '../journeys/desk.ts'
import { hasCorpus, isFull, judge, type Judged, listCorpus, payloads, readBackwards } from './payloads.ts'

interface Watched { page: Page; dialogs: string[]; abroad: string[]; problems: string[] }

describe.skipIf(!canTravel)('script in a browser', () => {
  let desk: TestDesk
  let company: Company
  let browser: Share
  let boxId: string
  const asked: { id: string; number: number; token: string }[] = []
  const ids: Record<string, string> = {}
  let mailed = ''
  let chatted = ''
  let chatToken = ''

  beforeAll(async () => {
    desk = await openCompanyDesk(async (http, app) => {
      // The payloads come from many networks, as far as the limits on strangers can see.
      let count = 0
      http.addHook('onRequest', async (request) => { Object.defineProperty(request, 'ip', { value: `198.51.${(count += 1) >> 8 & 255}.${count & 255}` }) })
      await servePages(http, app)
    })
    company = await moveIn(desk)
    browser = await openBrowser()
    boxId = (await mailboxFor(desk, null)).id
    await poisonSettings()
    await poisonChannels()
  }, 120_000)
  afterAll(async () => { await browser?.close(); await desk?.close() })

  const admin = async <T = { id: string }>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await desk.call<T>(method, path, { token: company.admin.token, body })
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const EVIL = '"><img src=x onerror=alert(1)><script>alert(1)</script>'
  const names = { 'zh-Hant': EVIL, 'zh-Hans': EVIL, en: EVIL }

  /** Everything our own people can name. */
  async function poisonSettings(): Promise<void> {
    const { teamId } = company.branches.en
    const team = await admin('POST', '/api/teams', { name: EVIL, memberIds: [company.branches.en.agent.id], leadId: company.branches.en.lead.id })
    const role = await admin('POST', '/api/roles', { key: 'evil', name: EVIL, permissions: ['requests.read'], scope: 'team' })
    const skill = await admin('POST', '/api/skills', { key: 'evil', name: EVIL })
    const day = [{ from: '00:00', to: '24:00' }]
    const calendar = await admin('POST', '/api/calendars', { name: EVIL, hours: { zone: 'Asia/Taipei', week: { 1: day, 2: day, 3: day, 4: day, 5: day, 6: day, 7: day }, exceptions: [{ date: '2026-12-31', open: [], name: EVIL }] } })
    const { person } = await admin<{ person: { id: string; version: number } }>('POST', '/api/people', { name: EVIL, login: 'evil@example.com', roleId: role.id, teamIds: [team.id] })
    await admin('PUT', `/api/people/${person.id}/skills`, { skills: [{ skillId: skill.id, level: 3 }], version: person.version })
    await admin('POST', '/api/tokens', { name: EVIL, permissions: ['requests.read'] })
    const service = await admin('POST', '/api/services', { key: 'evil', name: names, description: EVIL, teamId, calendarId: calendar.id, verification: 'person', closeAfterHours: 72, reopenDays: 7, acceptMinutes: 60, skills: [{ skill: 'evil', level: 1 }], types: [{ key: 'evil', name: names }], isActive: true })
    await admin('POST', '/api/rules', { name: EVIL, condition: { field: 'subject', op: 'contains', value: EVIL }, outcome: { service: 'evil', type: 'evil', priority: 'urgent' } })
    await admin('POST', '/api/reply-templates', { name: EVIL, body: `{{customer}} ${EVIL}`, locale: 'zh-Hant' })
    const tiers = await admin<{ rows: { key: string; name: unknown }[]; version: number }>('GET', '/api/customer-tiers')
    await admin('PUT', '/api/customer-tiers', { rows: [...tiers.rows, { key: 'evil', name: { 'zh-Hant': EVIL.slice(0, 60), 'zh-Hans': EVIL.slice(0, 60), en: EVIL.slice(0, 60) } }], version: tiers.version })
    Object.assign(ids, { '/people/$id': person.id, '/calendars/$id': calendar.id, '/services/$id': service.id, '/services/$id/standard': service.id })
  }

  const ask = async (text: string, subject: string, name = EVIL) => {
    const file = new FormData()
    file.set('file', new Blob([text]), EVIL)
    const visitor = crypto.randomUUID().replaceAll('-', '')
    const upload = await (await fetch(`${desk.url}/api/portal/files`, { method: 'POST', headers: { 'x-visitor': visitor }, body: file })).json() as { id: string }
    const answer = await desk.call<{ number: number; token: string }>('POST', '/api/portal/requests', { body: { key: crypto.randomUUID(), visitor, name, email: `${crypto.randomUUID()}@customer.example`, subject, text, locale: 'zh-Hant', attachmentIds: [upload.id] } })
    expect(answer.status).toBe(201)
    const [row] = await desk.app.pool<{ id: string }[]>`select id from requests.request where number = ${answer.body.number}`
    return { ...answer.body, id: row!.id }
  }
  /** Mails of one customer into one thread: the payload is name, subject, HTML, text and file name of each. */
  async function mailThread(list: readonly string[], from: string): Promise<string> {
    const word = (text: string): string => `=?utf-8?B?${Buffer.from(text.slice(0, 400)).toString('base64')}?=`
    let requestId = ''
    for (const payload of list) {
      const base64 = (text: string): string => Buffer.from(text).toString('base64').replace(/.{1,76}/g, '$&\r\n')
      const parts = [`--p\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(payload)}`, `--p\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(`<p>before</p>${payload}<p>after</p>`)}`]
      const taken = await takeIn(desk.app, boxId, letter({ from: `${word(payload)} <${from}>`, subject: word(payload), to: requestId ? signReplyAddress('support@desk.example', requestId, markKey(desk.app)) : 'support@desk.example', text: `${parts.join('')}--p--`, headers: { 'MIME-Version': '1.0', 'Content-Type': 'multipart/alternative; boundary=p', 'Return-Path': '' } }))
      expect(['request', 'message'], payload).toContain(taken.verdict)
      requestId ||= taken.requestId!
    }
    return requestId
  }
  async function chat(list: readonly string[]): Promise<{ token: string; id: string }> {
    const { token } = (await desk.call<{ token: string }>('POST', '/api/chat/sessions', { body: { locale: 'zh-Hant', name: EVIL, email: 'chat@customer.example', page: `https://shop.example/${encodeURIComponent(EVIL)}` } })).body
    let number = 0
    for (const text of list) {
      const said = await desk.call<{ number: number }>('POST', '/api/chat/messages', { headers: { 'x-chat': token }, body: { clientKey: crypto.randomUUID(), text } })
      if (said.status !== 201) throw new Error(`${JSON.stringify(text)}: ${JSON.stringify(said.body)}`)
      number ||= said.body.number
    }
    const [row] = await desk.app.pool<{ id: string }[]>`select id from requests.request where number = ${number}`
    return { token, id: row!.id }
  }
  const storable = (text: string): string => text.replaceAll('\0', '')
  const packed = (list: readonly string[], length: number): string[] => {
    const packs: string[] = ['']
    for (const one of list) { if (packs.at(-1)!.length + one.length > length) packs.push(''); packs[packs.length - 1] += `${storable(one).slice(0, length - 1)}\n` }
    return packs
  }

  async function poisonChannels(): Promise<void> {
    mailed = await mailThread(payloads, 'evil@customer.example')
    for (const payload of payloads.slice(0, 24)) asked.push(await ask(packed(payloads, 9_000)[0]!, storable(payload).replaceAll(/[\t\u0001]/g, ' '), storable(payload).replaceAll(/[\t\u0001]/g, ' ')))
    const talk = await chat(payloads.map(storable))
    chatted = talk.id
    chatToken = talk.token
    const subject = EVIL
    const { id, customerId } = await admin<{ id: string; customerId: string }>('POST', '/api/requests', { subject, text: payloads.map(storable).join('\n'), channel: 'api', type: EVIL, customer: { name: EVIL, email: 'api@customer.example', external: EVIL } })
    const customer = await admin<{ version: number }>('GET', `/api/customers/${customerId}`)
    await admin('PATCH', `/api/customers/${customerId}`, { company: EVIL, region: EVIL.slice(0, 80), note: EVIL, tier: 'evil', version: customer.version })
    for (const request of [id, mailed, chatted, asked[0]!.id]) {
      const path = `/api/requests/${request}`
      await admin('PUT', `${path}/holder`)
      await admin('POST', `${path}/messages`, { kind: 'note', text: EVIL, mentions: [company.admin.id] })
      await admin('POST', `${path}/tasks`, { title: EVIL })
      await admin('PATCH', path, { priority: 'urgent', reason: EVIL, version: (await admin<{ version: number }>('GET', path)).version })
      await admin('POST', `${path}/messages`, { kind: 'reply', text: EVIL })
      await admin('PUT', `${path}/waiting`, { for: 'third-party', reason: EVIL })
    }
    await takeIn(desk.app, boxId, letter({ from: '', subject: EVIL, text: EVIL, headers: { From: '', 'X-Evil': EVIL } }))
    Object.assign(ids, { '/customers/$id': customerId, '/requests/$id': id })
  }

  async function watch(locale: 'zh-Hant' = 'zh-Hant'): Promise<Watched> {
    const problems: string[] = []
    const page = await openPage(browser, locale, problems)
    return watched(page, problems)
  }
  function watched(page: Page, problems: string[] = []): Watched {
    const one: Watched = { page, dialogs: [], abroad: [], problems }
    page.on('dialog', (dialog) => { one.dialogs.push(`${page.url()}: ${dialog.message()}`); void dialog.dismiss() })
    page.on('request', (request) => { if (!/^(?:data|blob|about):/.test(request.url()) && !request.url().startsWith(desk.url)) one.abroad.push(request.url()) })
    return one
  }
  const isClean = async (one: Watched, where: string): Promise<void> => {
    // Handlers that wait for a pointer are given one.
    await one.page.evaluate(() => { for (const node of document.querySelectorAll('main *')) node.dispatchEvent(new PointerEvent('pointerover', { bubbles: true })) })
    const found: Judged = await one.page.evaluate(judge)
    expect({ where, ...found, dialogs: one.dialogs, abroad: one.abroad, problems: one.problems }).toEqual({ where, executable: 0, examples: [], dialogs: [], abroad: [], problems: [] })
  }

  test('B01 the judge sees what is not cleaned', async () => {
    const context: BrowserContext = await browser.newContext()
    const one = watched(await context.newPage())
    await one.page.goto(`${desk.url}/livez`)
    let seen = 0
    for (const payload of payloads) {
      const found = await one.page.evaluate(({ html, source }) => {
        document.body.replaceChildren()
        const frame = document.createElement('iframe')
        frame.setAttribute('sandbox', 'allow-same-origin')
        document.body.append(frame)
        frame.contentDocument!.body.innerHTML = html
        return (new Function(`return (${source})()`)() as Judged).executable
      }, { html: payload, source: judge.toString() }).catch(() => 1)
      if (found > 0) seen++
    }
    expect(seen).toBeGreaterThan(45)
    await context.close()
  })

  test('B01 B02 B04 B05 B09 B13 a mail of every class of script lies still in the conversation, its quotes and its history', { timeout: 60_000 }, async () => {
    const one = await watch()
    await signIn(one.page, desk, company.admin, `/requests/${mailed}`)
    await one.page.locator('iframe').first().waitFor()
    await quietness(one.page)()
    const frames = await one.page.locator('iframe').count()
    expect(frames).toBeGreaterThan(payloads.length - 10)
    await isClean(one, 'mail in the console')
    for (const id of [chatted, asked[0]!.id, ids['/requests/$id']!]) {
      await one.page.evaluate((to) => history.pushState({}, '', to), `/requests/${id}`)
      await one.page.getByRole('log').waitFor()
      await quietness(one.page)()
      expect(await one.page.getByRole('log').innerText()).toContain('<svg onload=alert(1)>')
      await isClean(one, `request ${id}`)
    }
    await one.page.context().close()
  })

  test('B01 B06 B13 every page of the console shows names and labels as text', { timeout: 90_000 }, async () => {
    const one = await watch()
    await signIn(one.page, desk, company.admin, '/inbox?view=all')
    const isQuiet = quietness(one.page)
    const bare = new Set(['/sign-in', '/sign-in/link', '/setup', '/ui', '/demo', '/wall'])
    const views = ['/inbox?view=all', '/inbox?view=waiting', `/inbox?search=${encodeURIComponent('onerror')}`, `/customers?search=${encodeURIComponent(EVIL)}`]
    for (const address of [...views, ...Object.values(patterns).filter((pattern) => !bare.has(pattern)).map((pattern) => pattern.replace('$id', ids[pattern] ?? ''))]) {
      await one.page.evaluate((to) => history.pushState({}, '', to), address)
      await one.page.locator('h1').first().waitFor()
      await isQuiet()
      await isClean(one, address)
    }
    await one.page.context().close()
  })

  test('B01 B13 B15 the customer’s own pages show words, names and files as text', { timeout: 60_000 }, async () => {
    const one = await watch()
    for (const address of ['/portal', `/r/${asked[0]!.token}`, `/rate/${asked[0]!.token}`]) {
      await one.page.goto(desk.url + address)
      await quietness(one.page)()
      if (address.startsWith('/r/')) expect(await one.page.locator('.message').first().innerText()).toContain('<svg onload=alert(1)>')
      await isClean(one, address)
    }
    await one.page.addInitScript((token) => localStorage.setItem('loopdesk.chat', JSON.stringify({ token, outbox: [] })), chatToken)
    await one.page.goto(`${desk.url}/widget#${new URLSearchParams({ lang: EVIL, page: 'javascript:alert(1)' })}`)
    await one.page.locator('.message').first().waitFor()
    await isClean(one, '/widget')
    await one.page.context().close()
  })

  test('B12 the widget hears its own site’s frame only, and nobody frames the console', async () => {
    const site = createServer((_request, response) => { response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>shop</title><script src="${desk.url}/embed.js" defer></script><iframe id="console" src="${desk.url}/inbox"></iframe><iframe id="follow" src="${desk.url}/r/${asked[0]!.token}"></iframe>`) }).listen(0, '127.0.0.1')
    await new Promise((ready) => site.once('listening', ready))
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`)
    const button = page.locator('#loopdesk-button')
    await button.click()
    await page.frameLocator('iframe[src*="/widget"]').locator('textarea').first().waitFor()
    await page.evaluate(() => {
      for (const word of ['close', 'ready', 'begun', 'unread']) { postMessage({ loopdesk: word, count: '<img src=x onerror=alert(1)>' }, '*'); const frame = document.createElement('iframe'); frame.srcdoc = `<script>parent.postMessage({loopdesk:'${word}',count:9},'*')</script>`; document.body.append(frame) }
    })
    await page.waitForTimeout(300)
    expect(await button.getAttribute('aria-expanded')).toBe('true')
    for (const id of ['console', 'follow']) {
      const frame = page.frames().find((one) => one.parentFrame() === page.mainFrame() && one.url().includes(id === 'console' ? '/inbox' : '/r/'))
      expect(await frame?.evaluate(() => document.body.innerText).catch(() => '') ?? '').toBe('')
      const { headers } = await fetch(desk.url + (id === 'console' ? '/inbox' : `/r/${asked[0]!.token}`))
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('x-frame-options')).toBe('DENY')
    }
    await context.close()
    site.closeAllConnections()
    site.close()
  })

  test('B15 names that turn the line turn only themselves', { timeout: 60_000 }, async () => {
    const turned = '\u202eevil\u2067name'
    const { id, token } = await ask(`${turned} text`, `${turned} subject`, turned)
    await admin('PUT', `/api/requests/${id}/holder`)
    const one = await watch()
    await signIn(one.page, desk, company.admin, '/inbox?view=all')
    const isQuiet = quietness(one.page)
    const { customer } = await admin<{ customer: { id: string } }>('GET', `/api/requests/${id}`)
    for (const address of ['/inbox?view=all', `/requests/${id}`, '/customers', `/customers/${customer.id}`]) {
      await one.page.evaluate((to) => history.pushState({}, '', to), address)
      await one.page.getByText('evil').first().waitFor()
      await isQuiet()
      expect({ address, wrong: await one.page.evaluate(readBackwards) }).toEqual({ address, wrong: [] })
    }
    await one.page.goto(`${desk.url}/r/${token}`)
    await one.page.locator('.message').first().waitFor()
    expect(await one.page.evaluate(readBackwards)).toEqual([])
    await one.page.context().close()
  })

  const corpus = test.skipIf(!isFull || !hasCorpus)
  /** Each conversation in the console; answers how many frames of mail were seen. */
  async function walkConversations(one: Watched, requests: readonly string[]): Promise<number> {
    const isQuiet = quietness(one.page)
    let frames = 0
    for (const id of requests) {
      await one.page.evaluate((to) => history.pushState({}, '', to), `/requests/${id}`)
      await one.page.getByRole('log').waitFor()
      await isQuiet()
      frames += await one.page.locator('iframe').count()
      await isClean(one, `request ${id}`)
    }
    return frames
  }

  corpus('B01 B02 the whole corpus as mails: 0 executable', { timeout: 3_600_000 }, async () => {
    const list = listCorpus()
    const requests: string[] = []
    for (let from = 0; from < list.length; from += 100) requests.push(await mailThread(list.slice(from, from + 100), `corpus${from}@customer.example`))
    const one = await watch()
    await signIn(one.page, desk, company.admin, '/inbox?view=all')
    const frames = await walkConversations(one, requests)
    console.log(`${list.length} payloads as mails: ${requests.length} conversations, ${frames} frames, 0 executable`)
    expect(frames).toBeGreaterThan(list.length * 0.6)
    await one.page.context().close()
  })

  corpus('B01 B02 the whole corpus by chat, portal and API, and in the lists: 0 executable', { timeout: 3_600_000 }, async () => {
    const list = listCorpus()
    const requests: string[] = []
    const follow: string[] = []
    for (const pack of packed(list, 19_000)) { const { id, token } = await ask(pack, 'corpus', 'corpus'); requests.push(id); follow.push(token) }
    // Several conversations: a stream hands over at most 256 KiB at once.
    const talks: { token: string; id: string }[] = []
    const words = packed(list, 19_000)
    for (let from = 0; from < words.length; from += 5) talks.push(await chat(words.slice(from, from + 5)))
    requests.push(...talks.map((talk) => talk.id))
    const opens = (subject: string, text: string, name: string) => admin('POST', '/api/requests', { subject, text, channel: 'api', customer: { name, email: `${crypto.randomUUID()}@customer.example` } })
    for (const pack of packed(list, 90_000)) requests.push((await opens('corpus', pack, 'corpus')).id)
    const one = await watch()
    await signIn(one.page, desk, company.admin, '/inbox?view=all')
    await walkConversations(one, requests)
    for (const token of follow) {
      await one.page.goto(`${desk.url}/r/${token}`)
      await one.page.locator('.message').first().waitFor()
      await isClean(one, 'follow page')
    }
    // As subject and name, as many as fit a line, in the list as it is scrolled.
    const oneLine = (text: string): string => storable(text).replace(/[\u0000-\u001f\u007f]/g, ' ').trim() || '-'
    const subjects = packed(list.map(oneLine), 290)
    for (const subject of subjects) await opens(oneLine(subject).slice(0, 300), 'x', oneLine(subject).slice(0, 200))
    await one.page.goto(`${desk.url}/inbox?view=all`)
    await one.page.locator('h1').first().waitFor()
    await one.page.mouse.move(300, 400)
    const seen = new Set<string>()
    for (let round = 0, still = 0; still < 10 && round < 3_000; round++) {
      const before = seen.size
      for (const text of await one.page.locator('[role=row], [role=option], li').allInnerTexts()) seen.add(text)
      still = seen.size === before ? still + 1 : 0
      await isClean(one, 'list')
      await one.page.mouse.wheel(0, 600)
      await one.page.waitForTimeout(40)
    }
    for (const { token } of talks) {
      await one.page.evaluate((kept) => localStorage.setItem('loopdesk.chat', JSON.stringify({ token: kept, outbox: [] })), token)
      await one.page.goto(`${desk.url}/widget`)
      await one.page.reload()
      await one.page.locator('.message').first().waitFor({ timeout: 60_000 })
      await isClean(one, 'widget')
    }
    console.log(`${list.length} payloads as text: ${requests.length} conversations, ${follow.length} follow pages, ${seen.size} rows of ${subjects.length} in the list, ${talks.length} chats, 0 executable`)
    expect(seen.size).toBeGreaterThan(100)
    await one.page.context().close()
  })
})
