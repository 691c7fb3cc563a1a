/** One request through the whole loop, both sides in the browser, in each language. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Locale } from '../../lib/text/index.ts'
import { openBrowser, type Share } from '../browser.ts'
import type { TestDesk } from '../harness.ts'
import { type Branch, type Company, canTravel, enter, moveIn, openCompanyDesk, openPage, seenAt, signIn, until, wordsOf } from './desk.ts'

interface Words { subject: string; text: string; name: string; reply: string; better: string; answer: string; result: string; sentBack: string; second: string; score: number }
const said: Record<Locale, Words> = {
  'zh-Hant': { subject: '晚上八點後網路很慢', text: '每天晚上八點以後開網頁要等一分鐘。', name: '陳美玲', reply: '請問您用的是哪一款數據機', better: '請問數據機背面的型號是什麼？', answer: '型號是 CM-820，今天還是一樣慢。', result: '已更換機房線路。', sentBack: '請寫明更換的時間與測速結果', second: '已於今日更換機房線路，測速 300 Mbps。', score: 5 },
  'zh-Hans': { subject: '门店取货码失效', text: '昨天收到的取货码，今天到店显示已过期。', name: '刘洋', reply: '请提供订单号', better: '请提供订单号的后四位。', answer: '后四位是 7731。', result: '已重新发送取货码，有效期七天。', sentBack: '', second: '', score: 4 },
  'en': { subject: 'Billed twice in October', text: 'My October invoice shows the same line twice.', name: 'Grace Hill', reply: 'Which invoice is it', better: 'Which invoice number is it, please?', answer: 'It is number 20261017.', result: 'The second line was removed and 12.00 refunded.', sentBack: '', second: '', score: 2 },
}

describe.skipIf(!canTravel)('the loop in a browser', () => {
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

  test.concurrent.each<Locale>(['zh-Hant', 'zh-Hans', 'en'])('3.1-a 4.2-b 5.2-a %s: asked, accepted, answered, verified, rated, closed, and every step is in its history', async (locale) => {
    const branch = company.branches[locale]
    const words = said[locale]
    const t = wordsOf(locale)
    const problems: string[] = []
    const agent = await openPage(browser, locale, problems)
    await enter(agent, desk, branch.agent, '/inbox?view=mine')
    await agent.getByText(t('requests.empty.mine')).waitFor()

    const customer = await openPage(browser, locale, problems)
    await ask(customer, desk, branch, words)
    await agent.getByText(words.subject).first().click()
    await agent.getByRole('button', { name: t('requests.action.accept'), exact: true }).click()
    await agent.getByRole('button', { name: t('requests.action.submit'), exact: true }).waitFor()

    await replyTwice(agent, t, words)
    await customer.locator('.received a').click()
    await customer.locator('.where').waitFor()
    await until(async () => { await customer.reload(); await customer.locator('.where').waitFor(); return customer.getByText(words.better).count() }, (count) => count === 1, { everyMs: 1500 })
    expect(await customer.getByText(words.reply, { exact: true }).count()).toBe(0)
    expect(await customer.locator('.sentence').innerText()).toContain(t('channels.chat.now-your-turn'))

    const arrives = seenAt(agent, words.answer)
    await customer.locator('.composer textarea').fill(words.answer)
    const sentAt = Date.now()
    await customer.locator('.composer .send').click()
    console.log(`${locale}: ${await arrives - sentAt} ms from the portal to the agent's screen, beside two other journeys`)

    await submit(agent, t, words.result)
    await verify(branch, agent, customer, words, problems)
    await rate(customer, desk, words)
    if (locale === 'en') await recovered(branch, words, problems)
    // A rated request is closed at once.
    await agent.getByText(t('requests.closed-means')).waitFor()
    await checkHistory(agent, t, branch, words)
    expect(problems).toEqual([])
    await Promise.all([agent.context().close(), customer.context().close()])
  }, 120_000)

  /** The result is judged as the service prescribes. */
  async function verify(branch: Branch, agent: Page, customer: Page, words: Words, problems: string[]): Promise<void> {
    const t = wordsOf(branch.locale)
    if (branch.locale === 'zh-Hans') {
      await customer.reload()
      await customer.getByRole('button', { name: t('channels.chat.solved'), exact: true }).click()
      await customer.locator('a[href^="/rate/"]').waitFor()
    }
    if (branch.locale !== 'zh-Hant') return
    const lead = await openPage(browser, branch.locale, problems)
    await signIn(lead, desk, branch.lead, '/inbox?view=to-verify')
    await lead.getByText(words.subject).first().click()
    await lead.getByRole('button', { name: t('requests.action.sendBack'), exact: true }).click()
    await lead.getByRole('dialog').getByRole('textbox').fill(words.sentBack)
    await lead.getByRole('dialog').getByRole('button', { name: t('requests.dialog-do.sendBack'), exact: true }).click()
    await submit(agent, t, words.second)
    await lead.getByRole('button', { name: t('requests.action.verify'), exact: true }).click()
    await agent.getByText(words.second).first().waitFor()
    await lead.context().close()
  }

  /** A low rating is a request of its own before the lead, without a reload. */
  async function recovered(branch: Branch, words: Words, problems: string[]): Promise<void> {
    const lead = await openPage(browser, branch.locale, problems)
    await signIn(lead, desk, branch.lead, '/inbox?view=mine')
    await lead.getByRole('option').or(lead.getByRole('row')).filter({ hasText: words.name }).first().click()
    await lead.getByRole('log').getByText(/2/).first().waitFor()
    await lead.context().close()
  }
})

async function ask(page: Page, desk: TestDesk, branch: Branch, words: Words): Promise<void> {
  const t = wordsOf(branch.locale)
  await page.goto(`${desk.url}/portal`)
  await page.getByRole('radio', { name: branch.serviceName }).check()
  await page.getByLabel(t('channels.chat.subject'), { exact: true }).fill(words.subject)
  await page.getByLabel(t('channels.chat.what-happened')).fill(words.text)
  await page.getByLabel(t('channels.chat.name'), { exact: true }).fill(words.name)
  await page.getByLabel(t('channels.chat.address'), { exact: true }).fill(`${branch.locale.toLowerCase()}@customer.example`)
  await page.getByRole('button', { name: t('channels.chat.ask'), exact: true }).click()
  await page.locator('.received').waitFor()
}

/** Sends, takes it back within the ten seconds, puts it better, and waits for the customer. */
async function replyTwice(agent: Page, t: ReturnType<typeof wordsOf>, words: Words): Promise<void> {
  const box = agent.getByRole('textbox', { name: t('requests.compose.reply'), exact: true })
  await box.fill(words.reply)
  await agent.getByRole('button', { name: t('requests.send-reply') }).click()
  await agent.getByRole('log').getByRole('button', { name: t('requests.unsend'), exact: true }).click()
  await until(() => box.inputValue(), (text) => text === words.reply)
  await box.fill(words.better)
  await agent.getByRole('button', { name: t('requests.send-and-wait') }).click()
  await agent.getByRole('button', { name: t('requests.action.resume'), exact: true }).waitFor()
}

async function submit(agent: Page, t: ReturnType<typeof wordsOf>, result: string): Promise<void> {
  await agent.getByRole('button', { name: t('requests.action.submit'), exact: true }).click()
  const dialog = agent.getByRole('dialog')
  await dialog.getByRole('textbox', { name: t('requests.result') }).fill(result)
  await dialog.getByRole('button', { name: t('requests.action.submit'), exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

async function rate(customer: Page, desk: TestDesk, words: Words): Promise<void> {
  await until(async () => { await customer.reload(); await customer.locator('.where').waitFor(); return (await customer.locator('.message.result').allInnerTexts()).join() }, (text) => text.includes(words.second || words.result), { everyMs: 1500 })
  const token = new URL(customer.url()).pathname.split('/')[2]!
  await customer.locator('a[href^="/rate/"]').click()
  await customer.locator(`[data-score="${words.score}"]`).click()
  await until(async () => (await desk.call<{ score: number | null }>('GET', `/api/portal/requests/${token}/rating`)).body.score, (score) => score === words.score)
}

/** The whole history as the agent reads it. */
async function checkHistory(agent: Page, t: ReturnType<typeof wordsOf>, branch: Branch, words: Words): Promise<void> {
  const { name } = branch.agent
  const fold = agent.getByRole('button', { name: t('requests.side.history'), exact: true })
  await fold.click()
  const steps = [
    t('requests.event.accepted', { who: t('requests.actor.customer'), channel: t('requests.channel.portal') }), t('requests.event.assignment-accepted', { name, hasFrom: 'no' }),
    t('requests.event.reply-held', { who: name }), t('requests.event.reply-withdrawn', { who: name }), t('requests.event.replied', { who: name, first: 'in-time' }),
    t('requests.event.waiting', { waitingFor: 'customer', hasUntil: 'no', hasReason: 'no' }), t('requests.event.customer-wrote', { who: words.name, channel: t('requests.channel.portal') }),
    t('requests.event.resumed', { because: 'customer-wrote' }), t('requests.event.submitted', { name, how: branch.locale === 'zh-Hant' ? 'person' : branch.locale === 'zh-Hans' ? 'customer' : 'rule' }),
    ...(words.sentBack ? [t('requests.event.sent-back', { who: branch.lead.name, reason: words.sentBack }), t('requests.event.verified', { who: branch.lead.name, hasReason: 'no' })] : []),
    ...(branch.locale === 'en' ? [t('requests.event.verified', { who: t('requests.actor.system'), hasReason: 'yes', reason: t('requests.rule-complete') })] : []),
    t('requests.event.result-sent', { asks: branch.locale === 'zh-Hans' ? 'yes' : 'no' }), t('requests.event.scored', { score: words.score }), t('requests.event.closed', { reason: t('requests.closed-rated') }),
  ]
  const lines = () => agent.getByRole('region', { name: t('requests.details'), exact: true }).getByRole('listitem').allInnerTexts()
  await until(lines, (shown) => steps.every((step) => shown.some((line) => line.includes(step)))).catch((late: Error) => { throw new Error(`${late.message}\nwanted: ${steps.join(' | ')}`) })
}
