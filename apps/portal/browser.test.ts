/** The customers' side in a real browser: a chat on a foreign site through bad luck, and a question up to its rating. */
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violationsOf } from '../../test/axe.ts'
import { hasBrowser, openBrowser, type Share } from '../../test/browser.ts'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { staffed, type Staffed } from '../../test/people.ts'
import { serveCustomerPages } from './pages.ts'

// `npm test` builds it.
const dist = fileURLToPath(new URL('../../dist/portal', import.meta.url))
const canSee = hasBrowser && existsSync(dist)
let desk: TestDesk
let people: Staffed
let browser: Share
let shop: Server
let shopUrl = ''

beforeAll(async () => {
  if (!canSee) return
  desk = await openDesk({ work: true, pages: (http) => serveCustomerPages(http, dist) })
  people = await staffed(desk)
  // A site that allows as little as a site can and still show the chat.
  shop = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': `default-src 'none'; script-src ${desk.url}; frame-src ${desk.url}` })
    response.end(`<!doctype html><html lang="zh-TW"><title>商店</title><main><h1>商店</h1></main><script src="${desk.url}/embed.js" defer></script></html>`)
  }).listen(0, '127.0.0.1')
  await new Promise((ready) => shop.once('listening', ready))
  shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  shop?.close()
  await desk?.close()
})

const open = async (size = { width: 320, height: 640 }): Promise<Page> => (await browser.newContext({ locale: 'zh-TW', timezoneId: 'Asia/Taipei', viewport: size })).newPage()
interface Held { id: string; by: string }
async function heldRequest(number: number): Promise<Held> {
  const [row] = await desk.app.pool<{ id: string; holderId: string | null }[]>`select id, holder_id from requests.request where number = ${number}`
  return { id: row!.id, by: ([...people.agents, people.lead].find((person) => person.id === row!.holderId) ?? people.lead).token }
}
async function reply({ id, by }: Held, text: string): Promise<void> {
  expect((await desk.call('POST', `/api/requests/${id}/messages`, { token: by, body: { kind: 'reply', text } })).status).toBe(201)
  desk.clock.advance(10_000)
}
const bodies = async ({ id, by }: Held) => (await desk.call<{ rows: { body: string; state: string }[] }>('GET', `/api/requests/${id}/messages`, { token: by })).body.rows
/** No accessibility violation and nothing wider than the screen, light and dark. */
async function isSound(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await violationsOf(page)).toEqual([])
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
}

test.skipIf(!canSee)('4.1-b a chat on a foreign site loses and doubles nothing over lost answers, offline, reload and a second tab', async () => {
  const page = await open({ width: 900, height: 700 })
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  let posts = 0
  await page.route('**/api/chat/messages', async (route) => {
    // The first two are taken by the server, and their answers are lost.
    if (++posts > 2) return route.continue()
    await route.fetch()
    return route.abort()
  })
  await page.goto(shopUrl)
  const button = page.locator('#loopdesk-button')
  await button.focus()
  await page.keyboard.press('Enter')
  const frame = page.frameLocator('iframe')
  const box = frame.locator('.composer textarea')
  await expect.poll(() => box.evaluate((area) => area === document.activeElement)).toBe(true)
  await page.keyboard.press('Escape')
  await expect.poll(() => button.getAttribute('aria-expanded')).toBe('false')
  expect(await button.evaluate((one) => one === document.activeElement)).toBe(true)
  await page.keyboard.press('Enter')

  await box.fill('選字中')
  await box.evaluate((area) => area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })))
  expect(await box.inputValue()).toBe('選字中')
  await box.fill('一')
  await box.press('Enter')
  await frame.locator('.message.you time').waitFor({ timeout: 20_000 })
  const request = await heldRequest(Number(/#(\d+)/.exec((await frame.locator('.foot').textContent())!)![1]))
  await reply(request, '二')
  await frame.locator('.message.us').waitFor()
  await expect.poll(async () => (await bodies(request)).at(-1)!.state).toBe('read')

  await page.context().setOffline(true)
  for (const text of ['三', '四']) { await box.fill(text); await box.press('Enter') }
  await frame.locator('.message.waiting').nth(1).waitFor({ timeout: 25_000 })
  await page.context().setOffline(false)
  await expect.poll(async () => (await bodies(request)).map((one) => one.body), { timeout: 20_000 }).toEqual(['一', '二', '三', '四'])
  await box.press('Escape')
  await reply(request, '五')
  await expect.poll(() => button.getAttribute('aria-label')).toContain('1 則未讀')
  await page.reload()
  await expect.poll(() => button.getAttribute('aria-label')).toContain('1 則未讀')
  await button.click()
  await expect.poll(() => frame.locator('.message .words').allTextContents()).toEqual(['一', '二', '三', '四', '五'])
  const second = await page.context().newPage()
  await second.goto(shopUrl)
  await second.frameLocator('iframe').locator('.composer textarea').fill('六 <img src=x onerror=alert(1)>')
  await second.frameLocator('iframe').locator('.composer textarea').press('Enter')
  await expect.poll(() => frame.locator('.message .words').count()).toBe(6)
  expect(await frame.locator('.message img').count()).toBe(0)
  expect(problems).toEqual([])
})

test.skipIf(!canSee)('5.2-a a question at 320 px: asked, followed, answered, rated; opening the rating link alone rates nothing', async () => {
  const page = await open()
  await page.goto(`${desk.url}/portal`)
  await page.getByLabel('請說明情況').fill('從早上開始就無法連線')
  await page.locator('.ask .primary').click()
  await page.getByRole('alert').waitFor()
  await isSound(page)
  await page.getByLabel('主旨').fill('寬頻斷線')
  await page.getByLabel('怎麼稱呼您').fill('陳美玲')
  await page.getByLabel('電子郵件或電話').fill('chen@example.com')
  await page.setInputFiles('input[type=file]', { name: '測速.png', mimeType: 'image/png', buffer: Buffer.from('89504e470d0a1a0a', 'hex') })
  await page.locator('.chip').waitFor()
  await page.locator('.ask .primary').click()
  await page.locator('.received a').click()
  await page.locator('.where').waitFor()
  await isSound(page)
  const request = await heldRequest(Number(/#(\d+)/.exec((await page.locator('.number').textContent())!)![1]))
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.files a').click()])
  expect(download.suggestedFilename()).toBe('測速.png')
  await page.locator('.composer textarea').fill('燈號是紅色')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('.message').count()).toBe(2)
  await reply(request, '正在檢測')
  await expect.poll(async () => (await bodies(request)).at(-1)!.state).not.toBe('held')
  expect((await desk.call('PUT', `/api/requests/${request.id}/submission`, { token: request.by, body: { result: '已更換數據機' } })).status).toBe(200)
  await page.reload()
  await page.locator('.message.result').waitFor()
  await isSound(page)
  const token = page.url().split('/r/')[1]!
  const score = async () => (await desk.call<{ score: number | null }>('GET', `/api/portal/requests/${token}/rating`)).body.score
  await (await fetch(`${desk.url}/rate/${token}?score=1`)).text()
  expect(await score()).toBeNull()
  await page.locator(`a[href="/rate/${token}"]`).click()
  await page.locator('[data-score="4"]').click()
  await expect.poll(score).toBe(4)
  await page.getByText('說明清楚').click()
  await isSound(page)
  await page.locator('.more .primary').click()
  await page.getByText('謝謝，您的意見').waitFor()
  await page.goto(`${desk.url}/rate/${token}?score=5`)
  await page.waitForTimeout(1800)
  // Already rated by hand: an old mail opened again does not overrule it.
  expect(await score()).toBe(4)
}, 90_000)

test.skipIf(!canSee)('5.2-a a score in the link counts once the page has been looked at', async () => {
  const { body } = await desk.call<{ number: number; token: string }>('POST', '/api/portal/requests', { body: { key: crypto.randomUUID(), visitor: '0'.repeat(32), name: 'Chen', email: 'c@example.com', subject: 'Invoice', text: 'Please send the invoice again, thank you very much.', locale: 'en' } })
  const request = await heldRequest(body.number)
  await reply(request, 'Done')
  await expect.poll(async () => (await bodies(request)).at(-1)!.state).not.toBe('held')
  await desk.call('PUT', `/api/requests/${request.id}/submission`, { token: request.by, body: { result: 'Sent again' } })
  const page = await open()
  await page.goto(`${desk.url}/rate/${body.token}?score=5`)
  await expect.poll(async () => (await desk.call<{ score: number | null }>('GET', `/api/portal/requests/${body.token}/rating`)).body.score, { timeout: 8000 }).toBe(5)
  expect(await page.locator('[data-score="5"]').getAttribute('aria-pressed')).toBe('true')
})
