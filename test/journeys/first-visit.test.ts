/** The first visit to an empty desk: from the link on the terminal to the start page. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSetupLink } from '../../modules/staff/index.ts'
import { run } from '../../platform/context.ts'
import { openBrowser, type Share } from '../browser.ts'
import type { TestDesk } from '../harness.ts'
import { canTravel, openCompanyDesk, openPage, wordsOf } from './desk.ts'

describe.skipIf(!canTravel)('the first visit in a browser', () => {
  let desk: TestDesk
  let browser: Share
  beforeAll(async () => {
    desk = await openCompanyDesk()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
  })

  test('7.1-a language, hours, administrator, an empty desk; the link works once', async () => {
    const problems: string[] = []
    const page = await openPage(browser, 'en', problems)
    const link = desk.url + await run(desk.app, {}, (ctx) => createSetupLink(ctx))
    await page.goto(link)
    await page.getByText('简体中文').last().click()
    const t = wordsOf('zh-Hans')
    const next = page.getByRole('button', { name: t('staff.setup.next'), exact: true })
    await next.click()
    await page.getByRole('heading', { name: t('staff.setup.hours') }).waitFor()
    // A reload on the way must not lose the link.
    await page.reload()
    await page.getByText(t('staff.hours.holidays.CN')).last().click()
    await page.getByText(t('staff.hours.preset.daily')).last().click()
    await next.click()
    await page.getByLabel(t('staff.person-name')).fill('周店长')
    await page.getByLabel(t('staff.sign-in.login')).fill('zhou@shop.example')
    await page.getByRole('textbox', { name: t('staff.sign-in.password') }).fill('春天的花开在山坡上，秋天的果落在院子里')
    await next.click()
    await page.getByText(t('staff.setup.start.empty')).last().click()
    await page.getByRole('button', { name: t('staff.setup.open'), exact: true }).click()
    await page.waitForURL(`${desk.url}/`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hans')

    const calendars = await desk.app.pool<{ name: string; holidays: string }[]>`select name, holidays from staff.calendar`
    expect(calendars).toMatchObject([{ name: t('staff.setup.calendar-name'), holidays: 'CN' }])
    const second = await openPage(browser, 'zh-Hans', problems)
    await second.goto(link)
    await second.getByText(t('staff.setup.done')).waitFor()
    await second.goto(`${desk.url}/sign-in`)
    await second.getByLabel(t('staff.sign-in.login')).fill('zhou@shop.example')
    await second.getByRole('textbox', { name: t('staff.sign-in.password') }).fill('春天的花开在山坡上，秋天的果落在院子里')
    await second.getByRole('button', { name: t('staff.sign-in.enter'), exact: true }).click()
    await second.waitForURL(`${desk.url}/`)
    expect(problems).toEqual([])
  }, 60_000)
})
