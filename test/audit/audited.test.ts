/**
 * C12: calls every endpoint that changes something and reads, by the id of the call, what it wrote to the audit. Executed:
 * its event, once. Refused or rolled back: none. A new endpoint without its call here is found out at the end.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TOTP } from 'otpauth'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { demoRoom } from '../../apps/demo/room.ts'
import { rooms } from '../../apps/rooms.ts'
import { takeIn } from '../../modules/channels/index.ts'
import { letter, mailboxFor, openPorts, settleAll } from '../../modules/channels/mail/testing/peers.ts'
import { startLiar } from '../../modules/staff/federation/testing/openid.ts'
import { createPerson, createSetupLink, createSignInLink, createToken } from '../../modules/staff/index.ts'
import { run } from '../../platform/context.ts'
import { fillPath } from '../../platform/http/contract.ts'
import { softKey } from '../authenticator.ts'
import { openDesk, type TestDesk } from '../harness.ts'
import { readOperations, sample } from '../input/api.ts'
import { type Staffed, staffed } from '../people.ts'
import { writes } from './catalogue.ts'

let desk: TestDesk
let people: Staffed
const called = new Set<string>()
const wrong: string[] = []

interface With { params?: Record<string, string>; query?: string; body?: unknown; form?: FormData; token?: string | null; cookie?: string; headers?: Record<string, string> }
interface Answered { status: number; body: Record<string, never> & { id: string; version: number; token: string; number: number }; headers: Headers }

/** Calls an endpoint by its name and holds what it wrote against the catalogue. */
async function does(name: string, { params, query, body, form, token = people.admin.token, cookie, headers }: With = {}): Promise<Answered> {
  const endpoint = desk.endpoints.get(name)!
  const response = await fetch(desk.url + fillPath(endpoint.path, params) + (query ?? ''), {
    method: endpoint.method, body: form ?? (body === undefined ? undefined : JSON.stringify(body)),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(cookie ? { cookie } : token ? { authorization: `Bearer ${token}` } : {}), ...headers },
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const answer = bytes.length && response.headers.get('content-type')?.includes('json') ? JSON.parse(bytes.toString()) as never : {} as never
  if (response.status >= 300) { wrong.push(`${name}: ${response.status} ${bytes.toString().slice(0, 200)}`); return { status: response.status, body: answer, headers: response.headers } }
  called.add(name)
  const types = (await desk.app.pool<{ type: string }[]>`select type from platform.event where call = ${response.headers.get('x-request-id')} and type <> 'access.read' order by seq`).map((event) => event.type)
  const entry = writes[name]!
  if ('none' in entry) { if (types.length) wrong.push(`${name}: says it writes nothing and wrote ${types.join(', ')}`) }
  else {
    const odd = types.filter((type) => !entry.includes(type))
    if (odd.length) wrong.push(`${name}: wrote ${odd.join(', ')}, which the catalogue does not know`)
    const own = entry.find((type) => types.includes(type))
    const times = types.filter((type) => type === own).length
    if (times !== 1) wrong.push(`${name}: wrote ${own ?? 'nothing'} ${times} times`)
  }
  return { status: response.status, body: answer, headers: response.headers }
}
const cookieOf = ({ headers }: Answered): string => headers.get('set-cookie')!.split(';')[0]!
const hex = (): string => crypto.randomUUID().replaceAll('-', '')

beforeAll(async () => {
  desk = await openDesk({ rooms: [...rooms, demoRoom] })
  people = await staffed(desk)
})
afterAll(() => desk.close())
beforeEach(() => { wrong.length = 0 })

const password = 'Wandering teapots 41'
const hours = [{ from: '09:00', to: '18:00' }]
const week = { 1: hours, 2: hours, 3: hours, 4: hours, 5: hours, 6: [], 7: [] }

test('C12 the door: set-up, sessions, passwords and codes', async () => {
  // The door of an installation nobody has set up yet is another one.
  const company = desk
  desk = await openDesk()
  const secret = (await run(desk.app, {}, (ctx) => createSetupLink(ctx))).split('#')[1]!
  const first = await does('staff.setUp', { token: null, body: { token: secret, locale: 'zh-Hant', zone: 'Asia/Taipei', calendar: { name: '工作日', week, holidays: 'none' }, administrator: { name: '林', login: 'first@example.com', password }, start: 'empty' } })
  const cookie = cookieOf(first)
  await does('staff.editMe', { cookie, body: { name: '林怡君' } })
  await does('staff.setMyPresence', { cookie, body: { presence: 'online' } })
  const offer = await does('staff.offerTotp', { cookie }) as unknown as { body: { secret: string } }
  const code = () => new TOTP({ secret: offer.body.secret, algorithm: 'SHA1', digits: 6, period: 30 }).generate({ timestamp: desk.clock.now().getTime() })
  await does('staff.confirmTotp', { cookie, body: { code: code() } })
  await does('staff.prove', { cookie, body: { password } })
  await does('staff.renewRecoveryCodes', { cookie })
  await does('staff.removeTotp', { cookie, body: { password } })
  const key = softKey(desk.url)
  const offered = await does('staff.offerPasskey', { cookie }) as unknown as { body: { options: { challenge: string } } }
  const passkey = await does('staff.addPasskey', { cookie, body: { name: '筆電', passkey: key.create(offered.body.options) } })
  const asked = await does('staff.passkeyChallenge', { token: null }) as unknown as { body: { options: { challenge: string } } }
  await does('staff.signInByPasskey', { token: null, body: { passkey: key.answer(asked.body.options) } })
  await does('staff.removePasskey', { cookie, params: { id: passkey.body.id } })
  // Two of the three administrators grant a role.
  const [system] = await run(desk.app, {}, (ctx) => Promise.all(['system', 'security', 'audit'].map((duty) => createPerson(ctx, { name: duty, login: `${duty}@example.com`, role: `${duty}-administrator` }))))
  const { token } = await run(desk.app, {}, (ctx) => createToken(ctx, { name: 'x', personId: system!.id }))
  await does('staff.separate', { cookie, body: { version: 1 } })
  const proposed = await does('staff.propose', { cookie, body: { what: { kind: 'add-role', key: 'night', name: '夜班', permissions: ['requests.read'], scope: 'own' }, reason: '夜間值班' } })
  await does('staff.decide', { token, params: { id: proposed.body.id }, body: { verdict: 'approved' } })
  await desk.close()
  desk = company
  const link = await run(desk.app, {}, (ctx) => createSignInLink(ctx, people.agents[1]!.id))
  const byLink = cookieOf(await does('staff.signInByLink', { token: null, body: { token: link.split('#')[1] } }))
  await does('staff.setMyPassword', { cookie: byLink, body: { password: 'Seven quiet lanterns' } })
  const second = cookieOf(await does('staff.signIn', { token: null, body: { login: 'wang@example.com', password: 'Seven quiet lanterns' } }))
  const sessions = await desk.call<{ rows: { id: string; isCurrent: boolean }[] }>('GET', '/api/me/sessions', { cookie: second })
  await does('staff.endMySession', { cookie: second, params: { id: sessions.body.rows.find((one) => !one.isCurrent)!.id } })
  await does('staff.signOut', { cookie: second })
  expect(wrong).toEqual([])
})

test('C12 people, teams, skills, roles, calendars, tokens', async () => {
  const roles = (await desk.call<{ rows: { id: string; key: string }[] }>('GET', '/api/roles', { token: people.admin.token })).body.rows
  const made = await does('staff.createPerson', { body: { name: '王', login: 'new@example.com', roleId: roles.find((role) => role.key === 'agent')!.id } }) as unknown as { body: { person: { id: string } } }
  const id = made.body.person.id
  const skill = await does('staff.addSkill', { body: { key: 'fibre', name: '光纖' } })
  await does('staff.editSkill', { params: { id: skill.body.id }, body: { version: 1, name: '光纖網路' } })
  await does('staff.editPerson', { params: { id }, body: { version: 1, name: '王小明' } })
  await does('staff.setSkills', { params: { id }, body: { version: 2, skills: [{ skillId: skill.body.id, level: 3 }] } })
  await does('staff.disablePerson', { params: { id }, body: { version: 3, disabled: true } })
  await does('staff.disablePerson', { params: { id }, body: { version: 4, disabled: false } })
  const version = async () => (await desk.app.pool<{ version: number }[]>`select version from staff.person where id = ${id}`)[0]!.version
  await does('staff.giveRole', { params: { id }, body: { roleId: roles.find((role) => role.key === 'lead')!.id, version: await version() } })
  await desk.app.pool`insert into staff.session (id, hash, person_id, created_at, last_seen_at, expires_at) select gen_random_uuid(), '\\x01', ${id}, now(), now(), now() + interval '1 hour'`
  await does('staff.endSessions', { params: { id } })
  await does('staff.changeProfile', { body: { profile: 'mlps3', version: 1 } })
  await does('staff.changeProfile', { body: { profile: 'asvs', version: 2 } })
  await does('staff.invite', { params: { id } })
  await desk.app.pool`update staff.person set totp_secret = '\\x00' where id = ${id}`
  await does('staff.resetTotp', { params: { id } })
  const team = await does('staff.createTeam', { body: { name: '三線' } })
  await does('staff.editTeam', { params: { id: team.body.id }, body: { version: 1, name: '第三線' } })
  await does('staff.addMember', { params: { id: team.body.id, personId: id } })
  await does('staff.removeMember', { params: { id: team.body.id, personId: id } })
  const role = await does('staff.createRole', { body: { key: 'night', name: '夜班', permissions: ['requests.read'], scope: 'own' } })
  await does('staff.editRole', { params: { id: role.body.id }, body: { version: 1, permissions: ['requests.read', 'requests.work'] } })
  await does('staff.removeRole', { params: { id: role.body.id } })
  const calendar = await does('staff.createCalendar', { body: { name: '夜班', hours: { zone: 'Asia/Taipei', week, exceptions: [] } } })
  await does('staff.editCalendar', { params: { id: calendar.body.id }, body: { version: 1, name: '大夜班' } })
  await does('staff.previewCalendar', { body: { calendarId: calendar.body.id, minutes: 60 } })
  await does('staff.calendarMonth', { body: { hours: { zone: 'Asia/Taipei', week, exceptions: [] }, month: '2026-02' } })
  await does('staff.readHolidays', { body: { kind: 'ics', text: 'BEGIN:VCALENDAR\nEND:VCALENDAR', from: 2026, to: 2026 } })
  await does('staff.removeCalendar', { params: { id: calendar.body.id } })
  const token = await does('staff.createToken', { body: { name: '程式', permissions: ['requests.read'], scope: 'own' } }) as unknown as { body: { row: { id: string } } }
  await does('staff.revokeToken', { params: { id: token.body.row.id } })
  expect(wrong).toEqual([])
})

test('C12 sign-in by another system, and a directory', async () => {
  const liar = await startLiar('loopdesk')
  await desk.app.pool`insert into platform.setting (key, value, at) values ('staff.network', ${desk.app.pool.json({ clearText: true, privateProviders: true })}, ${desk.clock.now()})`
  const provider = await does('staff.addProvider', { body: { name: '公司帳號', settings: { kind: 'oidc', issuer: liar.issuer, clientId: 'loopdesk' } } })
  const id = provider.body.id
  await does('staff.editProvider', { params: { id }, body: { version: 1, name: '總部帳號' } })
  await does('staff.checkProvider', { params: { id } })
  /** Back from the provider, in the browser that left: the cookies are the door's and the session's. */
  const back = async (begun: Answered, cookie?: string): Promise<string> => {
    const asked = new URL((begun.body as unknown as { url: string }).url).searchParams
    liar.nonce = asked.get('nonce')!
    const browser = [cookieOf(begun), ...(cookie ? [cookie] : [])].join('; ')
    const answer = await fetch(`${desk.url}/api/federation/${id}/oidc?code=x&state=${asked.get('state')}`, { redirect: 'manual', headers: { cookie: browser } })
    expect(answer.status).toBe(303)
    return browser
  }
  const link = await run(desk.app, {}, (ctx) => createSignInLink(ctx, people.lead.id))
  const cookie = cookieOf({ headers: (await desk.call('POST', '/api/session/link', { body: { token: link.split('#')[1] } })).headers } as Answered)
  const browser = await back(await does('staff.connectIdentity', { cookie, body: { providerId: id } }), cookie)
  const waiting = (await desk.call<{ waiting: { id: string } }>('GET', '/api/me/identities', { cookie: browser })).body.waiting
  const identity = await does('staff.confirmIdentity', { cookie: browser, params: { id: waiting.id } })
  const offer = (await desk.call<{ secret: string }>('POST', '/api/me/totp', { cookie })).body
  const code = () => new TOTP({ secret: offer.secret, algorithm: 'SHA1', digits: 6, period: 30 }).generate({ timestamp: desk.clock.now().getTime() })
  await desk.call('PUT', '/api/me/totp', { cookie, body: { code: code() } })
  desk.clock.advance(60_000)
  const door = await back(await does('staff.beginSignIn', { token: null, body: { providerId: id } }))
  await does('staff.finishSignIn', { cookie: door, body: { code: code() } })
  await desk.app.pool`update staff.person set totp_secret = null, password_hash = 'x' where id = ${people.lead.id}`
  await does('staff.removeIdentity', { cookie, params: { id: identity.body.id } })
  await desk.app.pool`update staff.person set password_hash = null where id = ${people.lead.id}`
  const [again] = await desk.app.pool<{ id: string }[]>`insert into staff.identity_link (id, provider_id, issuer, subject, person_id, account, created_at) values (gen_random_uuid(), ${id}, 'x', 'x', ${people.lead.id}, 'x', ${desk.clock.now()}) returning id`
  await does('staff.removePersonIdentity', { params: { id: people.lead.id, identityId: again!.id } })
  await does('staff.removeProvider', { params: { id } })
  await liar.stop()

  const roles = (await desk.call<{ rows: { id: string; key: string }[] }>('GET', '/api/roles', { token: people.admin.token })).body.rows
  const roleOf = (key: string) => roles.find((role) => role.key === key)!.id
  const made = await does('staff.addDirectory', { body: { name: 'Entra', roleId: roleOf('agent') } }) as unknown as { body: { row: { id: string } } }
  const directoryId = made.body.row.id
  await does('staff.editDirectory', { params: { id: directoryId }, body: { version: 1, roleId: roleOf('lead') } })
  const { token } = (await does('staff.renewDirectory', { params: { id: directoryId }, body: {} })).body
  const [USER, GROUP, PATCH] = ['urn:ietf:params:scim:schemas:core:2.0:User', 'urn:ietf:params:scim:schemas:core:2.0:Group', 'urn:ietf:params:scim:api:messages:2.0:PatchOp']
  const user = (await does('staff.scimAddUser', { token, body: { schemas: [USER], userName: 'scim@example.com', displayName: '新人' } })).body.id
  await does('staff.scimPutUser', { token, params: { id: user }, body: { schemas: [USER], userName: 'scim@example.com', displayName: '新同仁' } })
  await does('staff.scimPatchUser', { token, params: { id: user }, body: { schemas: [PATCH], Operations: [{ op: 'replace', path: 'active', value: false }] } })
  const group = (await does('staff.scimAddGroup', { token, body: { schemas: [GROUP], displayName: '客服' } })).body.id
  await does('staff.scimPutGroup', { token, params: { id: group }, body: { schemas: [GROUP], displayName: '客服部' } })
  await does('staff.scimPatchGroup', { token, params: { id: group }, body: { schemas: [PATCH], Operations: [{ op: 'add', path: 'members', value: [{ value: user }] }] } })
  await does('staff.mapGroup', { params: { id: group }, body: { version: 1, roleId: roleOf('agent'), teamId: people.teamId } })
  await does('staff.scimRemoveGroup', { token, params: { id: group } })
  await does('staff.scimRemoveUser', { token, params: { id: user } })
  const handed = { id: directoryId, personId: people.outsider.id }
  await does('staff.handOver', { params: handed })
  await does('staff.takeBack', { params: handed })
  expect(wrong).toEqual([])
})

test('C12 customers', async () => {
  const one = await does('customers.create', { body: { name: '陳美玲', email: 'mei@example.com' } })
  const two = await does('customers.create', { body: { name: '陳美玲', phone: '0912345678' } })
  const id = one.body.id
  await does('customers.change', { params: { id }, body: { version: one.body.version, company: '海風' } })
  const added = await does('customers.addIdentity', { params: { id }, body: { kind: 'external', value: 'C-9' } }) as unknown as { body: { identities: { id: string; kind: string }[] } }
  const identityId = added.body.identities.find((identity) => identity.kind === 'external')!.id
  await does('customers.verifyIdentity', { params: { id, identityId } })
  await does('customers.removeIdentity', { params: { id, identityId } })
  await does('customers.merge', { params: { id, otherId: two.body.id }, body: { reason: '同一人' } })
  await does('customers.unmerge', { params: { id, otherId: two.body.id } })
  await does('customers.distinguish', { params: { id, otherId: two.body.id } })
  await does('customers.reveal', { params: { id }, body: { fields: ['email'], reason: '回電' } })
  await does('customers.changeLimit', { body: { perDay: 50 } })
  const tiers = (await desk.call<{ rows: { key: string; name: unknown }[]; version: number }>('GET', '/api/customer-tiers', { token: people.admin.token })).body
  await does('customers.changeTiers', { body: { version: tiers.version, rows: [...tiers.rows, { key: 'diamond', name: { 'zh-Hant': '鑽石', 'zh-Hans': '钻石', en: 'Diamond' } }] } })
  const stages = (await desk.call<{ rows: { id: string; key: string | null }[]; version: number }>('GET', '/api/customer-stages', { token: people.admin.token })).body
  await does('customers.changeStages', { body: { version: stages.version, rows: stages.rows.map(({ key: _, ...stage }) => ({ ...stage, stallDays: 9 })) } })
  await does('customers.moveCustomer', { params: { id }, body: { stageId: stages.rows[1]!.id, stayId: null, reason: '簽了合約' } })
  expect(wrong).toEqual([])
})

test('C12 services and rules', async () => {
  const name = { 'zh-Hant': '安裝', 'zh-Hans': '安装', en: 'Installation' }
  const service = await does('standards.addService', { body: { key: 'install', name, description: '', teamId: null, calendarId: null, verification: 'person', closeAfterHours: 72, reopenDays: 7, acceptMinutes: 15, skills: [], types: [], isActive: true } })
  await does('standards.changeService', { params: { id: service.body.id }, body: { version: 1, acceptMinutes: 20 } })
  const before = (await desk.call<{ rows: { id: string; isDefault: boolean }[] }>('GET', '/api/services', { token: people.admin.token })).body.rows.find((one) => one.isDefault)!
  await does('standards.makeDefault', { params: { id: service.body.id } })
  await does('standards.makeDefault', { params: { id: before.id } })
  await does('standards.removeService', { params: { id: service.body.id } })
  const { standard } = (await desk.call<{ standard: { content: Record<string, unknown> } }>('GET', `/api/services/${before.id}`, { token: people.admin.token })).body
  const director = await run(desk.app, {}, async (ctx) => (await createToken(ctx, { name: 'director', personId: (await createPerson(ctx, { name: '總監', login: 'standards-director@example.com', role: 'director', locale: 'zh-Hant', zone: 'Asia/Taipei' })).id })).token)
  const draft = await does('standards.draftStandard', { params: { id: before.id }, body: { content: standard.content } })
  await does('standards.changeDraft', { params: { id: draft.body.id }, body: { content: { ...standard.content, duties: '首問負責' }, revision: 1 } })
  await does('standards.dropDraft', { params: { id: draft.body.id } })
  const next = await does('standards.draftStandard', { params: { id: before.id }, body: { content: { ...standard.content, duties: '首問負責' } } })
  await does('standards.proposeStandard', { params: { id: next.body.id }, body: { reason: '寫明職責' } })
  await does('standards.refuseStandard', { token: director, params: { id: next.body.id }, query: `?reason=${encodeURIComponent('再寫清楚')}` })
  await does('standards.proposeStandard', { params: { id: next.body.id }, body: { reason: '寫明職責' } })
  await does('standards.approveStandard', { token: director, params: { id: next.body.id }, body: {} })
  await does('requests.applyStandard', { params: { id: next.body.id }, body: { reason: '立即適用' } })
  await does('standards.setChannel', { params: { channel: 'phone' }, body: { tier: 'auxiliary', flow: '接聽建單', responseMinutes: 10, targets: [{ metric: 'satisfied-share', target: 0.9 }], cost: 95, currency: 'TWD', reason: '年度檢討', after: 1 } })
  const rule = await does('standards.addRule', { body: { name: '急件', condition: { field: 'text', op: 'contains', value: '急急急' }, outcome: { priority: 'urgent' } } })
  await does('standards.changeRule', { params: { id: rule.body.id }, body: { version: 1, name: '特急件' } })
  const rules = (await desk.call<{ rows: { id: string }[] }>('GET', '/api/rules', { token: people.admin.token })).body.rows
  await does('standards.orderRules', { body: { ids: rules.map((one) => one.id).reverse() } })
  await does('standards.tryRules', { body: { subject: '斷線', text: '無法上網' } })
  await does('standards.removeRule', { params: { id: rule.body.id } })
  expect(wrong).toEqual([])
})

let count = 0
/** A request that an agent has accepted. */
async function begun(): Promise<{ id: string; agent: { id: string; token: string } }> {
  const opened = await does('requests.open', { token: people.intake.token, headers: { 'idempotency-key': `audited-${++count}` }, body: { subject: '想改資費', text: '請問如何更改方案', customer: { name: '林先生', email: `a${count}@example.com` } } }) as unknown as { body: { id: string; holder: { id: string } } }
  const agent = [...people.agents, people.lead].find((one) => one.id === opened.body.holder.id)!
  await does('requests.accept', { token: agent.token, params: { id: opened.body.id } })
  return { id: opened.body.id, agent }
}

test('C12 a request on its way', async () => {
  const { id, agent } = await begun()
  const by = (more: With = {}): With => ({ token: agent.token, params: { id }, ...more })
  const colleague = people.agents.find((one) => one.id !== agent.id)!
  await does('requests.assign', by({ body: { agentId: colleague.id } }))
  await does('requests.decline', { token: colleague.token, params: { id }, body: { reason: '手上太滿' } })
  await does('requests.take', { token: [...people.agents, people.lead].find((one) => one.id !== agent.id && one.id !== colleague.id)!.token, params: { id } })
  await does('requests.take', by())
  const version = async () => (await desk.call<{ version: number }>('GET', `/api/requests/${id}`, { token: agent.token })).body.version
  const [calendar] = await desk.app.pool<{ id: string; version: number; hours: unknown }[]>`select id, version, hours from staff.calendar where is_default`
  await does('staff.editCalendar', { params: { id: calendar!.id }, body: { version: calendar!.version, reason: '縮短' } })
  await does('requests.moveDeadlines', { params: { id: calendar!.id }, body: { version: calendar!.version + 1, reason: '縮短' } })
  await does('requests.correct', by({ body: { priority: 'urgent', version: await version() } }))
  const form = new FormData()
  form.set('file', new Blob(['x'], { type: 'text/plain' }), 'x.txt')
  await does('requests.upload', { token: agent.token, form })
  await does('requests.write', by({ body: { kind: 'note', text: '備註' } }))
  await does('requests.saveDraft', by({ body: { kind: 'reply', text: '草稿' } }))
  const held = await does('requests.write', by({ body: { kind: 'reply', text: '您好' } }))
  await does('requests.unsend', by({ params: { id, messageId: held.body.id } }))
  await does('requests.seen', by())
  await does('requests.viewing', by({ body: { typing: null } }))
  const noticeId = crypto.randomUUID()
  await desk.app.pool`insert into requests.notice (id, person_id, request_id, kind, at, level, needs_confirmation) values (${noticeId}, ${agent.id}, ${id}, 'escalation-call', ${desk.clock.now()}, 'L2', true)`
  await does('requests.confirmNotice', { token: agent.token, params: { id: noticeId } })
  await does('requests.readNotices', { token: agent.token })
  await does('requests.wait', by({ body: { for: 'third-party', reason: '等機房' } }))
  await does('requests.resume', by())
  await does('requests.askHuman', by())
  const task = await does('requests.addTask', by({ body: { title: '回電' } }))
  await does('requests.changeTask', by({ params: { id, taskId: task.body.id }, body: { isDone: true, version: task.body.version } }))
  const sent = await does('requests.write', by({ body: { kind: 'reply', text: '已處理' } }))
  await desk.pass(11_000)
  await desk.app.pool`update requests.message set state = 'failed' where id = ${sent.body.id}`
  await does('requests.resend', by({ params: { id, messageId: sent.body.id } }))
  await desk.app.pool`update requests.request set verification = 'person' where id = ${id}`
  await does('requests.submit', by({ body: { result: '已更換' } }))
  await does('requests.verify', { token: people.admin.token, params: { id }, body: { verdict: 'passed' } })
  const other = await begun()
  await does('requests.close', { token: people.lead.token, params: { id: other.id }, body: { reason: '重複' } })
  await does('requests.reopen', { token: people.lead.token, params: { id: other.id } })
  const template = await does('requests.addTemplate', { body: { name: '問候', body: '您好', locale: 'zh-Hant' } })
  await does('requests.changeTemplate', { params: { id: template.body.id }, body: { version: template.body.version, name: '問候語' } })
  expect(wrong).toEqual([])
})

test('C12 portal, chat and rating', async () => {
  const visitor = hex()
  const form = (): FormData => { const one = new FormData(); one.set('file', new Blob(['x'], { type: 'text/plain' }), 'x.txt'); return one }
  await does('channels.upload', { token: null, form: form(), headers: { 'x-visitor': visitor } })
  const asked = await does('channels.ask', { token: null, body: { key: hex(), visitor, name: '陳美玲', email: 'portal@example.com', subject: '斷線', text: '第三次了', locale: 'zh-Hant' } })
  await does('channels.write', { token: null, params: { token: asked.body.token }, body: { key: hex(), text: '還是不行' } })
  const [request] = await desk.app.pool<{ id: string; holderId: string }[]>`update requests.request set verification = 'customer' where number = ${asked.body.number} returning id, holder_id`
  const holder = [...people.agents, people.lead].find((one) => one.id === request!.holderId)!
  await does('requests.write', { token: holder.token, params: { id: request!.id }, body: { kind: 'reply', text: '處理中' } })
  await does('channels.human', { token: null, params: { token: asked.body.token } })
  await desk.pass(11_000)
  await does('requests.submit', { token: holder.token, params: { id: request!.id }, body: { result: '已修復' } })
  await does('channels.verdict', { token: null, params: { token: asked.body.token }, body: { isSolved: true } })
  await does('quality.rate', { token: null, params: { token: asked.body.token }, body: { score: 5 } })

  const started = await does('channels.start', { token: null, body: { locale: 'zh-Hant' } })
  const headers = { 'x-chat': started.body.token }
  await does('channels.introduce', { token: null, headers, body: { name: '訪客' } })
  await does('channels.say', { token: null, headers, body: { clientKey: hex(), text: '在嗎？' } })
  await does('channels.seen', { token: null, headers, body: { ids: [request!.id], isRead: true } })
  expect(wrong).toEqual([])
})

test('C12 mailboxes, quarantine and webhooks', async () => {
  const receiver = createServer((_request, response) => { response.writeHead(204).end() })
  await new Promise<void>((ready) => receiver.listen(0, '127.0.0.1', ready))
  await openPorts(desk, [2525])
  const box = await mailboxFor(desk, null, { acknowledges: false })
  const added = await does('channels.addMailbox', { body: { name: '帳務', address: 'billing@desk.example', imap: null, smtp: null } })
  await does('channels.changeMailbox', { params: { id: added.body.id }, body: { version: added.body.version, name: '帳務組' } })
  await does('channels.testMailbox', { body: {} })
  const held: string[] = []
  for (const nr of [1, 2]) {
    await takeIn(desk.app, box.id, letter({ headers: { 'X-First': `x${nr}\r\nFrom: other@evil.example` } }))
    const [mail] = await desk.app.pool<{ id: string }[]>`select id from channels.mail where verdict = 'quarantined' order by id desc limit 1`
    held.push(mail!.id)
  }
  await does('channels.release', { params: { id: held[0]! }, body: { email: 'real@customer.example' } })
  await does('channels.discard', { params: { id: held[1]! } })
  const hook = await does('channels.addWebhook', { body: { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`, types: ['request.accepted'] } })
  await does('channels.renewSecret', { params: { id: hook.body.id } })
  await begun()
  await settleAll(desk)
  const [delivery] = await desk.app.pool<{ id: string }[]>`select id from channels.webhook_delivery where webhook_id = ${hook.body.id} limit 1`
  await does('channels.resendDelivery', { params: { id: hook.body.id, deliveryId: delivery!.id } })
  await does('channels.changeWebhook', { params: { id: hook.body.id }, body: { version: hook.body.version + 1, isActive: false } })
  await does('channels.removeWebhook', { params: { id: hook.body.id } })
  receiver.closeAllConnections()
  receiver.close()
  expect(wrong).toEqual([])
})

test('C12 governance and the demonstration company', async () => {
  await does('governance.changeAuditRetention', { body: { days: 500 } })
  await does('governance.verifyAudit')
  await does('governance.changeNoticeMail', { body: { isOn: false } })
  const planted = await does('governance.plantCanary', { body: { name: '誘餌', subject: '誘餌', text: '誘餌' } })
  await does('governance.endCanary', { params: { id: (planted.body as unknown as { rows: { id: string }[] }).rows[0]!.id } })
  await does('governance.changeAlarmLimits', { body: { failures: 5, denials: 5, reads: 50 } })
  await does('governance.exportAudit', { body: { format: 'csv' } })
  const [alarm] = await desk.app.pool<{ id: string }[]>`insert into governance.alarm (id, kind, who, count, first_at, last_at, raised_at) values (gen_random_uuid(), 'probing', 'x', 9, now(), now(), now()) returning id`
  await does('governance.ownAlarm', { params: { id: alarm!.id }, body: { personId: people.admin.id } })
  await does('governance.acknowledgeAlarm', { params: { id: alarm!.id }, body: { note: '已查明' } })
  await does('governance.runCompliance')
  // The run itself has its own test.
  await desk.app.pool`delete from platform.job where queue = 'governance.comply'`
  await desk.app.pool`update governance.compliance_run set done_at = now(), checks = '[]'`
  await does('governance.exportCompliance')
  const dueAt = new Date(desk.clock.now().getTime() + 3_600_000).toISOString()
  const agent = people.agents[0]!
  const notice = await does('governance.sendNotice', { body: { title: '停機維護', text: '今晚十點', dueAt, personIds: [agent.id] } })
  await does('governance.deliverNotice', { token: agent.token, params: { id: notice.body.id } })
  await does('governance.readNotice', { token: agent.token, params: { id: notice.body.id } })
  await does('governance.confirmNotice', { token: agent.token, params: { id: notice.body.id } })
  await does('governance.withdrawNotice', { params: { id: notice.body.id } })
  await does('governance.sendHandOver', { token: agent.token, body: { title: '交班', text: '請留意', dueAt, personIds: [people.agents[1]!.id] } })
  expect(wrong).toEqual([])
})

test('C12 requests of people about their own data', async () => {
  const asked = await desk.call<{ token: string }>('POST', '/api/portal/requests', { body: { key: hex(), visitor: hex(), name: '林小姐', email: 'lin-own@example.com', subject: '查詢', text: '請協助', locale: 'zh-Hant' } })
  await does('governance.ask', { token: null, params: { token: asked.body.token }, body: { kind: 'stop', wish: '請停止' } })
  const customerId = (await does('customers.create', { body: { name: '許先生', email: 'xu@example.com' } })).body.id
  const open = async (kind: string) => (await does('governance.open', { body: { customerId, kind, law: 'gdpr', wish: '請處理' } })).body
  const copy = await open('copy')
  const at = (name: string, id: string, body: unknown) => does(`governance.${name}`, { params: { id }, body })
  await at('extend', copy.id, { reason: '需要較久', version: copy.version })
  await at('verify', copy.id, { how: 'called-back', version: copy.version + 1 })
  await at('grant', copy.id, { version: copy.version + 2 })
  await at('copy', copy.id, { format: 'json' })
  await at('complete', copy.id, { outcome: '已交付', version: copy.version + 3 })
  const see = await open('see')
  await at('refuse', see.id, { ground: 'unfounded', reason: '沒有資料', version: see.version })
  const stop = await open('stop')
  await at('withdraw', stop.id, { outcome: '不再需要', version: stop.version })
  const said = { from: 'person', at: '2025-11-02T03:00:00.000Z', text: '無法上網', files: [] }
  await does('governance.bring', { body: { format: 'loopdesk.portable-person/1', madeAt: '2026-01-05T00:00:00.000Z', person: { name: '許太太', language: null, region: null, company: null, addresses: [] }, conversations: [{ subject: '斷線', channel: 'email', openedAt: said.at, closedAt: null, messages: [said], rating: null }] } })
  await at('hold', customerId, { reason: '訴訟' })
  await at('lift', customerId, { reason: '結束' })
  await does('governance.changeSettings', { body: { law: 'pipl', remindDays: 3 } })
  await does('governance.changeRetention', { params: { category: 'mail' }, body: { days: 365, version: 1 } })
  expect(wrong).toEqual([])
})

test('C12 P18 a breach of personal data', async () => {
  const known = { title: '磁碟遺失', happened: '備份磁碟遺失', categories: ['contact'], persons: 12, cause: '運送', harm: '詐騙', measures: '報警', advice: '留意電話', contact: '02-2345-0000', laws: ['gdpr'] }
  const { id } = (await does('governance.openBreach', { body: { ...known, noticedAt: desk.clock.now().toISOString() } })).body
  await does('governance.editBreach', { params: { id }, body: { ...known, persons: 15, version: 1 } })
  await does('governance.settleDuty', { params: { id, law: 'gdpr' }, body: { outcome: 'reported', words: 'DPA-1', version: 2 } })
  await does('governance.decidePersons', { params: { id }, body: { verdict: 'tell', reason: '風險高', version: 3 } })
  await does('governance.tellPersons', { params: { id }, body: { how: '簡訊', version: 4 } })
  await does('governance.closeBreach', { params: { id }, body: { outcome: '改為加密', version: 5 } })
  await does('governance.changeBreachHours', { body: { 'tw-pdpa': 24, pipl: 0 } })
  expect(wrong).toEqual([])
})

test('C12 P06 P09 P17 records of processors, and assessments', async () => {
  const record = { host: 'smtp.vendor.example', name: '郵件代送', role: 'processor', purpose: '代送郵件', contract: 'C-1', untilOn: null, contact: '', country: 'US', isSensitive: false, basis: 'standard-contract', basisWords: 'S-1', basisUntilOn: null }
  const made = (await does('governance.addProcessor', { body: record })).body as unknown as { processors: { id: string }[] }
  const { id } = made.processors[0]!
  await does('governance.changeProcessor', { params: { id }, body: { ...record, contact: 'dpo@vendor.example', version: 1 } })
  await desk.app.pool`update governance.processor set changed_by_id = ${people.lead.id}`
  await does('governance.approveBasis', { params: { id }, body: { version: 2 } })
  await does('governance.changeOutsideRules', { body: { home: ['TW'], needsRecord: false, needsBasis: false, needsAssessment: false } })
  const words = { title: '郵件代送', ground: 'provide', hosts: ['smtp.vendor.example'], purpose: '必要', risk: '低', measures: 'TLS', level: 'low' }
  const one = (await does('governance.makeAssessment', { body: words })).body
  await does('governance.changeAssessment', { params: { id: one.id }, body: { ...words, level: 'medium', version: 1 } })
  await desk.app.pool`update governance.assessment set made_by_id = ${people.lead.id}`
  await does('governance.decideAssessment', { params: { id: one.id }, body: { verdict: 'refused', reason: '再想想', version: 2 } })
  const other = (await does('governance.makeAssessment', { body: words })).body
  await does('governance.removeAssessment', { params: { id: other.id } })
  expect(wrong).toEqual([])
})

test('C12 P04 a child and the guardian', async () => {
  const { id } = (await does('customers.create', { body: { name: '小安', email: 'an@example.com' } })).body
  await does('customers.markMinor', { params: { id }, body: { birthYear: null } })
  await does('customers.guardian', { params: { id }, body: { name: '高先生', relation: 'parent', channel: 'paper', evidence: '同意書 7' } })
  await does('customers.endGuardian', { params: { id } })
  await does('customers.endMinor', { params: { id } })
  expect(wrong).toEqual([])
})

test('C12 consent and exports', async () => {
  const asked = await desk.call<{ token: string }>('POST', '/api/portal/requests', { body: { key: hex(), visitor: hex(), name: '高小姐', email: 'gao-own@example.com', subject: '查詢', text: '請協助', locale: 'zh-Hant' } })
  const customerId = (await does('customers.create', { body: { name: '何先生', email: 'he@example.com' } })).body.id
  const { rows } = (await does('governance.publish', { body: { purpose: 'marketing', words: { 'zh-Hant': '優惠', 'zh-Hans': '优惠', en: 'Offers' } } })).body as unknown as { rows: { id: string }[] }
  const noticeId = rows[0]!.id
  await does('governance.consent', { params: { id: customerId, purpose: 'marketing' }, body: { noticeId, channel: 'paper', evidence: '同意書 12' } })
  await does('governance.unconsent', { params: { id: customerId, purpose: 'marketing' } })
  await does('governance.consent', { params: { id: customerId, purpose: 'marketing' }, body: { noticeId, channel: 'paper', evidence: '同意書 13' } })
  await does('governance.optOut', { params: { id: customerId } })
  await does('governance.agree', { token: null, params: { token: asked.body.token, purpose: 'marketing' }, body: { noticeId } })
  await does('governance.disagree', { token: null, params: { token: asked.body.token, purpose: 'marketing' } })
  await desk.call('PUT', `/api/portal/requests/${asked.body.token}/consents/marketing`, { body: { noticeId } })
  await does('governance.optOutOwn', { token: null, params: { token: asked.body.token } })
  await does('governance.changeExportRules', { body: { freeRows: 10, monthlyRows: 1000 } })
  const { id } = (await does('governance.askExport', { token: people.lead.token, body: { purpose: 'service', columns: ['name'], filter: {}, reason: '通知施工' } })).body
  await does('governance.decideExport', { params: { id }, body: { verdict: 'approved' } })
  await does('governance.takeExport', { token: people.lead.token, params: { id } })
  expect(wrong).toEqual([])
})

test('C12 saved reports', async () => {
  const question = { metric: 'volume', by: 'team', period: 'week', compare: 'none' }
  const given = { name: '新增', question, roleIds: [], teamIds: [] }
  const { id } = (await does('insight.saveReport', { body: given })).body
  await does('insight.changeReport', { params: { id }, body: { ...given, version: 1 } })
  const mailing = { rhythm: 'daily', weekday: null, monthDay: null, time: '08:00', attachments: ['csv'], personIds: [people.admin.id] }
  await does('insight.setMailing', { params: { id }, body: mailing })
  await does('insight.leaveMailing', { params: { id } })
  await desk.call('PUT', `/api/saved-reports/${id}/mailing`, { token: people.admin.token, body: mailing })
  await does('insight.endMailing', { params: { id } })
  await does('insight.deleteReport', { params: { id } })
  expect(wrong).toEqual([])
})

test('C12 the formula of the quality index', async () => {
  const body = { indicators: [{ metric: 'rating', group: 'satisfaction', ownerId: null, target: 4.5, zero: 3, weight: 100 }], effectiveOn: '2027-01-01', reason: '滿意優先' }
  await does('insight.proposeIndex', { body })
  const lead = { token: people.lead.token }
  const second = await does('insight.proposeIndex', { ...lead, body })
  await does('insight.approveIndex', { params: { id: second.body.id } })
  const third = await does('insight.proposeIndex', { ...lead, body })
  await does('insight.dropIndex', { ...lead, params: { id: third.body.id }, query: '?reason=x' })
  expect(wrong).toEqual([])
})

test('C12 wallboards', async () => {
  const made = await does('insight.makeWallboard', { body: { name: '大廳', locale: 'zh-Hant', theme: 'dark', seconds: 15, teamId: null } }) as unknown as { body: { row: { id: string } } }
  await does('insight.revokeWallboard', { params: { id: made.body.row.id } })
  expect(wrong).toEqual([])
})

test('C12 a proposed tier is taken', async () => {
  // Forty customers, who all came through chat five times.
  await desk.app.pool`insert into insight.fact (id, number, customer_id, channel, priority, tier, opened_at, first_response_late, resolution_late, transfers, reopened, failed_verifications, asked)
    select gen_random_uuid(), 900000 + n, lpad(to_hex(n % 40 + 1), 32, '0')::uuid, 'chat', 'normal', 'standard', ${desk.clock.now()}, false, false, 0, 0, 0, 1 from generate_series(1, 200) n`
  const [from, to] = [-1, 1].map((days) => new Date(desk.clock.now().getTime() + days * 86_400_000).toISOString().slice(0, 10))
  await does('insight.takeTier', { params: { channel: 'chat' }, body: { from, to, tier: 'core', after: 1 } })
  await desk.app.pool`delete from insight.fact where number > 900000`
  expect(wrong).toEqual([])
})

test('C12 alarms on metrics', async () => {
  const rule = { name: '積壓', metric: 'volume', filters: {}, each: null, bucket: 'day', condition: 'above', bound: 0, least: 1, ackMinutes: 30, isPaused: false, nextId: null }
  const { id } = (await does('insight.addAlarmRule', { body: rule })).body
  await does('insight.changeAlarmRule', { params: { id }, body: { ...rule, version: 1 } })
  const alarmId = '01890000-0000-7000-8000-0000000000aa'
  await desk.app.pool`insert into governance.alarm (id, kind, who, count, first_at, last_at, raised_at) values (${alarmId}, 'metric', ${id}, 1, now(), now(), now())`
  await desk.app.pool`insert into insight.metric_alarm (alarm_id, rule_id, key, bucket_start, value, count) values (${alarmId}, ${id}, '', now(), 1, 1)`
  await does('insight.giveMetricAlarm', { params: { id: alarmId }, body: { personId: people.admin.id } })
  await does('insight.acknowledgeMetricAlarm', { params: { id: alarmId }, body: { note: '處理中' } })
  await does('insight.judgeMetricAlarm', { params: { id: alarmId }, body: { verdict: 'useful', outcome: '加派人手' } })
  await does('insight.removeAlarmRule', { params: { id } })
  expect(wrong).toEqual([])
})

/** Starts programs of its own or takes everything away, or needs a directory or a signing provider: their own tests hold their lines. */
const elsewhere = new Set(['staff.samlReturn', 'staff.signInByDirectory', 'staff.oidcSignOut', 'staff.samlSignOutForm', 'demo.start', 'demo.cancel', 'demo.remove'])

test('C12 no endpoint that changes something was left out', () => {
  expect([...desk.endpoints].filter(([name, endpoint]) => endpoint.method !== 'GET' && !called.has(name) && !elsewhere.has(name)).map(([name]) => name)).toEqual([])
})

test('C12 what is refused or rolled back writes nothing but that it was refused', async () => {
  const odd: string[] = []
  const operations = await readOperations(desk)
  for (const operation of operations.filter((one) => one.method !== 'GET' && !one.isMultipart)) {
    for (const token of [people.intake.token, people.admin.token]) {
      const response = await fetch(desk.url + operation.path.replace(/\{\w+\}/g, '01890000-0000-7000-8000-000000000000'), {
        method: operation.method, headers: { authorization: `Bearer ${token}`, ...(operation.body ? { 'content-type': 'application/json' } : {}) }, body: operation.body ? JSON.stringify(token === people.admin.token && operation.path.includes('{') ? sample(operation.body) : { nothing: 'fits' }) : undefined,
      })
      await response.arrayBuffer()
      if (response.status < 400) continue
      const events = await desk.app.pool<{ type: string }[]>`select type from platform.event where call = ${response.headers.get('x-request-id')} and type <> 'access.refused'`
      if (events.length) odd.push(`${operation.method} ${operation.path} answered ${response.status} and wrote ${events.map((event) => event.type).join(', ')}`)
    }
  }
  const before = await desk.call<{ rows: { id: string; name: string; version: number }[] }>('GET', '/api/teams', { token: people.admin.token })
  const [one, two] = before.body.rows
  const taken = await desk.call('PATCH', `/api/teams/${one!.id}`, { token: people.admin.token, body: { version: one!.version, name: two!.name } })
  expect(taken.status).toBe(409)
  expect(await desk.app.pool`select type from platform.event where call = ${taken.headers.get('x-request-id')}`).toEqual([])
  expect(odd).toEqual([])
})
