import { TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../platform/context.ts'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import type { MeRow } from './contract.ts'
import { createSetupLink, createSignInLink, createToken } from './index.ts'

let desk: TestDesk
const password = '雨天出門記得帶傘和鑰匙'
const administrator = { name: '林怡君', login: 'Yi-Chun.Lin@example.com', password }
const code = (answer: { body: unknown }) => (answer.body as { fault: { code: string } }).fault.code
const cookieOf = (answer: { headers: Headers }) => answer.headers.get('set-cookie')!.split(';')[0]!
const enter = (more: Record<string, unknown> = {}, headers?: Record<string, string>) => desk.call('POST', '/api/session', { body: { login: administrator.login, password, ...more }, headers })
const setUpBody = (token: string, start: 'demo' | 'empty' = 'empty') => {
  const day = [{ from: '09:00', to: '18:00' }]
  return { token, locale: 'zh-Hant', zone: 'Asia/Taipei', calendar: { name: '台北上班日', week: { 1: day, 2: day, 3: day, 4: day, 5: day, 6: [], 7: [] }, holidays: 'TW' }, administrator, start }
}
const MINUTE = 60_000

beforeAll(async () => { desk = await openDesk() })
afterAll(() => desk?.close())

test('C07 a fresh installation knows nobody, and the set-up link works once, for 30 minutes, and is gone afterwards', async () => {
  expect((await desk.call('GET', '/api/setup')).body).toEqual({ needed: true })
  const link = async () => (await run(desk.app, {}, createSetupLink)).split('#')[1]!
  const expired = await link()
  await desk.pass(31 * MINUTE)
  expect(code(await desk.call('POST', '/api/setup', { body: setUpBody(expired) }))).toBe('staff.setup-link-dead')
  const replaced = await link()
  const token = await link()
  expect(code(await desk.call('POST', '/api/setup', { body: setUpBody(replaced) }))).toBe('staff.setup-link-dead')
  for (const [weak, why] of [['kurz', 'staff.password-short'], ['password1234', 'staff.password-common'], ['9876543210', 'staff.password-common'], ['yi-chun.lin@example.com', 'staff.password-common'], ['長'.repeat(400), 'staff.password-long']]) {
    expect(code(await desk.call('POST', '/api/setup', { body: { ...setUpBody(token), administrator: { ...administrator, password: weak } } }))).toBe(why)
  }
  const racing = await Promise.all([1, 2, 3].map(() => desk.call('POST', '/api/setup', { body: setUpBody(token) })))
  expect(racing.map((one) => one.status).sort()).toEqual([201, 404, 404])
  const cookie = cookieOf(racing.find((one) => one.status === 201)!)
  const me = await desk.call<MeRow>('GET', '/api/me', { cookie })
  expect(me.body).toMatchObject({ name: '林怡君', role: { key: 'administrator' }, permissions: ['*'], zone: 'Asia/Taipei', hasPassword: true, maySetPassword: false })
  expect((await desk.call('GET', '/api/setup')).body).toEqual({ needed: false })
  expect((await desk.call('POST', '/api/setup', { body: setUpBody(token) })).status).toBe(404)
  expect((await desk.call<{ rows: unknown[] }>('GET', '/api/calendars', { cookie })).body.rows).toMatchObject([{ name: '台北上班日', isDefault: true, holidays: 'TW', unpublishedYears: [] }])
})

test('E08 the session cookie is out of reach of scripts and other sites; writes by cookie from elsewhere are refused', async () => {
  const answer = await enter()
  expect(answer.status).toBe(200)
  expect(answer.headers.get('set-cookie')).toMatch(/^loopdesk_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=86400$/)
  const cookie = cookieOf(answer)
  const foreign = await desk.call('PATCH', '/api/me', { cookie, body: { locale: 'en' }, headers: { 'sec-fetch-site': 'cross-site' } })
  expect([foreign.status, code(foreign)]).toEqual([403, 'access.foreign-site'])
  expect((await desk.call<MeRow>('PATCH', '/api/me', { cookie, body: { locale: 'en' }, headers: { 'sec-fetch-site': 'same-origin' } })).body.locale).toBe('en')
})

test('A20 an unknown login and a wrong password answer the same and take as long', async () => {
  const time = async (login: string) => {
    const began = performance.now()
    const answer = await desk.call('POST', '/api/session', { body: { login, password: 'not the password' } })
    return { ms: performance.now() - began, status: answer.status, code: code(answer) }
  }
  // The least of three each, in turns: a processor that was away for a moment says nothing about the answer.
  await desk.pass(61 * MINUTE)
  await time('warm-up@example.com')
  const [known, unknown]: Awaited<ReturnType<typeof time>>[][] = [[], []]
  for (let nr = 0; nr < 3; nr++) {
    known!.push(await time(administrator.login))
    unknown!.push(await time(`nobody-${nr}@example.com`))
  }
  for (const { status, code } of [...known!, ...unknown!]) expect([status, code]).toEqual([401, 'staff.sign-in-failed'])
  const least = (all: { ms: number }[]): number => Math.min(...all.map((one) => one.ms))
  expect(least(unknown!)).toBeGreaterThan(least(known!) / 3)
  await desk.pass(31 * MINUTE)
  expect((await enter({ login: ' YI-CHUN.LIN@example.com ' })).status).toBe(200)
})

test('C03 five failures lock this account on this network for 30 minutes, right password or wrong, and success clears the count', async () => {
  await desk.pass(61 * MINUTE)
  const wrong = () => enter({ password: 'wrong wrong wrong' })
  const statuses: number[] = []
  for (const waited of [0, 0, 0, 6_000, 31_000]) {
    desk.clock.advance(waited)
    statuses.push((await wrong()).status)
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401])
  for (const answer of [await wrong(), await enter(), await enter({ login: 'yi-chun.lin@EXAMPLE.com' })]) expect([answer.status, code(answer)]).toEqual([429, 'staff.sign-in-locked'])
  expect(await desk.app.pool`select 1 from platform.event where type = 'staff.sign-in-locked'`).toHaveLength(1)
  await desk.pass(31 * MINUTE)
  expect((await enter()).status).toBe(200)
  expect((await wrong()).status).toBe(401)
  expect((await enter()).status).toBe(200)
})

test('E07 a volley of guesses at the same moment gets no more tries than one after the other', async () => {
  await desk.pass(61 * MINUTE)
  const answers = await Promise.all(Array.from({ length: 12 }, () => enter({ login: 'target@example.com', password: 'guess' })))
  expect(answers.filter((one) => one.status === 401)).toHaveLength(3)
  expect(answers.filter((one) => one.status === 429)).toHaveLength(9)
})

test('E03 one-time codes: offered, confirmed, asked for at the door, and each accepted once', async () => {
  const cookie = cookieOf(await enter())
  const offer = await desk.call<{ secret: string; uri: string; svg: string }>('POST', '/api/me/totp', { cookie })
  expect(offer.body.uri).toMatch(/^otpauth:\/\/totp\/Loopdesk:/)
  expect(offer.body.svg).toContain('<svg')
  const present = () => new TOTP({ secret: offer.body.secret, algorithm: 'SHA1', digits: 6, period: 30 }).generate({ timestamp: desk.clock.now().getTime() })
  expect(code(await desk.call('PUT', '/api/me/totp', { cookie, body: { code: '000000' } }))).toBe('staff.code-wrong')
  expect((await enter()).status).toBe(200)
  expect((await desk.call('PUT', '/api/me/totp', { cookie, body: { code: present() } })).status).toBe(200)

  expect(code(await enter())).toBe('staff.code-needed')
  expect(code(await enter({ code: present() }))).toBe('staff.sign-in-failed')
  await desk.pass(MINUTE)
  const once = present()
  expect((await enter({ code: `${once.slice(0, 3)} ${once.slice(3)}` })).status).toBe(200)
  expect(code(await enter({ code: once }))).toBe('staff.sign-in-failed')
  const stored = await desk.app.pool`select totp_secret from staff.person where totp_secret is not null`
  expect(stored[0]!.totpSecret.toString('latin1')).not.toContain(offer.body.secret)

  await desk.pass(61 * MINUTE)
  const later = cookieOf(await enter({ code: present() }))
  expect(code(await desk.call('POST', '/api/me/totp/removal', { cookie: later, body: { password: 'not mine at all' } }))).toBe('staff.password-wrong')
  expect((await desk.call('POST', '/api/me/totp/removal', { cookie: later, body: { password } })).status).toBe(204)
  expect((await enter()).status).toBe(200)
})

test('E06 a new password ends the other sessions at once, signing out ends this one, an unused one ends by itself', async () => {
  const [first, second] = [cookieOf(await enter()), cookieOf(await enter())]
  const ok = async (cookie: string) => (await desk.call('GET', '/api/me', { cookie })).status
  expect([await ok(first), await ok(second)]).toEqual([200, 200])
  expect(code(await desk.call('POST', '/api/me/password', { cookie: first, body: { password: 'another good phrase' } }))).toBe('staff.password-wrong')
  expect((await desk.call('POST', '/api/me/password', { cookie: first, body: { current: password, password: 'another good phrase' } })).status).toBe(204)
  expect([await ok(first), await ok(second)]).toEqual([200, 401])
  const third = cookieOf(await enter({ password: 'another good phrase' }))
  const sessions = (await desk.call<{ rows: { id: string; isCurrent: boolean }[] }>('GET', '/api/me/sessions', { cookie: first })).body.rows
  expect(sessions.filter((one) => one.isCurrent)).toHaveLength(1)
  const other = sessions.find((one) => !one.isCurrent)!
  expect((await desk.call('DELETE', `/api/me/sessions/${other.id}`, { cookie: first })).status).toBe(204)
  expect(await ok(third)).toBe(401)
  const out = await desk.call('DELETE', '/api/session', { cookie: first })
  expect([out.status, out.headers.get('clear-site-data')]).toEqual([200, '"cache"'])
  expect(await ok(first)).toBe(401)
  await desk.call('POST', '/api/me/password', { cookie: cookieOf(await enter({ password: 'another good phrase' })), body: { current: 'another good phrase', password } })
  const idle = cookieOf(await enter())
  await desk.pass(13 * 60 * MINUTE)
  expect(await ok(idle)).toBe(401)
})

test('A19 E12 a sign-in link works once, lets the password be set without the old one for half an hour, and never sets aside the second factor', async () => {
  const [person] = await desk.app.pool<{ id: string }[]>`select id from staff.person limit 1`
  const link = async () => (await run(desk.app, {}, (ctx) => createSignInLink(ctx, person!.id))).split('#')[1]!
  const token = await link()
  const both = await Promise.all([1, 2].map(() => desk.call('POST', '/api/session/link', { body: { token } })))
  expect(both.map((one) => one.status).sort()).toEqual([200, 401])
  const cookie = cookieOf(both.find((one) => one.status === 200)!)
  expect((await desk.call<MeRow>('GET', '/api/me', { cookie })).body.maySetPassword).toBe(true)
  expect((await desk.call('POST', '/api/me/password', { cookie, body: { password: 'a third good phrase' } })).status).toBe(204)
  expect((await desk.call<MeRow>('GET', '/api/me', { cookie })).body.maySetPassword).toBe(false)
  expect(code(await desk.call('POST', '/api/me/password', { cookie, body: { password: 'a fourth good phrase' } }))).toBe('staff.password-wrong')
  const late = await link()
  await desk.pass(25 * 60 * MINUTE)
  expect(code(await desk.call('POST', '/api/session/link', { body: { token: late } }))).toBe('staff.link-dead')

  const again = cookieOf(await desk.call('POST', '/api/session/link', { body: { token: await link() } }))
  const { body: offer } = await desk.call<{ secret: string }>('POST', '/api/me/totp', { cookie: again })
  const present = () => new TOTP({ secret: offer.secret, algorithm: 'SHA1', digits: 6, period: 30 }).generate({ timestamp: desk.clock.now().getTime() })
  expect((await desk.call('PUT', '/api/me/totp', { cookie: again, body: { code: present() } })).status).toBe(200)
  await desk.pass(MINUTE)
  const guarded = await link()
  expect(code(await desk.call('POST', '/api/session/link', { body: { token: guarded } }))).toBe('staff.code-needed')
  expect((await desk.call('POST', '/api/session/link', { body: { token: guarded, code: present() } })).status).toBe(200)
})

test('E12 a token can neither change the password nor the second factor, and a wrong one is not helped by a cookie', async () => {
  const [person] = await desk.app.pool<{ id: string }[]>`select id from staff.person limit 1`
  const { token } = await run(desk.app, {}, (ctx) => createToken(ctx, { name: 'mine', personId: person!.id, permissions: ['staff.read'] }))
  expect((await desk.call<MeRow>('GET', '/api/me', { token })).body.permissions).toEqual(['staff.read'])
  expect((await desk.call('GET', '/api/tokens', { token })).status).toBe(403)
  expect(code(await desk.call('POST', '/api/me/password', { token, body: { password: 'a fifth good phrase' } }))).toBe('staff.session-needed')
  expect(code(await desk.call('POST', '/api/me/totp', { token }))).toBe('staff.session-needed')
  expect((await desk.call('GET', '/api/me', { token: `${token.slice(0, -1)}-` })).status).toBe(401)
  expect((await desk.call('GET', '/api/me', { token: 'x' })).status).toBe(401)
})

test('D11 no password, hash, secret or link stands in an answer or an event', async () => {
  const [person] = await desk.app.pool<{ hash: string }[]>`select password_hash as hash from staff.person limit 1`
  const { token } = await run(desk.app, {}, (ctx) => createToken(ctx, { name: 'all', role: 'administrator' }))
  const seen = JSON.stringify([
    (await desk.call('GET', '/api/people', { token })).body, (await desk.call('GET', '/api/tokens', { token })).body,
    await desk.app.pool`select data from platform.event`, await desk.app.pool`select response from platform.idempotency`,
  ])
  for (const secret of [person!.hash, password, token, 'argon2']) expect(seen).not.toContain(secret)
})
