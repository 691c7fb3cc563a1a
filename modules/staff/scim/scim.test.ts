import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../../platform/context.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import type { MeRow, PersonRow, RoleRow, TeamRow } from '../contract.ts'
import { createPerson, createSignInLink, createTeam, createToken, listRoles } from '../index.ts'
import { hashPassword } from '../password.ts'
import type { DirectoryGroupRow, DirectoryRow } from './contract.ts'

interface ScimUser { id: string; userName: string; displayName: string; active: boolean; externalId?: string; name: { givenName?: string; familyName?: string; formatted: string }; groups: { value: string }[]; meta: { location: string } }
interface ScimGroup { id: string; displayName: string; members: { value: string }[] }
interface ScimError { schemas: string[]; status: string; scimType?: string; detail: string; fault: { code: string } }
interface List<T> { totalResults: number; startIndex: number; itemsPerPage: number; Resources: T[] }

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
let desk: TestDesk
let admin = ''
let adminId = ''
let token = ''
let directory: DirectoryRow
let roles: Map<string, RoleRow>
let teams: TeamRow[]
let hired = 0

beforeAll(async () => {
  desk = await openDesk({ work: true })
  await run(desk.app, {}, async (ctx) => {
    adminId = (await createPerson(ctx, { name: '林管理', login: 'root@example.com', role: 'administrator' })).id
    admin = (await createToken(ctx, { name: 'test', personId: adminId })).token
    teams = [await createTeam(ctx, { name: '一線' }), await createTeam(ctx, { name: '二線' })]
    roles = new Map((await listRoles(ctx)).map((role) => [role.key, role]))
  })
  const made = await desk.call<{ token: string; row: DirectoryRow }>('POST', '/api/directories', { token: admin, body: { name: 'Entra', roleId: roles.get('agent')!.id } })
  expect(made.status).toBe(201)
  ;({ token, row: directory } = made.body)
})
afterAll(() => desk?.close())

/** As a directory calls: its own media type, its token. */
async function scim<T = ScimError>(method: string, path: string, body?: unknown, by = token): Promise<{ status: number; body: T; headers: Headers }> {
  const answer = await fetch(`${desk.url}/scim/v2${path}`, { method, headers: { authorization: `Bearer ${by}`, ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }) }, body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body) })
  const text = await answer.text()
  return { status: answer.status, body: (text ? JSON.parse(text) : {}) as T, headers: answer.headers }
}
const hire = async (more: Record<string, unknown> = {}): Promise<ScimUser> => {
  const answer = await scim<ScimUser>('POST', '/Users', { schemas: [USER], userName: `p${++hired}@corp.example`, externalId: `ext-${hired}`, displayName: `同仁${hired}`, active: true, ...more })
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body
}
const patch = <T = ScimUser>(path: string, ...Operations: unknown[]) => scim<T>('PATCH', path, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations })
const person = async (id: string) => (await desk.call<PersonRow>('GET', `/api/people/${id}`, { token: admin })).body
const codeOf = (answer: { body: unknown }) => (answer.body as ScimError).fault?.code

test('what the protocol asks of a server to say of itself', async () => {
  const config = await scim<Record<string, { supported: boolean }>>('GET', '/ServiceProviderConfig')
  expect([config.status, config.headers.get('content-type')]).toEqual([200, 'application/scim+json; charset=utf-8'])
  expect([config.body.patch!.supported, config.body.bulk!.supported, config.body.filter!.supported]).toEqual([true, false, true])
  expect((await scim<List<{ id: string; endpoint: string }>>('GET', '/ResourceTypes')).body.Resources.map((one) => one.endpoint)).toEqual(['/Users', '/Groups'])
  const schemas = (await scim<List<{ id: string; attributes: { name: string }[] }>>('GET', '/Schemas')).body
  expect(schemas.Resources.map((one) => one.id)).toEqual([USER, GROUP])
  expect(schemas.Resources[0]!.attributes.map((one) => one.name)).not.toContain('password')
})

test('only a directory’s own token gets in, and it gets nowhere else; refusals have the protocol’s form', async () => {
  for (const [by, status] of [['ldt_x', 401], [admin, 403]] as const) {
    const answer = await scim('GET', '/Users', undefined, by)
    expect([answer.status, answer.body.schemas, answer.body.status, answer.headers.get('content-type')]).toEqual([status, [ERROR], String(status), 'application/scim+json; charset=utf-8'])
  }
  for (const path of ['/api/people', '/api/requests', '/api/identity-providers', '/api/directories', '/api/me']) expect([path, (await desk.call('GET', path, { token })).status]).toEqual([path, 403])
  const { token: agent } = await run(desk.app, {}, (ctx) => createToken(ctx, { name: 'x', role: 'agent' }))
  expect((await scim('GET', '/Users', undefined, agent)).status).toBe(403)
  for (const [body, type] of [['{', 'invalidSyntax'], ['[]', 'invalidValue'], [{ schemas: [USER] }, 'invalidValue'], [{ schemas: [USER], userName: 'no address' }, 'invalidValue'], [{ schemas: [USER], userName: 5 }, 'invalidValue'], [{ schemas: [USER], userName: 'a@b.example', displayName: 'a\nb' }, 'invalidValue']] as const) {
    const answer = await scim('POST', '/Users', body)
    expect([JSON.stringify(body), answer.status, answer.body.scimType, answer.body.schemas]).toEqual([JSON.stringify(body), 400, type, [ERROR]])
  }
  const missing = await scim('GET', '/Users/01890000-0000-7000-8000-000000000000')
  expect([missing.status, missing.body.status]).toEqual([404, '404'])
})

test('a joiner becomes a person with the directory’s role, is found by name, and can’t come twice', async () => {
  const joined = await hire({ userName: 'Mei.Chen@corp.example', externalId: 'entra-1', displayName: undefined, name: { givenName: '美玲', familyName: '陳' }, preferredLanguage: 'zh-TW', timezone: 'Asia/Taipei', emails: [{ value: 'mei@corp.example', primary: true }], phoneNumbers: [{ value: '+886', type: 'work' }], 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'x' } })
  expect(joined).toMatchObject({ userName: 'Mei.Chen@corp.example', displayName: '陳美玲', externalId: 'entra-1', active: true, name: { givenName: '美玲', familyName: '陳' } })
  expect(joined.meta.location).toBe(`${desk.url}/scim/v2/Users/${joined.id}`)
  expect(await person(joined.id)).toMatchObject({ name: '陳美玲', roleKey: 'agent', locale: 'zh-Hant', zone: 'Asia/Taipei', hasPassword: false, disabledAt: null })
  for (const filter of ['userName eq "mei.chen@CORP.example"', 'externalId eq "entra-1"', `id eq "${joined.id}" and active eq true`, 'userName eq "nobody" or externalId eq "entra-1"', 'emails.value eq "mei.chen@corp.example"']) {
    expect([filter, (await scim<List<ScimUser>>('GET', `/Users?filter=${encodeURIComponent(filter)}`)).body.Resources.map((one) => one.id)]).toEqual([filter, [joined.id]])
  }
  for (const filter of ['userName sw "m"', 'password eq "x"', 'userName eq', '(', 'userName pr', "userName eq 'x'", 'userName eq "x" and not (active eq true)', 'meta.created gt "2020"']) {
    const answer = await scim('GET', `/Users?filter=${encodeURIComponent(filter)}`)
    expect([filter, answer.status, answer.body.scimType]).toEqual([filter, 400, 'invalidFilter'])
  }
  expect((await scim<List<ScimUser>>('GET', `/Users?filter=${encodeURIComponent('userName eq "\' or 1=1 --"')}`)).body.totalResults).toBe(0)
  for (const twin of [{ userName: 'mei.chen@corp.example', externalId: 'other' }, { userName: 'other@corp.example', externalId: 'entra-1' }, { userName: 'root@example.com' }]) {
    const answer = await scim('POST', '/Users', { schemas: [USER], ...twin })
    expect([twin.userName, answer.status, answer.body.scimType]).toEqual([twin.userName, 409, 'uniqueness'])
  }
  const [event] = await desk.app.pool`select actor_kind, actor_id from platform.event where type = 'staff.person-created' and subject = ${joined.id}`
  expect(event).toMatchObject({ actorKind: 'client', actorId: directory.id })
})

test('pages and chosen attributes', async () => {
  for (let count = 0; count < 3; count++) await hire()
  const all = (await scim<List<ScimUser>>('GET', '/Users')).body
  const second = (await scim<List<ScimUser>>('GET', '/Users?startIndex=2&count=2&attributes=userName')).body
  expect([second.totalResults, second.startIndex, second.itemsPerPage]).toEqual([all.totalResults, 2, 2])
  expect(second.Resources.map((one) => one.id)).toEqual(all.Resources.slice(1, 3).map((one) => one.id))
  expect(Object.keys(second.Resources[0]!).sort()).toEqual(['id', 'schemas', 'userName'])
  expect((await scim<List<ScimUser>>('GET', '/Users?count=0')).body).toMatchObject({ totalResults: all.totalResults, Resources: [] })
})

test('changes: by PUT and by the operations of Okta and Microsoft', async () => {
  const one = await hire({ name: { givenName: '小明', familyName: '王' }, displayName: undefined })
  expect(one.displayName).toBe('王小明')
  expect((await patch(`/Users/${one.id}`, { op: 'Replace', path: 'name.familyName', value: '李' })).body.displayName).toBe('李小明')
  expect((await patch(`/Users/${one.id}`, { op: 'replace', value: { displayName: 'Leo', 'name.givenName': 'Leo' } })).body).toMatchObject({ displayName: 'Leo', name: { givenName: 'Leo' } })
  expect((await patch(`/Users/${one.id}`, { op: 'replace', path: 'userName', value: 'leo@corp.example' })).body.userName).toBe('leo@corp.example')
  expect((await patch(`/Users/${one.id}`, { op: 'add', path: 'phoneNumbers[type eq "work"].value', value: '1' }, { op: 'replace', value: { title: 'x' } }, { op: 'Add', path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', value: 'y' })).status).toBe(200)
  expect((await person(one.id)).name).toBe('Leo')
  const put = await scim<ScimUser>('PUT', `/Users/${one.id}`, { schemas: [USER], userName: 'leo.lee@corp.example', displayName: 'Leo Lee', externalId: 'new-ext', active: true })
  expect(put.body).toMatchObject({ userName: 'leo.lee@corp.example', displayName: 'Leo Lee', externalId: 'new-ext' })
  const two = await hire()
  for (const [ops, status, type] of [
    [[{ op: 'replace', path: 'userName', value: 'LEO.LEE@corp.example' }], 409, 'uniqueness'], [[{ op: 'replace', path: 'externalId', value: 'new-ext' }], 409, 'uniqueness'], [[{ op: 'replace', path: 'id', value: 'x' }], 400, 'mutability'],
    [[{ op: 'explode' }], 400, 'invalidSyntax'], [[{ op: 'replace', path: 'shoeSize', value: 1 }], 400, 'invalidPath'], [[{ op: 'replace', path: '__proto__.x', value: 1 }], 400, 'invalidPath'], [[], 400, 'invalidSyntax'], [[5], 400, 'invalidSyntax'], [[{ op: 'replace', path: 'active', value: 'perhaps' }], 400, 'invalidValue'],
    [[{ op: 'remove', path: 'userName' }], 400, undefined],
  ] as const) {
    const answer = await patch<ScimError>(`/Users/${two.id}`, ...ops)
    expect([JSON.stringify(ops), answer.status, ...(type ? [answer.body.scimType] : [])]).toEqual([JSON.stringify(ops), status, ...(type ? [type] : [])])
  }
  expect((await scim<ScimUser>('GET', `/Users/${two.id}`)).body).toMatchObject({ userName: two.userName, active: true })
})

test('C08 E06 a leaver: with active false the sessions, links, tokens and live streams of the person are dead within five seconds', async () => {
  const joined = await hire({ userName: 'leaver@corp.example' })
  const password = '雨天出門記得帶傘和鑰匙'
  await desk.app.pool`update staff.person set password_hash = ${await hashPassword(password)} where id = ${joined.id}`
  const entered = await desk.call('POST', '/api/session', { body: { login: 'leaver@corp.example', password } })
  const cookie = entered.headers.get('set-cookie')!.split(';')[0]!
  const { own, link } = await run(desk.app, {}, async (ctx) => ({ own: (await createToken(ctx, { name: 'own', personId: joined.id })).token, link: (await createSignInLink(ctx, joined.id)).split('#')[1]! }))
  const listen = async (headers: Record<string, string>) => {
    const reader = (await fetch(`${desk.url}/api/live`, { headers })).body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('hello')
    return { over: (async () => { while (!(await reader.read()).done); return performance.now() })() }
  }
  const streams = [await listen({ cookie }), await listen({ authorization: `Bearer ${own}` })]
  const mine = await listen({ authorization: `Bearer ${admin}` })
  expect((await desk.call<MeRow>('GET', '/api/me', { cookie })).status).toBe(200)
  expect((await desk.call<MeRow>('GET', '/api/me', { token: own })).status).toBe(200)

  const began = performance.now()
  const left = await patch(`/Users/${joined.id}`, { op: 'Replace', path: 'active', value: 'False' })
  expect([left.status, left.body.active]).toEqual([200, false])
  expect([(await desk.call('GET', '/api/me', { cookie })).status, (await desk.call('GET', '/api/me', { token: own })).status]).toEqual([401, 401])
  expect((await desk.call('POST', '/api/session/link', { body: { token: link } })).status).toBe(401)
  expect((await desk.call('POST', '/api/session', { body: { login: 'leaver@corp.example', password } })).status).toBe(401)
  const ends = await Promise.all(streams.map((stream) => stream.over))
  expect(Math.max(...ends) - began).toBeLessThan(5_000)
  expect(await Promise.race([mine.over.then(() => 'over'), new Promise((wake) => setTimeout(() => wake('open'), 300))])).toBe('open')

  // Coming back gives no old session back.
  expect((await patch(`/Users/${joined.id}`, { op: 'replace', value: { active: true } })).body.active).toBe(true)
  expect([(await desk.call('GET', '/api/me', { cookie })).status, (await desk.call('GET', '/api/me', { token: own })).status]).toEqual([401, 401])
  expect((await scim('DELETE', `/Users/${joined.id}`)).status).toBe(204)
  expect((await scim('GET', `/Users/${joined.id}`)).status).toBe(404)
  expect((await person(joined.id)).disabledAt).not.toBeNull()
})

test('groups give a role and a team by the table, take away only what they gave, and never the installation', async () => {
  const [one, two] = [await hire(), await hire()]
  const made = await scim<ScimGroup>('POST', '/Groups', { schemas: [GROUP], displayName: '客服主管', externalId: 'g-1', members: [{ value: one.id }] })
  expect([made.status, made.body.members.map((member) => member.value)]).toEqual([201, [one.id]])
  const row = async () => (await desk.call<{ rows: DirectoryRow[] }>('GET', '/api/directories', { token: admin })).body.rows[0]!.groups.find((group) => group.id === made.body.id)!
  const map = async (roleId: string | null, teamId: string | null) => desk.call<DirectoryGroupRow>('PUT', `/api/directories/groups/${made.body.id}`, { token: admin, body: { version: (await row()).version, roleId, teamId } })
  // Nothing by itself, whatever the group is called.
  expect((await person(one.id)).roleKey).toBe('agent')
  expect(codeOf(await map(roles.get('administrator')!.id, null))).toBe('staff.federation.role-too-strong')
  expect((await map(roles.get('lead')!.id, teams[0]!.id)).body).toMatchObject({ members: 1, roleId: roles.get('lead')!.id })
  expect(await person(one.id)).toMatchObject({ roleKey: 'lead', teamIds: [teams[0]!.id] })

  await patch<ScimGroup>(`/Groups/${made.body.id}`, { op: 'add', path: 'members', value: [{ value: two.id }] })
  expect(await person(two.id)).toMatchObject({ roleKey: 'lead', teamIds: [teams[0]!.id] })
  expect((await scim<ScimUser>('GET', `/Users/${two.id}`)).body.groups).toMatchObject([{ value: made.body.id, display: '客服主管' }])
  await patch(`/Groups/${made.body.id}`, { op: 'Remove', path: 'members', value: [{ value: one.id }] })
  expect(await person(one.id)).toMatchObject({ roleKey: 'agent', teamIds: [] })
  // What people gave stays: a team by hand, a role by hand.
  await desk.call('PUT', `/api/teams/${teams[1]!.id}/members/${two.id}`, { token: admin })
  await desk.call('PATCH', `/api/people/${two.id}`, { token: admin, body: { version: (await person(two.id)).version, roleId: roles.get('director')!.id } })
  await patch(`/Groups/${made.body.id}`, { op: 'remove', path: `members[value eq "${two.id}"]` })
  expect(await person(two.id)).toMatchObject({ roleKey: 'director', teamIds: [teams[1]!.id] })

  await scim('PUT', `/Groups/${made.body.id}`, { schemas: [GROUP], displayName: '主管', members: [{ value: one.id }] })
  expect(await person(one.id)).toMatchObject({ roleKey: 'lead', teamIds: [teams[0]!.id] })
  await map(roles.get('lead')!.id, teams[1]!.id)
  expect((await person(one.id)).teamIds).toEqual([teams[1]!.id])
  for (const filter of ['displayName eq "主管"', `members.value eq "${one.id}"`, `id eq "${made.body.id}" and members eq "${one.id}"`]) {
    expect([filter, (await scim<List<ScimGroup>>('GET', `/Groups?excludedAttributes=members&filter=${encodeURIComponent(filter)}`)).body.Resources]).toMatchObject([filter, [{ id: made.body.id }]])
  }
  expect((await scim('DELETE', `/Groups/${made.body.id}`)).status).toBe(204)
  expect(await person(one.id)).toMatchObject({ roleKey: 'agent', teamIds: [] })
  const stranger = await scim('POST', '/Groups', { schemas: [GROUP], displayName: 'x', members: [{ value: adminId }] })
  expect([stranger.status, stranger.body.scimType]).toEqual([400, 'invalidValue'])
})

test('a directory sees and changes only its own people, and of those above daily work it can only end the access', async () => {
  for (const [method, path, body] of [['GET', `/Users/${adminId}`], ['PUT', `/Users/${adminId}`, { schemas: [USER], userName: 'evil@corp.example' }], ['DELETE', `/Users/${adminId}`]] as const) expect([method, (await scim(method, path, body)).status]).toEqual([method, 404])
  expect((await patch(`/Users/${adminId}`, { op: 'replace', path: 'active', value: false })).status).toBe(404)
  const promoted = await hire()
  await desk.call('PATCH', `/api/people/${promoted.id}`, { token: admin, body: { version: (await person(promoted.id)).version, roleId: roles.get('administrator')!.id } })
  const renamed = await patch<ScimError>(`/Users/${promoted.id}`, { op: 'replace', path: 'userName', value: 'evil@corp.example' })
  expect([renamed.status, codeOf(renamed)]).toEqual([403, 'staff.scim.stronger'])
  expect((await patch(`/Users/${promoted.id}`, { op: 'replace', path: 'active', value: false })).status).toBe(200)
  expect((await patch<ScimError>(`/Users/${promoted.id}`, { op: 'replace', path: 'active', value: true })).status).toBe(403)

  const second = (await desk.call<{ token: string; row: DirectoryRow }>('POST', '/api/directories', { token: admin, body: { name: 'Okta', roleId: roles.get('agent')!.id } })).body
  expect((await scim<List<ScimUser>>('GET', '/Users', undefined, second.token)).body.totalResults).toBe(0)
  const { id } = await run(desk.app, {}, (ctx) => createPerson(ctx, { name: '舊人', login: 'before@corp.example' }))
  expect((await desk.call('PUT', `/api/directories/${second.row.id}/people/${adminId}`, { token: admin })).status).toBe(403)
  expect((await desk.call('PUT', `/api/directories/${second.row.id}/people/${id}`, { token: admin })).status).toBe(204)
  expect((await desk.call('PUT', `/api/directories/${directory.id}/people/${id}`, { token: admin })).status).toBe(409)
  expect((await scim<ScimUser>('GET', `/Users/${id}`, undefined, second.token)).body.userName).toBe('before@corp.example')
  expect((await desk.call('DELETE', `/api/directories/${second.row.id}/people/${id}`, { token: admin })).status).toBe(204)
  expect((await scim('GET', `/Users/${id}`, undefined, second.token)).status).toBe(404)
})

test('the last administrator stays, also when a directory says they left', async () => {
  const solo = await hire()
  await desk.app.pool`update staff.person set role_id = ${roles.get('administrator')!.id} where id = ${solo.id}`
  await desk.app.pool`update staff.person set disabled_at = ${desk.clock.now()} where id = ${adminId}`
  const answer = await patch<ScimError>(`/Users/${solo.id}`, { op: 'replace', path: 'active', value: false })
  expect([answer.status, codeOf(answer), answer.body.schemas]).toEqual([409, 'staff.last-administrator', [ERROR]])
  await desk.app.pool`update staff.person set disabled_at = null where id = ${adminId}`
})

test('a new token ends the earlier ones; settings are an administrator’s', async () => {
  const renewed = await desk.call<{ token: string }>('POST', `/api/directories/${directory.id}/token`, { token: admin, body: {} })
  expect(renewed.status).toBe(201)
  expect((await scim('GET', '/Users')).status).toBe(401)
  expect((await scim('GET', '/Users', undefined, renewed.body.token)).status).toBe(200)
  expect((await desk.call('GET', '/api/directories', { token: renewed.body.token })).status).toBe(403)
  const shown = JSON.stringify([(await desk.call('GET', '/api/directories', { token: admin })).body, await desk.app.pool`select data from platform.event where type like 'staff.directory%'`])
  for (const secret of [token, renewed.body.token]) expect(shown).not.toContain(secret)
})
