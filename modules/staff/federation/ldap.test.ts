import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../../platform/context.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import type { MeRow } from '../contract.ts'
import { createPerson, createToken, getRole } from '../index.ts'
import { hashPassword } from '../password.ts'
import type { LdapSettings, ProviderRow } from './contract.ts'
import { escapeFilter } from './ldap.ts'
import { BASE, READER, hasDirectory, startDirectory } from './testing/slapd.ts'

const password = '雨天出門記得帶傘和鑰匙'
const entry = (uid: string, name: string, mail: string, secret: string) => `dn: uid=${uid},${BASE}
objectClass: inetOrgPerson
uid: ${uid}
cn:: ${Buffer.from(name).toString('base64')}
sn: x
mail: ${mail}
userPassword:: ${Buffer.from(secret).toString('base64')}

`
const LDIF = entry('mei', '陳美玲', 'mei@example.com', '目錄密碼-mei') + entry('joiner', '吳新人', 'joiner@corp.example', '目錄密碼-new')
  + entry('twin1', 'Twin', 'twin@example.com', 'twin-secret') + entry('twin2', 'Twin', 'twin@example.com', 'twin-secret') + entry('star', 'Star', '*', 'star-secret')

let desk: TestDesk
let directory: Awaited<ReturnType<typeof startDirectory>>
let token = ''
let provider: ProviderRow
let agentRole = ''
const code = (answer: { body: unknown }) => (answer.body as { fault: { code: string } }).fault?.code
const cookieOf = (answer: { headers: Headers }) => answer.headers.get('set-cookie')!.split(';')[0]!
const enter = (login: string, secret: string, providerId = provider.id) => desk.call<{ personId: string }>('POST', '/api/sign-in/directory', { body: { providerId, login, password: secret } })
const forgive = () => desk.app.pool`delete from staff.sign_in_attempt`
const settings = (more: Partial<LdapSettings> = {}) => ({ kind: 'ldap', url: `ldap://localhost:${directory.port}`, startTls: true, authority: directory.authority, bindDn: READER.dn, baseDn: BASE, filter: '(mail={login})', ...more })
const add = async (name: string, more: Partial<LdapSettings> = {}, secret: string | undefined = READER.password) => desk.call<ProviderRow>('POST', '/api/identity-providers', { token, body: { name, settings: settings(more), ...(secret ? { secret } : {}) } })

beforeAll(async () => {
  if (!hasDirectory) return
  desk = await openDesk()
  directory = await startDirectory(LDIF)
  await desk.app.pool`insert into platform.setting (key, value, at) values ('staff.network', ${desk.app.pool.json({ ldapPorts: [directory.port, directory.tlsPort] })}, ${desk.clock.now()})`
  await run(desk.app, {}, async (ctx) => {
    const admin = await createPerson(ctx, { name: '林管理', login: 'root@example.com', role: 'administrator' })
    token = (await createToken(ctx, { name: 'test', personId: admin.id })).token
    await createPerson(ctx, { name: '陳美玲', login: 'mei@example.com', role: 'agent', passwordHash: await hashPassword(password) })
    agentRole = (await getRole(ctx, { key: 'agent' })).id
  })
  const made = await add('公司目錄')
  expect(made.status).toBe(201)
  provider = made.body
})
afterAll(async () => { await desk?.close(); await directory?.stop() })

test('E10 what is typed is a value of the filter, never a part of it', () => {
  expect(escapeFilter('a*)(uid=*')).toBe('a\\2a\\29\\28uid\\3d\\2a')
  expect(escapeFilter('mei@example.com')).toBe('mei@example.com')
  expect(escapeFilter('\\\0陳')).toBe('\\5c\\00\\e9\\99\\b3')
})

test.skipIf(!hasDirectory)('a directory is asked over TLS only, its search account’s password is not shown, and the check says whether it works', async () => {
  expect(code(await add('clear', { startTls: false }))).toBe('staff.federation.tls-needed')
  for (const url of ['ldap://localhost:5432', 'https://localhost', 'ldap://user:pw@localhost', `ldap://localhost:${directory.port}/x??sub`]) expect(code(await add('x', { url })), url).toBe('staff.federation.address-refused')
  const check = async (id: string) => (await desk.call<{ isRight: boolean }>('POST', `/api/identity-providers/${id}/check`, { token })).body.isRight
  expect(await check(provider.id)).toBe(true)
  for (const [name, more, secret] of [['other authority', { authority: directory.otherAuthority }], ['no authority', { authority: null }], ['another name', { url: `ldap://127.0.0.1:${directory.port}` }], ['wrong password', {}, 'wrong'], ['no such base', { baseDn: 'dc=nowhere' }]] as [string, Partial<LdapSettings>, string?][]) {
    const made = await add(name, more, secret ?? READER.password)
    expect([name, await check(made.body.id)]).toEqual([name, false])
    await desk.call('DELETE', `/api/identity-providers/${made.body.id}`, { token })
  }
  expect(JSON.stringify((await desk.call('GET', '/api/identity-providers', { token })).body)).not.toContain(READER.password)
})

test.skipIf(!hasDirectory)('A06 A07 the right password of a directory is not yet a person here; the person connects it, then comes in by it', async () => {
  expect(code(await enter('mei@example.com', '目錄密碼-mei'))).toBe('staff.federation.not-known')
  const cookie = cookieOf(await desk.call('POST', '/api/session', { body: { login: 'mei@example.com', password } }))
  const connect = (body: Record<string, string>) => desk.call<{ url: null }>('POST', '/api/me/identities', { cookie, body: { providerId: provider.id, ...body } })
  expect(code(await connect({ current: 'wrong', login: 'mei@example.com', password: '目錄密碼-mei' }))).toBe('staff.password-wrong')
  expect(code(await connect({ current: password, login: 'mei@example.com', password: 'wrong' }))).toBe('staff.sign-in-failed')
  const done = await connect({ current: password, login: 'mei@example.com', password: '目錄密碼-mei' })
  expect([done.status, done.body]).toEqual([200, { url: null }])
  const inside = await enter('mei@example.com', '目錄密碼-mei')
  expect(inside.status).toBe(200)
  expect(await desk.app.pool`select type from platform.event where call = ${inside.headers.get('x-request-id')}`).toEqual([{ type: 'staff.signed-in' }])
  expect((await desk.call<MeRow>('GET', '/api/me', { cookie: cookieOf(inside) })).body.name).toBe('陳美玲')
  const [link] = await desk.app.pool<{ issuer: string; subject: string }[]>`select issuer, subject from staff.identity_link`
  expect(link!.issuer).toBe(`ldap:${provider.id}`)
  expect(link!.subject).toMatch(/^[0-9a-f-]{36}$/)
  expect(directory.log()).toContain('STARTTLS')
  await forgive()
})

test.skipIf(!hasDirectory)('E10 empty passwords, wildcards, injected filters, twins and foreign names do not come in', async () => {
  for (const [login, secret] of [['mei@example.com', ''], ['mei@example.com', '\0'], ['mei@example.com', 'wrong'], ['*', '目錄密碼-mei'], ['mei*', '目錄密碼-mei'], ['mei@example.com)(uid=*', '目錄密碼-mei'], ['x)(|(uid=mei', '目錄密碼-mei'],
    ['*)(objectClass=*', '目錄密碼-mei'], ['twin@example.com', 'twin-secret'], ['', ''], [' ', 'x'], [READER.dn, READER.password], ['mei@example.com', 'x'.repeat(2000)]] as const) {
    const answer = await enter(login, secret)
    expect([login, secret.slice(0, 20), answer.status, code(answer)]).toEqual([login, secret.slice(0, 20), 401, 'staff.sign-in-failed'])
    await forgive()
  }
  // The literal star is somebody: found by that very text, and not known here.
  expect(code(await enter('*', 'star-secret'))).toBe('staff.federation.not-known')
  await forgive()
})

test.skipIf(!hasDirectory)('C03 wrong passwords of a directory count like ours', async () => {
  const statuses: number[] = []
  for (const waited of [0, 0, 0, 6_000, 31_000, 1_000]) {
    desk.clock.advance(waited)
    statuses.push((await enter('mei@example.com', 'wrong')).status)
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
  expect((await enter('mei@example.com', '目錄密碼-mei')).status).toBe(429)
  expect((await desk.call('POST', '/api/session', { body: { login: 'mei@example.com', password } })).status).toBe(429)
  await forgive()
})

test.skipIf(!hasDirectory)('over ldaps, and a new person where the provider may make one', async () => {
  const secure = await add('ldaps', { url: `ldaps://localhost:${directory.tlsPort}`, startTls: false })
  expect((await desk.call('PATCH', `/api/identity-providers/${secure.body.id}`, { token, body: { version: 1, roleId: agentRole, domains: ['corp.example'] } })).status).toBe(200)
  const inside = await enter('joiner@corp.example', '目錄密碼-new', secure.body.id)
  expect(inside.status).toBe(200)
  expect((await desk.call<MeRow>('GET', '/api/me', { cookie: cookieOf(inside) })).body).toMatchObject({ name: '吳新人', role: { key: 'agent' }, login: 'joiner@corp.example' })
  for (let count = 0; count < 6; count++) expect(code(await enter('mei@example.com', '目錄密碼-mei', secure.body.id))).toBe('staff.federation.not-known')
})

test.skipIf(!hasDirectory)('F17 a directory that is down or shows another certificate is said so, and nobody comes in', async () => {
  for (const more of [{ authority: directory.otherAuthority }, { url: 'ldap://localhost:389' }]) {
    const made = await add('down', more)
    const answer = await enter('mei@example.com', '目錄密碼-mei', made.body.id)
    expect([answer.status, code(answer)]).toEqual([502, 'staff.federation.unreachable'])
  }
  // Nobody is locked out for it.
  expect(await desk.app.pool`select from staff.sign_in_attempt where not succeeded`).toHaveLength(0)
})
