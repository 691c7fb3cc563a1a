/** C12–C31: audit, minimal running, input, protection of data, running (GB/T 22239-2019, 8.1.4.3 to 8.1.4.11, 8.1.5 and 8.1.3.4). */
import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { newId } from '../../../lib/id/index.ts'
import type { Actor } from '../../../platform/access/index.ts'
import { type App, type Ctx, reading, run } from '../../../platform/context.ts'
import { emit, type StoredEvent } from '../../../platform/events/book.ts'
import { verifyEvents } from '../../../platform/audit/verify.ts'
import { fileColumns, type FileRow, openFiles } from '../../../platform/files.ts'
import { listCustomers, openShown } from '../../customers/index.ts'
import { defaultCalendar } from '../../staff/index.ts'
import { readLimits, seeExport, seeRead, seeRefusal } from '../audit/alarms.ts'
import { listCanaries, plantCanary } from '../audit/canary.ts'
import type { Alarm } from '../audit/contract.ts'
import { changeRetention, readRetention } from '../audit/retention.ts'
import { registerOf } from '../privacy/register.ts'
import { ask, byYou, type Clause, count, elsewhere, info, judged, notBuilt, type Probe, tried } from './probe.ts'

const MINUTE_MS = 60_000
const sleep = (ms: number) => new Promise((wake) => setTimeout(wake, ms))

/** A change that is executed leaves its event once; one that is rolled back leaves none. */
async function askExecuted({ app }: Probe) {
  const [done, undone] = [newId(), newId()]
  await run(app, {}, (ctx) => emit(ctx, 'compliance.probed', { subject: done }))
  await tried(app, (ctx) => emit(ctx, 'compliance.probed', { subject: undone }))
  const of = (subject: string) => count(app, (db) => db`select count(*)::int as count from platform.event where subject = ${subject}`)
  return [judged(await of(done) === 1, 'executed-once'), judged(await of(undone) === 0, 'rolled-back-none')]
}

/** Reads what the audit says of the sign-ins that were refused for C03, a moment ago. */
async function askFields({ app }: Probe) {
  const [row] = await app.pool<{ type: string; source: string | null; call: string | null; at: string; actorKind: string }[]>`
    select type, source, call, at, actor_kind from platform.event where type = 'access.refused' and at > ${new Date(app.clock.now().getTime() - 2 * MINUTE_MS)} order by at desc limit 1`
  return [judged(row !== undefined, 'refusal-stands'), judged(Boolean(row?.source && row.call && row.at && row.actorKind), 'fields-there', { source: row?.source ?? '–' })]
}

async function askProtected({ app }: Probe) {
  const edit = await tried(app, (ctx) => ctx.db`update platform.event set type = type where xid = (select max(xid) from platform.event)`)
  const remove = await tried(app, (ctx) => ctx.db`delete from platform.event where xid = (select max(xid) from platform.event)`)
  const [may] = await app.pool<{ any: boolean }[]>`select has_table_privilege(current_user, 'platform.event', 'UPDATE') or has_table_privilege(current_user, 'platform.event', 'DELETE') or has_table_privilege(current_user, 'platform.event', 'TRUNCATE') as any`
  const verdict = await verifyEvents(app)
  return [
    judged(edit === 'events are not changed' && remove === 'events are not changed', 'no-edit'), judged(!may!.any, 'no-right-to-edit'),
    judged(verdict.damage === null, 'chain-whole', { events: verdict.events, seals: verdict.seals }), judged(existsSync(join(app.config.dataDir, 'audit-anchor.jsonl')) || verdict.seals === 0, 'anchor-there'),
  ]
}

async function askUnstoppable({ app }: Probe) {
  const [trigger] = await app.pool<{ on: number }[]>`select count(*)::int as on from pg_trigger where tgrelid = 'platform.event'::regclass and tgname in ('event_kept', 'event_not_emptied') and tgenabled <> 'D'`
  const waiting = await count(app, (db) => db`select count(*)::int as count from platform.event where (xid, seq) > (select last_xid, last_seq from (select last_xid, last_seq, nr from platform.seal union all select '0', 0, 0 order by nr desc limit 1) head) and at < ${new Date(app.clock.now().getTime() - MINUTE_MS)} and xid < pg_snapshot_xmin(pg_current_snapshot())`)
  return [judged(trigger!.on === 2, 'guards-on'), judged(waiting === 0, 'sealed-in-time', { count: waiting })]
}

async function askRetention({ app }: Probe) {
  const { days } = await readRetention({ db: app.pool })
  return [judged(days >= 184, 'kept-days', { days }), judged((await tried(app, (ctx) => changeRetention(ctx, { days: 183 }))) === 'governance.retention-too-short', 'shorter-refused')]
}

/** Listening sockets of this process, from the kernel's own table. */
async function listening(): Promise<number[] | null> {
  try {
    const inodes = new Set((await Promise.all((await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))).flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []))
    const ports: number[] = []
    for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) for (const line of (await readFile(table, 'utf8').catch(() => '')).split('\n').slice(1)) {
      const cells = line.trim().split(/\s+/)
      if (cells[3] === '0A' && inodes.has(cells[9] ?? '')) ports.push(parseInt(cells[1]!.split(':').at(-1)!, 16))
    }
    return [...new Set(ports)].sort((a, b) => a - b)
  } catch { return null }
}
async function askMinimal({ base }: Probe) {
  const ports = await listening()
  const own = base ? Number(new URL(base).port || 0) : 0
  const others = ports?.filter((port) => port !== own) ?? []
  const root = new URL('../../../', import.meta.url)
  return [
    ports === null || ports.length === 0 ? info('ports-unknown') : judged(others.length === 0, 'ports', { ports: ports.join(', ') }),
    judged(!existsSync(new URL('node_modules/vitest', root)), 'no-development-packages'),
    ...(existsSync(new URL('dist/console/assets', root)) ? [judged(!(await readdir(new URL('dist/console/assets', root))).some((name) => name.endsWith('.map')), 'no-source-maps')] : []),
  ]
}

const malformed: [string, string, { body?: string; headers?: Record<string, string> }?][] = [
  ['POST', '/api/session', { body: '{"login":' }], ['POST', '/api/session', { body: '[]' }], ['POST', '/api/session', { body: '{"login":{"toString":1},"password":null}' }], ['POST', '/api/session', { body: '{"__proto__":{"x":1},"login":"a","password":"b"}' }],
  ['POST', '/api/session', { body: 'x', headers: { 'content-type': 'text/xml' } }], ['GET', '/api/requests/%00'], ['GET', '/api/requests/%E0%A4%A'], ['GET', '/api/requests?limit=1e999'], ['GET', `/api/${'a'.repeat(5000)}`],
  ['POST', '/api/portal/requests', { body: JSON.stringify({ subject: '\u0000', key: 'x' }) }], ['PUT', '/api/requests/1/holder'], ['DELETE', '/api/session'], ['POST', '/api/chat/messages', { body: '{}' }], ['GET', '/api/portal/requests/x'],
]
async function askInput({ base }: Probe) {
  const statuses = await Promise.all(malformed.map(([method, path, options]) => ask(base!, method, path, options).then((answer) => answer.status, () => 0)))
  return [judged(statuses.every((status) => status >= 400 && status < 500), 'bad-input-refused', { count: malformed.length, failed: statuses.filter((status) => status === 0 || status >= 500 || status < 400).length })]
}

/** Shows each sign to the alarms as often as their limits say, in transactions that are rolled back; answers the kinds that raised nothing. */
async function missingAlarms(app: App): Promise<string[]> {
  const limits = await readLimits({ db: app.pool })
  const actorId = stranger.id!
  const at = app.clock.now().toISOString()
  const event = (type: string, more: Partial<StoredEvent> = {}): StoredEvent => ({ id: newId(), type, actorKind: 'agent', actorId, subject: null, teamId: null, at, data: {}, xid: '0', seq: 0, ...more })
  const times = async (count: number, see: () => Promise<void>) => { for (let nr = 0; nr < count; nr++) await see() }
  const signs: Partial<Record<Alarm['kind'], (ctx: Ctx) => Promise<void>>> = {
    'brute-force': (ctx) => times(limits.failures, () => seeRefusal(ctx, event('access.refused', { data: { code: 'staff.sign-in-failed' } }))),
    'probing': (ctx) => times(limits.denials, () => seeRefusal(ctx, event('access.refused', { data: { code: 'access.denied' } }))),
    'mass-reading': (ctx) => times(limits.reads, () => seeRead(ctx, event('access.read', { subject: newId() }))),
    'canary-read': async (ctx) => {
      await plantCanary(ctx, { name: 'probe', subject: 'probe', text: 'probe', teamId: null })
      const [row] = await ctx.db<{ customerId: string }[]>`select customer_id from governance.canary order by planted_at desc, id desc limit 1`
      await seeRead(ctx, event('access.read', { subject: row!.customerId }))
    },
    'off-hours-export': async (ctx) => {
      const calendar = await defaultCalendar(ctx)
      const closed = Array.from({ length: 24 * 14 }, (_, hour) => app.clock.now().getTime() - hour * 60 * MINUTE_MS).find((ms) => !calendar.isOpen(ms))
      // Open day and night: there is no such hour.
      if (closed === undefined) throw new AlwaysOpen()
      await seeExport(ctx, event('audit.exported', { at: new Date(closed).toISOString() }))
    },
  }
  const missing: string[] = []
  for (const [kind, show] of Object.entries(signs)) {
    let isRaised = false
    const refused = await tried(app, async (ctx) => {
      await show(ctx)
      isRaised = (await ctx.db`select from governance.alarm where kind = ${kind} and who = ${actorId} and raised_at = ${ctx.now}`).count > 0
    })
    if (!isRaised && refused !== ALWAYS_OPEN) missing.push(kind)
  }
  return missing
}
const ALWAYS_OPEN = 'always open'
class AlwaysOpen extends Error { constructor() { super(ALWAYS_OPEN) } }

/** The sign-ins refused for C03 must have been counted. */
async function askAlarms({ app }: Probe) {
  const limits = await readLimits({ db: app.pool })
  const asked = performance.now()
  let seen = false
  for (; !seen && performance.now() - asked < 15_000; await sleep(250)) seen = (await count(app, (db) => db`select count(*)::int as count from governance.sign where kind = 'brute-force' and at > ${new Date(app.clock.now().getTime() - 2 * MINUTE_MS)}`)) > 0
  const given = await count(app, (db) => db`select count(*)::int as count from platform.event_failure where listener = 'governance'`)
  const unowned = await count(app, (db) => db`select count(*)::int as count from governance.alarm where acknowledged_at is null and owner_id is null`)
  const missing = await missingAlarms(app)
  const { rows: planted } = await listCanaries({ db: app.pool })
  return [judged(missing.length === 0, 'alarms-raised', { which: missing.join(', ') || '–' }), judged(planted.length > 0, 'canary-planted', { count: planted.length }), judged(seen, 'sign-seen', { seconds: Math.ceil((performance.now() - asked) / 1000) }), judged(given === 0, 'no-sign-lost', { count: given }), judged(unowned === 0, 'alarms-owned', { count: unowned }), info('alarm-limits', { ...limits })]
}

async function askIntegrity({ app }: Probe) {
  // A sealed file opens only as it was written.
  const files = await app.pool<FileRow[]>`select ${fileColumns({ db: app.pool })} from platform.file f order by f.at desc limit 100`
  const wrong = (await Promise.all(files.map((file) => openFiles({ app, db: app.pool }, [file]).then(() => 0, () => 1)))).reduce<number>((sum, one) => sum + one, 0)
  const [sums] = await app.pool<{ on: string }[]>`select current_setting('data_checksums') as on`
  return [judged(wrong === 0, 'files-as-stored', { count: files.length }), judged(sums!.on === 'on', 'page-checksums')]
}

/** Looks for addresses and numbers of customers that stand in the database as they are. */
async function askConfidentiality({ app }: Probe) {
  const plain = await count(app, (db) => db`select count(*)::int as count from (select i from customers.identity i order by created_at desc limit 2000) i where i::text ~* '[a-z0-9._-]+@[a-z0-9-]+[.][a-z]' or i::text ~ '(phone|,)[+]?[0-9]{9,}'`)
  const key = join(app.config.dataDir, 'root.key')
  const mode = existsSync(key) ? (await stat(key)).mode & 0o777 : null
  return [judged(plain === 0, 'addresses-encrypted', { count: plain }), mode === null ? info('key-given') : judged(mode === 0o600, 'key-mode', { mode: mode.toString(8) })]
}

async function askBackup({ app }: Probe) {
  const [row] = await app.pool<{ archive: string; standbys: number; fsync: string }[]>`select current_setting('archive_mode') as archive, (select count(*)::int from pg_stat_replication) as standbys, current_setting('fsync') as fsync`
  return [judged(row!.fsync === 'on', 'fsync-on'), info('archive-mode', { mode: row!.archive }), info('standbys', { count: row!.standbys })]
}

async function askResidual({ app, base }: Probe) {
  const answer = await ask(base!, 'GET', '/api/me')
  const ended = await count(app, (db) => db`select count(*)::int as count from staff.session where expires_at < ${new Date(app.clock.now().getTime() - 2 * 86_400_000)}`)
  return [judged(answer.headers.get('cache-control') === 'no-store', 'no-store'), judged(ended === 0, 'ended-forgotten', { count: ended })]
}

export const stranger: Actor = { kind: 'agent', id: '00000000-0000-7000-8000-000000000001', name: 'probe', permissions: new Set(['customers.read', 'requests.read']), scope: 'own', teamIds: [] }
/** Lists customers as somebody who works for none of them would see them. */
export async function askCovered({ app }: Probe) {
  const { rows } = await listCustomers(reading(app, { actor: stranger }), { limit: 50 })
  const known = await openShown({ app, db: app.pool }, app.pool<{ id: string; customerId: string; shown: string }[]>`select id, customer_id, shown from customers.identity where customer_id = any(${rows.map((row) => row.id)}::uuid[])`, 'id')
  const open = rows.filter((row) => known.some((one) => one.customerId === row.id && one.shown === row.contact)).length
  return [rows.length ? judged(open === 0, 'covered-for-strangers', { count: rows.length }) : info('no-customers')]
}

async function askDrift({ app }: Probe) {
  // Real time: two machines' clocks are compared.
  const before = Date.now()
  const [row] = await app.pool<{ at: number }[]>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as at`
  // Real time: and again, for the time the answer took.
  const drift = Math.round(Math.abs(row!.at - (before + Date.now()) / 2))
  return [judged(drift <= 1000, 'clocks-agree', { ms: drift })]
}

async function askMail({ app }: Probe) {
  const [row] = await app.pool<{ boxes: number; blind: number; held: number }[]>`select count(*) filter (where is_active)::int as boxes, count(*) filter (where is_active and trusted_auth_server is null)::int as blind, (select count(*)::int from channels.mail where verdict = 'quarantined') as held from channels.mailbox`
  return row!.boxes === 0 ? [info('no-mailboxes')] : [judged(row!.blind === 0, 'senders-proven', { count: row!.blind, boxes: row!.boxes }), info('mails-held', { count: row!.held })]
}

/** Holds the columns of the database against what the rooms declare of them. */
async function askRegister({ app }: Probe) {
  const { rows } = registerOf(app.personal)
  const declared = new Map([...app.personal.values()].flatMap((room) => Object.entries(room.data)))
  const columns = await app.pool<{ table: string; column: string }[]>`
    select table_schema || '.' || table_name as table, column_name as column from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where t.table_type = 'BASE TABLE' and (table_schema, table_name) <> ('platform', 'migration') and table_schema = any(${[...new Set([...declared.keys()].map((table) => table.slice(0, table.indexOf('.'))))]})`
  const strange = columns.filter(({ table, column }) => { const entry = declared.get(table); return entry !== 'impersonal' && !(entry && column in entry) })
  return [
    judged(rows.every((row) => row.class && row.purpose && row.basis && row.retention && row.source), 'fields-registered', { count: rows.length }),
    judged(strange.length === 0, 'no-undeclared', { count: strange.length, which: strange.slice(0, 5).map((one) => `${one.table}.${one.column}`).join(', ') }),
  ]
}

export const operation: readonly Clause[] = [
  { id: 'C12', clause: 'GB/T 22239-2019 8.1.4.3 a', ask: askExecuted, open: [elsewhere('catalogue-tests')] },
  { id: 'C13', clause: 'GB/T 22239-2019 8.1.4.3 b', ask: askFields, needsHttp: true },
  { id: 'C14', clause: 'GB/T 22239-2019 8.1.4.3 c', ask: askProtected, open: [byYou('anchor-copy')] },
  { id: 'C15', clause: 'GB/T 22239-2019 8.1.4.3 d', ask: askUnstoppable },
  { id: 'C16', clause: 'GB/T 22239-2019 8.1.5.4 d; 网络安全法 23', ask: askRetention },
  { id: 'C17', clause: 'GB/T 22239-2019 8.1.4.4 a, b', ask: askMinimal, needsHttp: true, open: [byYou('host-minimal')] },
  { id: 'C18', clause: 'GB/T 22239-2019 8.1.4.4 c', open: [notBuilt('terminals')] },
  { id: 'C19', clause: 'GB/T 22239-2019 8.1.4.4 d', ask: askInput, needsHttp: true, open: [elsewhere('fuzz-tests')] },
  { id: 'C20', clause: 'GB/T 22239-2019 8.1.4.4 e', open: [byYou('advisories')] },
  { id: 'C21', clause: 'GB/T 22239-2019 8.1.4.4 f', ask: askAlarms, needsHttp: true },
  { id: 'C22', clause: 'GB/T 22239-2019 8.1.4.5', open: [notBuilt('malware')] },
  { id: 'C23', clause: 'GB/T 22239-2019 8.1.4.6', open: [notBuilt('trusted-start')] },
  { id: 'C24', clause: 'GB/T 22239-2019 8.1.4.7', ask: askIntegrity, open: [notBuilt('rows-bound')] },
  { id: 'C25', clause: 'GB/T 22239-2019 8.1.4.8', ask: askConfidentiality, open: [elsewhere('byte-scan')] },
  { id: 'C26', clause: 'GB/T 22239-2019 8.1.4.9 a–c', ask: askBackup, open: [byYou('backups')] },
  { id: 'C27', clause: 'GB/T 22239-2019 8.1.4.10', ask: askResidual, needsHttp: true, open: [byYou('disks')] },
  { id: 'C28', clause: 'GB/T 22239-2019 8.1.4.11 a', ask: askRegister, open: [notBuilt('unread-fields')] },
  { id: 'C29', clause: 'GB/T 22239-2019 8.1.4.11 b', ask: askCovered, open: [elsewhere('cover-tests')] },
  { id: 'C30', clause: 'GB/T 22239-2019 8.1.5.4', ask: askDrift, open: [byYou('second-log')] },
  { id: 'C31', clause: 'GB/T 22239-2019 8.1.3.4', ask: askMail, open: [byYou('mail-gateway')] },
]
