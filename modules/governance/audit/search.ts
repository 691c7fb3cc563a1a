/** The events as the audit reads them: by time, newest first, a bounded stretch at a time, so that no question reads all of them. */
import type { Ctx } from '../../../platform/context.ts'
import { DIGEST } from '../../../platform/audit/seal.ts'
import { Fault } from '../../../platform/fault.ts'
import type { AuditRow, Filter } from './contract.ts'
import { exposed } from './exposed.ts'

export interface StoredRow {
  id: string; xid: string; seq: number; type: string; subject: string | null; actorKind: string; actorId: string | null; at: string; source: string | null; call: string | null; data: Record<string, unknown>
  /** SHA-256 of the whole row, as it was sealed. */
  digest: Buffer
}
interface Place { at: string; seq: number }

/** Events looked at for one answer when what is asked for is rare. */
const STRETCH = 20_000
const REFUSED = ['access.refused', 'staff.sign-in-locked']

const within = ({ db }: Pick<Ctx, 'db'>, filter: Filter) => db`
  ${filter.from ? db`and e.at >= ${filter.from}` : db``} ${filter.until ? db`and e.at < ${filter.until}` : db``} ${filter.objectId ? db`and e.subject = ${filter.objectId}` : db``}`
const fitting = ({ db }: Pick<Ctx, 'db'>, filter: Filter) => db`
  ${filter.actorId ? db`and e.actor_id = ${filter.actorId}` : db``} ${filter.area ? db`and e.type like ${`${filter.area}%`}` : db``} ${filter.type ? db`and e.type = ${filter.type}` : db``}
  ${filter.source ? db`and e.source = ${filter.source}` : db``} ${filter.outcome ? db`and (e.type = any(${REFUSED})) = ${filter.outcome === 'refused'}` : db``}`
const isRare = (filter: Filter): boolean => Boolean(filter.actorId || filter.area || filter.type || filter.source || filter.outcome) && !filter.objectId

/** A page behind `after`, and where the search stopped when it looked at a whole stretch without filling it. */
export async function selectStretch(ctx: Pick<Ctx, 'db'>, filter: Filter, options: { after: Place | null; limit: number; oldestFirst?: boolean }): Promise<{ rows: StoredRow[]; stoppedAt: Place | null }> {
  const { db } = ctx
  const { after, limit, oldestFirst = false } = options
  const behind = after === null ? db`` : oldestFirst ? db`and (e.at, e.seq) > (${after.at}, ${after.seq})` : db`and (e.at, e.seq) < (${after.at}, ${after.seq})`
  const order = oldestFirst ? db`order by at, seq` : db`order by at desc, seq desc`
  const stretch = db`select * from platform.event e where true ${within(ctx, filter)} ${behind} ${order}`
  const columns = db`e.id, e.xid::text, e.seq, e.type, e.subject, e.actor_kind, e.actor_id, e.at, e.source, e.call, e.data, ${db.unsafe(DIGEST)} as digest`
  const rows = await db<StoredRow[]>`
    with found as materialized (select * from (${stretch} ${isRare(filter) ? db`limit ${STRETCH}` : db``}) e where true ${fitting(ctx, filter)} ${order} limit ${limit})
    select ${columns} from found e ${order}`
  if (rows.length === limit || !isRare(filter)) return { rows, stoppedAt: null }
  const [end] = await db<Place[]>`select at, seq from (${stretch} offset ${STRETCH - 1} limit 1) e`
  return { rows, stoppedAt: end ?? null }
}

export const writeCursor = ({ at, seq }: Place): string => Buffer.from(JSON.stringify([at, seq])).toString('base64url')
function readCursor(cursor: string): Place {
  try {
    const [at, seq] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (typeof at === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(at) && !Number.isNaN(Date.parse(at)) && Number.isSafeInteger(seq)) return { at, seq: seq as number }
  } catch { /* said below */ }
  throw new Fault('input.cursor', 422)
}

export async function listAudit(ctx: Ctx, { cursor, limit, ...filter }: Filter & { cursor?: string; limit: number }): Promise<{ rows: AuditRow[]; next: string | null; searchedTo: string | null }> {
  const { rows, stoppedAt } = await selectStretch(ctx, filter, { after: cursor ? readCursor(cursor) : null, limit: limit + 1 })
  const shown = rows.slice(0, limit)
  const next = rows.length > limit ? shown.at(-1)! : stoppedAt
  return { rows: await describe(ctx, shown), next: next && writeCursor(next), searchedTo: stoppedAt?.at ?? null }
}

interface Named { id: string; kind: string; name: string }
/** Names of people, programs and things of the house; requests by number, customers by id alone. */
export async function namesOf(ctx: Pick<Ctx, 'db'>, ids: readonly string[]): Promise<Map<string, Named>> {
  const all = [...new Set(ids)]
  if (!all.length) return new Map()
  const rows = await ctx.db<Named[]>`
    select id, 'person' as kind, name from staff.person where id = any(${all}::uuid[])
    union all select id, 'program', name from staff.api_client where id = any(${all}::uuid[])
    union all select id, 'team', name from staff.team where id = any(${all}::uuid[])
    union all select id, 'role', coalesce(name, key) from staff.role where id = any(${all}::uuid[])
    union all select id, 'skill', name from staff.skill where id = any(${all}::uuid[])
    union all select id, 'calendar', name from staff.calendar where id = any(${all}::uuid[])
    union all select id, 'service', key from standards.service where id = any(${all}::uuid[])
    union all select id, 'rule', name from standards.rule where id = any(${all}::uuid[])
    union all select id, 'mailbox', address from channels.mailbox where id = any(${all}::uuid[])
    union all select id, 'request', '#' || number from requests.request where id = any(${all}::uuid[])
    union all select id, 'customer', '…' || right(id::text, 8) from customers.customer where id = any(${all}::uuid[])`
  return new Map(rows.map((row) => [row.id, row]))
}

async function describe(ctx: Ctx, rows: readonly StoredRow[]): Promise<AuditRow[]> {
  const [names, [head]] = await Promise.all([
    namesOf(ctx, rows.flatMap((row) => [row.subject, row.actorId]).filter((id) => id !== null)),
    ctx.db<{ lastXid: string; lastSeq: number }[]>`select last_xid::text, last_seq from platform.seal order by nr desc limit 1`,
  ])
  const isSealed = (row: StoredRow): boolean => head !== undefined && (BigInt(row.xid) < BigInt(head.lastXid) || (row.xid === head.lastXid && row.seq <= head.lastSeq))
  return rows.map((row) => ({ ...plain(row, names), isSealed: isSealed(row) }))
}

/** An event without what is not the audit's to show. */
export function plain(row: StoredRow, names: ReadonlyMap<string, Named>): Omit<AuditRow, 'isSealed'> {
  const actor = row.actorId === null ? undefined : names.get(row.actorId)
  const object = row.subject === null ? null : { id: row.subject, kind: names.get(row.subject)?.kind ?? null, name: names.get(row.subject)?.name ?? null }
  return {
    id: row.id, at: row.at, type: row.type, outcome: REFUSED.includes(row.type) ? 'refused' : 'done',
    actor: { kind: row.actorKind, id: row.actorId, name: row.actorKind === 'customer' ? null : actor?.name ?? null }, object, source: row.source, call: row.call, ...exposed(row.type, row.data),
  }
}
