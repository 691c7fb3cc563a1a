/** A person makes a passkey and comes in by it; a screen left open asks who is there. Chromium's own virtual authenticator answers. */
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPerson } from '../../modules/staff/index.ts'
import { run } from '../../platform/context.ts'
import { openBrowser, type Share } from '../browser.ts'
import type { TestDesk } from '../harness.ts'
import { canTravel, moveIn, openCompanyDesk } from './desk.ts'

const PASSWORD = 'Regenschirm am Haken 7'

describe.skipIf(!canTravel)('passkeys in a browser', () => {
  let desk: TestDesk
  let browser: Share
  let context: BrowserContext
  let page: Page
  let origin = ''
  beforeAll(async () => {
    desk = await openCompanyDesk()
    await moveIn(desk)
    // A passkey belongs to a host name, and an address of numbers is none.
    origin = desk.url.replace('127.0.0.1', 'localhost')
    desk.app.config.publicUrl = origin
    const link = await run(desk.app, {}, async (ctx) => createPerson(ctx, { name: '周管理', login: 'chou@example.com', role: 'administrator', locale: 'zh-Hant', zone: 'Asia/Taipei' }))
    const invited = await desk.call<{ url: string }>('POST', `/api/people/${link.id}/sign-in-links`, { token: await adminToken() })
    browser = await openBrowser()
    context = await browser.newContext({ locale: 'zh-TW' })
    page = await context.newPage()
    const authenticator = await context.newCDPSession(page)
    await authenticator.send('WebAuthn.enable')
    await authenticator.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } })
    await page.goto(invited.body.url)
    await page.getByRole('button', { name: '登入' }).last().click()
    await page.getByLabel('新密碼').fill(PASSWORD)
    await page.getByRole('button', { name: '設定密碼' }).click()
    await page.getByText('密碼已設定').or(page.getByText('已設定')).first().waitFor()
  }, 90_000)
  afterAll(async () => {
    await browser?.close()
    await desk?.close()
  })
  const adminToken = async (): Promise<string> => {
    const { createToken } = await import('../../modules/staff/index.ts')
    return run(desk.app, {}, async (ctx) => (await createToken(ctx, { name: 'passkey test', role: 'administrator' })).token)
  }
  const forgetProof = () => desk.app.pool`update staff.session set proven_at = now() - interval '20 minutes'`.then(() => new Promise((wake) => setTimeout(wake, 3_200)))

  test('a passkey is made on the account page, signs in at the door and proves again where it is asked for', { timeout: 90_000 }, async () => {
    await page.goto(`${origin}/account`)
    await page.getByRole('button', { name: '新增密碼金鑰' }).click()
    await page.getByLabel('名稱').fill('測試筆電')
    await page.getByRole('button', { name: '新增密碼金鑰' }).click()
    await page.getByRole('row', { name: /測試筆電/ }).waitFor()
    const [kept] = await desk.app.pool<{ credential: string; publicKey: Buffer }[]>`select credential, public_key from staff.passkey`
    // A COSE key: 42 bytes for Ed25519, 77 for ES256 (RFC 9053); the browser chooses.
    expect([42, 77]).toContain(kept!.publicKey.length)

    await context.clearCookies()
    await page.goto(`${origin}/sign-in`)
    await page.getByRole('button', { name: '用密碼金鑰登入' }).click()
    await page.getByRole('navigation').first().waitFor()
    expect((await desk.app.pool`select 1 from staff.session where method = 'passkey'`)).toHaveLength(1)

    // The screen was left open: a grant asks who is there, and goes on by itself once it is told.
    await page.goto(`${origin}/tokens`)
    await forgetProof()
    await page.getByRole('button', { name: '建立權杖' }).first().click()
    await page.getByLabel('名稱').fill('報表程式')
    await page.getByRole('dialog').getByRole('button', { name: '建立權杖' }).click()
    await page.getByRole('dialog', { name: '請確認是您本人' }).waitFor()
    await page.getByRole('button', { name: '用密碼金鑰確認' }).click()
    await page.getByText(/ldt_/).first().waitFor()
    expect(await desk.app.pool`select 1 from platform.event where type = 'staff.proven' and data->>'method' = 'passkey'`).toHaveLength(1)
  })

  test('E01 E02 an answer is good for one question, and only at our own address', async () => {
    const fault = (answer: { body: unknown }) => (answer.body as { fault?: { code: string } }).fault?.code
    const answer = await page.evaluate(async () => {
      const { options } = await (await fetch('/api/session/passkey/challenge', { method: 'POST' })).json() as { options: PublicKeyCredentialRequestOptionsJSON }
      const credential = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }) as PublicKeyCredential
      return credential.toJSON() as { response: { clientDataJSON: string; signature: string } }
    })
    const altered = { ...answer, response: { ...answer.response, clientDataJSON: Buffer.from(Buffer.from(answer.response.clientDataJSON, 'base64url').toString().replace('localhost', 'evil.example')).toString('base64url') } }
    expect(fault(await desk.call('POST', '/api/session/passkey', { body: { passkey: altered } }))).toBe('staff.passkey-wrong')
    // The question is gone with its first answer, also for the right one.
    expect(fault(await desk.call('POST', '/api/session/passkey', { body: { passkey: answer } }))).toBe('staff.passkey-wrong')
  })
})
