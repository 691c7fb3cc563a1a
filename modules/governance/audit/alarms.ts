/**
 * Alarms: what looks like an attack becomes a row with an owner, seconds after it happened. The signs are read from the
 * audit itself by a listener and counted over fifteen minutes; an open alarm of the same kind and source counts on.
 */
import { createHash } from 'node:crypto'
import type { PendingQuery, Row } from 'postgres'
import type { App, Ctx } from '../../../platform/context.ts'
import { emit, type StoredEvent } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { defaultCalendar } from '../../staff/index.ts'
import { isCanary } from './canary.ts'
import type { Alarm, Limits } from './contract.ts'
import { acknowledge, giveAlarm, ofArea, raiseAlarm } from './lifecycle.ts'
import { namesOf } from './search.ts'
import { readSetting, writeSetting } from '../../../platform/setting.ts'

const WINDOW_MS = 15 * 60_000
const KEPT_MS = 86_400_000
const KEY = 'governance.alarm-limits'
const usual: Limits = { failures: 10, denials: 10, reads: 100 }
type Kind = Alarm['kind']

export const readLimits = async (ctx: Pick<Ctx, 'db'>): Promise<Limits> => ({ ...usual, ...await readSetting<Limits>(ctx, KEY) })
export async function changeLimits(ctx: Ctx, limits: Limits): Promise<Limits> {
  const before = await readLimits(ctx)
  ctx.later(writeSetting(ctx, KEY, limits))
  await emit(ctx, 'alarm.limits-changed', { data: { before, after: limits } })
  return limits
}

const failures = new Set(['staff.sign-in-failed', 'staff.sign-in-locked', 'staff.link-dead', 'staff.password-wrong', 'staff.code-wrong', 'access.sign-in-first'])

async function noteSign(ctx: Ctx, event: StoredEvent, sign: { kind: Kind; who: string; count: number; object?: string | null }): Promise<{ count: number; objects: number; firstAt: string }> {
  await ctx.db`insert into governance.sign (event_id, kind, who, object, count, at) values (${event.id}, ${sign.kind}, ${sign.who}, ${sign.object ?? null}, ${sign.count}, ${event.at}) on conflict do nothing`
  const [sum] = await ctx.db<{ count: number; objects: number; firstAt: string }[]>`
    select sum(count)::int as count, count(distinct object)::int as objects, min(at) as first_at from governance.sign
    where kind = ${sign.kind} and who = ${sign.who} and at > ${new Date(Date.parse(event.at) - WINDOW_MS)} and at <= ${event.at}`
  return sum!
}

export async function seeRefusal(ctx: Ctx, event: StoredEvent): Promise<void> {
  const { code = '', call = '', count = 1 } = event.data as { code?: string; call?: string; count?: number }
  const source = await sourceOf(ctx, event)
  const kind: Kind = failures.has(code) ? 'brute-force' : 'probing'
  const who = kind === 'brute-force' ? source ?? event.actorId ?? '' : event.actorId ?? source ?? ''
  const [seen, limits] = await Promise.all([noteSign(ctx, event, { kind, who, count }), readLimits(ctx)])
  if (seen.count >= (kind === 'brute-force' ? limits.failures : limits.denials)) await raiseAlarm(ctx, { kind, who, actorId: event.actorId, actorKind: event.actorKind, source, target: call, count: seen.count, at: event.at, firstAt: seen.firstAt })
}

/** One account tried from many places: each place alone stays below the limit. */
export async function seeLock(ctx: Ctx, event: StoredEvent): Promise<void> {
  if (!event.subject) return
  const { failures: count = 1 } = event.data as { failures?: number }
  const [seen, limits] = await Promise.all([noteSign(ctx, event, { kind: 'brute-force', who: event.subject, count }), readLimits(ctx)])
  if (seen.count >= limits.failures) await raiseAlarm(ctx, { kind: 'brute-force', who: event.subject, source: await sourceOf(ctx, event), target: event.subject, count: seen.count, at: event.at, firstAt: seen.firstAt })
}

export async function seeRead(ctx: Ctx, event: StoredEvent): Promise<void> {
  if (!event.actorId || !event.subject) return
  await seeCanary(ctx, event)
  const [seen, limits] = await Promise.all([noteSign(ctx, event, { kind: 'mass-reading', who: event.actorId, count: 1, object: event.subject }), readLimits(ctx)])
  if (seen.objects >= limits.reads) await raiseAlarm(ctx, { kind: 'mass-reading', who: event.actorId, actorId: event.actorId, actorKind: event.actorKind, source: await sourceOf(ctx, event), count: seen.objects, at: event.at, firstAt: seen.firstAt })
}

/** One look is enough: nobody has a reason to. */
export async function seeCanary(ctx: Ctx, event: StoredEvent): Promise<void> {
  if (!event.actorId || !event.subject || !(await isCanary(ctx, event.subject))) return
  const seen = await noteSign(ctx, { ...event, id: signOf(event.id) }, { kind: 'canary-read', who: event.actorId, count: 1, object: event.subject })
  await raiseAlarm(ctx, { kind: 'canary-read', who: event.actorId, actorId: event.actorId, actorKind: event.actorKind, source: await sourceOf(ctx, event), target: event.subject, count: seen.count, at: event.at, firstAt: seen.firstAt })
}
/** A look is a sign of two kinds; each event counts once for each. */
const signOf = (eventId: string): string => { const hex = createHash('sha256').update(`canary ${eventId}`).digest('hex'); return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}` }

export async function seeExport(ctx: Ctx, event: StoredEvent): Promise<void> {
  if ((await defaultCalendar(ctx)).isOpen(Date.parse(event.at))) return
  const who = event.actorId ?? ''
  const seen = await noteSign(ctx, event, { kind: 'off-hours-export', who, count: 1 })
  await raiseAlarm(ctx, { kind: 'off-hours-export', who, actorId: event.actorId, actorKind: event.actorKind, source: await sourceOf(ctx, event), target: event.type, count: seen.count, at: event.at, firstAt: seen.firstAt })
}

const sourceOf = async ({ db }: Ctx, event: StoredEvent): Promise<string | null> => (await db<{ source: string | null }[]>`select source from platform.event where xid = ${event.xid}::xid8 and seq = ${event.seq}`)[0]?.source ?? null

export const forgetSigns = async (app: App): Promise<void> => { await app.pool`delete from governance.sign where at < ${new Date(app.clock.now().getTime() - KEPT_MS)}` }

type Stored = Omit<Alarm, 'actor' | 'owner'> & { who: string; actorKind: string | null; actorId: string | null; ownerId: string | null; ownerName: string | null }
async function select(ctx: Ctx, where: PendingQuery<Row[]>, limit: number): Promise<Alarm[]> {
  const rows = await ctx.db<Stored[]>`
    select a.id, a.kind, a.who, a.actor_kind, a.actor_id, a.source, a.target, a.count, a.first_at, a.last_at, a.raised_at, a.owner_id, o.name as owner_name, a.acknowledged_at, b.name as acknowledged_by, a.note
    from governance.alarm a left join staff.person o on o.id = a.owner_id left join staff.person b on b.id = a.acknowledged_by where ${ofArea(ctx, 'security')} ${where} order by a.raised_at desc, a.id desc limit ${limit}`
  const names = await namesOf(ctx, rows.flatMap((row) => [row.actorId, uuid.test(row.target ?? '') ? row.target : null]).filter((id) => id !== null))
  return rows.map(({ who: _, actorKind, actorId, ownerId, ownerName, ...row }) => ({
    ...row, target: names.get(row.target ?? '')?.name ?? row.target,
    actor: { kind: actorKind, id: actorId, name: actorId ? names.get(actorId)?.name ?? null : null }, owner: ownerId ? { id: ownerId, name: ownerName ?? '' } : null,
  }))
}
const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/

export async function listAlarms(ctx: Ctx, query: { state?: 'open' | 'acknowledged'; cursor?: string; limit: number }): Promise<{ rows: Alarm[]; next: string | null; open: number }> {
  const { db } = ctx
  if (query.cursor && !uuid.test(query.cursor)) throw new Fault('input.cursor', 422)
  const where = db`${query.state ? db`and (a.acknowledged_at is null) = ${query.state === 'open'}` : db``} ${query.cursor ? db`and (a.raised_at, a.id) < (select raised_at, id from governance.alarm where id = ${query.cursor})` : db``}`
  const [rows, [open]] = await Promise.all([select(ctx, where, query.limit + 1), db<{ count: number }[]>`select count(*)::int as count from governance.alarm a where ${ofArea(ctx, 'security')} and acknowledged_at is null`])
  return { rows: rows.slice(0, query.limit), next: rows.length > query.limit ? rows[query.limit - 1]!.id : null, open: open!.count }
}
async function getAlarm(ctx: Ctx, id: string): Promise<Alarm> {
  const [row] = await select(ctx, ctx.db`and a.id = ${id}`, 1)
  if (!row) throw notFound('governance.alarm')
  return row
}
export async function acknowledgeAlarm(ctx: Ctx, id: string, note: string): Promise<Alarm> {
  await acknowledge(ctx, 'security', id, note)
  return getAlarm(ctx, id)
}
export async function ownAlarm(ctx: Ctx, id: string, personId: string): Promise<Alarm> {
  await giveAlarm(ctx, 'security', id, personId)
  return getAlarm(ctx, id)
}
