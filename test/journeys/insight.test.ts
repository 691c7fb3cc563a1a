/** What a lead sees and sets: a report saved and mailed, a rule that raises an alarm, and the board on the wall that says when its line is lost. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../lib/id/index.ts'
import { violationsOf } from '../axe.ts'
import { openBrowser, type Share } from '../browser.ts'
import type { TestDesk } from '../harness.ts'
import { type Company, canTravel, moveIn, openCompanyDesk, openPage, seenAt, signIn, wordsOf } from './desk.ts'

describe.skipIf(!canTravel)('insight in a browser', () => {
  let desk: TestDesk
  let company: Company
  let browser: Share
  beforeAll(async () => {
    desk = await openCompanyDesk()
    company = await moveIn(desk)
    browser = await openBrowser()
    const { serviceId, locale } = company.branches['zh-Hant']
    for (let number = 1; number <= 4; number++) {
      const { status } = await desk.call('POST', '/api/portal/requests', { body: { key: crypto.randomUUID(), visitor: '0'.repeat(32), name: '客戶', email: `w${number}@customer.example`, subject: '寬頻斷線', text: '無法連線', locale, serviceId } })
      expect(status).toBe(201)
    }
  })
  afterAll(async () => { await browser?.close(); await desk?.close() })

  test('4.3-b 1.3-c a lead saves a report, sends it by mail, and sees to an alarm', async () => {
    const problems: string[] = []
    const { lead } = company.branches['zh-Hant']
    const t = wordsOf('zh-Hant')
    // A try before this one left its own behind.
    const mark = newId().slice(-6)
    const page = await openPage(browser, 'zh-Hant', problems)
    const axe = async (what: string) => expect((await violationsOf(page)).map((one) => `${what} ${one}`)).toEqual([])
    await signIn(page, desk, lead, '/reports?metric=chatter&by=team&period=last-week')
    await page.getByText(t('insight.report.unknown', { words: 'chatter' })).waitFor()
    await page.evaluate(() => history.pushState({}, '', '/reports?metric=volume&by=team&period=last-week'))
    await page.getByText(t('insight.report.unknown', { words: 'chatter' })).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: t('insight.saved.save') }).click()
    await page.getByRole('textbox', { name: t('insight.saved.name') }).fill(`上週新增${mark}`)
    await axe('save')
    await page.getByRole('dialog').getByRole('button', { name: t('insight.saved.save') }).click()
    await page.getByRole('heading', { name: `上週新增${mark}` }).waitFor()
    await page.goto(`${desk.url}/reports/saved`)
    await page.getByRole('row', { name: new RegExp(`上週新增${mark}`) }).press('Enter')
    await page.getByRole('button', { name: t('insight.saved.by-mail') }).click()
    await page.getByRole('button', { name: t('insight.saved.set-mailing') }).waitFor()
    await axe('mailing')
    await page.getByRole('button', { name: t('insight.saved.set-mailing') }).click()
    await page.getByRole('button', { name: t('insight.saved.leave') }).waitFor()
    await axe('drawer')
    // While the answer to the next question is fetched, the figures there are still those of the one before.
    // The desk's own days.
    const dayOf = (daysAgo: number): string => new Date(desk.app.clock.now().getTime() - daysAgo * 86_400_000).toISOString().slice(0, 10)
    const days = `period=own&from=${dayOf(6)}&to=${dayOf(-1)}`
    await page.goto(`${desk.url}/reports?metric=volume&by=team&${days}`)
    const anyRow = page.getByRole('rowheader').first()
    for (const question of ['metric=volume&by=time', 'metric=volume&by=team']) {
      await anyRow.waitFor()
      await page.evaluate((to) => history.pushState({}, '', to), `/reports?${question}&${days}`)
      await page.getByRole('columnheader', { name: t(`insight.report.by-${question.split('by=')[1] as 'time'}`) }).waitFor()
    }
    // People's time has no channel.
    await page.evaluate((to) => history.pushState({}, '', to), `/reports?metric=occupancy&by=person&${days}`)
    await page.getByText(t('insight.metric.occupancy-formula')).waitFor()
    await axe('occupancy')
    expect(await page.getByRole('button', { name: new RegExp(t('insight.report.by-channel')) }).count()).toBe(0)
    await page.goto(`${desk.url}/reports/alarms?tab=rules`)
    await page.getByRole('button', { name: t('insight.alarm.add') }).click()
    await page.getByRole('textbox', { name: t('insight.alarm.name') }).fill(`積壓過多${mark}`)
    const bound = page.getByRole('textbox', { name: t('insight.alarm.bound') })
    await bound.fill('1')
    await bound.press('Tab')
    await axe('rule')
    await page.getByRole('button', { name: t('insight.alarm.save'), exact: true }).click()
    await page.getByRole('row', { name: new RegExp(`積壓過多${mark}`) }).waitFor()
    await page.goto(`${desk.url}/reports/alarms`)
    const row = page.getByRole('row', { name: /未結工單.*超過上限 1/ }).first()
    // A watch that is under way ends by setting its own next time: it is called again until it has been.
    await expect.poll(async () => {
      await desk.app.pool`update platform.job set run_at = ${desk.app.clock.now()} where queue = 'insight.watch-metrics'`
      return row.count()
    }, { timeout: 60_000, interval: 1_000 }).toBe(1)
    await row.press('Enter')
    await page.getByRole('textbox', { name: t('insight.alarm.note') }).fill('加派人手')
    await axe('alarm')
    await page.getByRole('button', { name: t('insight.alarm.acknowledge'), exact: true }).click()
    await page.getByRole('button', { name: t('insight.alarm.judge-save') }).waitFor()
    await axe('judge')
    expect(problems).toEqual([])
    await page.context().close()
  }, 180_000)

  test('5.1-a 1.2-d the usual index is taken by one press and changed by a proposal; a customer is moved through the stages of their life', async () => {
    const problems: string[] = []
    const t = wordsOf('zh-Hant')
    const page = await openPage(browser, 'zh-Hant', problems)
    const axe = async (what: string) => expect((await violationsOf(page)).map((one) => `${what} ${one}`)).toEqual([])
    await signIn(page, desk, company.admin, '/reports/quality-index')
    await page.getByRole('button', { name: t('insight.index.take-usual') }).click()
    await page.getByRole('heading', { name: t('insight.index.made-of') }).waitFor()
    await axe('index')
    await page.getByRole('button', { name: t('insight.index.propose') }).click()
    const dialog = page.getByRole('dialog')
    const weight = dialog.getByRole('textbox', { name: t('insight.index.weight') }).first()
    await weight.fill('25')
    await weight.press('Tab')
    await dialog.getByText(t('insight.index.weights-sum')).first().waitFor()
    await axe('formula')
    await weight.fill('20')
    await weight.press('Tab')
    await dialog.getByRole('textbox', { name: t('insight.index.reason') }).fill('年度檢討')
    await dialog.getByRole('button', { name: t('insight.index.send') }).click()
    await page.getByRole('button', { name: t('insight.index.take-back') }).waitFor()
    await axe('proposal')
    const customer = await expect.poll(async () => (await desk.app.pool<{ id: string }[]>`select customer_id as id from customers.stay limit 1`)[0]?.id, { timeout: 20_000 }).toBeTruthy().then(async () => (await desk.app.pool<{ id: string }[]>`select customer_id as id from customers.stay limit 1`)[0]!.id)
    await page.goto(`${desk.url}/customers/${customer}`)
    await page.getByRole('button', { name: t('customers.move-stage') }).click()
    await dialog.getByRole('textbox', { name: t('customers.move-reason') }).fill('已簽約')
    await axe('move')
    await dialog.getByRole('button', { name: t('customers.move-stage') }).click()
    await page.getByText('已簽約').waitFor()
    await axe('customer')
    await page.goto(`${desk.url}/customers/stages`)
    await page.getByRole('button', { name: t('customers.edit-one', { name: t('customers.stage-delivery') }) }).click()
    await dialog.getByRole('button', { name: t('customers.save') }).waitFor()
    await axe('stage')
    await page.keyboard.press('Escape')
    await page.goto(`${desk.url}/customers/lifecycle`)
    await page.getByRole('heading', { name: t('customers.exits') }).waitFor()
    await axe('lifecycle')
    expect(problems).toEqual([])
    await page.context().close()
  }, 180_000)

  test('1.3-a from the board a lead whispers, gives and takes over by keyboard; the whisper is on the holder’s screen at once', async () => {
    const t = wordsOf('zh-Hant')
    const { lead, agent, teamId } = company.branches['zh-Hant']
    const problems: string[] = []
    const [row] = await desk.app.pool<{ id: string; number: number }[]>`select id, number from requests.request where team_id = ${teamId} and holder_id = ${agent.id} order by stage_since, id limit 1`
    const [theirs, page] = [await openPage(browser, 'zh-Hant', problems), await openPage(browser, 'zh-Hant', problems)]
    await signIn(theirs, desk, agent, `/requests/${row!.id}`)
    await theirs.getByRole('log').waitFor()
    await signIn(page, desk, lead, '/queues')
    const steer = page.getByRole('button', { name: t('routing.steer', { number: row!.number }) }).first()
    const choose = async (name: string) => { await steer.focus(); await page.keyboard.press('Enter'); const item = page.getByRole('menuitem', { name }); await item.waitFor(); await item.press('Enter') }
    await steer.waitFor()
    expect((await violationsOf(page)).map((one) => `board ${one}`)).toEqual([])
    await page.getByText(/秒前的資料/).waitFor()
    await choose(t('requests.dialog.whisper', { name: agent.name }))
    const words = `先查機房公告${newId().slice(-6)}`
    await page.keyboard.type(words)
    const seen = seenAt(theirs, words)
    await page.getByRole('button', { name: t('requests.action.whisper'), exact: true }).press('Enter')
    await seen
    await theirs.getByText(t('requests.voice.whisper-to-you'), { exact: true }).waitFor()
    expect((await violationsOf(theirs)).map((one) => `whispered ${one}`)).toEqual([])
    await choose(t('routing.give-to-somebody'))
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('option').first().waitFor()
    expect((await violationsOf(page)).map((one) => `give ${one}`)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await choose(t('routing.take-over'))
    await page.getByText(t('routing.taken', { number: row!.number })).waitFor()
    expect((await desk.call<{ holder: { id: string } }>('GET', `/api/requests/${row!.id}`, { token: lead.token })).body.holder.id).toBe(lead.id)
    // Held by oneself there is nobody to whisper to, and the menu says so.
    await steer.click()
    await page.getByText(t('requests.already-yours')).first().waitFor()
    expect(problems).toEqual([])
    await theirs.context().close()
    await page.context().close()
  }, 120_000)

  test('1.3-a the wallboard turns its pages, says how old it is, and plainly when its line is lost or its link has ended', async () => {
    const t = wordsOf('zh-Hant')
    const { lead } = company.branches['zh-Hant']
    const { body } = await desk.call<{ row: { id: string }; link: string }>('POST', '/api/wallboards', { token: lead.token, body: { name: '二樓大廳', locale: 'zh-Hant', theme: 'dark', seconds: 300, teamId: null } })
    const page = await openPage(browser, 'en', [], { viewport: { width: 1920, height: 1080 } })
    await page.goto(body.link)
    await page.getByText(t('insight.wall.waiting'), { exact: true }).waitFor()
    const size = await page.getByText(/^4$/).first().evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize))
    expect(size).toBeGreaterThan(150)
    const check = async (what: string) => expect((await violationsOf(page)).map((one) => `${what} ${one}`)).toEqual([])
    await check('work')
    await page.keyboard.press('ArrowRight')
    await page.getByText(t('insight.wall.overdue'), { exact: true }).waitFor()
    await check('promise')
    await page.keyboard.press('ArrowRight')
    await page.getByText(t('insight.wall.opened'), { exact: true }).waitFor()
    await check('day')
    await page.keyboard.press('ArrowRight')
    await page.getByText(t('insight.wall.free'), { exact: true }).waitFor()
    await check('people')
    await page.context().setOffline(true)
    await page.getByRole('alert').waitFor({ timeout: 20_000 })
    await check('stale')
    await page.context().setOffline(false)
    await page.getByRole('alert').waitFor({ state: 'detached', timeout: 20_000 })
    await desk.call('DELETE', `/api/wallboards/${body.row.id}`, { token: lead.token })
    await page.getByRole('heading', { name: t('insight.wall.ended') }).waitFor({ timeout: 20_000 }).catch(() => page.getByRole('heading', { name: wordsOf('en')('insight.wall.ended') }).waitFor())
    await page.context().close()
  }, 120_000)
})
