import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../../platform/context.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import type { MeRow } from '../contract.ts'
import { createPerson, createToken } from '../index.ts'
import { hashPassword } from '../password.ts'
import type { ProviderRow } from './contract.ts'
import { Browser } from './testing/browser.ts'
import { certificate, hasCertificates } from './testing/certificate.ts'
import { assertion, idpIssuer, type Question, readQuestion, response, type Said, sign, type Signing, wrappings } from './testing/saml.ts'

const password = '雨天出門記得帶傘和鑰匙'
let desk: TestDesk
let token = ''
let provider: ProviderRow
let [idp, other] = [{ key: '', cert: '' }, { key: '', cert: '' }]
const code = (answer: { body: unknown }) => (answer.body as { fault: { code: string } }).fault?.code
const settings = () => ({ kind: 'saml', entityId: idpIssuer, signOnUrl: 'https://idp.example/sso', certificate: idp.cert })

beforeAll(async () => {
  if (!hasCertificates) return
  desk = await openDesk()
  const folder = mkdtempSync(join(tmpdir(), 'ld-saml-'))
  ;[idp, other] = [certificate(folder, 'idp'), certificate(folder, 'other')]
  rmSync(folder, { recursive: true })
  await run(desk.app, {}, async (ctx) => {
    const admin = await createPerson(ctx, { name: '林管理', login: 'root@example.com', role: 'administrator' })
    token = (await createToken(ctx, { name: 'test', personId: admin.id })).token
    await createPerson(ctx, { name: '陳美玲', login: 'mei@example.com', role: 'agent', passwordHash: await hashPassword(password) })
  })
  const made = await desk.call<ProviderRow>('POST', '/api/identity-providers', { token, body: { name: 'SAML', settings: settings() } })
  expect(made.status).toBe(201)
  provider = made.body
  // Connected by mei herself, through the whole way.
  const browser = new Browser()
  await browser.json('POST', `${desk.url}/api/session`, { login: 'mei@example.com', password })
  const { url } = (await browser.json<{ url: string }>('POST', `${desk.url}/api/me/identities`, { providerId: provider.id, current: password })).body
  const question = readQuestion(url)
  expect(await deliver(browser, question, signed(question))).toBe('/account?connect=1')
  const { waiting } = (await browser.json<{ waiting: { id: string; account: string } }>('GET', `${desk.url}/api/me/identities`)).body
  expect(waiting.account).toBe('mei@example.com')
  expect((await browser.json('PUT', `${desk.url}/api/me/identities/${waiting.id}/confirmation`)).status).toBe(200)
})
afterAll(() => desk?.close())

const signed = (question: Question, said: Said = {}, key = idp.key, signing?: Signing) => response(question, sign(assertion(question, said), 'Assertion', key, signing), said)
async function ask(browser: Browser): Promise<Question> {
  const begin = () => browser.json<{ url: string }>('POST', `${desk.url}/api/sign-in/begin`, { providerId: provider.id, returnTo: '/inbox' })
  let begun = await begin()
  // More questions than an office asks in a minute.
  for (let round = 0; begun.status === 429 && round < 20; round++) { await new Promise((wake) => setTimeout(wake, 500)); begun = await begin() }
  expect(begun.status).toBe(200)
  return readQuestion(begun.body.url)
}
const post = (browser: Browser, question: Question, xml: string, relayState: string | null = question.relayState) => browser.ask('POST', question.consumer, {
  crossSite: true, type: 'application/x-www-form-urlencoded', body: new URLSearchParams({ SAMLResponse: Buffer.from(xml).toString('base64'), ...(relayState === null ? {} : { RelayState: relayState }) }).toString(),
})
/** As the provider's page does: a form from another site, then on by redirects. Answers the place it ends at. */
async function deliver(browser: Browser, question: Question, xml: string): Promise<string> {
  const page = await browser.follow(await post(browser, question, xml), (url) => url.startsWith(desk.url) && url.includes('/api/'))
  return page.next?.replace(desk.url, '') ?? `${page.status} ${page.text}`
}
async function attempt(make: (question: Question) => string): Promise<string> {
  const browser = new Browser()
  const question = await ask(browser)
  const place = await deliver(browser, question, make(question))
  if ((await browser.json('GET', `${desk.url}/api/me`)).status === 200) return 'in'
  return new URL(place, desk.url).searchParams.get('refused') ?? place
}
const REFUSED = 'staff.federation.refused'

test.skipIf(!hasCertificates)('a signed assertion or a signed response brings its person in; the question names our address and nothing secret', async () => {
  expect(await attempt((question) => signed(question))).toBe('in')
  expect(await attempt((question) => sign(response(question, assertion(question)), 'Response', idp.key))).toBe('in')
  expect(await attempt((question) => sign(response(question, sign(assertion(question), 'Assertion', idp.key)), 'Response', idp.key))).toBe('in')
  const browser = new Browser()
  const question = await ask(browser)
  expect(question).toMatchObject({ consumer: provider.returnUrl, issuer: provider.entityId })
  expect(await deliver(browser, question, signed(question))).toBe('/inbox')
  expect((await browser.json<MeRow>('GET', `${desk.url}/api/me`)).body.name).toBe('陳美玲')
  const metadata = await browser.ask('GET', provider.entityId!)
  expect([metadata.status, metadata.headers.get('content-type')]).toEqual([200, 'application/samlmetadata+xml; charset=utf-8'])
  expect(metadata.text).toContain(`Location="${provider.returnUrl}"`)
})

test.skipIf(!hasCertificates)('E04 unsigned, foreign, weak or forged signatures are refused', async () => {
  const sha1 = { signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1', digest: 'http://www.w3.org/2000/09/xmldsig#sha1' }
  const cases: Record<string, (question: Question) => string> = {
    'no signature': (question) => response(question, assertion(question)),
    'another key': (question) => signed(question, {}, other.key),
    'SHA-1': (question) => signed(question, {}, idp.key, sha1),
    'SHA-1 digest': (question) => signed(question, {}, idp.key, { digest: sha1.digest }),
    'the public certificate as HMAC key': (question) => signed(question).replace('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2000/09/xmldsig#hmac-sha1'),
    'an algorithm behind an entity': (question) => signed(question).replace('xmldsig-more#rsa-sha256', 'xmldsig-more#rsa&#45;sha256'),
    'nothing': () => '', 'no XML': () => 'hello', 'not even a response': (question) => sign(assertion(question), 'Assertion', idp.key),
  }
  for (const [what, make] of Object.entries(cases)) expect(await attempt(make), what).toBe(REFUSED)
})

test.skipIf(!hasCertificates)('E04 signature wrapping is refused in every known form', async () => {
  const names = Object.keys(wrappings({ id: 'x', consumer: 'x', issuer: 'x', relayState: 'x' }, response({ id: 'x', consumer: 'x', issuer: 'x', relayState: 'x' }, sign(assertion({ id: 'x', consumer: 'x', issuer: 'x', relayState: 'x' }), 'Assertion', idp.key)), assertion({ id: 'x', consumer: 'x', issuer: 'x', relayState: 'x' })))
  expect(names.length).toBe(17)
  // The good assertion is somebody's without an account here; only the evil one could come in.
  for (const name of names) expect(await attempt((question) => wrappings(question, signed(question, { nameId: name.includes('name') || name.includes('digest') ? 'mei' : 'stranger' }), assertion(question))[name]!), name).toBe(REFUSED)
})

test.skipIf(!hasCertificates)('document types, entities, CDATA and processing instructions are refused before anything is resolved', async () => {
  const xxe = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
  const cases: Record<string, (question: Question) => string> = {
    'external entity': (question) => xxe + signed(question).replace('mei@example.com', '&x;'),
    'only a document type': (question) => `<!DOCTYPE r>${signed(question)}`,
    'billion laughs': (question) => `<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>${signed(question)}`,
    'CDATA': (question) => signed(question, { nameId: '<![CDATA[mei]]>' }), 'a stylesheet': (question) => `<?xml-stylesheet href="x"?>${signed(question)}`,
    'a large one': (question) => response(question, sign(assertion(question), 'Assertion', idp.key), {}, `<samlp:Extensions>${'<x>y</x>'.repeat(30_000)}</samlp:Extensions>`),
  }
  for (const [what, make] of Object.entries(cases)) expect(await attempt(make), what).toBe(REFUSED)
})

test.skipIf(!hasCertificates)('E04 what was said for somebody else, somewhere else or some other time is refused', async () => {
  const cases: Record<string, Said> = {
    'another audience': { audience: 'https://other.example' }, 'no audience': { audience: null }, 'another recipient': { recipient: 'https://other.example/acs' }, 'no recipient': { recipient: null },
    'another question': { inResponseTo: '_other' }, 'another question in the response': { responseTo: '_other' }, 'both of another question': { inResponseTo: '_other', responseTo: '_other' }, 'no question': { inResponseTo: '', responseTo: '' },
    'no question in the confirmation': { inResponseTo: '' }, 'expired': { startsInMs: -600_000, endsInMs: -120_000 }, 'not yet': { startsInMs: 300_000 }, 'another issuer': { issuer: 'https://evil.example' }, 'a transient name': { format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' },
    'no statement of a sign-in': { hasStatement: false }, 'holder of key': { method: 'holder-of-key' }, 'no confirmation': { hasConfirmation: false },
  }
  for (const [what, said] of Object.entries(cases)) expect(await attempt((question) => signed(question, said)), what).toBe(REFUSED)
  expect(await attempt((question) => signed(question, { nameId: 'stranger' }))).toBe('staff.federation.not-known')
})

test.skipIf(!hasCertificates)('E04 E08 an answer counts once, in the browser that asked, and only when it was asked for', async () => {
  const browser = new Browser()
  const question = await ask(browser)
  const xml = signed(question, { assertionId: '_once' })
  expect(await deliver(browser, question, xml)).toBe('/inbox')
  expect(await deliver(browser, question, xml)).toContain(REFUSED)
  // The provider's own mistake: the same assertion for another question.
  expect(await attempt((next) => signed(next, { assertionId: '_once' }))).toBe(REFUSED)
  expect(await desk.app.pool`select assertion_id from staff.saml_assertion where assertion_id = '_once'`).toHaveLength(1)

  const unasked = await ask(new Browser())
  const thief = new Browser()
  await ask(thief)
  expect(await deliver(thief, unasked, signed(unasked))).toContain(REFUSED)
  expect((await thief.json('GET', `${desk.url}/api/me`)).status).toBe(401)
  for (const state of [null, '', 'x', 'A'.repeat(43)]) {
    const mine = new Browser()
    const asked = await ask(mine)
    const page = await post(mine, asked, signed(asked), state)
    expect(page.headers.get('location')).toContain(REFUSED)
  }
})

test.skipIf(!hasCertificates)('the consumer takes a form and nothing else takes one; a certificate has to be one', async () => {
  const asked = await ask(new Browser())
  expect((await new Browser().ask('POST', asked.consumer, { body: '{}', type: 'application/json' })).headers.get('location')).toContain(REFUSED)
  expect((await new Browser().ask('POST', `${desk.url}/api/session`, { body: 'login=a&password=b', type: 'application/x-www-form-urlencoded' })).status).toBe(415)
  for (const bad of ['', 'hello', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', idp.key]) {
    expect(code(await desk.call('POST', '/api/identity-providers', { token, body: { name: 'x', settings: { ...settings(), certificate: bad } } }))).toBe('staff.federation.certificate')
  }
  const bare = idp.cert.replace(/-----[A-Z ]+-----/g, '')
  const made = await desk.call<ProviderRow>('POST', '/api/identity-providers', { token, body: { name: 'bare', settings: { ...settings(), certificate: bare } } })
  expect(made.status).toBe(201)
})
