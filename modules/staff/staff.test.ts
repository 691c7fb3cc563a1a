import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareCatalogues } from '../../lib/text/index.ts'
import { run } from '../../platform/context.ts'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import type { Endpoint } from '../../platform/http/contract.ts'
import { type PersonRow, type RoleRow, type TeamRow, staff } from './contract.ts'
import { addSkill, createPerson, createTeam, createToken, listCandidates, setPresence } from './index.ts'

let desk: TestDesk
let token = ''
let roles: Map<string, RoleRow>
const asRows = <T>(answer: { body: unknown }): T[] => (answer.body as { rows: T[] }).rows
const fault = (answer: { body: unknown }) => (answer.body as { fault: { code: string; fields: { path: string; code: string }[] } }).fault
const add = async (name: string, login: string, role = 'agent') =>
  desk.call<{ person: PersonRow; invitation: { url: string } }>('POST', '/api/people', { token, body: { name, login, roleId: roles.get(role)!.id } })
const tokenOf = (personId: string) => run(desk.app, {}, async (ctx) => (await createToken(ctx, { name: 'test', personId })).token)

beforeAll(async () => {
  desk = await openDesk()
  const administrator = await run(desk.app, {}, (ctx) => createPerson(ctx, { name: '林管理', login: 'root@example.com', role: 'administrator' }))
  token = await tokenOf(administrator.id)
  roles = new Map(asRows<RoleRow>(await desk.call('GET', '/api/roles', { token })).map((role) => [role.key, role]))
})
afterAll(() => desk?.close())

test('a person is added with an invitation, found by name and login, and edited against the version that was read', async () => {
  const made = await add('陳美玲', 'May.Chen@Example.com')
  expect(made.status).toBe(201)
  expect(made.body.invitation.url).toMatch(/\/sign-in#[\w-]{43}$/)
  expect(made.body.person).toMatchObject({ name: '陳美玲', login: 'May.Chen@Example.com', roleKey: 'agent', presence: 'offline', version: 1, capacity: { chat: 3, email: 8 } })
  for (const search of ['美玲', 'may.chen']) expect(asRows<PersonRow>(await desk.call('GET', `/api/people?search=${encodeURIComponent(search)}`, { token })).map((one) => one.id)).toEqual([made.body.person.id])
  expect(asRows(await desk.call('GET', '/api/people?search=%25', { token }))).toEqual([])
  expect(fault(await add('別人', 'may.chen@EXAMPLE.com')).code).toBe('staff.login-taken')

  const path = `/api/people/${made.body.person.id}`
  const edited = await desk.call<PersonRow>('PATCH', path, { token, body: { version: 1, name: '陳美琳', languages: ['zh-TW', 'en'] } })
  expect(edited.body).toMatchObject({ name: '陳美琳', languages: ['zh-TW', 'en'], version: 2 })
  const stale = await desk.call('PATCH', path, { token, body: { version: 1, name: '晚到' } })
  expect([stale.status, fault(stale).code]).toEqual([409, 'staff.changed-meanwhile'])
  const [event] = await desk.app.pool`select type, data from platform.event where subject = ${made.body.person.id} order by seq desc limit 1`
  expect(event).toMatchObject({ type: 'staff.person-changed', data: { changes: { name: { from: '陳美玲', to: '陳美琳' } } } })
})

test('pages of people continue where the last one ended and miss nobody of the same name', async () => {
  for (let i = 0; i < 5; i++) await add('同名', `same${i}@example.com`)
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const path: string = `/api/people?search=${encodeURIComponent('同名')}&limit=2${cursor ? `&cursor=${cursor}` : ''}`
    const answer = await desk.call<{ rows: PersonRow[]; next: string | null }>('GET', path, { token })
    seen.push(...answer.body.rows.map((one) => one.login))
    cursor = answer.body.next
  }
  expect(seen).toEqual(['same0@example.com', 'same1@example.com', 'same2@example.com', 'same3@example.com', 'same4@example.com'])
  expect((await desk.call('GET', '/api/people?cursor=bm9wZQ', { token })).status).toBe(422)
})

test('E06 a disabled person is out at once: sessions, tokens and links', async () => {
  const { body: { person, invitation } } = await add('離職者', 'gone@example.com')
  const secret = await tokenOf(person.id)
  const link = invitation.url.split('#')[1]
  const entered = await desk.call('POST', '/api/session/link', { body: { token: link } })
  const cookie = entered.headers.get('set-cookie')!.split(';')[0]!
  expect((await desk.call('GET', '/api/me', { token: secret })).status).toBe(200)
  expect((await desk.call('GET', '/api/me', { cookie })).status).toBe(200)
  expect((await desk.call('PUT', `/api/people/${person.id}/disabled`, { token, body: { disabled: true, version: 1 } })).status).toBe(200)
  expect((await desk.call('GET', '/api/me', { token: secret })).status).toBe(401)
  expect((await desk.call('GET', '/api/me', { cookie })).status).toBe(401)
  expect(fault(await desk.call('POST', `/api/people/${person.id}/sign-in-links`, { token })).code).toBe('staff.person-disabled')
})

test('the last administrator can be neither disabled nor given a smaller role', async () => {
  const [root] = asRows<PersonRow>(await desk.call('GET', '/api/people?search=root', { token }))
  const disabled = await desk.call('PUT', `/api/people/${root!.id}/disabled`, { token, body: { disabled: true, version: root!.version } })
  expect(fault(disabled).code).toBe('staff.last-administrator')
  expect(fault(await desk.call('PATCH', `/api/people/${root!.id}`, { token, body: { version: root!.version, roleId: roles.get('agent')!.id } })).code).toBe('staff.last-administrator')
})

test('D14 nobody gives what they do not hold: roles, people, tokens', async () => {
  const role = await desk.call<RoleRow>('POST', '/api/roles', { token, body: { key: 'personnel', name: '人事', permissions: ['staff.read', 'staff.configure', 'access.grant'], scope: 'team' } })
  expect(role.status).toBe(201)
  roles.set('personnel', role.body)
  const { body: { person } } = await add('人事專員', 'hr@example.com', 'personnel')
  const hr = await tokenOf(person.id)
  const [root] = asRows<PersonRow>(await desk.call('GET', '/api/people?search=root', { token }))
  const tries: [string, string, unknown][] = [
    ['POST', '/api/roles', { key: 'god', name: '神', permissions: ['*'], scope: 'all' }],
    ['PATCH', `/api/roles/${role.body.id}`, { version: 1, scope: 'all' }],
    ['POST', '/api/people', { name: 'x', login: 'x@example.com', roleId: roles.get('administrator')!.id }],
    ['PATCH', `/api/people/${person.id}`, { version: 1, roleId: roles.get('lead')!.id }],
    ['PATCH', `/api/people/${root!.id}`, { version: root!.version, login: 'mine@example.com' }],
    ['POST', `/api/people/${root!.id}/sign-in-links`, undefined],
    ['DELETE', `/api/people/${root!.id}/totp`, undefined],
    ['POST', '/api/tokens', { name: 'x', personId: root!.id }],
    ['POST', '/api/tokens', { name: 'x', permissions: ['requests.read'] }],
  ]
  for (const [method, path, body] of tries) expect([method, path, fault(await desk.call(method, path, { token: hr, body })).code]).toEqual([method, path, 'staff.may-not-grant'])
  expect((await desk.call('POST', '/api/tokens', { token: hr, body: { name: 'small', permissions: ['staff.read'], scope: 'own' } })).status).toBe(201)
  expect(fault(await desk.call('PATCH', `/api/roles/${roles.get('agent')!.id}`, { token, body: { version: 1, name: 'x' } })).code).toBe('staff.role-built-in')
  expect(fault(await desk.call('DELETE', `/api/roles/${role.body.id}`, { token })).code).toBe('staff.role-in-use')
})

test('an agent reads colleagues but changes nothing, an intake client does neither', async () => {
  const { body: { person } } = await add('專員', 'agent@example.com')
  const agent = await tokenOf(person.id)
  expect((await desk.call('GET', '/api/people', { token: agent })).status).toBe(200)
  expect((await desk.call('POST', '/api/teams', { token: agent, body: { name: 'x' } })).status).toBe(403)
  const intake = await desk.call<{ token: string; row: { permissions: string[]; id: string; scope: string } }>('POST', '/api/tokens', { token, body: { name: '官網表單', roleId: roles.get('intake')!.id } })
  expect(intake.body.row).toMatchObject({ permissions: ['requests.open', 'requests.read'], scope: 'own' })
  expect((await desk.call('GET', '/api/people', { token: intake.body.token })).status).toBe(403)
  expect((await desk.call('GET', '/api/me', { token: intake.body.token })).status).toBe(403)
  expect((await desk.call('DELETE', `/api/tokens/${intake.body.row.id}`, { token })).status).toBe(204)
  expect((await desk.call('GET', '/api/people', { token: intake.body.token })).status).toBe(401)
  expect(JSON.stringify(await desk.call('GET', '/api/tokens', { token }))).not.toContain(intake.body.token)
})

test('4.1-b what allocation asks of a team: skills with level, languages, presence, capacity and hours in one answer, fresh after every change', async () => {
  const { personId, teamId } = await run(desk.app, {}, async (ctx) => {
    await addSkill(ctx, { key: 'broadband', name: '寬頻' })
    const team = await createTeam(ctx, { name: '二線' })
    const person = await createPerson(ctx, { name: '王大明', login: 'wang@example.com', teamIds: [team.id], skills: { broadband: 4 }, languages: ['zh-TW', 'nan'], regions: ['TW-TPE'] })
    expect(await listCandidates(ctx, team.id)).toHaveLength(1)
    return { personId: person.id, teamId: team.id }
  })
  const candidates = () => run(desk.app, {}, (ctx) => listCandidates(ctx, teamId))
  expect(await candidates()).toEqual([{
    agentId: personId, name: '王大明', teamIds: [teamId], skills: { broadband: 4 }, languages: ['zh-TW', 'nan'], regions: ['TW-TPE'],
    presence: 'offline', isWorking: true, capacity: { chat: 3, email: 8, portal: 8, api: 8, phone: 1 },
  }])
  await run(desk.app, {}, (ctx) => setPresence(ctx, personId, 'online'))
  expect((await candidates())[0]!.presence).toBe('online')
  const { body: calendar } = await desk.call<{ id: string }>('POST', '/api/calendars', { token, body: { name: '夜班', hours: { zone: 'Asia/Taipei', week: { 1: [{ from: '22:00', to: '06:00' }], 2: [], 3: [], 4: [], 5: [], 6: [], 7: [] }, exceptions: [] } } })
  const team = (await desk.call<TeamRow>('GET', `/api/teams/${teamId}`, { token })).body
  expect((await desk.call('PATCH', `/api/teams/${teamId}`, { token, body: { version: team.version, calendarId: calendar.id } })).status).toBe(200)
  expect((await candidates())[0]!.isWorking).toBe(false)
  await desk.pass(14 * 3_600_000)
  expect((await candidates())[0]!.isWorking).toBe(true)
  await desk.call('DELETE', `/api/teams/${teamId}/members/${personId}`, { token })
  expect(await candidates()).toEqual([])
})

test('presence lapses to offline after three minutes without a sign of life, and says so once', async () => {
  const { body: { person } } = await add('在線者', 'here@example.com')
  const secret = await tokenOf(person.id)
  const presence = async () => (await desk.call<PersonRow>('GET', `/api/people/${person.id}`, { token })).body.presence
  expect((await desk.call('PUT', '/api/me/presence', { token: secret, body: { presence: 'online' } })).status).toBe(200)
  await desk.pass(120_000)
  await desk.call('PUT', '/api/me/presence', { token: secret, body: { presence: 'online' } })
  await desk.pass(120_000)
  expect(await presence()).toBe('online')
  await desk.pass(120_000)
  await desk.pass(120_000)
  expect(await presence()).toBe('offline')
  const events = await desk.app.pool`select data from platform.event where subject = ${person.id} and type = 'staff.presence-changed' order by seq`
  expect(events.map((event) => event.data)).toEqual([{ from: 'offline', to: 'online' }, { from: 'online', to: 'offline', lapsed: true }])
})

test('5.2-a a target set now is explained over the calendar and the holidays of Taiwan', async () => {
  const week = { 1: [{ from: '09:00', to: '18:00' }], 2: [{ from: '09:00', to: '18:00' }], 3: [{ from: '09:00', to: '18:00' }], 4: [{ from: '09:00', to: '18:00' }], 5: [{ from: '09:00', to: '18:00' }], 6: [], 7: [] }
  const preview = await desk.call<{ dueAt: string; counted: unknown[]; exceptions: { date: string }[] }>('POST', '/api/calendars/preview', {
    token, body: { hours: { zone: 'Asia/Taipei', week, exceptions: [] }, holidays: 'TW', minutes: 240, startAt: '2026-02-26T08:00:00Z' },
  })
  // Thursday 16:00 in Taipei: two hours today; Friday the 27th is the day off for Peace Memorial Day, so two hours on Monday.
  expect(preview.body).toMatchObject({
    dueAt: '2026-03-02T03:00:00.000Z',
    counted: [{ from: '2026-02-26T08:00:00.000Z', to: '2026-02-26T10:00:00.000Z', minutes: 120 }, { from: '2026-03-02T01:00:00.000Z', to: '2026-03-02T03:00:00.000Z', minutes: 120 }],
  })
  expect(preview.body.exceptions.map((one) => one.date)).toContain('2026-02-27')
  const closed = await desk.call('POST', '/api/calendars', { token, body: { name: '空', hours: { zone: 'Asia/Taipei', week: { 1: [], 2: [], 3: [], 4: [], 5: [], 6: [], 7: [] }, exceptions: [] } } })
  expect(fault(closed).code).toBe('staff.calendar-never-opens')
  const nowhere = await desk.call('POST', '/api/calendars', { token, body: { name: '空', hours: { zone: 'Mars/Olympus', week, exceptions: [] } } })
  expect(fault(nowhere).fields).toEqual([{ path: 'hours.zone', code: 'input.zone' }])
})

test('skills are replaced as a whole and archived ones disappear from people', async () => {
  const skill = await desk.call<{ id: string; version: number }>('POST', '/api/skills', { token, body: { key: 'refund', name: '退款' } })
  expect(fault(await desk.call('POST', '/api/skills', { token, body: { key: 'refund', name: '退費' } })).code).toBe('staff.key-taken')
  const { body: { person } } = await add('技能者', 'skilled@example.com')
  const set = await desk.call<PersonRow>('PUT', `/api/people/${person.id}/skills`, { token, body: { version: 1, skills: [{ skillId: skill.body.id, level: 5 }] } })
  expect(set.body).toMatchObject({ skills: [{ key: 'refund', level: 5 }], version: 2 })
  expect(fault(await desk.call('PUT', `/api/people/${person.id}/skills`, { token, body: { version: 1, skills: [] } })).code).toBe('staff.changed-meanwhile')
  await desk.call('PATCH', `/api/skills/${skill.body.id}`, { token, body: { version: 1, archived: true } })
  expect((await desk.call<PersonRow>('GET', `/api/people/${person.id}`, { token })).body.skills).toEqual([])
})

const naughtyFile = new URL('../../../shared/data/security/blns.json', import.meta.url)
test.skipIf(!existsSync(naughtyFile))('naughty strings as names of teams come back unchanged or are refused with the field', async () => {
  const strings = [...new Set(JSON.parse(readFileSync(naughtyFile, 'utf8')) as string[]), 'half \ud83d', 'nul \0', '\u202eright to left']
  let kept = 0
  for (const name of strings) {
    const answer = await desk.call<TeamRow>('POST', '/api/teams', { token, body: { name } })
    if (answer.status === 201) {
      kept++
      expect((await desk.call<TeamRow>('GET', `/api/teams/${answer.body.id}`, { token })).body.name).toBe(name)
      const search = await desk.call('GET', `/api/people?search=${encodeURIComponent([...name].slice(0, 50).join(''))}`, { token })
      expect([200, 422]).toContain(search.status)
    } else expect([answer.status, fault(answer).fields[0]?.path]).toEqual([422, 'name'])
  }
  expect(kept).toBeGreaterThan(400)
}, 60_000)

test('wrong, missing and unknown fields are refused with a code per field', async () => {
  const refused = await desk.call('POST', '/api/people', { token, body: { name: ' ', login: 'nobody', roleId: 'x', passwordHash: 'mine', isAdmin: true } })
  expect(refused.status).toBe(422)
  expect(fault(refused).fields.map((one) => one.path)).toEqual(expect.arrayContaining(['name', 'login', 'roleId', 'passwordHash']))
  expect((await desk.call('PATCH', '/api/people/not-an-id', { token, body: { version: 1 } })).status).toBe(404)
})

test('every fault code of the room has a text in the three languages', () => {
  const catalogue = new Set<string>()
  for (const folder of ['./text/', '../../platform/text/']) {
    const files = readdirSync(new URL(folder, import.meta.url))
    const read = (locale: string) => Object.assign({}, ...files.filter((name) => name === `${locale}.json` || name.endsWith(`.${locale}.json`)).map((name) => JSON.parse(readFileSync(new URL(folder + name, import.meta.url), 'utf8')) as object)) as Record<string, string>
    const texts = read('zh-Hant')
    for (const other of ['zh-Hans', 'en']) expect(compareCatalogues(texts, read(other))).toEqual({ missing: [], extra: [], differentArguments: [], malformed: [] })
    for (const key of Object.keys(texts)) catalogue.add(key)
  }
  const here = new URL('./', import.meta.url)
  const sources = readdirSync(here).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).map((name) => readFileSync(new URL(name, here), 'utf8'))
  const codes = sources.flatMap((source) => [
    ...[...source.matchAll(/(?:Fault\(|code: |message: |return |tried, )'([a-z-]+\.[a-z.-]+)'/g)].map((found) => found[1]!),
    ...[...source.matchAll(/notFound\('([a-z.]+)'\)/g)].map((found) => `${found[1]!}.not-found`),
  ])
  for (const endpoint of Object.values<Endpoint>(staff)) codes.push(...(endpoint.faults ?? []))
  expect(codes.length).toBeGreaterThan(60)
  expect(codes.filter((code) => !catalogue.has(code))).toEqual([])
})

test('the API page describes every endpoint of the room', async () => {
  const { body } = await desk.call<{ paths: Record<string, Record<string, unknown>> }>('GET', '/openapi.json')
  for (const endpoint of Object.values(staff)) expect(Object.keys(body.paths[endpoint.path.replace(/:([A-Za-z]+)/g, '{$1}')] ?? {})).toContain(endpoint.method.toLowerCase())
})

test('E06 a second process forgets a revoked token as soon as the first one tells it', async () => {
  const other = await openDesk({ databaseUrl: desk.databaseUrl })
  try {
    const { body } = await desk.call<{ token: string; row: { id: string } }>('POST', '/api/tokens', { token, body: { name: '報表', permissions: ['staff.read'], scope: 'all' } })
    const ask = async () => (await other.call('GET', '/api/roles', { token: body.token })).status
    expect(await ask()).toBe(200)
    await desk.call('DELETE', `/api/tokens/${body.row.id}`, { token })
    const began = performance.now()
    while ((await ask()) === 200 && performance.now() - began < 5_000) await new Promise((wake) => setTimeout(wake, 10))
    expect(performance.now() - began).toBeLessThan(2_000)
  } finally {
    await other.close()
  }
})
