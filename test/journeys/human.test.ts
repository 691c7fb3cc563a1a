/** A customer asks for a human and opts out on the page of their request; the agent sees it at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violationsOf } from '../axe.ts'
import { openBrowser, type Share } from '../browser.ts'
import type { TestDesk } from '../harness.ts'
import { canTravel, type Company, moveIn, openCompanyDesk, openPage, signIn, until, wordsOf } from './desk.ts'

describe.skipIf(!canTravel)('a human, please, in a browser', () => {
  let desk: TestDesk
  let company: Company
  let browser: Share
  beforeAll(async () => {
    desk = await openCompanyDesk()
    company = await moveIn(desk)
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
  })

  test('P07 24 why this person, a human instead of rules, and out of marketing and profiling in one click', async () => {
    const problems: string[] = []
    const t = wordsOf('zh-Hant')
    const { serviceId, agent } = company.branches['zh-Hant']
    const asked = (await desk.call<{ number: number; token: string }>('POST', '/api/portal/requests', { body: { key: 'journey-human-0001', visitor: 'e'.repeat(32), name: '李小姐', email: 'li-human@customer.example', subject: '寬頻斷線', text: '請協助', locale: 'zh-Hant', serviceId } })).body
    const [request] = await desk.app.pool<{ id: string; customerId: string }[]>`select id, customer_id from requests.request where number = ${asked.number}`
    const notices = (await desk.call<{ rows: { id: string }[] }>('POST', '/api/consent-notices', { token: company.admin.token, body: { purpose: 'marketing', words: { 'zh-Hant': '寄送優惠', 'zh-Hans': '寄送优惠', en: 'Offers' } } })).body.rows
    await desk.call('PUT', `/api/portal/requests/${asked.token}/consents/marketing`, { body: { noticeId: notices[0]!.id } })

    const desks = await openPage(browser, 'zh-Hant', problems)
    await signIn(desks, desk, agent, `/requests/${request!.id}`)
    await desks.getByRole('heading', { name: '寬頻斷線' }).first().waitFor()

    const theirs = await openPage(browser, 'zh-Hant', problems, { viewport: { width: 320, height: 700 } })
    await theirs.goto(`${desk.url}/r/${asked.token}`)
    await theirs.getByText(t('channels.chat.why-title')).click()
    await theirs.getByText(t('channels.chat.why-rule', { name: agent.name, count: 2 })).waitFor()
    await theirs.getByRole('button', { name: t('channels.chat.human-ask') }).click()
    await theirs.getByText(t('channels.chat.human-asked')).waitFor()
    await theirs.getByRole('button', { name: t('channels.chat.opt-out') }).click()
    await theirs.getByText(t('channels.chat.opted-out')).waitFor()
    expect(await theirs.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)

    for (const page of [theirs, desks]) expect(await violationsOf(page)).toEqual([])

    // Live: the mark stands at the agent's request without a reload.
    await desks.getByText(t('requests.human-asked'), { exact: true }).first().waitFor()
    await until(async () => (await desk.app.pool<{ withdrawnChannel: string | null }[]>`select withdrawn_channel from governance.consent where customer_id = ${request!.customerId}`)[0]!.withdrawnChannel, (way) => way === 'portal')
    expect(problems).toEqual([])
  })
})
