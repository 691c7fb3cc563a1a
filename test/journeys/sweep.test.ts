/** Every page of the console and of the customers, as people meet them: no barrier, no sideways scrolling, no complaint of the browser, no raw key. */
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { patterns } from '../../apps/console/paths.ts'
import type { Locale } from '../../lib/text/index.ts'
import { violationsOf } from '../axe.ts'
import { openBrowser, type Share } from '../browser.ts'
import type { TestDesk } from '../harness.ts'
import { type Branch, type Colleague, type Company, canTravel, moveIn, openCompanyDesk, openPage, quietness, signIn } from './desk.ts'

const bare = new Set(['/sign-in', '/sign-in/link', '/setup', '/wall'])
/** These show keys, or names of columns, to everybody. */
const showsNames = new Set(['/ui', '/governance/personal-data'])
/** What an agent may not open names the missing permission. */
const namesKeys = new Set(['/reports/alarms', '/reports/quality-index', '/reports/wallboards', '/tokens', '/sign-in-providers', '/directories', '/channels', '/channels/mails', '/demo', '/access'])
const rawKey = /\b(?:staff|requests|customers|standards|routing|channels|quality|governance|insight|console|ui|input|http)\.[a-z-]+(?:\.[a-z-]+)*\b/g

describe.skipIf(!canTravel)('every page in a browser', () => {
  let desk: TestDesk
  let company: Company
  let browser: Share
  let requestId = ''
  let token = ''
  const ids: Record<string, string> = {}
  beforeAll(async () => {
    desk = await openCompanyDesk()
    company = await moveIn(desk)
    browser = await openBrowser()
    // The last one filled is the one that is looked at, by its own agent.
    for (const locale of ['zh-Hant', 'en', 'zh-Hans'] as const) await fill(company.branches[locale])
    const [calendar] = await desk.app.pool<{ id: string }[]>`select id from staff.calendar`
    const [customer] = await desk.app.pool<{ id: string }[]>`select id from customers.customer limit 1`
    const personRequest = await desk.call<{ id: string }>('POST', '/api/person-requests', { token: company.admin.token, body: { customerId: customer!.id, kind: 'erase', wish: '請刪除我的資料' } })
    await desk.call('PUT', `/api/customers/${customer!.id}/minority`, { token: company.admin.token, body: { birthYear: null } })
    const breach = await desk.call<{ id: string }>('POST', '/api/breaches', { token: company.admin.token, body: { title: '備份磁碟遺失', happened: `運送途中遺失。${'A1-'.repeat(40)}`, categories: ['contact'], persons: null, cause: '', harm: '', measures: '', advice: '', contact: '', laws: ['gdpr', 'pipl'], noticedAt: new Date(Date.now() - 60_000).toISOString() } })
    await desk.call('POST', '/api/webhooks', { token: company.admin.token, body: { url: 'https://hooks.vendor.example/a', types: ['request.closed'] } })
    await desk.call('POST', '/api/processors', { token: company.admin.token, body: { host: 'smtp.vendor.example', name: '郵件代送', role: 'processor', purpose: '代送郵件', contract: 'C-1', untilOn: null, contact: '', country: 'US', isSensitive: false, basis: 'standard-contract', basisWords: '', basisUntilOn: null } })
    await desk.call('POST', '/api/assessments', { token: company.admin.token, body: { title: '郵件代送', ground: 'provide', hosts: ['smtp.vendor.example'], purpose: '必要', risk: '低', measures: 'TLS', level: 'low' } })
    Object.assign(ids, { '/governance/breaches/$id': breach.body.id, '/requests/$id': requestId, '/customers/$id': customer!.id, '/people/$id': company.branches.en.agent.id, '/calendars/$id': calendar!.id, '/services/$id': company.branches.en.serviceId, '/services/$id/standard': company.branches.en.serviceId, '/standards/channels/$id': 'phone', '/governance/person-requests/$id': personRequest.body.id })
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
  })

  /** A few requests at different stages, with a note, a task and a long word. */
  async function fill(branch: Branch): Promise<void> {
    for (let number = 1; number <= 3; number++) {
      const { body, status } = await desk.call<{ number: number; token: string }>('POST', '/api/portal/requests', { body: {
        key: crypto.randomUUID(), visitor: '0'.repeat(32), name: `客戶 Customer ${number}`, email: `${branch.locale.toLowerCase()}${number}@customer.example`, subject: `訂單 ${'A1-'.repeat(30)} ${number}`, text: `無法登入會員中心。${'https://shop.example/'.repeat(8)}`, locale: branch.locale, serviceId: branch.serviceId,
      } })
      expect(status).toBe(201)
      const [row] = await desk.app.pool<{ id: string }[]>`select id from requests.request where number = ${body.number}`
      const at = (path: string, what: unknown, method = 'POST') => desk.call(method, `/api/requests/${row!.id}${path}`, { token: branch.agent.token, body: what })
      if (number > 1) await at('/assignment/acceptance', undefined, 'PUT')
      await at('/messages', { kind: 'note', text: `@${branch.lead.name} 請看一下` })
      await at('/messages', { kind: 'reply', text: '正在確認，今天內回覆您。' })
      await at('/tasks', { title: '回電給客戶' })
      requestId = row!.id
      token = body.token
    }
  }

  const addresses = (who: 'nobody' | 'admin' | 'agent') => Object.values(patterns).filter((pattern) => bare.has(pattern) === (who === 'nobody')).map((pattern) => pattern.replace('$id', ids[pattern] ?? ''))

  /** Goes to each address and tells what is wrong there. */
  async function walk(page: Page, list: string[], isFor: { axe: boolean; isInside: boolean; everything: boolean }): Promise<string[]> {
    const wrong: string[] = []
    const { isInside } = isFor
    const isQuiet = quietness(page)
    for (const address of list) {
      // Inside the console as a link does; a page loaded anew costs a second each.
      if (isInside) await page.evaluate((to) => history.pushState({}, '', to), address)
      else await page.goto(desk.url + address)
      // Asked at every frame: Playwright's own waiting looks twice a second.
      await page.waitForFunction(() => document.querySelector('h1')?.checkVisibility({ visibilityProperty: true }), undefined, { timeout: 25_000 }).catch(() => wrong.push(`${address}: no heading`))
      await isQuiet()
      const seen = await page.evaluate(() => ({ text: document.body.innerText, over: document.documentElement.scrollWidth - innerWidth }))
      if (seen.over > 0) wrong.push(`${address}: ${seen.over} px wider than the screen`)
      for (const [key] of showsNames.has(address) || (namesKeys.has(address) && !isFor.everything) ? [] : seen.text.matchAll(rawKey)) wrong.push(`${address}: raw key ${key}`)
      if (!isFor.axe) continue
      for (const one of await violationsOf(page)) wrong.push(`${address}: ${one}`)
    }
    return wrong
  }

  const wide: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }
  const narrow: BrowserContextOptions = { viewport: { width: 320, height: 640 }, colorScheme: 'dark', hasTouch: true }
  const customerPages = () => ['/portal', `/r/${token}`, `/rate/${token}`, '/widget']

  test.concurrent.each<[string, Locale, 'admin' | 'agent', BrowserContextOptions, boolean]>([
    ['1280 px, light, administrator', 'zh-Hant', 'admin', wide, true],
    ['320 px, dark, administrator', 'en', 'admin', narrow, true],
    ['320 px, dark, agent', 'zh-Hans', 'agent', narrow, false],
  ])('every page at %s in %s', async (_title, locale, role, options, axe) => {
    const problems: string[] = []
    const page = await openPage(browser, locale, problems, options)
    const wrong = await walk(page, [...addresses('nobody'), ...customerPages()], { axe, isInside: false, everything: true })
    const who: Colleague = role === 'admin' ? { ...company.admin, locale } : company.branches[locale].agent
    await page.context().addInitScript((chosen) => localStorage.setItem('loopdesk.language', chosen), locale)
    await signIn(page, desk, who, '/')
    wrong.push(...await walk(page, addresses(role), { axe, isInside: true, everything: role === 'admin' }))
    expect([...wrong, ...new Set(problems)]).toEqual([])
    await page.context().close()
  }, 900_000)
})
