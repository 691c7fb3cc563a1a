/** C01–C11: identity, sign-in, sessions, rights (GB/T 22239-2019, 8.1.4.1 and 8.1.4.2). */
import { connect } from 'node:tls'
import type { Actor } from '../../../platform/access/index.ts'
import { reading } from '../../../platform/context.ts'
import { findBackstop } from '../../../platform/database/viewer.ts'
import { newId } from '../../../lib/id/index.ts'
import type { Endpoint } from '../../../platform/http/contract.ts'
import { customers } from '../../customers/contract.ts'
import { requestPolicies } from '../../requests/index.ts'
import { staff } from '../../staff/contract.ts'
import { createPerson, doorRules, needsSetup, passwordRefusal } from '../../staff/index.ts'
import { audit } from '../audit/contract.ts'
import { compliance } from './contract.ts'
import { ask, bad, byYou, type Clause, count, elsewhere, info, judged, notBuilt, type Probe, tried } from './probe.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Capitals, full-width letters and letters of another script that look the same, all of a login that is taken. */
async function askIdentity({ app }: Probe) {
  const login = `probe-${newId().slice(-12)}@example.com`
  const spelled = { capitals: login.toUpperCase(), 'full-width': [...login].map((letter) => /[a-z0-9]/.test(letter) ? String.fromCodePoint(letter.codePointAt(0)! + 0xfee0) : letter).join(''), 'look-alike': login.replace('o', 'о') }
  const results = await Promise.all(Object.entries(spelled).map(async ([how, other]) => {
    const refused = await tried(app, async (ctx) => { await createPerson(ctx, { name: 'probe', login, role: 'agent' }); await createPerson(ctx, { name: 'probe', login: other, role: 'agent' }) })
    return judged(refused === 'staff.login-taken', `login-${how}`)
  }))
  const strangers = await count(app, (db) => db`select count(*)::int as count from (select distinct actor_id from (select actor_id from platform.event where actor_kind = 'agent' order by at desc limit 50000) e where actor_id is not null) a where not exists (select from staff.person p where p.id = a.actor_id)`)
  return [...results, judged(strangers === 0, 'actors-are-people', { count: strangers })]
}

async function askPasswords({ app }: Probe) {
  const refused = async (password: string, login = 'probe@example.com'): Promise<boolean> => (await passwordRefusal({ db: app.pool }, password, login)) !== null
  const { profile, leastCharacters, leastKinds, mostDays, history } = await doorRules({ db: app.pool })
  return [
    judged(await refused('Ab3!x'), 'password-short'), judged(await refused('password123'), 'password-common'), judged(await refused('probe-person', 'probe-person@example.com'), 'password-login'),
    judged(leastCharacters >= 12 && leastKinds >= 3, 'password-rule', { profile, characters: leastCharacters, kinds: leastKinds }), judged(mostDays !== null && mostDays <= 90 && history >= 5, 'password-change', { days: mostDays ?? '–', history }),
  ]
}

/** Four wrong passwords for a name nobody has: the fourth within seconds must be refused unlooked at, and all must stand in the audit. */
async function askFailures({ app, base }: Probe) {
  const login = `probe-${newId().slice(-12)}@example.com`
  let last = { status: 0, call: '' }
  for (let nr = 0; nr < 4; nr++) {
    const answer = await ask(base!, 'POST', '/api/session', { body: JSON.stringify({ login, password: `wrong ${nr}` }) })
    last = { status: answer.status, call: answer.headers.get('x-request-id') ?? '' }
  }
  const { failuresToLock, lockMs } = await doorRules({ db: app.pool })
  const stands = await count(app, (db) => db`select count(*)::int as count from platform.event where type = 'access.refused' and at > ${new Date(app.clock.now().getTime() - MINUTE_MS)} and data->>'call' = 'POST /api/session'`)
  return [
    judged(last.status === 429, 'fourth-refused', { status: last.status }), judged(stands > 0, 'failures-audited'),
    judged(failuresToLock <= 5 && lockMs >= 30 * MINUTE_MS, 'lock-rule', { failures: failuresToLock, minutes: lockMs / MINUTE_MS }),
  ]
}

/** What gives rights, shows covered data or takes the audit out asks again who is there. */
export const askStepUp = () => judged([staff.giveRole, staff.createRole, customers.reveal, audit.exportAudit, compliance.exportCompliance].every((endpoint: Endpoint) => endpoint.stepUp !== undefined), 'step-up-asked')

async function askSessions({ app, base }: Probe) {
  const { idleMs, absoluteMs: sessionMs } = await doorRules({ db: app.pool })
  const old = await count(app, (db) => db`select count(*)::int as count from staff.session where created_at < ${new Date(app.clock.now().getTime() - sessionMs - DAY_MS)}`)
  const dead = base ? [judged((await ask(base, 'GET', '/api/me', { headers: { cookie: `loopdesk_session=${'x'.repeat(43)}` } })).status === 401, 'dead-session-refused')] : []
  return [judged(idleMs <= 30 * MINUTE_MS, 'idle-time', { minutes: idleMs / MINUTE_MS }), judged(sessionMs <= 12 * 60 * MINUTE_MS, 'whole-time', { hours: sessionMs / 60 / MINUTE_MS }), judged(old === 0, 'no-old-sessions', { count: old }), askStepUp(), ...dead]
}

const protocolWith = (host: string, port: number, most: 'TLSv1.1' | 'TLSv1.3'): Promise<string | null> => new Promise((done) => {
  const socket = connect({ host, port, servername: host, maxVersion: most, minVersion: most === 'TLSv1.1' ? 'TLSv1' : 'TLSv1.2', rejectUnauthorized: false, ciphers: most === 'TLSv1.1' ? 'DEFAULT@SECLEVEL=0' : undefined }, () => { const found = socket.getProtocol(); socket.destroy(); done(found) })
  socket.setTimeout(5_000, () => { socket.destroy(); done(null) })
  socket.on('error', () => done(null))
})
async function askTransport({ app, base }: Probe) {
  const url = new URL(app.config.publicUrl)
  const headers = base ? (await ask(base, 'GET', '/api/me')).headers : null
  const shown = headers ? [judged(headers.get('referrer-policy') === 'no-referrer', 'no-referrer'), judged(headers.get('cache-control') === 'no-store', 'no-store')] : []
  if (url.protocol !== 'https:') return [bad('address-http', { url: app.config.publicUrl }), ...shown]
  const port = Number(url.port || 443)
  const [best, old] = [await protocolWith(url.hostname, port, 'TLSv1.3'), await protocolWith(url.hostname, port, 'TLSv1.1')]
  return [judged(best === 'TLSv1.3', 'tls-best', { protocol: best ?? '–' }), judged(old === null, 'tls-old', { protocol: old ?? '–' }), ...shown]
}

async function askFactors({ app }: Probe) {
  const [row] = await app.pool<{ strong: number; bare: number }[]>`
    select count(*) filter (where f.has)::int as strong, count(*) filter (where not f.has)::int as bare from staff.person p join staff.role r on r.id = p.role_id
    cross join lateral (select p.totp_secret is not null or exists (select from staff.passkey k where k.person_id = p.id) as has) f
    where p.disabled_at is null and exists (select from unnest(r.permissions) one where one = '*' or one like '%.configure' or one like '%.export' or one like '%.reveal')`
  return [judged((await doorRules({ db: app.pool })).needsSecondFactor, 'factor-forced'), judged(row!.bare === 0, 'administrators-with-codes', { strong: row!.strong, bare: row!.bare })]
}

async function askDefaults({ app, base }: Probe) {
  const demo = await count(app, (db) => db`select count(*)::int as count from staff.person where login like '%@demo.example' and disabled_at is null`)
  const link = await count(app, (db) => db`select count(*)::int as count from staff.setup_link where used_at is null and expires_at > ${app.clock.now()}`)
  const isOpen = await needsSetup(app)
  const { setupLinkMs } = await doorRules({ db: app.pool })
  const answer = base ? (await ask(base, 'POST', '/api/setup', { body: JSON.stringify({ token: 'x'.repeat(43), locale: 'en', zone: 'UTC', calendar: { name: 'x', week: { 1: [], 2: [], 3: [], 4: [], 5: [], 6: [], 7: [] }, holidays: 'none' }, administrator: { name: 'x', login: 'x@example.com', password: 'Seven quiet lanterns' }, start: 'empty' }) })).status : null
  return [
    judged(demo === 0, 'no-demonstration-people', { count: demo }), judged(isOpen || link === 0, 'no-set-up-link', { count: link }), judged(setupLinkMs <= 30 * MINUTE_MS, 'set-up-link-short', { minutes: setupLinkMs / MINUTE_MS }),
    ...(answer === null ? [] : [judged(isOpen ? answer === 403 : answer === 404, 'set-up-closed', { status: answer })]),
  ]
}

async function askStale({ app }: Probe) {
  const since = new Date(app.clock.now().getTime() - 90 * DAY_MS)
  const stale = await count(app, (db) => db`
    select count(*)::int as count from staff.person p where p.disabled_at is null and p.created_at < ${since}
      and not exists (select from staff.last_use u where u.person_id = p.id and u.at > ${since}) and not exists (select from staff.session s where s.person_id = p.id and s.last_seen_at > ${since}) and not exists (select from staff.token t where t.person_id = p.id and t.last_used_at > ${since})`)
  const left = await count(app, (db) => db`select ((select count(*) from staff.session s join staff.person p on p.id = s.person_id where p.disabled_at is not null) + (select count(*) from staff.token t join staff.person p on p.id = t.person_id where p.disabled_at is not null and t.revoked_at is null))::int as count`)
  return [judged(stale === 0, 'nobody-stale', { count: stale }), judged(left === 0, 'leavers-out', { count: left })]
}

async function askSeparation({ app }: Probe) {
  const people = await app.pool<{ name: string; permissions: string[] }[]>`select p.name, r.permissions from staff.person p join staff.role r on r.id = p.role_id where p.disabled_at is null`
  const holds = (all: string[], one: string): boolean => all.includes(one) || all.includes('*')
  const { separatedAt } = await doorRules({ db: app.pool })
  const kinds = (all: string[]): string[] => [['staff.configure', 'channels.configure'], ['audit.read', 'audit.export'], ['alarms.handle', 'access.grant', 'access.configure']].flatMap((set, nr) => set.some((one) => holds(all, one)) ? [String(nr)] : [])
  const both = people.filter((one) => kinds(one.permissions).length > 1).length
  const readers = people.filter((one) => kinds(one.permissions).length > 0 && holds(one.permissions, 'requests.read')).length
  return [judged(separatedAt !== null, 'separated'), judged(both === 0, 'no-two-offices', { count: both }), judged(readers === 0, 'offices-read-no-requests', { count: readers })]
}

async function askRows({ app }: Probe) {
  const { missing, tables } = await findBackstop(app.pool)
  const given = requestPolicies.filter(({ table }) => !tables.includes(table))
  // Asked as one who is named to nobody: a row shown to them would be shown to anybody.
  const stranger: Actor = { kind: 'agent', id: '00000000-0000-4000-8000-000000000000', name: '', permissions: new Set(), scope: 'own', teamIds: [] }
  const shown = missing ? null : await reading(app, { actor: stranger }).db<{ count: number }[]>`select ((select count(*) from (select from requests.request limit 100) r) + (select count(*) from (select from requests.message limit 100) m))::int as count`
  return [
    judged(missing === null && app.viewer !== null, 'viewer-role'), judged(given.length === 0, 'row-policies', { count: tables.length, wanted: requestPolicies.length }),
    ...(shown ? [judged(shown[0]!.count === 0, 'rows-hidden', { count: shown[0]!.count })] : []),
    info('rows-commands'),
  ]
}

export const accounts: readonly Clause[] = [
  { id: 'C01', clause: 'GB/T 22239-2019 8.1.4.1 a', ask: askIdentity },
  { id: 'C02', clause: 'GB/T 22239-2019 8.1.4.1 a', ask: askPasswords, open: [elsewhere('password-tests')] },
  { id: 'C03', clause: 'GB/T 22239-2019 8.1.4.1 b', ask: askFailures, needsHttp: true, open: [elsewhere('lock-tests')] },
  { id: 'C04', clause: 'GB/T 22239-2019 8.1.4.1 b', ask: askSessions, needsHttp: true, open: [elsewhere('step-up-tests')] },
  { id: 'C05', clause: 'GB/T 22239-2019 8.1.4.1 c', ask: askTransport, open: [byYou('certificate')] },
  { id: 'C06', clause: 'GB/T 22239-2019 8.1.4.1 d', ask: askFactors, open: [elsewhere('factor-tests')] },
  { id: 'C07', clause: 'GB/T 22239-2019 8.1.4.2 b', ask: askDefaults, needsHttp: true },
  { id: 'C08', clause: 'GB/T 22239-2019 8.1.4.2 c', ask: askStale, open: [elsewhere('stale-tests')] },
  { id: 'C09', clause: 'GB/T 22239-2019 8.1.4.2 d, 8.1.5.1–3', ask: askSeparation, open: [elsewhere('four-eyes-tests')] },
  { id: 'C10', clause: 'GB/T 22239-2019 8.1.4.2 e, f', ask: askRows, open: [elsewhere('role-tests')] },
  { id: 'C11', clause: 'GB/T 22239-2019 8.1.4.2 g', ask: async () => [info('field-classes')], open: [notBuilt('labels')] },
]
