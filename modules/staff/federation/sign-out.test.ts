/** Single logout, both ways, against a real OpenID provider, one that lies, and a SAML provider that signs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../../platform/context.ts'
import { openDesk, secondNode, type TestDesk } from '../../../test/harness.ts'
import { createPerson, createToken, getRole } from '../index.ts'
import type { ProviderRow } from './contract.ts'
import { Browser } from './testing/browser.ts'
import { certificate, hasCertificates } from './testing/certificate.ts'
import { startLiar, startOpenId } from './testing/openid.ts'
import { assertion, idpIssuer, logoutRequest, readQuestion, readRedirect, redirected, response, sign } from './testing/saml.ts'

let desk: TestDesk
let node: Awaited<ReturnType<typeof secondNode>>
let idp: Awaited<ReturnType<typeof startOpenId>>
let liar: Awaited<ReturnType<typeof startLiar>>
let token = ''
let [provider, lying, saml]: ProviderRow[] = []
let [keys, other] = [{ key: '', cert: '' }, { key: '', cert: '' }]
const FORM = 'application/x-www-form-urlencoded'
const SLO = 'https://idp.example/slo'
const code = (answer: { body: unknown }) => (answer.body as { fault?: { code: string } }).fault?.code
const joining = () => ({ roleId: agentRole, domains: ['example.com'] })
let agentRole = ''

beforeAll(async () => {
  desk = await openDesk()
  node = await secondNode(desk)
  await desk.app.pool`insert into platform.setting (key, value, at) values ('staff.network', ${desk.app.pool.json({ clearText: true, privateProviders: true })}, ${desk.clock.now()})`
  ;[idp, liar] = [await startOpenId({ mei: { email: 'mei@example.com', email_verified: true, name: '陳美玲' }, wang: { email: 'wang@example.com', email_verified: true, name: '王大明' } }), await startLiar('loopdesk')]
  await run(desk.app, {}, async (ctx) => {
    token = (await createToken(ctx, { name: 'test', personId: (await createPerson(ctx, { name: '林管理', login: 'root@example.com', role: 'administrator' })).id })).token
    agentRole = (await getRole(ctx, { key: 'agent' })).id
  })
  const add = async (name: string, settings: object, secret?: string) => (await desk.call<ProviderRow>('POST', '/api/identity-providers', { token, body: { name, settings, ...(secret ? { secret } : {}), ...joining() } })).body
  provider = await add('公司帳號', { kind: 'oidc', issuer: idp.issuer, clientId: 'loopdesk', endsThere: true }, idp.secret)
  lying = await add('Liar', { kind: 'oidc', issuer: liar.issuer, clientId: 'loopdesk', endsThere: true }, 'x')
  idp.allow(provider.returnUrl!, { told: provider.signOutUrl!, backTo: provider.signedOutUrl! })
  if (!hasCertificates) return
  const folder = mkdtempSync(join(tmpdir(), 'ld-slo-'))
  ;[keys, other] = [certificate(folder, 'idp'), certificate(folder, 'other')]
  rmSync(folder, { recursive: true })
  saml = await add('SAML', { kind: 'saml', entityId: idpIssuer, signOnUrl: 'https://idp.example/sso', certificate: keys.cert, signOutUrl: SLO })
})
afterAll(async () => { await node?.close(); await desk?.close(); await idp?.stop(); await liar?.stop() })

const isOurs = (url: string) => url.startsWith(desk.url)
const begin = async (browser: Browser, of: ProviderRow) => (await browser.json<{ url: string }>('POST', `${desk.url}/api/sign-in/begin`, { providerId: of.id, returnTo: '/inbox' })).body.url
const isIn = async (browser: Browser, url = desk.url) => (await fetch(`${url}/api/me`, { headers: { cookie: browser.cookieHeader(desk.url) } })).status === 200
/** The provider's pages as far as they go by themselves or by their one form. */
async function through(browser: Browser, url: string, fields: Record<string, string>): Promise<string> {
  let page = await browser.follow(await browser.ask('GET', url), (next) => !isOurs(next))
  for (let step = 0; step < 3 && !page.next; step++) {
    const action = /action="([^"]+)"/.exec(page.text)![1]!
    const hidden = Object.fromEntries([...page.text.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]))
    page = await browser.follow(await browser.ask('POST', new URL(action, page.url).href, { body: new URLSearchParams({ ...hidden, ...fields }).toString(), type: FORM }), (next) => !isOurs(next))
  }
  return page.next!
}
async function comesIn(browser: Browser, login: string): Promise<void> {
  const back = await through(browser, await begin(browser, provider!), { prompt: 'login', login, password: 'any' })
  await browser.follow(await browser.ask('GET', back), () => false)
  expect(await isIn(browser)).toBe(true)
}
async function comesFromLiar(sid?: string): Promise<Browser> {
  const browser = new Browser()
  const asked = new URL(await begin(browser, lying!)).searchParams
  liar.nonce = asked.get('nonce')!
  liar.lie = { claims: { sub: 'liar-1', email: 'liar@example.com', ...(sid ? { sid } : {}) } }
  await browser.ask('GET', `${asked.get('redirect_uri')}?code=x&state=${asked.get('state')}`)
  expect(await isIn(browser)).toBe(true)
  return browser
}
const tell = async (logoutToken: string, of = lying!) => {
  const page = await new Browser().ask('POST', of.signOutUrl!, { body: new URLSearchParams({ logout_token: logoutToken }).toString(), type: FORM })
  return { status: page.status, body: page.text ? (JSON.parse(page.text) as unknown) : {} }
}
/** The live stream of a browser at a node; answers after how many milliseconds it ended. */
async function stream(url: string, browser: Browser): Promise<{ ended: Promise<number> }> {
  const opened = await fetch(`${url}/api/live`, { headers: { cookie: browser.cookieHeader(desk.url) } })
  const reader = opened.body!.getReader()
  await reader.read()
  const ended = (async () => {
    const began = performance.now()
    try { while (!(await reader.read()).done); } catch { /* cut */ }
    return performance.now() - began
  })()
  return { ended }
}

test('E06 who signs out here is sent to the provider to end that session too, and comes back to our door', async () => {
  const browser = new Browser()
  await comesIn(browser, 'mei')
  const out = await browser.json<{ url: string }>('DELETE', `${desk.url}/api/session`)
  expect(out.status).toBe(200)
  expect(await isIn(browser)).toBe(false)
  const url = new URL(out.body.url)
  expect([url.origin, url.searchParams.get('post_logout_redirect_uri'), url.searchParams.get('id_token_hint')!.split('.').length]).toEqual([idp.issuer, `${desk.url}/sign-in`, 3])
  expect(await through(browser, url.href, { logout: 'yes' })).toBe(`${desk.url}/sign-in`)
  // The provider has forgotten them: it asks for the login again.
  const page = await browser.follow(await browser.ask('GET', await begin(browser, provider!)), (next) => !isOurs(next))
  expect([page.next, page.text.includes('name="login"')]).toEqual([null, true])
  // Nothing of it stands in the database as it is.
  await comesIn(browser, 'mei')
  const [row] = await desk.app.pool<{ kept: Buffer }[]>`select kept from staff.federated_session`
  expect(row!.kept.toString('latin1')).not.toContain('idToken')
  await browser.json('DELETE', `${desk.url}/api/session`)
  expect(await desk.app.pool`select from staff.federated_session`).toHaveLength(0)
})

test('C08 E06 a session that ends at the provider ends here on every node within five seconds, streams included, and nobody else’s', async () => {
  const [mei, again, wang] = [new Browser(), new Browser(), new Browser()]
  await comesIn(mei, 'mei')
  await comesIn(again, 'mei')
  await comesIn(wang, 'wang')
  expect(await isIn(mei, node.url)).toBe(true)
  const [here, there] = [await stream(desk.url, mei), await stream(node.url, mei)]
  // Signs out at the provider itself, in the browser of the first session.
  await through(mei, `${idp.issuer}/session/end?client_id=loopdesk&post_logout_redirect_uri=${encodeURIComponent(provider!.signedOutUrl!)}`, { logout: 'yes' })
  for (const ms of await Promise.all([here.ended, there.ended])) expect(ms).toBeLessThan(5_000)
  expect([await isIn(mei), await isIn(mei, node.url)]).toEqual([false, false])
  // The provider names the session: the same person's other one and somebody else's stay.
  expect([await isIn(again), await isIn(wang)]).toEqual([true, true])
  const [event] = await desk.app.pool<{ data: { provider: string; count: number } }[]>`select data from platform.event where type = 'staff.session-ended' order by seq desc limit 1`
  expect(event!.data).toEqual({ count: 1, provider: '公司帳號' })
})

test('E06 a logout token of a subject ends all of its sessions, one of a session that one, and neither is heard twice', async () => {
  const [one, two] = [await comesFromLiar('s-1'), await comesFromLiar('s-2')]
  expect((await tell(await liar.tell({ sub: undefined, sid: 's-1' }))).status).toBe(200)
  expect([await isIn(one), await isIn(two)]).toEqual([false, true])
  const ofSubject = await liar.tell({})
  expect((await tell(ofSubject)).status).toBe(200)
  expect(await isIn(two)).toBe(false)
  const later = await comesFromLiar()
  expect((await tell(ofSubject)).status).toBe(200)
  expect(await isIn(later)).toBe(true)
  expect((await tell(await liar.tell({ sub: 'somebody else' }))).status).toBe(200)
  expect(await isIn(later)).toBe(true)
  // A provider without a place to end sessions: gone here, nowhere to be sent.
  expect((await later.json('DELETE', `${desk.url}/api/session`)).body).toEqual({ url: null })
})

test('E06 what is not a logout token of this provider for us, now, ends nothing', async () => {
  const browser = await comesFromLiar('s-9')
  const now = Math.floor(Date.now() / 1000)
  const wrong: Record<string, string> = {
    'another key': await liar.tell({}, { foreignKey: true }), 'no signature': await liar.tell({}, { unsecured: true }), 'the secret as key': await liar.tell({}, { symmetric: 'x' }),
    'another issuer': await liar.tell({ iss: 'https://evil.example' }), 'another audience': await liar.tell({ aud: 'somebody' }), 'no event': await liar.tell({ events: undefined }), 'another event': await liar.tell({ events: { x: {} } }), 'an event that is none': await liar.tell({ events: { 'http://schemas.openid.net/event/backchannel-logout': null } }),
    'an ID token': await liar.tell({ nonce: 'n' }), 'nobody': await liar.tell({ sub: undefined }), 'old': await liar.tell({ iat: now - 3_600, exp: now + 60 }), 'over': await liar.tell({ exp: now - 120 }), 'not yet': await liar.tell({ iat: now + 3_600, exp: now + 7_200 }), 'no id': await liar.tell({ jti: undefined }), 'rubbish': 'a.b.c', 'nothing': '',
  }
  for (const [what, logoutToken] of Object.entries(wrong)) {
    const answer = await tell(logoutToken)
    expect([what, answer.status, code(answer)]).toEqual([what, 400, 'staff.federation.refused'])
  }
  // A right one, told to the door of another provider.
  expect((await tell(await liar.tell({}), provider!)).status).toBe(400)
  expect(await isIn(browser)).toBe(true)
})

async function comesBySaml(sessionIndex: string): Promise<Browser> {
  const browser = new Browser()
  const question = readQuestion(await begin(browser, saml!))
  const xml = response(question, sign(assertion(question, { sessionIndex, nameId: 'saml-mei', mail: 'saml.mei@example.com' }), 'Assertion', keys.key))
  await browser.follow(await browser.ask('POST', question.consumer, { crossSite: true, type: FORM, body: new URLSearchParams({ SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: question.relayState }).toString() }), (url) => isOurs(url) && url.includes('/api/'))
  expect(await isIn(browser)).toBe(true)
  return browser
}
const wish = (more: object = {}) => logoutRequest({ destination: saml!.signOutUrl!, nameId: 'saml-mei', ...more })
const asks = (url: string) => new Browser().ask('GET', url)
const refusal = (location: string | null) => new URL(location ?? '', desk.url).searchParams.get('refused')
const ourCertificate = async () => `-----BEGIN CERTIFICATE-----\n${/<ds:X509Certificate>([^<]+)</.exec((await new Browser().ask('GET', saml!.entityId!)).text)![1]!.trim()}\n-----END CERTIFICATE-----`

test.skipIf(!hasCertificates)('E04 who signs out here is sent to the SAML provider with a signed wish that names their session; its answer leads back to our door', async () => {
  const browser = await comesBySaml('idx-1')
  const out = await browser.json<{ url: string }>('DELETE', `${desk.url}/api/session`)
  expect(await isIn(browser)).toBe(false)
  expect(out.body.url.startsWith(`${SLO}?`)).toBe(true)
  const { xml, isSigned } = readRedirect(out.body.url, 'SAMLRequest', await ourCertificate())
  expect(isSigned).toBe(true)
  expect(xml).toContain('nameid-format:persistent">saml-mei<')
  expect([/SessionIndex[^>]*>([^<]+)</.exec(xml)![1], /Destination="([^"]+)"/.exec(xml)![1], /<saml:Issuer[^>]*>([^<]+)</.exec(xml)![1]]).toEqual(['idx-1', SLO, saml!.entityId])
  const answer = redirected(saml!.signOutUrl!, '<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>', keys.key, { message: 'SAMLResponse' })
  expect((await asks(answer)).headers.get('location')).toBe(`${desk.url}/sign-in`)
  const metadata = (await new Browser().ask('GET', saml!.entityId!)).text
  expect([...metadata.matchAll(/<SingleLogoutService Binding="([^"]+)" Location="([^"]+)"/g)].map(([, binding, location]) => [binding!.split(':').at(-1), location])).toEqual([['HTTP-Redirect', saml!.signOutUrl], ['HTTP-POST', saml!.signOutUrl]])
})

test.skipIf(!hasCertificates)('C08 E04 a SAML provider’s wish ends the session it names on every node, by redirect and by form, and gets a signed answer', async () => {
  const [one, two, three] = [await comesBySaml('idx-1'), await comesBySaml('idx-2'), await comesBySaml('idx-3')]
  expect(await isIn(one, node.url)).toBe(true)
  const there = await stream(node.url, one)
  const page = await asks(redirected(saml!.signOutUrl!, wish({ sessions: ['idx-1'], id: '_wish1' }), keys.key, { relayState: 'state & more' }))
  expect(page.headers.get('location')!.startsWith(`${SLO}?`)).toBe(true)
  const { xml, isSigned, relayState } = readRedirect(page.headers.get('location')!, 'SAMLResponse', await ourCertificate())
  expect([isSigned, relayState, xml.includes('InResponseTo="_wish1"'), xml.includes('status:Success')]).toEqual([true, 'state & more', true, true])
  expect(await there.ended).toBeLessThan(5_000)
  expect([await isIn(one), await isIn(one, node.url), await isIn(two), await isIn(three)]).toEqual([false, false, true, true])
  const post = (text: string) => new Browser().ask('POST', saml!.signOutUrl!, { crossSite: true, type: FORM, body: new URLSearchParams({ SAMLRequest: Buffer.from(text).toString('base64') }).toString() })
  expect(refusal((await post(wish({ sessions: ['idx-2'] }))).headers.get('location'))).toBe('staff.federation.refused')
  expect((await post(sign(wish({ sessions: ['idx-2'] }), 'LogoutRequest', keys.key))).headers.get('location')).toContain(SLO)
  expect([await isIn(two), await isIn(three)]).toEqual([false, true])
  // Without a session: all of that name.
  await asks(redirected(saml!.signOutUrl!, wish(), keys.key))
  expect(await isIn(three)).toBe(false)
})

test.skipIf(!hasCertificates)('E04 a wish that is unsigned, signed by another, weakly, changed, old, for another place or used before ends nothing', async () => {
  const browser = await comesBySaml('idx-9')
  const at = saml!.signOutUrl!
  const good = redirected(at, wish({ nameId: 'nobody', id: '_once' }), keys.key)
  const swapped = redirected(at, wish(), null).split('SAMLRequest=')[1]!
  const wrong: Record<string, string> = {
    'unsigned': redirected(at, wish(), null), 'another key': redirected(at, wish(), other.key), 'SHA-1': redirected(at, wish(), keys.key, { algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }), 'no algorithm': redirected(at, wish(), keys.key).replace(/&SigAlg=[^&]*/, ''),
    'another message under the signature': good.replace(/SAMLRequest=[^&]*/, `SAMLRequest=${swapped}`), 'a second message behind it': `${good}&SAMLRequest=${swapped}`, 'a second message before it': good.replace('?', `?SAMLRequest=${swapped}&`), 'a likeness before it': good.replace('?SAMLRequest=', `?xSAMLRequest=`).concat(`&SAMLRequest=${swapped}`),
    'another issuer': redirected(at, wish({ issuer: 'https://evil.example' }), keys.key), 'another place': redirected(at, wish({ destination: 'https://other.example/slo' }), keys.key), 'no place': redirected(at, wish().replace(/ Destination="[^"]*"/, ''), keys.key),
    'over': redirected(at, wish({ endsInMs: -120_000 }), keys.key), 'old': redirected(at, wish({ issuedInMs: -3_600_000 }), keys.key), 'a document type': redirected(at, `<!DOCTYPE r>${wish()}`, keys.key), 'a comment in the name': redirected(at, wish({ nameId: 'saml-mei<!-- -->' }), keys.key), 'a bomb': redirected(at, wish({ extra: ' '.repeat(3_000_000) }), keys.key), 'rubbish': `${at}?SAMLRequest=AAAA&SigAlg=x&Signature=y`, 'nothing': at,
  }
  for (const [what, url] of Object.entries(wrong)) expect([what, refusal((await asks(url)).headers.get('location'))]).toEqual([what, 'staff.federation.refused'])
  expect(await isIn(browser)).toBe(true)
  const mine = redirected(at, wish({ id: '_twice', sessions: ['idx-8'] }), keys.key)
  expect((await asks(mine)).headers.get('location')).toContain(SLO)
  expect(await desk.app.pool`select from staff.logout_message where message_id = '_twice'`).toHaveLength(1)
  expect((await asks(mine)).headers.get('location')).toContain(SLO)
  expect(await isIn(browser)).toBe(true)
  // A provider without a single logout service of its own is not heard.
  const plain = (await desk.call<ProviderRow>('POST', '/api/identity-providers', { token, body: { name: 'plain', settings: { kind: 'saml', entityId: idpIssuer, signOnUrl: 'https://idp.example/sso', certificate: keys.cert } } })).body
  expect(refusal((await asks(redirected(plain.signOutUrl!, wish({ destination: plain.signOutUrl! }), keys.key))).headers.get('location'))).toBe('staff.federation.refused')
})
