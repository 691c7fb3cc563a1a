import { TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../platform/context.ts'
import { openDesk, secondNode, type TestDesk } from '../../test/harness.ts'
import { type Staffed, staffed } from '../../test/people.ts'
import type { MeRow, PersonRow, PolicyRow, ProposalRow, RoleRow } from './contract.ts'
import { createPerson } from './index.ts'
import { hashPassword } from './password.ts'
import { signIn } from './sign-in.ts'

let desk: TestDesk
let people: Staffed
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const passwords: Record<string, string> = {}
const code = (answer: { body: unknown }) => (answer.body as { fault?: { code: string } }).fault?.code
const cookieOf = (answer: { headers: Headers }) => answer.headers.get('set-cookie')!.split(';')[0]!
const from = (network: string) => ({ ip: network, network, userAgent: 'test' })

/** A person with a password, and a fresh session of theirs. */
async function hire(name: string, role: string): Promise<PersonRow> {
  passwords[name] = `Regenschirm-${name}-7`
  return run(desk.app, {}, async (ctx) => createPerson(ctx, { name, login: `${name}@door.example`, role, passwordHash: await hashPassword(passwords[name]!), isOwnPassword: true }))
}
const enter = async (name: string, more: object = {}) => desk.call<{ personId: string }>('POST', '/api/session', { body: { login: `${name}@door.example`, password: passwords[name], ...more } })
const cookie = async (name: string) => cookieOf(await enter(name))
const policyOf = async (who: string) => (await desk.call<PolicyRow>('GET', '/api/access-policy', { cookie: who })).body
const roleId = async (key: string) => (await desk.call<{ rows: RoleRow[] }>('GET', '/api/roles', { token: people.admin.token })).body.rows.find((one) => one.key === key)!.id

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  await hire('chief', 'administrator')
})
afterAll(() => desk?.close())

/** Opens the live stream; answers what ends with it. */
async function listen(url: string, who: string): Promise<{ ended: Promise<number>; stop: () => void }> {
  const stop = new AbortController()
  const response = await fetch(`${url}/api/live`, { headers: { cookie: who }, signal: stop.signal })
  expect(response.status).toBe(200)
  const reader = response.body!.getReader()
  await reader.read()
  const began = performance.now()
  const ended = (async () => {
    try { for (;;) if ((await reader.read()).done) break } catch { /* cut */ }
    return performance.now() - began
  })()
  return { ended, stop: () => stop.abort() }
}

test('a role of the company’s own is made, changed and removed, but not with people on it, and holds only what some room knows', async () => {
  const token = people.admin.token
  const made = await desk.call<RoleRow>('POST', '/api/roles', { token, body: { key: 'north', name: '北區', permissions: ['requests.read', 'requests.work'], scope: 'region' } })
  expect(made).toMatchObject({ status: 201, body: { scope: 'region' } })
  expect(code(await desk.call('POST', '/api/roles', { token, body: { key: 'odd', name: 'x', permissions: ['requests.fly'], scope: 'own' } }))).toBe('staff.unknown-permission')
  const known = (await desk.call<{ rows: string[] }>('GET', '/api/permissions', { token })).body.rows
  expect(known).toEqual(expect.arrayContaining(['access.grant', 'audit.read', 'customers.reveal', 'requests.assign', 'mails.read']))
  const changed = await desk.call<RoleRow>('PATCH', `/api/roles/${made.body.id}`, { token, body: { version: 1, permissions: ['requests.read', 'customers.read'] } })
  expect(changed.body.permissions).toEqual(['customers.read', 'requests.read'])
  const holder = await run(desk.app, {}, (ctx) => createPerson(ctx, { name: 'north', login: 'north@example.com', role: 'north' }))
  expect(code(await desk.call('DELETE', `/api/roles/${made.body.id}`, { token }))).toBe('staff.role-in-use')
  expect((await desk.call('PUT', `/api/people/${holder.id}/role`, { token, body: { roleId: await roleId('agent'), version: holder.version } })).status).toBe(200)
  expect((await desk.call('DELETE', `/api/roles/${made.body.id}`, { token })).status).toBe(204)
})

test('C04 a screen left open proves again who sits there before a grant, a token or a look, and is heard for a quarter of an hour', async () => {
  const who = await cookie('chief')
  const grant = () => desk.call('POST', '/api/tokens', { cookie: who, body: { name: 'x', permissions: ['requests.read'] } })
  expect((await grant()).status).toBe(201)
  await desk.pass(16 * MINUTE)
  expect(await grant()).toMatchObject({ status: 403, body: { fault: { code: 'access.prove-again' } } })
  const customer = await desk.call<{ id: string }>('POST', '/api/customers', { token: people.admin.token, body: { name: '王', email: 'wang@example.com' } })
  const look = () => desk.call('POST', `/api/customers/${customer.body.id}/revelations`, { cookie: who, body: { fields: ['email'], reason: '核對' } })
  expect(code(await look())).toBe('access.prove-again')
  const person = (await desk.call<PersonRow>('GET', `/api/people/${people.outsider.id}`, { cookie: who })).body
  // Work data of a person is no grant; the login is.
  const capacity = await desk.call<PersonRow>('PATCH', `/api/people/${person.id}`, { cookie: who, body: { version: person.version, capacity: { chat: 2 } } })
  expect(capacity.status).toBe(200)
  expect(code(await desk.call('PATCH', `/api/people/${person.id}`, { cookie: who, body: { version: capacity.body.version, login: 'taken.over@example.com' } }))).toBe('access.prove-again')
  expect(code(await desk.call('POST', '/api/session/proof', { cookie: who, body: { password: 'wrong wrong wrong' } }))).toBe('staff.password-wrong')
  expect(code(await grant())).toBe('access.prove-again')
  expect((await desk.call('POST', '/api/session/proof', { cookie: who, body: { password: passwords.chief } })).status).toBe(200)
  expect([(await grant()).status, (await look()).status]).toEqual([201, 201])
  await desk.pass(16 * MINUTE)
  expect(code(await look())).toBe('access.prove-again')
  expect(code(await desk.call('POST', '/api/session/proof', { token: people.admin.token, body: { password: 'x' } }))).toBe('staff.session-needed')
})

test('C04 a page that asks by itself does not keep the session alive; what a person does keeps it, up to the end of the day', { timeout: 120_000 }, async () => {
  const [left, used] = [await cookie('chief'), await cookie('chief')]
  const ask = async (who: string, idle?: number) => (await desk.call('GET', '/api/me', { cookie: who, headers: idle === undefined ? {} : { 'loopdesk-idle': String(idle) } })).status
  for (let minute = 0; minute < 66; minute += 11) {
    await desk.pass(11 * MINUTE)
    if (minute < 44) expect(await ask(left, 61 + minute * 60), `minute ${minute}`).toBe(200)
    else await ask(left, 61 + minute * 60)
    expect(await ask(used)).toBe(200)
  }
  expect(await ask(left, 3600)).toBe(401)
  for (let hour = 0; hour < 23; hour++) { await desk.pass(50 * MINUTE); await ask(used) }
  expect(await ask(used)).toBe(200)
  for (let hour = 0; hour < 5; hour++) { await desk.pass(50 * MINUTE); await ask(used) }
  expect(await ask(used)).toBe(401)
})

test('C08 E06 D08 a session that is ended and a person who is disabled end the streams on every node within five seconds', { timeout: 120_000 }, async () => {
  const other = await secondNode(desk)
  const { url } = other
  try {
    const leaver = await hire('leaver', 'agent')
    const ends: Promise<number>[] = []
    const opened: (() => void)[] = []
    const open = async (at: string, who: string) => { const one = await listen(at, who); ends.push(one.ended); opened.push(one.stop) }
    const [first, second, third] = [await cookie('leaver'), await cookie('leaver'), await cookie('chief')]
    const kept = await listen(url, third)
    await open(desk.url, first)
    await open(url, first)
    await open(url, second)
    const sessions = (await desk.call<{ rows: { id: string; isCurrent: boolean }[] }>('GET', '/api/me/sessions', { cookie: second })).body.rows
    await desk.call('DELETE', `/api/me/sessions/${sessions.find((one) => !one.isCurrent)!.id}`, { cookie: second })
    for (const ms of await Promise.all(ends.splice(0, 2))) expect(ms).toBeLessThan(5_000)
    expect((await fetch(`${url}/api/me`, { headers: { cookie: first } })).status).toBe(401)

    const changed = await desk.call<PersonRow>('PUT', `/api/people/${leaver.id}/role`, { token: people.admin.token, body: { roleId: await roleId('director'), version: leaver.version } })
    expect(changed.status).toBe(200)
    // Other rights end no stream: it tells from now on what they may hear.
    ends.pop()
    await open(desk.url, second)
    await open(url, second)
    const seen = (await desk.call<{ rows: unknown[] }>('GET', `/api/people/${leaver.id}/sessions`, { token: people.admin.token })).body.rows
    expect(seen).toHaveLength(1)
    await desk.call('PUT', `/api/people/${leaver.id}/disabled`, { token: people.admin.token, body: { disabled: true, version: changed.body.version } })
    for (const ms of await Promise.all(ends)) expect(ms).toBeLessThan(5_000)
    expect((await fetch(`${url}/api/me`, { headers: { cookie: second } })).status).toBe(401)
    expect(await Promise.race([kept.ended.then(() => 'ended'), new Promise((wake) => setTimeout(() => wake('open'), 200))])).toBe('open')

    // Nobody tells of it: the clock alone ends what rests too long.
    desk.clock.advance(61 * MINUTE)
    expect(await kept.ended).toBeLessThan(20_000)
    for (const stop of [...opened, kept.stop]) stop()
  } finally {
    await other.close()
  }
})

test('C03 E07 whoever guesses from everywhere locks themselves out, and not the person who comes from where they always came', { timeout: 120_000 }, async () => {
  await hire('target', 'agent')
  const right = { login: 'target@door.example', password: passwords.target! }
  expect((await signIn(desk.app, right, from('198.51.100.7'))).personId).toBeTruthy()
  let looked = 0
  const outcomes = new Map<string, number>()
  for (let network = 0; network < 60; network++) {
    const outcome = await signIn(desk.app, { ...right, password: `guess ${network}` }, from(`203.0.113.${network}`)).then(() => 'in', (error: { code: string }) => error.code)
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    if (outcome === 'staff.sign-in-failed') looked++
  }
  expect(looked).toBe(30)
  expect(outcomes.get('staff.sign-in-locked')).toBe(30)
  await expect(signIn(desk.app, right, from('203.0.113.200'))).rejects.toMatchObject({ code: 'staff.sign-in-locked' })
  expect((await signIn(desk.app, right, from('198.51.100.7'))).personId).toBeTruthy()
  await desk.pass(61 * MINUTE)
  expect((await signIn(desk.app, right, from('203.0.113.200'))).personId).toBeTruthy()
})

test('E03 E12 recovery codes: shown once, each opens once in the place of a one-time code, new ones end the old', { timeout: 120_000 }, async () => {
  await hire('forgetful', 'agent')
  const who = await cookie('forgetful')
  const offer = (await desk.call<{ secret: string }>('POST', '/api/me/totp', { cookie: who })).body
  const present = () => new TOTP({ secret: offer.secret, algorithm: 'SHA1', digits: 6, period: 30 }).generate({ timestamp: desk.clock.now().getTime() })
  const { codes } = (await desk.call<{ codes: string[] }>('PUT', '/api/me/totp', { cookie: who, body: { code: present() } })).body
  expect(codes).toHaveLength(10)
  expect(new Set(codes).size).toBe(10)
  expect(codes[0]).toMatch(/^[2-9a-hj-np-z]{4}-[2-9a-hj-np-z]{4}-[2-9a-hj-np-z]{4}$/)
  expect(code(await enter('forgetful'))).toBe('staff.code-needed')
  expect((await enter('forgetful', { code: codes[0]!.toUpperCase() })).status).toBe(200)
  expect(code(await enter('forgetful', { code: codes[0] }))).toBe('staff.sign-in-failed')
  expect((await desk.call<MeRow>('GET', '/api/me', { cookie: who })).body).toMatchObject({ recoveryCodesLeft: 9 })
  expect((await desk.call('POST', '/api/session/proof', { cookie: who, body: { code: codes[1] } })).status).toBe(200)
  const renewed = (await desk.call<{ codes: string[] }>('POST', '/api/me/recovery-codes', { cookie: who })).body.codes
  expect(code(await enter('forgetful', { code: codes[2] }))).toBe('staff.sign-in-failed')
  expect((await enter('forgetful', { code: renewed[3] })).status).toBe(200)
  const seen = JSON.stringify([await desk.app.pool`select data from platform.event`, await desk.app.pool`select encode(hash, 'escape') from staff.recovery_code`])
  for (const one of [...codes, ...renewed]) expect(seen).not.toContain(one.replaceAll('-', ''))
})

test('C02 the profile asvs asks for no mixture and no change, the profile mlps3 for both, a history and a second factor for who administers', { timeout: 120_000 }, async () => {
  const chief = await cookie('chief')
  const set = (who: string, password: string, current?: string) => { desk.clock.advance(1_000); return desk.call('POST', '/api/me/password', { cookie: who, body: { password, ...(current ? { current } : {}) } }) }
  await hire('clerk', 'agent')
  let clerk = await cookie('clerk')
  expect((await set(clerk, 'alles klein und lang genug', passwords.clerk)).status).toBe(204)
  expect(code(await set(clerk, 'Password2026!', 'alles klein und lang genug'))).toBe('staff.password-common')
  const whole = `${'x1y2 '.repeat(40)}Ende`
  expect((await set(clerk, whole, 'alles klein und lang genug')).status).toBe(204)
  passwords.clerk = whole
  expect(code(await enter('clerk', { password: whole.slice(0, 72) }))).toBe('staff.sign-in-failed')
  await desk.pass(60 * DAY)
  for (const name of ['clerk', 'chief']) expect((await enter(name)).status).toBe(200)
  await desk.pass(40 * DAY)
  clerk = await cookie('clerk')
  expect((await desk.call<MeRow>('GET', '/api/me', { cookie: clerk })).body.due).toBeNull()

  const again = await cookie('chief')
  const { version } = await policyOf(again)
  expect((await desk.call('PUT', '/api/access-policy/profile', { token: people.agents[0]!.token, body: { profile: 'mlps3', version } })).status).toBe(403)
  expect((await desk.call<PolicyRow>('PUT', '/api/access-policy/profile', { cookie: again, body: { profile: 'mlps3', version } })).body).toMatchObject({ profile: 'mlps3', leastCharacters: 12, mostDays: 90, idleMinutes: 30, absoluteMinutes: 720 })
  void chief

  // 100 days old: nothing but the new password is open.
  clerk = await cookie('clerk')
  expect((await desk.call<MeRow>('GET', '/api/me', { cookie: clerk })).body.due).toBe('staff.password-due')
  for (const path of ['/api/requests', '/api/notices', '/api/live', '/api/people']) expect(await desk.call('GET', path, { cookie: clerk })).toMatchObject({ status: 403, body: { fault: { code: 'staff.password-due' } } })
  expect(code(await set(clerk, 'alles klein und lang genug', whole))).toBe('staff.password-kinds')
  expect(code(await set(clerk, 'Kurz-1x', whole))).toBe('staff.password-short')
  expect((await set(clerk, 'Erste-Wahl-2026', whole)).status).toBe(204)
  expect((await desk.call('GET', '/api/notices', { cookie: clerk })).status).toBe(200)
  expect(code(await set(clerk, whole, 'Erste-Wahl-2026'))).toBe('staff.password-used')
  let current = 'Erste-Wahl-2026'
  for (const next of ['Zweite-Wahl-2026', 'Dritte-Wahl-2026', 'Vierte-Wahl-2026', 'Fuenfte-Wahl-2026']) { expect((await set(clerk, next, current)).status).toBe(204); current = next }
  expect(code(await set(clerk, 'Erste-Wahl-2026', current))).toBe('staff.password-used')
  expect((await set(clerk, 'Sechste-Wahl-2026', current)).status).toBe(204)
  expect((await set(clerk, 'Erste-Wahl-2026', 'Sechste-Wahl-2026')).status).toBe(204)

  // Given by somebody else: changed first.
  await run(desk.app, {}, async (ctx) => createPerson(ctx, { name: 'new', login: 'new@door.example', role: 'agent', passwordHash: await hashPassword('Given-By-Office-1') }))
  passwords.new = 'Given-By-Office-1'
  expect((await desk.call<MeRow>('GET', '/api/me', { cookie: await cookie('new') })).body.due).toBe('staff.password-due')

  // Who administers brings a second factor.
  await set(await cookie('chief'), 'Neues-Jahr-2027-x', passwords.chief)
  passwords.chief = 'Neues-Jahr-2027-x'
  const plain = await cookie('chief')
  expect((await desk.call<MeRow>('GET', '/api/me', { cookie: plain })).body.due).toBe('staff.second-factor-due')
  expect(code(await desk.call('GET', '/api/people', { cookie: plain }))).toBe('staff.second-factor-due')
  const offer = (await desk.call<{ secret: string }>('POST', '/api/me/totp', { cookie: plain })).body
  const present = () => new TOTP({ secret: offer.secret, algorithm: 'SHA1', digits: 6, period: 30 }).generate({ timestamp: desk.clock.now().getTime() })
  expect((await desk.call('PUT', '/api/me/totp', { cookie: plain, body: { code: present() } })).status).toBe(200)
  expect((await desk.call('GET', '/api/people', { cookie: plain })).status).toBe(200)
  await desk.pass(31 * MINUTE)
  expect((await desk.call('GET', '/api/me', { cookie: plain })).status).toBe(401)
  const back = cookieOf(await enter('chief', { code: present() }))
  expect((await desk.call<PolicyRow>('PUT', '/api/access-policy/profile', { cookie: back, body: { profile: 'asvs', version: (await policyOf(back)).version } })).body.profile).toBe('asvs')
  await desk.call('POST', '/api/me/totp/removal', { cookie: back, body: { password: passwords.chief } })
})

test('C08 a door nobody has used for 90 days is shut and told; the last administrator’s stays open', async () => {
  const idle = await hire('idle', 'agent')
  await run(desk.app, {}, (ctx) => ctx.db`update staff.person set created_at = ${new Date(ctx.now.getTime() - 91 * DAY)} where id = ${idle.id}`)
  await desk.pass(DAY + MINUTE)
  expect((await desk.call<PersonRow>('GET', `/api/people/${idle.id}`, { token: people.admin.token })).body.disabledAt).not.toBeNull()
  expect(await desk.app.pool`select 1 from platform.event where type = 'staff.unused-disabled' and subject = ${idle.id}`).toHaveLength(1)
  expect(code(await enter('idle'))).toBe('staff.sign-in-failed')
  expect((await enter('chief')).status).toBe(200)
})

test('7.3-a C09 D14 three administrators: each does one thing, nobody grants alone, and only two of them take the separation back', { timeout: 120_000 }, async () => {
  await hire('sys', 'system-administrator')
  const chief = await cookie('chief')
  const separate = async (who: string) => desk.call<PolicyRow>('PUT', '/api/access-policy/separation', { cookie: who, body: { version: (await policyOf(who)).version } })
  expect(await separate(chief)).toMatchObject({ status: 409, body: { fault: { code: 'staff.separation-lacks', args: { role: 'security-administrator' } } } })
  await hire('sec', 'security-administrator')
  await hire('aud', 'audit-administrator')
  // Another administrator of everything is in the way.
  expect(await separate(chief)).toMatchObject({ status: 409, body: { fault: { code: 'staff.separation-mixed' } } })
  for (const { id, version } of (await desk.call<{ rows: PersonRow[] }>('GET', '/api/people?limit=200', { cookie: chief })).body.rows.filter((one) => one.roleKey === 'administrator' && one.name !== 'chief')) {
    expect((await desk.call('PUT', `/api/people/${id}/role`, { cookie: chief, body: { roleId: await roleId('agent'), version } })).status).toBe(200)
  }
  const programs = (await desk.call<{ rows: { id: string; permissions: string[] }[] }>('GET', '/api/tokens', { cookie: chief })).body.rows
  for (const one of programs.filter((row) => row.permissions.includes('*'))) await desk.call('DELETE', `/api/tokens/${one.id}`, { cookie: chief })
  expect((await separate(chief)).body.separatedAt).not.toBeNull()
  const [sys, sec, aud, second] = [await cookie('sys'), await cookie('sec'), await cookie('aud'), await cookie('chief')]
  expect((await desk.call<MeRow>('GET', '/api/me', { cookie: second })).body.role.key).toBe('security-administrator')
  expect((await desk.call('GET', '/api/setup')).body).toEqual({ needed: false })

  const may = async (who: string, path: string) => (await desk.call('GET', path, { cookie: who })).status
  for (const who of [sys, sec, aud]) for (const path of ['/api/requests', '/api/customers', '/api/mails', '/api/today', '/api/requests/counts']) expect([path, await may(who, path)]).toEqual([path, 403])
  expect([await may(sys, '/api/mailboxes'), await may(sec, '/api/mailboxes'), await may(aud, '/api/mailboxes')]).toEqual([200, 403, 403])
  expect([await may(sys, '/api/tokens'), await may(sec, '/api/tokens'), await may(aud, '/api/tokens')]).toEqual([403, 200, 403])
  expect(await may(aud, '/api/people')).toBe(403)

  // Alone: nothing.
  const joiner = { name: '新人', login: 'joiner@door.example', roleId: await roleIdBy(sec, 'agent') }
  const agent = (await desk.call<{ rows: PersonRow[] }>('GET', '/api/people?search=outsider', { cookie: sec })).body.rows[0]!
  for (const [method, path, body] of [
    ['POST', '/api/people', joiner], ['PUT', `/api/people/${agent.id}/role`, { roleId: joiner.roleId, version: agent.version }], ['POST', `/api/people/${agent.id}/sign-in-links`, undefined], ['DELETE', `/api/people/${agent.id}/totp`, undefined],
    ['POST', '/api/roles', { key: 'x', name: 'x', permissions: ['requests.read'], scope: 'all' }], ['POST', '/api/tokens', { name: 'x', permissions: ['requests.read'], scope: 'all' }], ['POST', '/api/tokens', { name: 'x', personId: agent.id }],
  ] as const) expect([method, path, code(await desk.call(method, path, { cookie: sec, body }))]).toEqual([method, path, 'staff.needs-second-person'])

  // By two: proposed, not by the same person, not for oneself, once.
  const propose = (who: string, what: object) => desk.call<ProposalRow>('POST', '/api/proposals', { cookie: who, body: { what, reason: '新進同仁' } })
  const decide = <T = { proposal: ProposalRow; link?: { url: string } }>(who: string, id: string, verdict = 'approved') => desk.call<T>('PUT', `/api/proposals/${id}/verdict`, { cookie: who, body: { verdict } })
  expect((await propose(sys, { kind: 'add-person', ...joiner })).status).toBe(403)
  expect((await propose(aud, { kind: 'unite-administrators' })).status).toBe(403)
  const proposed = await propose(sec, { kind: 'add-person', ...joiner })
  expect(proposed.status).toBe(201)
  expect((await desk.call<{ rows: ProposalRow[] }>('GET', '/api/proposals', { cookie: sys })).body.rows).toMatchObject([{ kind: 'add-person', proposedByName: 'sec', reason: '新進同仁' }])
  expect(code(await decide(sec, proposed.body.id))).toBe('staff.own-proposal')
  const approved = await Promise.all([decide(sys, proposed.body.id), decide(second, proposed.body.id)])
  expect(approved.map((one) => one.status).sort()).toEqual([200, 409])
  expect(approved.find((one) => one.status === 200)!.body.link!.url).toContain('/sign-in#')
  expect((await desk.call<{ rows: PersonRow[] }>('GET', '/api/people?search=joiner', { cookie: sec })).body.rows).toHaveLength(1)
  const mine = await propose(sec, { kind: 'change-person', personId: (await desk.call<MeRow>('GET', '/api/me', { cookie: second })).body.id, roleId: await roleIdBy(sec, 'audit-administrator') })
  expect(code(await decide(second, mine.body.id))).toBe('staff.own-proposal')
  expect((await decide(sec, mine.body.id, 'refused')).body.proposal.verdict).toBe('withdrawn')
  expect(code(await decide(sys, mine.body.id))).toBe('staff.proposal-decided')
  const mixed = await propose(sec, { kind: 'add-role', key: 'both', name: '兩者', permissions: ['access.grant', 'audit.read'], scope: 'all' })
  expect(code(await decide(sys, mixed.body.id))).toBe('staff.duties-mixed')
  const late = await propose(sec, { kind: 'sign-in-link', personId: agent.id })
  expect(await desk.app.pool`select 1 from platform.event where type = 'staff.proposal-approved'`).toHaveLength(1)

  // Taking away needs one; somebody must stay to grant and to approve.
  const disabled = await desk.call<PersonRow>('PUT', `/api/people/${agent.id}/disabled`, { cookie: sec, body: { disabled: true, version: agent.version } })
  expect(disabled.body.disabledAt).not.toBeNull()
  expect(code(await desk.call('PUT', `/api/people/${agent.id}/disabled`, { cookie: sec, body: { disabled: false, version: disabled.body.version } }))).toBe('staff.needs-second-person')

  // Back: by two.
  const united = await propose(sys, { kind: 'unite-administrators' })
  expect(code(await decide(sys, united.body.id))).toBe('staff.own-proposal')
  expect((await decide(sec, united.body.id)).status).toBe(200)
  expect((await desk.call<MeRow>('GET', '/api/me', { cookie: sys })).body.role.key).toBe('administrator')
  expect((await policyOf(sec)).separatedAt).toBeNull()
  await desk.pass(8 * DAY)
  expect(code(await decide(await cookie('sys'), late.body.id))).toBe('staff.proposal-expired')
})
const roleIdBy = async (who: string, key: string) => (await desk.call<{ rows: RoleRow[] }>('GET', '/api/roles', { cookie: who })).body.rows.find((one) => one.key === key)!.id
