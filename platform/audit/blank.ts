/**
 * Takes what events say of a person out of them and leaves that they happened: when, by whom, to what. The act is an
 * event itself, sealed like any other, which vouches for the digests the events have since; so the chain still tells
 * an erasure from a forgery.
 */
import { createHash } from 'node:crypto'
import type { Ctx } from '../context.ts'
import { containing } from '../personal-data.ts'
import { emit } from '../events/write.ts'
import { DIGEST, idBytes } from './seal.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const instant = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/
/** Words under these names are our own codes, never what somebody wrote. */
const CODES = new Set(['channel', 'kind', 'byKind', 'how', 'for', 'because', 'fields', 'type', 'priority', 'stage', 'law', 'basis', 'ground', 'format'])

/** The same shape with numbers, yes and no, ids, times and codes; every other word is empty. Pure. */
export function withoutWords(data: unknown, key = ''): unknown {
  if (typeof data === 'string') return uuid.test(data) || instant.test(data) || (CODES.has(key) && /^[a-z][a-z0-9-]*$/i.test(data)) ? data : ''
  if (Array.isArray(data)) return data.map((one) => withoutWords(one, key)).filter((one) => one !== '')
  if (data !== null && typeof data === 'object') return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, withoutWords(value, name)]))
  return data
}

export const digestOfBlanked = (rows: readonly { id: string; digest: Buffer }[]): string =>
  createHash('sha256').update(Buffer.concat([...rows].sort((a, b) => a.id < b.id ? -1 : 1).flatMap((row) => [idBytes(row.id), row.digest]))).digest('hex')

/** Empties the events of these subjects and every other one that holds one of these words; answers how many. */
export async function blankEventsOf(ctx: Ctx, subjects: readonly string[], words: readonly string[], why: string): Promise<number> {
  const { db } = ctx
  const columns = db.unsafe("id, data, actor_kind = 'customer' and source is not null as shows_address")
  const found = await db<{ id: string; data: unknown; showsAddress: boolean }[]>`
    select ${columns} from platform.event where subject = any(${subjects as string[]}::uuid[])
    ${words.length ? db`union select ${columns} from platform.event where data::text like any(${containing(words)})` : db``}`
  const changed = found.map(({ id, data, showsAddress }) => ({ id, before: data, data: withoutWords(data), showsAddress })).filter((row) => row.showsAddress || JSON.stringify(row.before) !== JSON.stringify(row.data))
  if (!changed.length) return 0
  await db`select set_config('loopdesk.removes_events', 'on', true)`
  const rows = await db<{ id: string; digest: Buffer }[]>`
    update platform.event e set data = n.data, source = case when e.actor_kind <> 'customer' then e.source end from jsonb_to_recordset(${db.json(changed.map(({ id, data }) => ({ id, data })) as never)}) as n (id uuid, data jsonb) where e.id = n.id
    returning e.id, ${db.unsafe(DIGEST)} as digest`
  await db`select set_config('loopdesk.removes_events', 'off', true)`
  const { id: blankingId } = await emit(ctx, 'platform.events-blanked', { data: { why, count: rows.length, digest: digestOfBlanked(rows) } })
  await db`insert into platform.event_blanked (event_id, blanking_id, digest) select b.id, ${blankingId}, decode(b.digest, 'hex') from jsonb_to_recordset(${db.json(rows.map(({ id, digest }) => ({ id, digest: digest.toString('hex') })))}) as b (id uuid, digest text)`
  return rows.length
}
