/** While the three administrators are separated, no other system hands out a role by one person's act. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../../platform/context.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import type { PersonRow, ProposalRow } from '../contract.ts'
import { createPerson, createTeam, getRole } from '../index.ts'
import { hashPassword } from '../password.ts'
import type { DirectoryRow } from '../scim/contract.ts'
import type { ProviderRow } from './contract.ts'
import { Browser } from './testing/browser.ts'
import { startLiar } from './testing/openid.ts'

let desk: TestDesk
let liar: Awaited<ReturnType<typeof startLiar>>
let [chief, sys, sec] = ['', '', '']
const roles: Record<string, string> = {}
const password = '雨天出門記得帶傘和鑰匙'
const code = (answer: { body: unknown }) => (answer.body as { fault?: { code: string } }).fault?.code
const NEEDS_TWO = [409, 'staff.needs-second-person']
const told = (answer: { status: number; body: unknown }) => [answer.status, code(answer)]

async function cookie(name: string): Promise<string> {
  return (await desk.call('POST', '/api/session', { body: { login: `${name}@example.com`, password } })).headers.get('set-cookie')!.split(';')[0]!
}
const propose = (who: string, what: object) => desk.call<ProposalRow>('POST', '/api/proposals', { cookie: who, body: { what, reason: '接上公司帳號' } })
const approve = <T = { token?: string }>(who: string, id: string) => desk.call<T>('PUT', `/api/proposals/${id}/verdict`, { cookie: who, body: { verdict: 'approved' } })
/** Proposed by one and approved by another; answers what the other is shown. */
async function byTwo(what: object): Promise<{ token?: string }> {
  const proposed = await propose(sec, what)
  expect(proposed.status).toBe(201)
  expect(code(await approve(sec, proposed.body.id))).toBe('staff.own-proposal')
  const done = await approve(sys, proposed.body.id)
  expect([done.status, code(done)]).toEqual([200, undefined])
  return done.body
}
const providerNow = async (id: string) => (await desk.call<ProviderRow>('GET', `/api/identity-providers/${id}`, { cookie: sec })).body
const directoryNow = async () => (await desk.call<{ rows: DirectoryRow[] }>('GET', '/api/directories', { cookie: sec })).body.rows[0]!
/** Comes from the provider as somebody new; answers the refusal, or the name of the role. */
async function joins(providerId: string, subject: string): Promise<string> {
  const browser = new Browser()
  const begun = await browser.json<{ url: string }>('POST', `${desk.url}/api/sign-in/begin`, { providerId, returnTo: '/inbox' })
  if (begun.status !== 200) return code(begun)!
  const asked = new URL(begun.body.url).searchParams
  liar.nonce = asked.get('nonce')!
  liar.lie = { claims: { sub: subject, email: `${subject}@corp.example`, name: subject } }
  const { next } = await browser.follow(await browser.ask('GET', `${asked.get('redirect_uri')}?code=x&state=${asked.get('state')}&iss=${encodeURIComponent(liar.issuer)}`), () => false)
  const me = await browser.json<{ role: { key: string } }>('GET', `${desk.url}/api/me`)
  return me.status === 200 ? me.body.role.key : new URL(next!, desk.url).searchParams.get('refused')!
}
const scimCall = <T = { id: string; active: boolean }>(token: string, method: string, path: string, body?: object) => desk.call<T>(method, `/scim/v2${path}`, { token, body })
const user = (name: string) => ({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: `${name}@corp.example`, displayName: name })
const group = (name: string, members: string[] = []) => ({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: name, members: members.map((value) => ({ value })) })
const roleOf = async (id: string) => (await desk.call<PersonRow>('GET', `/api/people/${id}`, { cookie: sec })).body.roleKey
const separate = async () => {
  const { version } = (await desk.call<{ version: number }>('GET', '/api/access-policy', { cookie: chief })).body
  expect((await desk.call('PUT', '/api/access-policy/separation', { cookie: chief, body: { version } })).status).toBe(200)
  ;[chief, sys, sec] = [await cookie('chief'), await cookie('sys'), await cookie('sec')]
}

let earlier: ProviderRow
let earlierDirectory: { token: string; row: DirectoryRow }
let earlierGroup = ''
beforeAll(async () => {
  desk = await openDesk()
  await desk.app.pool`insert into platform.setting (key, value, at) values ('staff.network', ${desk.app.pool.json({ clearText: true, privateProviders: true })}, ${desk.clock.now()})`
  liar = await startLiar('loopdesk')
  await run(desk.app, {}, async (ctx) => {
    const passwordHash = await hashPassword(password)
    for (const [name, role] of [['chief', 'administrator'], ['sys', 'system-administrator'], ['sec', 'security-administrator'], ['aud', 'audit-administrator'], ['mei', 'agent']] as const) await createPerson(ctx, { name, login: `${name}@example.com`, role, passwordHash, isOwnPassword: true })
    for (const key of ['agent', 'lead']) roles[key] = (await getRole(ctx, { key })).id
    await createTeam(ctx, { name: '一線' })
  })
  chief = await cookie('chief')
  // Set up by one person, before the separation.
  const body = { name: 'Earlier', settings: { kind: 'oidc', issuer: liar.issuer, clientId: 'loopdesk' }, secret: 'between us', roleId: roles.agent, domains: ['corp.example'] }
  earlier = (await desk.call<ProviderRow>('POST', '/api/identity-providers', { cookie: chief, body })).body
  earlierDirectory = (await desk.call<{ token: string; row: DirectoryRow }>('POST', '/api/directories', { cookie: chief, body: { name: 'Entra', roleId: roles.agent } })).body
  earlierGroup = (await scimCall(earlierDirectory.token, 'POST', '/Groups', group('Leads'))).body.id
  expect((await desk.call('PUT', `/api/directories/groups/${earlierGroup}`, { cookie: chief, body: { version: 1, roleId: roles.lead, teamId: null } })).status).toBe(200)
  expect(await joins(earlier.id, 'before')).toBe('agent')
  await separate()
})
afterAll(async () => { await desk?.close(); await liar?.stop() })

test('C09 what one person set up before the separation brings nobody in until another has approved it; who was here stays', async () => {
  expect(await joins(earlier.id, 'after')).toBe('staff.federation.not-known')
  expect(await joins(earlier.id, 'before')).toBe('agent')
  await byTwo({ kind: 'admit-provider', providerId: earlier.id, version: earlier.version })
  expect((await providerNow(earlier.id)).admittedAt).not.toBeNull()
  expect(await joins(earlier.id, 'after')).toBe('agent')
})

test('C09 a provider is set up by one and put into force by two, exactly as it stood when it was proposed', async () => {
  const body = { name: 'New', settings: { kind: 'oidc', issuer: liar.issuer, clientId: 'loopdesk' }, secret: 'between us', roleId: roles.lead, domains: ['corp.example'] }
  const made = await desk.call<ProviderRow>('POST', '/api/identity-providers', { cookie: sec, body })
  expect([made.status, made.body.disabledAt === null, made.body.admittedAt]).toEqual([201, false, null])
  const { id } = made.body
  expect(await joins(id, 'early')).toBe('staff.provider.not-found')
  expect(told(await desk.call('PATCH', `/api/identity-providers/${id}`, { cookie: sec, body: { version: 1, disabled: false } }))).toEqual(NEEDS_TWO)
  const proposed = await propose(sec, { kind: 'admit-provider', providerId: id, version: 1 })
  // What the other one reads: which system, which role, whose people.
  expect(proposed.body.payload).toMatchObject({ about: { name: 'New', where: liar.issuer, roleId: roles.lead, domains: ['corp.example'] } })
  expect(JSON.stringify(await desk.app.pool`select payload from staff.proposal`)).not.toContain('between us')
  // Changed behind the other one's back: nothing is approved.
  expect((await desk.call('PATCH', `/api/identity-providers/${id}`, { cookie: sec, body: { version: 1, domains: ['corp.example', 'evil.example'] } })).status).toBe(200)
  expect(told(await approve(sys, proposed.body.id))).toEqual([409, 'staff.changed-meanwhile'])
  expect(await joins(id, 'early')).toBe('staff.provider.not-found')
  await byTwo({ kind: 'admit-provider', providerId: id, version: 2 })
  expect(await joins(id, 'joiner')).toBe('lead')
})

test('C09 of a provider in force one person changes nothing that lets somebody in or gives more; taking away is one person’s', async () => {
  const before = await providerNow(earlier.id)
  const patch = (change: object) => desk.call<ProviderRow>('PATCH', `/api/identity-providers/${earlier.id}`, { cookie: sec, body: { version: before.version, ...change } })
  const directory = await directoryNow()
  for (const change of [{ roleId: roles.lead }, { domains: ['corp.example', 'other.example'] }, { directoryId: directory.id }, { settings: { ...before.settings, directoryClaim: 'email' } }, { settings: { ...before.settings, asksSecondFactor: true } }]) {
    expect([change, ...told(await patch(change))]).toEqual([change, ...NEEDS_TWO])
  }
  expect((await providerNow(earlier.id)).version).toBe(before.version)
  expect((await patch({ name: '公司帳號', secret: 'a newer one', settings: before.settings, roleId: before.roleId, domains: before.domains })).body.admittedAt).not.toBeNull()
  await byTwo({ kind: 'change-provider', providerId: earlier.id, version: before.version + 1, roleId: roles.lead })
  expect(await joins(earlier.id, 'later')).toBe('lead')
  const off = await desk.call<ProviderRow>('PATCH', `/api/identity-providers/${earlier.id}`, { cookie: sec, body: { version: before.version + 2, roleId: null } })
  expect([off.status, off.body.roleId]).toEqual([200, null])
  expect(await joins(earlier.id, 'last')).toBe('staff.federation.not-known')
})

test('C09 a directory, its token, its role and what its groups give are agreed to by two; until then they give nothing', async () => {
  const { token } = earlierDirectory
  const row = await directoryNow()
  expect(row).toMatchObject({ roleAdmittedAt: null, groups: [{ roleId: roles.lead, roleAdmittedAt: null }] })
  expect(told(await scimCall(token, 'POST', '/Users', user('wang')))[0]).toBe(403)
  for (const [method, path, body] of [
    ['POST', '/api/directories', { name: 'Mine', roleId: roles.agent }], ['PATCH', `/api/directories/${row.id}`, { version: row.version, roleId: roles.lead }], ['POST', `/api/directories/${row.id}/token`, {}],
    ['PUT', `/api/directories/groups/${earlierGroup}`, { version: row.groups[0]!.version, roleId: roles.agent, teamId: null }],
  ] as const) expect([path, ...told(await desk.call(method, path, { cookie: sec, body }))]).toEqual([path, ...NEEDS_TWO])

  await byTwo({ kind: 'change-directory', directoryId: row.id, version: row.version, roleId: roles.agent })
  const wang = (await scimCall(token, 'POST', '/Users', user('wang'))).body.id
  expect(await roleOf(wang)).toBe('agent')
  // The group's role was one person's act: its members get nothing by it.
  expect((await scimCall(token, 'PUT', `/Groups/${earlierGroup}`, group('Leads', [wang]))).status).toBe(200)
  expect(await roleOf(wang)).toBe('agent')
  // A team alone is given by one, and changes nothing of that.
  const mapped = await desk.call<{ roleAdmittedAt: null; version: number }>('PUT', `/api/directories/groups/${earlierGroup}`, { cookie: sec, body: { version: row.groups[0]!.version, roleId: roles.lead, teamId: (await desk.call<{ rows: { id: string }[] }>('GET', '/api/teams', { cookie: sec })).body.rows[0]!.id } })
  expect([mapped.status, mapped.body.roleAdmittedAt, await roleOf(wang)]).toEqual([200, null, 'agent'])
  await byTwo({ kind: 'map-group', groupId: earlierGroup, version: mapped.body.version, roleId: roles.lead, teamId: null })
  expect(await roleOf(wang)).toBe('lead')

  const renewed = await byTwo({ kind: 'renew-directory', directoryId: row.id })
  expect([(await scimCall(token, 'GET', '/Users')).status, (await scimCall(renewed.token!, 'GET', '/Users')).status]).toEqual([401, 200])
  const second = await byTwo({ kind: 'add-directory', name: 'Okta', roleId: roles.agent })
  expect((await scimCall(second.token!, 'POST', '/Users', user('chen'))).status).toBe(201)
})

test('C09 one person gives nobody into a directory’s hands, and takes an account elsewhere away alone', async () => {
  const row = await directoryNow()
  const find = async (name: string) => (await desk.call<{ rows: PersonRow[] }>('GET', `/api/people?search=${name}`, { cookie: sec })).body.rows[0]!.id
  const mei = await find('mei')
  expect(told(await desk.call('PUT', `/api/directories/${row.id}/people/${mei}`, { cookie: sec }))).toEqual(NEEDS_TWO)
  await byTwo({ kind: 'hand-over', directoryId: row.id, personId: mei })
  expect(await desk.app.pool`select from staff.provisioned where person_id = ${mei}`).toHaveLength(1)
  const joiner = await find('joiner')
  const { identities } = (await desk.call<{ identities: { id: string }[] }>('GET', `/api/people/${joiner}/sign-in`, { cookie: sec })).body
  expect((await desk.call('DELETE', `/api/people/${joiner}/identities/${identities[0]!.id}`, { cookie: sec })).status).toBe(204)
})
