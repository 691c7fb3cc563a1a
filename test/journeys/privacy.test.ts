/** A customer asks to be erased on the page of their request; the officer makes sure who it is and does it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser, type Share } from '../browser.ts'
import type { TestDesk } from '../harness.ts'
import { canTravel, type Company, moveIn, openCompanyDesk, openPage, signIn, until, wordsOf } from './desk.ts'

describe.skipIf(!canTravel)('a person’s own data in a browser', () => {
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

  test('P13 P14 asked on the customer’s page, confirmed and erased by the officer, live and without a trace on either page', async () => {
    const problems: string[] = []
    const t = wordsOf('zh-Hant')
    const asked = (await desk.call<{ number: number; token: string }>('POST', '/api/portal/requests', { body: { key: 'journey-privacy-key', visitor: 'd'.repeat(32), name: '卡娜莉', email: 'kanari@customer.example', subject: '查詢卡娜莉的帳單', text: '請協助', locale: 'zh-Hant' } })).body
    const [request] = await desk.app.pool<{ id: string }[]>`select id from requests.request where number = ${asked.number}`
    await desk.call('PUT', `/api/requests/${request!.id}/closure`, { token: company.admin.token, body: { reason: '已答覆' } })

    const theirs = await openPage(browser, 'zh-Hant', problems, { viewport: { width: 360, height: 700 } })
    await theirs.goto(`${desk.url}/r/${asked.token}`)
    await theirs.getByText(t('channels.chat.privacy-title')).click()
    await theirs.getByLabel(t('channels.chat.privacy-kind'), { exact: true }).selectOption('erase')
    await theirs.getByLabel(t('channels.chat.privacy-wish')).fill('請刪除卡娜莉的資料')
    await theirs.getByRole('button', { name: t('channels.chat.privacy-ask') }).click()
    await theirs.getByText(t('channels.chat.privacy-stage-received')).waitFor()

    const officer = await openPage(browser, 'zh-Hant', problems)
    await signIn(officer, desk, company.admin, '/governance/person-requests')
    await officer.getByRole('row').filter({ hasText: '卡娜莉' }).click()
    await officer.getByText('請刪除卡娜莉的資料').waitFor()
    await officer.getByRole('button', { name: t('governance.privacy.act.verify') }).click()
    await officer.getByRole('dialog').getByText(t('governance.privacy.proof.in-person')).click()
    await officer.getByRole('dialog').getByRole('button', { name: t('governance.privacy.act.verify') }).click()
    await officer.getByRole('button', { name: t('governance.privacy.act.grant') }).click()
    await officer.getByRole('alertdialog').getByRole('button', { name: t('governance.privacy.erase-now') }).click()
    await officer.getByRole('heading', { name: t('governance.privacy.report') }).waitFor()
    await officer.getByText(t('governance.privacy.erased-name')).waitFor()
    expect(await officer.locator('main, body').first().innerText()).not.toContain('卡娜莉')

    await until(async () => (await desk.app.pool<{ name: string }[]>`select c.name from requests.request r join customers.customer c on c.id = r.customer_id where r.id = ${request!.id}`)[0]!.name, (name) => name === '')
    await theirs.reload()
    await theirs.getByRole('heading', { name: '（已刪除）' }).waitFor()
    expect(await theirs.locator('body').innerText()).not.toContain('卡娜莉')
    expect(problems).toEqual([])
  })
})
