/** Attacks on signing in and on what proves who somebody is. */
import { TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPerson, createSignInLink } from '../../modules/staff/index.ts'
import { hashPassword } from '../../modules/staff/password.ts'
import { run } from '../../platform/context.ts'
import { openDesk, type TestDesk } from '../harness.ts'
import { fill, type Operation, readOperations, send } from '../input/api.ts'
import { fingerprint } from '../input/state.ts'
import { type Staffed, staffed } from '../people.ts'

let desk: TestDesk
let people: Staffed
let operations: Operation[]
let passwordHash: string
const login = 'mei@example.com'
const password = 'four quiet winter rivers'
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  operations = await readOperations(desk)
  passwordHash = await hashPassword(password)
  await run(desk.app, {}, (ctx) => createPerson(ctx, { name: 'Mei', login, role: 'agent', locale: 'zh-Hant', zone: 'Asia/Taipei', languages: ['zh'], passwordHash }))
})
afterAll(() => desk.close())

interface Refusal { fault?: { code: string } }
const enter = (body: Record<string, unknown> = {}, headers: Record<string, string> = {}) => desk.call<Refusal>('POST', '/api/session', { body: { login, password, ...body }, headers })
const cookieOf = (answer: { headers: Headers }): string => answer.headers.get('set-cookie')!.split(';')[0]!
const forget = () => desk.pass(61 * 60_000)

test('E01 what is stored is no password', async () => {
  for (const guess of [passwordHash, `${password}\0`, '', '$argon2id$', `{argon2}${passwordHash}`]) expect((await enter({ password: guess })).status, guess).not.toBe(200)
  await forget()
  expect((await enter()).status).toBe(200)
})

test('E02 tokens, links and cookies are 256 random bits and are kept as keyed hashes only', async () => {
  const tokens: string[] = []
  for (let round = 0; round < 5; round++) {
    tokens.push((await desk.call<{ token: string }>('POST', '/api/tokens', { token: people.admin.token, body: { name: 'x', permissions: ['requests.read'] } })).body.token.replace('ldt_', ''))
    tokens.push((await run(desk.app, {}, (ctx) => createSignInLink(ctx, people.lead.id))).split('#')[1]!)
    tokens.push(cookieOf(await enter()).split('=')[1]!)
    tokens.push((await desk.call<{ token: string }>('POST', '/api/chat/sessions', { body: { locale: 'en' } })).body.token)
  }
  expect(new Set(tokens).size).toBe(20)
  for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  for (let byte = 0; byte < 32; byte++) expect(new Set(tokens.map((token) => Buffer.from(token, 'base64url')[byte])).size, `byte ${byte}`).toBeGreaterThan(10)
  const stored = (await Promise.all(['staff.token', 'staff.session', 'staff.sign_in_link', 'channels.chat_session', 'platform.event'].map((name) => desk.app.pool.unsafe(`select coalesce(string_agg(t::text, ''), '') as text from ${name} t`)))).map((rows) => (rows as unknown as { text: string }[])[0]!.text).join('')
  for (const token of tokens) { expect(stored).not.toContain(token); expect(stored).not.toContain(Buffer.from(token, 'base64url').toString('hex')) }
})

test('E03 the second step is not skipped, replayed or guessed', { timeout: 60_000 }, async () => {
  const cookie = cookieOf(await enter())
  const { body: offer } = await desk.call<{ secret: string }>('POST', '/api/me/totp', { cookie })
  const codeNow = () => new TOTP({ secret: offer.secret, algorithm: 'SHA1', digits: 6, period: 30 }).generate({ timestamp: desk.clock.now().getTime() })
  expect((await desk.call('PUT', '/api/me/totp', { cookie, body: { code: codeNow() } })).status).toBe(200)
  await forget()
  const half = await enter()
  expect([half.status, half.body.fault!.code, half.headers.get('set-cookie')]).toEqual([401, 'staff.code-needed', null])
  for (const code of ['', '000000', null, '0', 'undefined', '      ', '１２３４５６']) expect((await enter({ code })).headers.get('set-cookie')).toBeNull()
  await forget()
  const code = codeNow()
  expect((await enter({ code })).status).toBe(200)
  expect((await enter({ code })).status).toBe(401)
  await forget()
  const guesses: number[] = []
  for (let guess = 0; guess < 12; guess++) { guesses.push((await enter({ code: String(100_000 + guess) })).status); desk.clock.advance(31_000) }
  expect(guesses.filter((status) => status === 401).length).toBeLessThanOrEqual(5)
  expect(guesses.at(-1)).toBe(429)
  expect((await enter({ code: codeNow() })).status).toBe(429)
  await forget()
  await forget()
  const back = cookieOf(await enter({ code: codeNow() }))
  expect((await desk.call('POST', '/api/me/totp/removal', { cookie: back, body: { password } })).status).toBe(204)
})

test('E05 signed claims of any kind are no credential here', async () => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = part({ sub: people.admin.id, aud: 'loopdesk', exp: 4_102_444_800, permissions: ['*'] })
  for (const head of [{ alg: 'none' }, { alg: 'None', typ: 'JWT' }, { alg: 'HS256', kid: '../../dev/null' }, { alg: 'HS256', kid: "' union select 'x" }, { alg: 'RS256', jku: 'http://127.0.0.1/k' }, { alg: 'ES256', jwk: {} }]) {
    for (const token of [`${part(head)}.${claims}.`, `${part(head)}.${claims}.AAAA`]) {
      expect((await desk.call('GET', '/api/me', { token })).status).toBe(401)
      expect((await desk.call('GET', '/api/me', { cookie: `loopdesk_session=${token}` })).status).toBe(401)
    }
  }
})

test('E06 a cookie brought along is not taken over, and nothing old lives on', async () => {
  await forget()
  const planted = 'A'.repeat(43)
  const answer = await enter({}, { cookie: `loopdesk_session=${planted}` })
  const cookie = cookieOf(answer)
  expect(cookie).not.toContain(planted)
  expect((await desk.call('GET', '/api/me', { cookie: `loopdesk_session=${planted}` })).status).toBe(401)
  expect((await desk.call('GET', '/api/me', { cookie })).status).toBe(200)
  const other = cookieOf(await enter())
  expect((await desk.call('DELETE', '/api/session', { cookie })).body).toEqual({ url: null })
  expect((await desk.call('GET', '/api/me', { cookie })).status).toBe(401)
  expect((await desk.call('POST', '/api/me/password', { cookie: other, body: { current: password, password: 'five loud summer hills' } })).status).toBe(204)
  expect((await enter()).status).toBe(401)
  const again = cookieOf(await enter({ password: 'five loud summer hills' }))
  expect((await desk.call('POST', '/api/me/password', { cookie: again, body: { current: 'five loud summer hills', password } })).status).toBe(204)
  expect((await desk.call('GET', '/api/me', { cookie: other })).status).toBe(401)
  // A stream that was open under the session ends with it.
  const stream = await fetch(`${desk.url}/api/live`, { headers: { cookie: again } })
  expect(stream.status).toBe(200)
  const ended = (async () => { for await (const _ of stream.body!); })().then(() => true, () => true)
  expect((await desk.call('DELETE', '/api/session', { cookie: again })).status).toBe(200)
  expect(await Promise.race([ended, new Promise((done) => setTimeout(() => done(false), 5_000))])).toBe(true)
})

test('E07 a list of stolen passwords from one network stops, and the owner elsewhere is not held up', { timeout: 120_000 }, async () => {
  await forget()
  const from = (network: number) => ({ 'x-forwarded-for': `203.0.113.${network}` })
  // Another desk of the same database behind a proxy it trusts, as an operator would run it.
  const { assemble } = await import('../../apps/assemble.ts')
  const { rooms } = await import('../../apps/rooms.ts')
  const { authenticator } = await import('../../modules/staff/index.ts')
  const behind = await assemble({ config: { ...desk.app.config, trustProxy: ['127.0.0.1'] }, databaseUrl: desk.databaseUrl, keys: desk.app.keys, rooms, authenticate: authenticator, log: { info() {}, warn() {}, error() {} }, clock: desk.clock, serve: true, work: false, poolSize: 4, migrate: false })
  const url = await behind.http!.listen({ host: '127.0.0.1', port: 0 })
  const tryIn = async (body: Record<string, string>, network: number) => (await fetch(`${url}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json', ...from(network) }, body: JSON.stringify(body) })).status
  // What the network tried in the last hour, but for the last few, of which each costs a hash.
  await desk.app.pool`insert into staff.sign_in_attempt (id, login_hash, network, at) select gen_random_uuid(), sha256(n::text::bytea), '203.0.113.7', ${desk.clock.now()} from generate_series(1, 195) as n`
  const statuses: number[] = []
  for (let at = 0; at < 12; at++) statuses.push(await tryIn({ login: `stolen${at}@example.com`, password: `leaked password ${at}` }, 7))
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429, 429, 429, 429, 429])
  expect(await tryIn({ login, password }, 7)).toBe(429)
  // The same name from many networks: the owner, at home, comes in.
  for (let network = 20; network < 30; network++) await tryIn({ login, password: 'a guess of mine' }, network)
  expect(await tryIn({ login, password }, 9)).toBe(200)
  await behind.close()
})

test('E08 nothing is changed by a GET, by another site or by a form', { timeout: 60_000 }, async () => {
  await forget()
  const cookie = cookieOf(await enter())
  const before = await fingerprint(desk.app)
  for (const operation of operations) if (operation.method === 'GET') for (const query of ['', '?_method=DELETE', '?score=1']) await send(desk, 'GET', fill(operation.path, people.lead.id) + query, { token: people.admin.token, headers: { 'x-http-method-override': 'DELETE' } })
  for (const operation of operations) {
    if (operation.method === 'GET' || operation.access === 'public') continue
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'https://evil.example' }, { origin: 'null' }] as Record<string, string>[]) {
      const answer = await send(desk, operation.method, fill(operation.path, people.lead.id), { body: '{}', headers: { cookie, ...headers } })
      expect([403, 401], `${operation.name} ${JSON.stringify(headers)}: ${answer.status}`).toContain(answer.status)
    }
  }
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) for (const path of ['/api/session', '/api/portal/requests', '/api/chat/messages', '/api/setup']) expect((await send(desk, 'POST', path, { body: JSON.stringify({ login, password }), type })).status).toBeGreaterThanOrEqual(400)
  for (const method of ['OPTIONS', 'GET']) {
    const { headers } = await fetch(`${desk.url}/api/me`, { method, headers: { origin: 'https://evil.example', 'access-control-request-method': 'PATCH', cookie } })
    expect(headers.get('access-control-allow-origin')).toBeNull()
  }
  expect(await fingerprint(desk.app)).toEqual(before)
})

test('E09 E11 forwarded headers and a foreign Host change neither limits nor links', async () => {
  await forget()
  const spoof = (index: number): Record<string, string> => ({ 'x-forwarded-for': `198.51.100.${index}`, 'x-real-ip': `198.51.100.${index}`, forwarded: `for=198.51.100.${index}`, 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'cf-connecting-ip': `198.51.100.${index}`, 'true-client-ip': `198.51.100.${index}` })
  const statuses: number[] = []
  for (let index = 0; index < 8; index++) { statuses.push((await enter({ password: 'a wrong guess' }, spoof(index))).status); desk.clock.advance(31_000) }
  expect(statuses.at(-1)).toBe(429)
  await forget()
  const cookie = cookieOf(await enter({}, spoof(1)))
  expect(cookie).toMatch(/^loopdesk_session=/)
  const sessions = await desk.call<{ rows: { ip: string; isCurrent: boolean }[] }>('GET', '/api/me/sessions', { cookie })
  expect(sessions.body.rows.find((one) => one.isCurrent)!.ip).toBe('127.0.0.1')
  const { request } = await import('node:http')
  const invite = await new Promise<string>((done, fail) => {
    const sent = request(`${desk.url}/api/people/${people.lead.id}/sign-in-links`, { method: 'POST', headers: { authorization: `Bearer ${people.admin.token}`, host: 'evil.example', ...spoof(1) } }, (response) => { let text = ''; response.on('data', (chunk: Buffer) => { text += chunk.toString() }); response.on('end', () => done(text)) })
    sent.on('error', fail)
    sent.end()
  })
  expect((JSON.parse(invite) as { url: string }).url.startsWith(`${desk.url}/sign-in#`)).toBe(true)
  const document = await (await fetch(`${desk.url}/openapi.json`, { headers: spoof(1) })).text()
  expect(document).not.toContain('evil.example')
})

test('E10 an empty password and a directory’s signs in a name open nothing', async () => {
  await forget()
  for (const [name, word] of [[login, ''], ['', ''], ['*', '*'], ['*)(uid=*))(|(uid=*', 'x'], ['admin@example.com)(&)', 'x'], [`${login}\0`, password], ["' or ''='", "' or ''='"]] as const) expect((await enter({ login: name, password: word })).status, name).not.toBe(200)
})

test('A19 an invitation lives a day, works once, and its secret is sent to no server', async () => {
  const { body } = await desk.call<{ url: string; expiresAt: string }>('POST', `/api/people/${people.lead.id}/sign-in-links`, { token: people.admin.token })
  expect(Date.parse(body.expiresAt) - desk.clock.now().getTime()).toBeLessThanOrEqual(86_400_000)
  const url = new URL(body.url)
  expect([url.search, url.pathname, url.hash.length]).toEqual(['', '/sign-in', 44])
  const page = await fetch(`${desk.url}/sign-in`)
  expect(page.headers.get('referrer-policy')).toBe('no-referrer')
  const token = url.hash.slice(1)
  desk.clock.advance(25 * 3_600_000)
  expect((await desk.call('POST', '/api/session/link', { body: { token } })).status).toBe(401)
})

test('A20 a name that exists and one that does not are told apart neither by words nor by time', { timeout: 90_000 }, async () => {
  await forget()
  const known: number[] = []
  const unknown: number[] = []
  const answers = new Set<string>()
  const measure = async (name: string, into: number[]) => {
    const began = performance.now()
    const answer = await enter({ login: name, password: 'not this one' })
    into.push(performance.now() - began)
    answers.add(`${answer.status} ${JSON.stringify(answer.body)}`)
  }
  await measure('warm@example.com', [])
  for (let round = 0; round < 25; round++) {
    for (const [name, into] of round % 2 ? [[login, known], [`nobody${round}@example.com`, unknown]] as const : [[`nobody${round}@example.com`, unknown], [login, known]] as const) await measure(name, into)
    desk.clock.advance(3_700_000)
  }
  expect(answers.size).toBe(1)
  const middle = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1]!
  // A guard that hashes nothing for the unknown is faster by all of a hash; a busy machine makes both slower.
  expect(Math.abs(middle(known) - middle(unknown))).toBeLessThan(Math.max(8, middle(known) * 0.4))
})
