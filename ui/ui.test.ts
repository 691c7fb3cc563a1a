import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { violationsOf } from '../test/axe.ts'
import { hasBrowser, openBrowser, type Share } from '../test/browser.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
// `npm test` builds it.
const built = here('../dist/console')
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }

const person = {
  id: '0198c2f0-0000-7000-8000-000000000001', name: '林志明', login: 'lin@example.com', locale: 'zh-Hant', zone: 'Asia/Taipei', role: { id: '0198c2f0-0000-7000-8000-000000000002', key: 'agent', name: null },
  permissions: ['*'], scope: 'all', teams: [], presence: 'online', hasTotp: false, passkeys: 0, recoveryCodesLeft: 0, due: null, maySetPassword: false, hasPassword: true,
}

let browser: Share
let server: Server
let origin: string
let context: BrowserContext | null = null
/** The parts as most tests meet them: drawing them all takes a second, so the page is handed on until a test fails on it. */
let shared: Page | null = null
const streams = new Set<ServerResponse>()
const state = { isSignedIn: false, isLiveDown: false, meCalls: 0 }

// The built console, and as much of the server as the shell asks for.
function answer(path: string, response: ServerResponse): void {
  const json = (status: number, value: unknown) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  if (path === '/api/me') {
    state.meCalls++
    return void (state.isSignedIn ? json(200, person) : json(401, { fault: { code: 'access.sign-in-first', args: {}, fields: [] } }))
  }
  if (path === '/api/live') {
    if (state.isLiveDown) return void json(503, {})
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`event: hello\ndata: {"at":"${new Date().toISOString()}"}\n\n`)
    streams.add(response)
    response.on('close', () => streams.delete(response))
    return
  }
  if (path.startsWith('/api/customer')) return void json(200, { rows: [], next: null, total: 0 })
  if (path === '/api/internal-notices/mine') return void json(200, { rows: [], next: null, escalated: [] })
  if (path.startsWith('/api/')) return void json(200, {})
  const file = join(built, path)
  const isFile = extname(path) !== '' && existsSync(file)
  response.writeHead(200, { 'content-type': types[isFile ? extname(path) : '.html'] ?? 'application/octet-stream' }).end(readFileSync(isFile ? file : join(built, 'index.html')))
}

const shown = async (): Promise<Page> => (shared ??= await load(await browser.newContext(settings({ width: 1280, theme: 'light', touch: true })), '/ui'))

async function open(options: Look & { path?: string }): Promise<Page> {
  context = await browser.newContext(settings(options))
  return load(context, options.path ?? '/ui')
}

interface Look { width: number; theme: 'light' | 'dark'; locale?: string; touch?: boolean }
const settings = ({ width, theme, locale = 'zh-TW', touch = false }: Look): BrowserContextOptions => ({ viewport: { width, height: 900 }, colorScheme: theme, locale, reducedMotion: 'reduce', hasTouch: touch })

async function load(into: BrowserContext, path: string): Promise<Page> {
  const page = await into.newPage()
  page.setDefaultTimeout(20_000)
  await page.goto(origin + path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page
}

describe.skipIf(!hasBrowser || !existsSync(join(built, 'index.html')))('the parts in a real browser', () => {
  beforeAll(async () => {
    server = createServer((request, response) => answer(new URL(request.url!, 'http://localhost').pathname, response)).listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    browser = await openBrowser()
  }, 120_000)
  afterEach(async ({ task }) => {
    await context?.close()
    context = null
    if (task.result?.state === 'fail') { await shared?.context().close(); shared = null }
    Object.assign(state, { isSignedIn: false, isLiveDown: false, meCalls: 0 })
  })
  afterAll(async () => {
    await browser?.close()
    for (const stream of streams) stream.destroy()
    server?.close()
  })

  test('no axe violation, no sideways scrolling and no key instead of words, wide and narrow, light and dark', async () => {
    const page = await shown()
    for (const [width, theme] of [[1280, 'light'], [1280, 'dark'], [320, 'dark'], [320, 'light']] as const) {
      await page.setViewportSize({ width, height: 900 })
      await page.emulateMedia({ colorScheme: theme })
      expect(await violationsOf(page), `${width} px, ${theme}`).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
      expect((await page.locator('body').innerText()).match(/\b(console|parts|field|column|clock)\.[a-z.-]+\b/g)).toBeNull()
    }
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.emulateMedia({ colorScheme: 'light' })
  }, 120_000)

  test('a page opened for the first time takes the place of the one before it, with nothing in between', async () => {
    state.isSignedIn = true
    const page = await open({ width: 1280, theme: 'light' })
    await page.evaluate(() => {
      const headless = () => { if (!document.querySelector('h1')) document.documentElement.dataset.headless = 'yes' }
      new MutationObserver(headless).observe(document.body, { childList: true, subtree: true })
      history.pushState({}, '', '/customers')
    })
    await page.getByRole('heading', { level: 1, name: '客戶' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.dataset.headless)).toBeUndefined()
  })

  test('the script of a page is fetched when its link is pointed at; when it can’t be, the page that is open stays', async () => {
    state.isSignedIn = true
    const page = await open({ width: 1280, theme: 'light' })
    const link = page.locator('nav a[href="/customers"]').first()
    await link.waitFor()
    await page.evaluate(() => { document.documentElement.dataset.kept = 'yes' })
    await page.route(/\/assets\/Customers-/, (route) => route.abort())
    const asked = page.waitForRequest(/\/assets\/Customers-/)
    await link.hover()
    await asked
    await page.waitForTimeout(500)
    expect(await page.evaluate(() => document.documentElement.dataset.kept)).toBe('yes')
  })

  test.each([['zh-CN', 'zh-Hans', '界面组件'], ['en-US', 'en', 'Parts of the interface']])('speaks %s when the browser does', async (locale, lang, title) => {
    const page = await open({ width: 1280, theme: 'light', locale })
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(title)
    expect(await page.locator('html').getAttribute('lang')).toBe(lang)
  }, 60_000)

  test('a refused button stays in the tab order and tells why, by keyboard and by finger', async () => {
    const page = await shown()
    const button = page.getByRole('button', { name: '結案', exact: true })
    expect(await button.getAttribute('aria-disabled')).toBe('true')
    const described = await button.getAttribute('aria-describedby')
    expect(described).toBeTruthy()
    await page.getByRole('button', { name: '送出中' }).focus()
    await page.keyboard.press('Tab')
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
    expect(await page.getByRole('tooltip').innerText()).toContain('等第二人驗收')
    await page.keyboard.press('Escape')
    // Playwright itself waits for aria-disabled to go; a finger does not.
    await button.tap({ force: true })
    await page.getByRole('tooltip').waitFor()
  })

  test('dialogs, menus and their announcements pass axe while open, and give focus back', async () => {
    const page = await shown()
    const opener = page.getByRole('button', { name: '對話框' })
    await opener.click()
    await page.getByRole('dialog').waitFor()
    expect(await violationsOf(page, { within: '[role=dialog]' })).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.getByRole('button', { name: '更多動作' }).click()
    await page.getByRole('menu').waitFor()
    expect(await violationsOf(page, { within: '[role=menu]' })).toEqual([])
    await page.getByRole('menuitem', { name: '結案' }).click()
    expect(await page.getByRole('menu').count(), 'a refused entry keeps the menu open').toBe(1)
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /服務項目/ }).click()
    await page.getByRole('listbox', { name: /服務項目/ }).waitFor()
    expect(await violationsOf(page, { within: '[role=listbox]' })).toEqual([])
    await page.keyboard.press('Escape')
    const box = page.getByRole('combobox', { name: '客戶' })
    await box.fill('王')
    await page.getByRole('option', { name: /王大同/ }).waitFor()
    expect(await page.getByRole('option', { name: /陳美玲/ }).count()).toBe(0)
    // React Aria hides the rest of the page from readers while suggestions are open; the first Tab closes them and unhides.
    expect(await violationsOf(page, { except: ['aria-hidden-focus', 'region', 'page-has-heading-one'] })).toEqual([])
    await box.press('ArrowDown')
    await box.press('Enter')
    expect(await box.inputValue()).toBe('王大同')
    await page.getByRole('button', { name: '錯誤訊息' }).click()
    expect(await page.getByRole('alert').filter({ hasText: '回覆沒有送出' }).innerText()).toContain('您寫的內容還在草稿裡')
    expect(await violationsOf(page)).toEqual([])
  }, 120_000)

  test('the long list walks by arrows and j/k, keeps few rows in the page, and j typed in a field stays a letter', async () => {
    const page = await shown()
    const list = page.getByRole('listbox', { name: '長清單（10,000 列）' })
    await list.scrollIntoViewIfNeeded()
    expect(await list.getByRole('option').count()).toBeLessThan(40)
    await page.locator('body').click({ position: { x: 2, y: 2 } })
    await page.keyboard.press('j')
    for (let step = 0; step < 12; step++) await page.keyboard.press('j')
    await page.keyboard.press('k')
    expect(await list.getByRole('option', { selected: true }).getAttribute('aria-posinset')).toBe('12')
    const search = page.getByRole('searchbox')
    await search.fill('')
    await search.press('j')
    expect(await search.inputValue()).toBe('j')
  })

  test('keys pressed while composing Chinese belong to the input method', async () => {
    const page = await shown()
    const list = page.getByRole('listbox', { name: '長清單（10,000 列）' })
    await list.focus()
    const before = await list.getByRole('option', { selected: true }).getAttribute('aria-posinset')
    await page.evaluate(() => {
      for (const extra of [{ isComposing: true }, { keyCode: 229 }]) window.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true, ...extra }))
    })
    expect(await list.getByRole('option', { selected: true }).getAttribute('aria-posinset')).toBe(before)
  })

  test('faults stand at their field, and go when the field changes', async () => {
    const page = await shown()
    const field = page.getByRole('textbox', { name: '電子郵件' })
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    await field.fill('meiling@example.com')
    await field.blur()
    expect(await page.getByText('電子郵件不完整').count()).toBe(0)
  })

  test('the shell: rail or bar, palette by keyboard, help of keys, no axe violation', async () => {
    state.isSignedIn = true
    const page = await open({ width: 1280, theme: 'light' })
    await page.getByRole('button', { name: '已連線' }).waitFor()
    for (const { width, from, to } of [{ width: 1280, from: 'light', to: 'dark' }, { width: 1280, from: 'dark', to: 'light' }, { width: 320, from: 'light', to: 'dark' }] as const) {
      await page.setViewportSize({ width, height: 900 })
      expect(await page.locator('html').getAttribute('data-theme') ?? 'light').toBe(from)
      expect(await violationsOf(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
      await page.keyboard.press('Control+k')
      await page.getByRole('searchbox', { name: '搜尋或執行' }).fill(to)
      await page.getByRole('menuitem').first().waitFor()
      expect(await violationsOf(page, { within: '[role=dialog]' })).toEqual([])
      await page.keyboard.press('Enter')
      await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe(to)
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: '鍵盤快捷鍵' }).waitFor()
      expect(await violationsOf(page, { within: '[role=dialog]' })).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
  }, 120_000)

  test('a lost connection is told with the time the page stands at; after it returns the page asks again', async () => {
    state.isSignedIn = true
    const page = await open({ width: 1280, theme: 'light', path: '/customers' })
    await page.getByRole('button', { name: '已連線' }).waitFor()
    const [calls] = [state.meCalls]
    state.isLiveDown = true
    for (const stream of streams) stream.destroy()
    await page.getByText(/連線中斷，畫面停在 \d\d:\d\d/).first().waitFor()
    await page.getByRole('button', { name: '連線中斷' }).waitFor()
    state.isLiveDown = false
    await page.getByRole('button', { name: '已連線' }).waitFor({ timeout: 15_000 })
    await expect.poll(() => state.meCalls).toBeGreaterThan(calls)
    const [stream] = streams
    const again = state.meCalls
    stream!.write('event: presence\ndata: {"personId":"x"}\n\n')
    // Told, not asked for: nothing on this page asks by itself within a minute.
    await expect.poll(() => state.meCalls, { interval: 10, timeout: 10_000, message: 'a live event renews what is on screen' }).toBeGreaterThan(again)
  }, 60_000)

  test('the first load stays within 220 kB compressed, words aside', () => {
    const html = readFileSync(join(built, 'index.html'), 'utf8')
    const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file!)
    const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(built, file)), { level: 9 }).length, 0)
    expect(files.length).toBeGreaterThan(2)
    expect(bytes).toBeLessThan(220_000)
  })
})
