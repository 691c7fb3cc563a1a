/** The three administrators in their own consoles: one proposes, another approves; and what the rules ask for first stands in front of every page. */
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPerson } from '../../modules/staff/index.ts'
import { run } from '../../platform/context.ts'
import { violationsOf } from '../axe.ts'
import { openBrowser, type Share } from '../browser.ts'
import type { TestDesk } from '../harness.ts'
import { canTravel, type Colleague, moveIn, openCompanyDesk, openPage, signIn } from './desk.ts'

const wide: BrowserContextOptions = { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }
const narrow: BrowserContextOptions = { viewport: { width: 320, height: 900 }, colorScheme: 'dark', hasTouch: true }

describe.skipIf(!canTravel)('three administrators in a browser', () => {
  let desk: TestDesk
  let browser: Share
  const who: Record<string, Colleague> = {}
  beforeAll(async () => {
    desk = await openCompanyDesk()
    await moveIn(desk)
    browser = await openBrowser()
    for (const [key, name] of [['system', '沈系統'], ['security', '安小姐'], ['audit', '紀稽核']] as const) {
      const { id } = await run(desk.app, {}, (ctx) => createPerson(ctx, { name, login: `${key}@x.example`, role: `${key}-administrator`, locale: 'zh-Hant', zone: 'Asia/Taipei' }))
      who[key] = { id, name, locale: 'zh-Hant', token: '' }
    }
    // The administrator of everything gave the duties away.
    await desk.app.pool`update staff.person set role_id = (select id from staff.role where key = 'director') where role_id = (select id from staff.role where key = 'administrator')`
    await desk.app.pool`update staff.policy set separated_at = now()`
  }, 90_000)
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
  })

  const open = async (key: string, path: string, options: BrowserContextOptions): Promise<Page> => {
    const page = await openPage(browser, 'zh-Hant', [], options)
    await signIn(page, desk, who[key]!, path)
    return page
  }
  const barriers = async (page: Page): Promise<string[]> => {
    const violations = await violationsOf(page)
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    return [...violations, ...(over > 0 ? [`${over} px too wide`] : [])]
  }
  const rail = (page: Page) => page.getByRole('navigation').first().getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')))

  test('C09 each begins at their own work, sees only that, and a grant goes from one to the other', { timeout: 150_000 }, async () => {
    const security = await open('security', '/', wide)
    await security.waitForURL(/\/people/)
    expect(await rail(security)).toEqual(['/people', '/governance/alarms'])
    await security.getByRole('button', { name: '邀請人員' }).click()
    await security.getByRole('textbox', { name: '姓名' }).fill('新進同仁')
    await security.getByRole('dialog').getByRole('textbox').nth(1).fill('newcomer@example.com')
    await security.getByRole('button', { name: '建立並取得連結' }).click()
    await security.getByLabel(/為什麼需要/).fill('十二月起支援寬頻組')
    expect(await barriers(security)).toEqual([])
    await security.getByRole('button', { name: '送出提案' }).click()
    await security.getByText('提案已送出').first().waitFor()
    await security.goto(`${desk.url}/access`)
    await security.getByText('newcomer@example.com').waitFor()
    await security.getByRole('button', { name: '撤回' }).waitFor()
    expect(await barriers(security)).toEqual([])

    const system = await open('system', '/access', narrow)
    await system.getByText('十二月起支援寬頻組').waitFor()
    expect(await barriers(system)).toEqual([])
    await system.getByRole('button', { name: '核准' }).click()
    await system.getByRole('dialog', { name: '已核准' }).getByText(/sign-in#/).waitFor()
    expect(await desk.app.pool`select 1 from staff.person where login = 'newcomer@example.com'`).toHaveLength(1)
    await system.setViewportSize({ width: 1280, height: 900 })
    await system.goto(`${desk.url}/`)
    await system.waitForURL(/\/services/)
    expect(await rail(system)).toEqual(['/services', '/channels', '/people', '/governance/notices'])
    await system.goto(`${desk.url}/channels`)
    await system.getByRole('heading', { level: 1 }).waitFor()
    expect(await system.getByRole('link', { name: '信件紀錄' }).count()).toBe(0)

    const audit = await open('audit', '/', wide)
    await audit.waitForURL(/\/governance\/audit/)
    expect(await rail(audit)).toEqual(['/governance/audit'])
    // C04 C08 An ended session leaves nothing on the screen, though nobody touches it.
    const live = audit.waitForResponse((answer) => new URL(answer.url()).pathname === '/api/live' && answer.status() === 200)
    await audit.reload()
    await live
    await desk.app.pool`delete from staff.session where person_id = ${who.audit!.id}`
    await audit.waitForURL(/\/sign-in/, { timeout: 30_000 })
  })

  test('C02 C06 a password that ran out and a missing second factor stand in front of every page', { timeout: 120_000 }, async () => {
    await desk.app.pool`update staff.policy set profile = 'mlps3'`
    const factor = await open('system', '/people', wide)
    await factor.getByRole('heading', { name: '請先加上第二道驗證' }).waitFor()
    await factor.getByRole('button', { name: '開始設定' }).waitFor()
    expect(await barriers(factor)).toEqual([])
    await desk.app.pool`update staff.person set password_hash = 'x', password_at = now() - interval '100 days' where id = ${who.security!.id}`
    const late = await open('security', '/people', narrow)
    await late.getByRole('heading', { name: '請先設定新密碼' }).waitFor()
    expect(await barriers(late)).toEqual([])
    await late.getByText('至少 12 個字元').waitFor()
  })
})
