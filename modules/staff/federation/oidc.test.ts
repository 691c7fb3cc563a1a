import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../../platform/context.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import type { MeRow, PersonRow } from '../contract.ts'
import { createPerson, createSignInLink, createToken, getRole } from '../index.ts'
import { hashPassword } from '../password.ts'
import type { IdentityRow, ProviderRow } from './contract.ts'
import { Browser } from './testing/browser.ts'
import { type Account, startLiar, startOpenId } from './testing/openid.ts'

let desk: TestDesk
let idp: Awaited<ReturnType<typeof startOpenId>>
let liar: Awaited<ReturnType<typeof startLiar>>
let token = ''
let provider: ProviderRow
let liarProvider: ProviderRow
let agentRole = ''
const password = '雨天出門記得帶傘和鑰匙'
const people = new Map<string, string>()
const accounts: Record<string, Account> = {
  mei: { email: 'mei@example.com', email_verified: true, name: '陳美玲' },
  unverified: { email: 'boss@example.com', email_verified: false, name: 'Boss' },
  boss: { email: 'boss@example.com', email_verified: true, name: 'Boss' },
  joiner: { email: 'new.joiner@corp.example', email_verified: true, name: '吳新人' },
}
const code = (answer: { body: unknown }) => (answer.body as { fault: { code: string } }).fault?.code
const refusal = (url: string | null) => new URL(url ?? 'http://x/').searchParams.get('refused')

beforeAll(async () => {
  desk = await openDesk()
  await desk.app.pool`insert into platform.setting (key, value, at) values ('staff.network', ${desk.app.pool.json({ clearText: true, privateProviders: true })}, ${desk.clock.now()})`
  ;[idp, liar] = [await startOpenId(accounts), await startLiar('loopdesk')]
  await run(desk.app, {}, async (ctx) => {
    const passwordHash = await hashPassword(password)
    for (const [name, login, role] of [['林管理', 'root@example.com', 'administrator'], ['陳美玲', 'mei@example.com', 'agent'], ['王老闆', 'boss@example.com', 'director'], ['李他', 'other@example.com', 'agent']] as const) {
      people.set(login, (await createPerson(ctx, { name, login, role, passwordHash })).id)
    }
    token = (await createToken(ctx, { name: 'test', personId: people.get('root@example.com')! })).token
    agentRole = (await getRole(ctx, { key: 'agent' })).id
  })
  const add = async (name: string, issuer: string) => {
    const made = await desk.call<ProviderRow>('POST', '/api/identity-providers', { token, body: { name, settings: { kind: 'oidc', issuer, clientId: 'loopdesk' }, secret: idp.secret } })
    expect(made.status).toBe(201)
    return made.body
  }
  provider = await add('公司帳號', idp.issuer)
  liarProvider = await add('Liar', liar.issuer)
  idp.allow(provider.returnUrl!)
})
afterAll(async () => { await desk?.close(); await idp?.stop(); await liar?.stop() })

async function bySession(browser: Browser, login: string): Promise<void> {
  expect((await browser.json('POST', `${desk.url}/api/session`, { login, password })).status).toBe(200)
}
const begin = (browser: Browser, providerId = provider.id, returnTo = '/inbox') => browser.json<{ url: string }>('POST', `${desk.url}/api/sign-in/begin`, { providerId, returnTo })
/** Through the provider's own pages, up to the address that brings the answer back to us. */
async function throughProvider(browser: Browser, url: string, login: string): Promise<string> {
  const isOurs = (next: string) => next.startsWith(desk.url)
  let page = await browser.follow(await browser.ask('GET', url), (next) => !isOurs(next))
  for (let step = 0; step < 3 && !page.next; step++) {
    const action = /action="([^"]+)"/.exec(page.text)?.[1]
    if (!action) throw new Error(`no form: ${page.status} ${page.url} ${page.text.slice(0, 300)}`)
    const prompt = /name="prompt" value="(\w+)"/.exec(page.text)?.[1] ?? 'login'
    page = await browser.follow(await browser.ask('POST', action, { body: new URLSearchParams({ prompt, login, password: 'any' }).toString(), type: 'application/x-www-form-urlencoded' }), (next) => !isOurs(next))
  }
  return page.next!
}
async function signIn(browser: Browser, login: string): Promise<string> {
  const back = await throughProvider(browser, (await begin(browser)).body.url, login)
  return (await browser.follow(await browser.ask('GET', back), () => false)).next!
}
const me = (browser: Browser) => browser.json<MeRow>('GET', `${desk.url}/api/me`)

test('the door tells which providers there are, and nothing else of them; settings need the permission and never show the secret', async () => {
  expect((await desk.call('GET', '/api/sign-in/ways')).body).toEqual({ rows: [{ id: liarProvider.id, kind: 'oidc', name: 'Liar' }, { id: provider.id, kind: 'oidc', name: '公司帳號' }] })
  expect((await desk.call('GET', '/api/identity-providers')).status).toBe(401)
  const shown = JSON.stringify([(await desk.call('GET', '/api/identity-providers', { token })).body, await desk.app.pool`select data from platform.event where type like 'staff.provider%'`])
  expect(shown).not.toContain(idp.secret)
  expect(shown).toContain('"hasSecret":true')
  const [row] = await desk.app.pool<{ secret: Buffer }[]>`select secret from staff.identity_provider where id = ${provider.id}`
  expect(row!.secret.toString('latin1')).not.toContain(idp.secret)
  expect((await desk.call('POST', `/api/identity-providers/${provider.id}/check`, { token })).body).toEqual({ isRight: true })
})

test('E08 a secret is never sent to another host than the one it was entered for', async () => {
  const moved = await desk.call('PATCH', `/api/identity-providers/${provider.id}`, { token, body: { version: 1, settings: { ...provider.settings, issuer: liar.issuer } } })
  expect([moved.status, code(moved)]).toEqual([422, 'staff.federation.secret-again'])
  // Not even by somebody who writes into the database.
  const [row] = await desk.app.pool<{ secret: Buffer; settings: object }[]>`select secret, settings from staff.identity_provider where id = ${provider.id}`
  await desk.app.pool`update staff.identity_provider set secret = ${row!.secret}, version = version + 1 where id = ${liarProvider.id}`
  expect(code(await begin(new Browser(), liarProvider.id))).toBe('staff.federation.unreachable')
  await desk.call('PATCH', `/api/identity-providers/${liarProvider.id}`, { token, body: { version: 2, secret: idp.secret } })
})

test('A07 a verified address of an existing account links nothing: unknown accounts are refused, whoever they say they are', async () => {
  for (const login of ['mei', 'unverified', 'boss']) {
    const browser = new Browser()
    expect(refusal(await signIn(browser, login)), login).toBe('staff.federation.not-known')
    expect((await me(browser)).status).toBe(401)
  }
  expect(await desk.app.pool`select from staff.identity_link`).toHaveLength(0)
})

async function connectAs(browser: Browser, person: string, login: string) {
  await bySession(browser, person)
  const begun = await browser.json<{ url: string }>('POST', `${desk.url}/api/me/identities`, { providerId: provider.id, current: password })
  if (begun.status !== 200) return { begun, landed: null, waiting: null }
  const back = await throughProvider(browser, begun.body.url, login)
  const landed = (await browser.follow(await browser.ask('GET', back), () => false)).next!
  const { waiting } = (await browser.json<{ waiting: { id: string; account: string } | null }>('GET', `${desk.url}/api/me/identities`)).body
  return { begun, landed, waiting }
}

test('A06 a signed-in person connects an account by password, journey and confirmation, and from then on comes in by it', async () => {
  const browser = new Browser()
  await bySession(browser, 'mei@example.com')
  const without = await browser.json('POST', `${desk.url}/api/me/identities`, { providerId: provider.id, current: 'not my password' })
  expect([without.status, code(without)]).toEqual([422, 'staff.password-wrong'])
  const { landed, waiting } = await connectAs(browser, 'mei@example.com', 'mei')
  expect(landed).toBe(`${desk.url}/account?connect=1`)
  expect(waiting).toMatchObject({ account: 'mei@example.com' })
  // Nothing is connected before the person has said yes, and nobody else can say it.
  expect(await desk.app.pool`select from staff.identity_link`).toHaveLength(0)
  const other = new Browser()
  await bySession(other, 'other@example.com')
  expect((await other.json('PUT', `${desk.url}/api/me/identities/${waiting!.id}/confirmation`)).status).toBe(401)
  const done = await browser.json<IdentityRow>('PUT', `${desk.url}/api/me/identities/${waiting!.id}/confirmation`)
  expect([done.status, done.body.account]).toEqual([200, 'mei@example.com'])
  expect((await browser.json('PUT', `${desk.url}/api/me/identities/${waiting!.id}/confirmation`)).status).toBe(401)
  expect(await desk.app.pool`select issuer, subject from staff.identity_link`).toEqual([{ issuer: idp.issuer, subject: 'mei' }])

  const fresh = new Browser()
  expect(await signIn(fresh, 'mei')).toBe(`${desk.url}/inbox`)
  expect((await me(fresh)).body.name).toBe('陳美玲')
  const asked = new URL(fresh.seen.find((url) => url.includes('/auth?'))!).searchParams
  expect([asked.get('response_type'), asked.get('code_challenge_method'), asked.get('nonce')?.length, asked.get('state')?.length]).toEqual(['code', 'S256', 43, 43])
  const events = await desk.app.pool`select type from platform.event where type in ('staff.identity-connected', 'staff.signed-in') order by seq`
  expect(events.at(-1)).toEqual({ type: 'staff.signed-in' })
})

test('E06 the account is the subject: a new address changes nothing, somebody else with the old address is nobody', async () => {
  const shown = await desk.call<{ identities: IdentityRow[]; directory: null }>('GET', `/api/people/${people.get('mei@example.com')}/sign-in`, { token })
  expect(shown.body).toMatchObject({ identities: [{ account: 'mei@example.com', provider: '公司帳號' }], directory: null })
  const stranger = await desk.call('DELETE', `/api/people/${people.get('other@example.com')}/identities/${shown.body.identities[0]!.id}`, { token })
  expect([stranger.status, code(stranger)]).toEqual([404, 'staff.identity.not-found'])
  accounts.mei = { email: 'renamed@example.com', email_verified: true }
  accounts.thief = { email: 'mei@example.com', email_verified: true }
  const browser = new Browser()
  await signIn(browser, 'mei')
  expect((await me(browser)).body.login).toBe('mei@example.com')
  expect(refusal(await signIn(new Browser(), 'thief'))).toBe('staff.federation.not-known')
})

test('a subject that is somebody’s can’t be taken over by another person, nor a second one added beside it', async () => {
  const taken = await connectAs(new Browser(), 'other@example.com', 'mei')
  const browser = new Browser()
  await bySession(browser, 'other@example.com')
  const again = await connectAs(browser, 'other@example.com', 'mei')
  const confirm = await browser.json('PUT', `${desk.url}/api/me/identities/${again.waiting!.id}/confirmation`)
  expect([confirm.status, code(confirm)]).toEqual([409, 'staff.federation.taken'])
  expect(taken.waiting).not.toBeNull()
  const second = new Browser()
  const more = await connectAs(second, 'mei@example.com', 'boss')
  const refused = await second.json('PUT', `${desk.url}/api/me/identities/${more.waiting!.id}/confirmation`)
  expect([refused.status, code(refused)]).toEqual([409, 'staff.federation.connected'])
})

test('E08 an answer is taken once, in time, and only in the browser that asked', async () => {
  const browser = new Browser()
  const { url } = (await begin(browser)).body
  const back = await throughProvider(browser, url, 'mei')
  expect(refusal((await new Browser().ask('GET', back)).headers.get('location'))).toBe('staff.federation.refused')
  const thief = new Browser()
  await begin(thief)
  expect(refusal((await thief.ask('GET', back)).headers.get('location'))).toBe('staff.federation.refused')
  const wrongState = new URL(back)
  wrongState.searchParams.set('state', 'A'.repeat(43))
  expect(refusal((await browser.ask('GET', wrongState.href)).headers.get('location'))).toBe('staff.federation.refused')
  expect((await browser.ask('GET', back)).headers.get('location')).toBe(`${desk.url}/inbox`)
  expect(refusal((await browser.ask('GET', back)).headers.get('location'))).toBe('staff.federation.refused')
  expect((await desk.app.pool<{ data: { code: string } }[]>`select data from platform.event where type = 'access.refused' and data ->> 'call' like 'GET /api/federation/%'`).map((event) => event.data.code)).toContain('staff.federation.refused')
  // The same code under a new question of ours: the provider itself refuses it.
  const second = new Browser()
  const fresh = new URL((await begin(second)).body.url)
  const replayed = new URL(back)
  replayed.searchParams.set('state', fresh.searchParams.get('state')!)
  expect(refusal((await second.ask('GET', replayed.href)).headers.get('location'))).toBe('staff.federation.refused')

  const late = new Browser()
  const lateBack = await throughProvider(late, (await begin(late)).body.url, 'mei')
  await desk.pass(11 * 60_000)
  expect(refusal((await late.ask('GET', lateBack)).headers.get('location'))).toBe('staff.federation.refused')
})

test('the place to return to is a page of this console', async () => {
  for (const [wanted, place] of [['//evil.example', '/'], ['https://evil.example/', '/'], ['/\\evil.example', '/'], ['/sign-in?x', '/'], ['/api/me', '/'], ['/a\nb', '/'], ['/requests/7?x=1', '/requests/7?x=1']] as const) {
    const browser = new Browser()
    const back = await throughProvider(browser, (await begin(browser, provider.id, wanted)).body.url, 'mei')
    expect((await browser.ask('GET', back)).headers.get('location'), wanted).toBe(desk.url + place)
  }
})

test('E05 a token of another issuer, audience, nonce, time, key or no signature at all is refused', async () => {
  const attempt = async (lie: typeof liar.lie) => {
    const browser = new Browser()
    const asked = new URL((await begin(browser, liarProvider.id)).body.url).searchParams
    liar.nonce = asked.get('nonce')!
    liar.lie = lie
    const page = await browser.ask('GET', `${liarProvider.returnUrl}?code=any&state=${asked.get('state')}`)
    return refusal(page.headers.get('location'))
  }
  expect(await attempt({})).toBe('staff.federation.not-known')
  expect(liar.asked.at(-1)!.get('code_verifier')).toMatch(/^[\w-]{43}$/)
  const now = Math.floor(Date.now() / 1000)
  for (const [what, lie] of Object.entries({
    'another issuer': { claims: { iss: idp.issuer } }, 'another audience': { claims: { aud: 'somebody-else' } }, 'another nonce': { claims: { nonce: 'x'.repeat(43) } }, 'no nonce': { claims: { nonce: undefined } },
    'expired': { claims: { iat: now - 4000, exp: now - 3600 } }, 'no expiry': { claims: { exp: undefined } }, 'no subject': { claims: { sub: undefined } }, 'alg none': { unsecured: true }, 'a key nobody published': { foreignKey: true },
    'the client secret as HMAC key': { symmetric: idp.secret }, 'a broken signature': { broken: true }, 'two audiences and another party': { claims: { aud: ['loopdesk', 'x'], azp: 'x' } },
  } as Record<string, typeof liar.lie>)) expect(await attempt(lie), what).toBe('staff.federation.refused')
  liar.lie = {}
})

test('a provider’s answer does not fit another provider’s question', async () => {
  const browser = new Browser()
  const asked = new URL((await begin(browser, liarProvider.id)).body.url).searchParams
  const page = await browser.ask('GET', `${provider.returnUrl}?code=any&state=${asked.get('state')}`)
  expect(refusal(page.headers.get('location'))).toBe('staff.federation.refused')
})

test('a new person only where the provider may make one: verified address, allowed domain, a role for daily work', async () => {
  const strong = await desk.call('PATCH', `/api/identity-providers/${provider.id}`, { token, body: { version: provider.version, roleId: (await run(desk.app, {}, (ctx) => getRole(ctx, { key: 'administrator' }))).id } })
  expect(code(strong)).toBe('staff.federation.role-too-strong')
  expect((await desk.call('PATCH', `/api/identity-providers/${provider.id}`, { token, body: { version: provider.version, roleId: agentRole, domains: ['corp.example', 'example.com'] } })).status).toBe(200)
  accounts.outside = { email: 'x@corp.example.evil.example', email_verified: true }
  accounts.unproved = { email: 'y@corp.example', email_verified: false }
  for (const login of ['outside', 'unproved', 'boss', 'thief']) expect(refusal(await signIn(new Browser(), login)), login).toBe('staff.federation.not-known')
  const browser = new Browser()
  expect(await signIn(browser, 'joiner')).toBe(`${desk.url}/inbox`)
  expect((await me(browser)).body).toMatchObject({ name: '吳新人', login: 'new.joiner@corp.example', role: { key: 'agent' }, hasPassword: false })
  expect((await me(browser)).body.permissions).not.toContain('*')
})

test('E03 our one-time code is asked for after the provider, five tries, unless the provider asks for its own', async () => {
  const { Secret, TOTP } = await import('otpauth')
  const browser = new Browser()
  await bySession(browser, 'mei@example.com')
  const offer = (await browser.json<{ secret: string }>('POST', `${desk.url}/api/me/totp`)).body
  const present = () => new TOTP({ secret: Secret.fromBase32(offer.secret), algorithm: 'SHA1', digits: 6, period: 30 }).generate({ timestamp: desk.clock.now().getTime() })
  expect((await browser.json('PUT', `${desk.url}/api/me/totp`, { code: present() })).status).toBe(204)
  await desk.pass(60_000)
  const second = new Browser()
  expect(await signIn(second, 'mei')).toBe(`${desk.url}/sign-in?code=1`)
  expect((await me(second)).status).toBe(401)
  expect(code(await second.json('POST', `${desk.url}/api/sign-in/finish`, { code: '000000' }))).toBe('staff.sign-in-failed')
  expect(code(await new Browser().json('POST', `${desk.url}/api/sign-in/finish`, { code: present() }))).toBe('staff.federation.refused')
  const done = await second.json<{ returnTo: string }>('POST', `${desk.url}/api/sign-in/finish`, { code: present() })
  expect([done.status, done.body.returnTo]).toEqual([200, '/inbox'])
  expect((await me(second)).status).toBe(200)
  expect(code(await second.json('POST', `${desk.url}/api/sign-in/finish`, { code: present() }))).toBe('staff.federation.refused')
  const row = (await desk.call<ProviderRow>('GET', `/api/identity-providers/${provider.id}`, { token })).body
  await desk.call('PATCH', `/api/identity-providers/${provider.id}`, { token, body: { version: row.version, settings: { ...row.settings, asksSecondFactor: true } } })
  // Its settings changed with the version, not where its secret goes.
  expect(await signIn(new Browser(), 'mei')).toBe(`${desk.url}/inbox`)
})

test('a person sees and removes connections, but not the last way in; who is disabled comes in by none', async () => {
  const browser = new Browser()
  await signIn(browser, 'joiner')
  const mine = (await browser.json<{ rows: IdentityRow[] }>('GET', `${desk.url}/api/me/identities`)).body.rows
  expect(mine).toMatchObject([{ provider: '公司帳號', account: 'new.joiner@corp.example' }])
  const last = await browser.json('DELETE', `${desk.url}/api/me/identities/${mine[0]!.id}`)
  expect([last.status, code(last)]).toEqual([409, 'staff.federation.last-way'])
  const link = (await run(desk.app, {}, async (ctx) => createSignInLink(ctx, (await me(browser)).body.id))).split('#')[1]!
  const linked = new Browser()
  await linked.json('POST', `${desk.url}/api/session/link`, { token: link })
  expect((await linked.json('POST', `${desk.url}/api/me/password`, { password: 'a third good phrase' })).status).toBe(204)
  const { token: narrow } = await run(desk.app, {}, async (ctx) => createToken(ctx, { name: 'x', personId: (await me(linked)).body.id }))
  expect(code(await desk.call('DELETE', `/api/me/identities/${mine[0]!.id}`, { token: narrow }))).toBe('staff.session-needed')
  expect((await linked.json('DELETE', `${desk.url}/api/me/identities/${mine[0]!.id}`)).status).toBe(204)
  expect(refusal(await signIn(new Browser(), 'joiner'))).toBe('staff.federation.not-known')

  const { body: person } = await desk.call<PersonRow>('GET', `/api/people/${people.get('mei@example.com')}`, { token })
  await desk.call('PUT', `/api/people/${person.id}/disabled`, { token, body: { disabled: true, version: person.version } })
  expect(refusal(await signIn(new Browser(), 'mei'))).toBe('staff.federation.not-known')
})

test('people a directory brought come in at once, known by the directory’s own id and never by their address', async () => {
  accounts.brought = { email: 'brought@corp.example', email_verified: true, name: '許到職' }
  accounts.other = { email: 'brought@corp.example', email_verified: true }
  const directory = (await desk.call<{ token: string; row: { id: string } }>('POST', '/api/directories', { token, body: { name: 'Entra', roleId: agentRole } })).body
  const scim = (userName: string, externalId: string) => desk.call<{ id: string }>('POST', '/scim/v2/Users', { token: directory.token, body: { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName, externalId, displayName: '許到職' } })
  const brought = (await scim('brought@corp.example', 'brought')).body.id
  expect(refusal(await signIn(new Browser(), 'brought'))).toBe('staff.federation.not-known')
  const row = (await desk.call<ProviderRow>('GET', `/api/identity-providers/${provider.id}`, { token })).body
  expect((await desk.call('PATCH', `/api/identity-providers/${provider.id}`, { token, body: { version: row.version, directoryId: directory.row.id } })).status).toBe(200)
  expect(refusal(await signIn(new Browser(), 'other'))).toBe('staff.federation.not-known')
  const browser = new Browser()
  await signIn(browser, 'brought')
  expect((await me(browser)).body.id).toBe(brought)
  // Linked for good: the directory may give the id to somebody else, the account stays whose it is.
  await desk.call('PATCH', `/scim/v2/Users/${brought}`, { token: directory.token, body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op: 'replace', path: 'externalId', value: 'changed' }] } })
  await scim('second@corp.example', 'brought')
  const again = new Browser()
  await signIn(again, 'brought')
  expect((await me(again)).body.id).toBe(brought)
})

test('a role that a provider, directory or group gives is in use', async () => {
  const made = await desk.call<{ id: string }>('POST', '/api/roles', { token, body: { key: 'given', name: '給的', permissions: ['requests.read'], scope: 'own' } })
  const added = await desk.call<ProviderRow>('POST', '/api/identity-providers', { token, body: { name: 'x', settings: { kind: 'oidc', issuer: liar.issuer, clientId: 'x' }, roleId: made.body.id } })
  const removed = await desk.call('DELETE', `/api/roles/${made.body.id}`, { token })
  expect([removed.status, code(removed)]).toEqual([409, 'staff.role-in-use'])
  await desk.call('DELETE', `/api/identity-providers/${added.body.id}`, { token })
  const directory = await desk.call('POST', '/api/directories', { token, body: { name: 'y', roleId: made.body.id } })
  expect(directory.status).toBe(201)
  expect(code(await desk.call('DELETE', `/api/roles/${made.body.id}`, { token }))).toBe('staff.role-in-use')
})

test('A08 names in forwarded headers are nobody’s word', async () => {
  for (const name of ['x-forwarded-user', 'remote-user', 'x-remote-user', 'x-webauth-user', 'x-auth-request-user', 'x-auth-request-email', 'x-forwarded-email', 'x-ms-client-principal-name', 'ssl_client_s_dn', 'x-ssl-client-s-dn', 'x-authenticated-user', 'tailscale-user-login', 'cf-access-authenticated-user-email']) {
    const answer = await desk.call('GET', '/api/me', { headers: { [name]: 'root@example.com' } })
    expect([name, answer.status]).toEqual([name, 401])
    expect((await desk.call('POST', '/api/session', { headers: { [name]: 'root@example.com' }, body: { login: 'root@example.com', password: 'x' } })).status).not.toBe(200)
    await desk.app.pool`delete from staff.sign_in_attempt`
  }
})

test('F17 a provider that is down is said so, and others and passwords go on', async () => {
  const gone = await desk.call<ProviderRow>('POST', '/api/identity-providers', { token, body: { name: 'Gone', settings: { kind: 'oidc', issuer: 'http://127.0.0.1:9', clientId: 'x' } } })
  const begun = await begin(new Browser(), gone.body.id)
  expect([begun.status, code(begun)]).toEqual([502, 'staff.federation.unreachable'])
  expect((await desk.call('POST', `/api/identity-providers/${gone.body.id}/check`, { token })).body).toEqual({ isRight: false })
  await bySession(new Browser(), 'other@example.com')
  expect((await desk.call('DELETE', `/api/identity-providers/${gone.body.id}`, { token })).status).toBe(204)
})

test('F03a inner and unencrypted addresses are refused unless the database opens them', async () => {
  await desk.app.pool`update platform.setting set value = '{}' where key = 'staff.network'`
  for (const issuer of ['http://login.example.com', 'https://127.0.0.1', 'https://10.0.0.5', 'https://[::1]', 'https://169.254.169.254', 'https://keycloak', 'https://keycloak.internal', 'https://user:pw@login.example.com', 'ldaps://login.example.com']) {
    const answer = await desk.call('POST', '/api/identity-providers', { token, body: { name: 'x', settings: { kind: 'oidc', issuer, clientId: 'x' } } })
    expect([issuer, code(answer)]).toEqual([issuer, 'staff.federation.address-refused'])
  }
})
