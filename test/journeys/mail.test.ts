/** A mail through a real Dovecot: answered on screen, answered back, settled, and rated from the link in the mail. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Dovecot, dovecotPath, startDovecot } from '../../modules/channels/mail/testing/dovecot.ts'
import { letter, mailboxFor, openPorts, type SmtpPeer, startSmtp } from '../../modules/channels/mail/testing/peers.ts'
import { openBrowser, type Share } from '../browser.ts'
import type { TestDesk } from '../harness.ts'
import { type Company, canTravel, moveIn, openCompanyDesk, openPage, signIn, until, wordsOf } from './desk.ts'

describe.skipIf(!canTravel || dovecotPath === null)('a mail in a browser', () => {
  let desk: TestDesk
  let company: Company
  let browser: Share
  let smtp: SmtpPeer
  let imap: Dovecot
  beforeAll(async () => {
    desk = await openCompanyDesk()
    company = await moveIn(desk)
    smtp = await startSmtp()
    imap = await startDovecot()
    await openPorts(desk, [smtp.port, imap.port])
    await mailboxFor(desk, smtp.port, { acknowledges: false, takesExisting: true, imap: { host: '127.0.0.1', port: imap.port, tls: 'none', user: 'desk', password: imap.password } })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
    await Promise.all([smtp?.stop(), imap?.stop()])
  })

  test('4.1-a 5.2-a a mail becomes a request on screen, is answered by mail, threads, and is rated from its result', async () => {
    const problems: string[] = []
    const t = wordsOf('zh-Hant')
    const agent = await openPage(browser, 'zh-Hant', problems)
    await signIn(agent, desk, company.admin, '/inbox?view=open')
    const date = new Date().toUTCString()
    imap.deliver([letter({ subject: '發票抬頭寫錯', text: '請改成「和平花店」。', headers: { Date: date } })])
    await agent.getByText('發票抬頭寫錯').first().click({ timeout: 30_000 })
    await agent.getByRole('button', { name: t('requests.action.take'), exact: true }).click()
    const box = agent.getByRole('textbox', { name: t('requests.compose.reply'), exact: true })
    await box.fill('請提供統一編號。')
    await box.press('Control+Enter')
    const [answer] = await until(async () => smtp.got, (got) => got.length === 1)
    expect(answer!.mail.text).toContain('請提供統一編號。')
    imap.deliver([letter({ to: answer!.mail.replyTo[0]!.address, subject: `Re: ${answer!.mail.subject}`, text: '統編是 12345675。', headers: { Date: date, 'In-Reply-To': answer!.mail.messageId ?? '' } })])
    await agent.getByRole('log').getByText('統編是 12345675。').waitFor()

    await agent.getByRole('button', { name: t('requests.action.submit'), exact: true }).click()
    const dialog = agent.getByRole('dialog')
    await dialog.getByRole('textbox').fill('發票已重開並寄出。')
    await dialog.getByRole('button', { name: t('requests.action.submit'), exact: true }).click()
    const [, result] = await until(async () => smtp.got, (got) => got.length === 2)
    const link = /\/rate\/[\w-]{43}\?score=5/.exec(result!.mail.text)![0]
    const customer = await openPage(browser, 'zh-Hant', problems, { viewport: { width: 320, height: 640 } })
    await customer.goto(desk.url + link)
    await agent.getByText(t('requests.scored', { score: 5 }), { exact: true }).first().waitFor()
    await agent.getByText(t('requests.closed-means')).waitFor()
    expect(problems).toEqual([])
  }, 120_000)
})
