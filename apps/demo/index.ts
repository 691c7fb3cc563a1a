/** Makes and removes the demonstration company. */
import type { App } from '../../platform/context.ts'
import { reading, run } from '../../platform/context.ts'
import { VirtualClock } from '../../platform/clock/index.ts'
import { Fault } from '../../platform/fault.ts'
import { openPool } from '../../platform/database/index.ts'
import { createCalendar, createPerson, createSignInLink, createToken, disablePerson, listCalendars, needsSetup } from '../../modules/staff/index.ts'
import { foundCompany } from './found.ts'
import { dropPlayed, play } from './play.ts'
import { sealEvents, sealFrom } from '../../platform/audit/seal.ts'
import { removeEvents } from '../../platform/audit/verify.ts'
import { HELD_LISTENERS } from '../../platform/events/book.ts'
import { seeded } from './random.ts'

export interface DemoOptions { days: number; requests: number; seed?: number }
export interface DemoPerson { name: string; role: string; signInUrl: string | null; token: string | null }
export interface DemoState { state: 'none' | 'filling' | 'ready' | 'removing' | 'cancelled'; done: number; total: number; personIds: string[]; teamIds: string[]; serviceIds: string[] }

const NONE: DemoState = { state: 'none', done: 0, total: 0, personIds: [], teamIds: [], serviceIds: [] }
const KEY = 'demo'
/** Only counts what happened, which may well be counted later. */
const MEASURED = 'insight.facts'

export async function demoState(app: App): Promise<DemoState> {
  const [row] = await app.pool<{ value: DemoState }[]>`select value from platform.setting where key = ${KEY}`
  return row?.value ?? NONE
}
export const saveState = async (app: App, value: DemoState): Promise<void> => {
  await app.pool`insert into platform.setting (key, value, at) values (${KEY}, ${app.pool.json(value as never)}, ${new Date()}) on conflict (key) do update set value = excluded.value, at = excluded.at`
}

/** Weekdays nine to six in Taipei with the island's holidays: the hours the demonstration company keeps. */
const day = [{ from: '09:00', to: '18:00' }]
const week = { 1: day, 2: day, 3: day, 4: day, 5: day, 6: [], 7: [] }

/**
 * Fills an empty installation. `outer` is connected to its database; the play itself runs on its own pool whose
 * commits do not wait for the disk, as a play lost in a power cut is simply played again.
 * Throws 409 `demo.exists` or `demo.not-empty`.
 */
export async function makeDemo(outer: App, databaseUrl: string, options: DemoOptions, progress: (done: number, total: number) => void): Promise<DemoPerson[]> {
  if (!['none', 'cancelled'].includes((await demoState(outer)).state)) throw new Fault('demo.exists', 409)
  const [any] = await outer.pool`select 1 from requests.request limit 1`
  if (any) throw new Fault('demo.not-empty', 409)
  const pool = openPool(databaseUrl, { max: 5, name: 'loopdesk-demo', parameters: { synchronous_commit: 'off', plan_cache_mode: 'force_generic_plan' } })
  const endAt = outer.clock.now()
  const clock = new VirtualClock(new Date(endAt.getTime() - (options.days + 1) * 86_400_000))
  const app: App = { ...outer, pool, clock }
  const release = await holdBackground(outer, databaseUrl)
  try {
    const seed = options.seed ?? 20_260_302
    if (!(await listCalendars(reading(app, {}))).some((calendar) => calendar.isDefault)) await run(app, {}, (ctx) => createCalendar(ctx, { name: '標準工作日', hours: { zone: 'Asia/Taipei', week, exceptions: [] }, holidays: 'TW', isDefault: true }))
    const company = await run(app, {}, (ctx) => foundCompany(ctx, seeded(seed)))
    const state: DemoState = { state: 'filling', done: 0, total: options.requests, personIds: [...company.byId.keys(), ...Object.values(company.stewards ?? {}).map((one) => one.id!)], teamIds: [...company.teamIds.values()], serviceIds: [...company.serviceIds.values()] }
    await saveState(outer, state)
    let told = 0
    let cancelled = false
    await play(app, company, seed, {
      ...options, endAt, isCancelled: () => cancelled,
      progress: (done, total) => {
        progress(done, total)
        if (Date.now() - told < 500) return
        told = Date.now()
        void demoState(outer).then((now) => { if (now.state === 'cancelled') cancelled = true; else return saveState(outer, { ...state, done }) })
      },
    })
    await saveState(outer, { ...state, state: cancelled ? 'cancelled' : 'ready', done: options.requests })
    return await introduce(outer, company.agents.map((agent) => ({ id: agent.actor.id!, name: agent.actor.name, role: agent.isLead ? 'lead' : 'agent' })))
  } finally {
    await release()
    await pool.end({ timeout: 5 })
  }
}

/**
 * While the past is played, nobody may act on it by today's clock: the listeners and the sweeping schedules are held;
 * afterwards the listeners go on behind what was played, as its mails were never real. Held by a lock of a session and
 * not by a transaction, which would keep every dead version of a row alive for as long as the play lasts.
 */
async function holdBackground(app: App, databaseUrl: string): Promise<() => Promise<void>> {
  // What was real before the play stays in the chain.
  await sealEvents(app)
  const guard = openPool(databaseUrl, { max: 1, name: 'loopdesk-demo-guard', silentMs: null })
  const connection = await guard.reserve()
  await connection`select pg_advisory_lock(${HELD_LISTENERS})`
  await app.pool`update platform.job set leased_until = clock_timestamp() + interval '1 day', leased_by = null where key = 'schedule' and queue in ('requests.sweep', 'routing.patrol')`
  return async () => {
    // Behind every transaction begun so far.
    const [end] = await connection<{ xid: string }[]>`update platform.cursor set xid = pg_snapshot_xmax(pg_current_snapshot()), seq = 0 where listener <> ${MEASURED} returning xid::text`
    await connection`begin`
    await sealFrom(app, connection, { xid: end!.xid, seq: 0 })
    await connection`commit`
    await dropPlayed(connection as unknown as App['pool'])
    await connection`update platform.job set leased_until = null where key = 'schedule'`
    await connection`analyze`.catch(() => {})
    await connection`select pg_advisory_unlock(${HELD_LISTENERS})`
    connection.release()
    await guard.end({ timeout: 5 })
  }
}

/** The people to sign in as: an administrator, leads, agents, and a program that opens requests. */
async function introduce(app: App, staff: { id: string; name: string; role: string }[]): Promise<DemoPerson[]> {
  const { publicUrl } = app.config
  const chosen = [...staff.filter((one) => one.role === 'lead').slice(0, 2), ...staff.filter((one) => one.role === 'agent').slice(0, 3)]
  return run(app, {}, async (ctx) => {
    const admin = await createPerson(ctx, { name: '系統管理員', login: 'admin@demo.example', role: 'administrator', locale: 'zh-Hant', zone: 'Asia/Taipei' })
    const people: DemoPerson[] = []
    for (const one of [{ id: admin.id, name: admin.name, role: 'administrator' }, ...chosen]) {
      const { token } = await createToken(ctx, { name: 'demo', personId: one.id })
      people.push({ name: one.name, role: one.role, signInUrl: publicUrl + (await createSignInLink(ctx, one.id)), token })
    }
    const { token } = await createToken(ctx, { name: '官網表單', role: 'intake' })
    people.push({ name: '官網表單', role: 'intake', signInUrl: null, token })
    const [row] = await ctx.db<{ value: DemoState }[]>`select value from platform.setting where key = ${KEY}`
    await ctx.db`update platform.setting set value = ${ctx.db.json({ ...row!.value, personIds: [...row!.value.personIds, admin.id] } as never)} where key = ${KEY}`
    return people
  })
}

/** Removes everything the play left: requests with their histories, customers, services; its people are disabled. */
export async function removeDemo(app: App): Promise<void> {
  const state = await demoState(app)
  if (state.state === 'none') throw new Fault('demo.none', 409)
  await saveState(app, { ...state, state: 'removing' })
  await run(app, {}, async (ctx) => {
    const { db } = ctx
    await db`create temporary table gone on commit drop as select distinct customer_id as id from customers.identity where source = 'demo'`
    await db`create temporary table gone_request on commit drop as select id from requests.request where customer_id in (select id from gone)`
    await db`update requests.request set linked_from = null where linked_from in (select id from gone_request)`
    const events = await db<{ id: string }[]>`select id from platform.event where subject in (select id from gone_request union all select id from gone)`
    await removeEvents(ctx, events.map((event) => event.id), 'demo')
    await db`delete from requests.intake where request_id in (select id from gone_request)`
    for (const table of ['quality.rating', 'quality.recovery']) {
      const [there] = await db<{ there: string | null }[]>`select to_regclass(${table})::text as there`
      if (there!.there) await db.unsafe(`delete from ${table} where request_id in (select id from gone_request)`)
    }
    await db`delete from requests.request where id in (select id from gone_request)`
    await db`delete from customers.merge where kept_id in (select id from gone) or other_id in (select id from gone)`
    await db`delete from customers.stay where customer_id in (select id from gone)`
    await db`delete from insight.quality_index where written_by = any(${state.personIds}::uuid[])`
    await db`delete from customers.identity where customer_id in (select id from gone)`
    await db`delete from customers.customer c where id in (select id from gone) and not exists (select 1 from requests.request r where r.customer_id = c.id)`
    await db`delete from platform.data_key k where id in (select id from gone) and not exists (select 1 from customers.customer c where c.id = k.id)`
    // A stage that named only these services would take any: it begins by hand again.
    await db`update customers.stage set begins = case when begins = 'accepted' and service_ids <@ ${state.serviceIds}::uuid[] then 'hand' else begins end, service_ids = array(select unnest(service_ids) except select unnest(${state.serviceIds}::uuid[])), set_at = ${ctx.now} where service_ids && ${state.serviceIds}::uuid[]`
    await db`delete from standards.rule where outcome->>'service' in (select key from standards.service where id = any(${state.serviceIds}::uuid[]))`
    await db`delete from standards.channel where set_by = any(${state.personIds}::uuid[])`
    await db`update standards.service set is_active = false, team_id = null where id = any(${state.serviceIds}::uuid[])`
    await db`update standards.service set team_id = null where team_id = any(${state.teamIds}::uuid[])`
    await db`update standards.revision set revision = revision + 1`
    await db`delete from standards.version v where service_id = any(${state.serviceIds}::uuid[]) and not exists (select 1 from requests.request r where r.service_id = v.service_id or r.standard_id = v.id)
      and not exists (select 1 from requests.clock k where k.version_id = v.id)`
    await db`delete from standards.service s where id = any(${state.serviceIds}::uuid[]) and not exists (select 1 from requests.request r where r.service_id = s.id) and not exists (select 1 from standards.version v where v.service_id = s.id)`
    await db`update staff.team set archived_at = ${ctx.now}, name = name || ' (' || left(id::text, 13) || ')' where id = any(${state.teamIds}::uuid[]) and archived_at is null`
    const administrators = await db<{ count: number }[]>`select count(*)::int as count from staff.person p join staff.role r on r.id = p.role_id where r.key = 'administrator' and p.disabled_at is null and p.id <> all(${state.personIds}::uuid[])`
    for (const id of state.personIds) {
      const [person] = await db<{ role: string; version: number; disabled: boolean }[]>`select r.key as role, p.version, p.disabled_at is not null as disabled from staff.person p join staff.role r on r.id = p.role_id where p.id = ${id}`
      // The last administrator stays, or nobody could come in any more.
      if (!person || person.disabled || (person.role === 'administrator' && administrators[0]!.count === 0)) continue
      await disablePerson(ctx, id, { disabled: true })
      await db`update staff.person set login_folded = login_folded || '#' || id, login = login || '#' where id = ${id}`
    }
    await db`delete from platform.setting where key = ${KEY}`
  })
}

export const isFresh = (app: App): Promise<boolean> => needsSetup(app)
