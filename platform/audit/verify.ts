/** Holds the events against the chain of seals and the heads written down outside the database; names the first bad row. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { App, Ctx } from '../context.ts'
import { sameBytes } from '../crypto/index.ts'
import { emit } from '../events/write.ts'
import { digestOfBlanked } from './blank.ts'
import { anchorFile, digestOf, idBytes, idText, markOf, type Seal, type SealedRow, selectRows } from './seal.ts'

export type Damage =
  | { kind: 'changed' | 'inserted'; event: string; type: string; at: string; seal: number }
  | { kind: 'missing'; event: string; seal: number }
  | { kind: 'seal-missing' | 'seal-changed' | 'head-cut' | 'head-changed' | 'removal-changed' | 'blanking-changed'; seal: number }
export interface Verdict {
  seals: number
  /** Events held against their seals. */
  events: number
  /** Sealed events that were taken out by an act that says so. */
  removed: number
  /** Events whose words were taken out by an act that says so. */
  blanked: number
  /** Committed events no seal covers yet. */
  unsealed: number
  lastSealAt: string | null
  /** The first one found; null: everything is as it was sealed. */
  damage: Damage | null
}

const AT_ONCE = 100

/** Reads the whole chain from its beginning; tells of its progress once every hundred seals. */
export async function verifyEvents(app: App, onProgress?: (seals: number) => Promise<unknown>): Promise<Verdict> {
  const verdict: Verdict = { seals: 0, events: 0, removed: 0, blanked: 0, unsealed: 0, lastSealAt: null, damage: null }
  const anchors = await readAnchors(app.config.dataDir)
  const [removals, blankings] = await Promise.all([readRemovals(app), readBlankings(app)])
  let before: Seal | null = null
  for (;;) {
    const seals: Seal[] = await app.pool<Seal[]>`select nr, last_xid::text, last_seq, ids, digests, at, mark from platform.seal where nr > ${before?.nr ?? 0} order by nr limit ${AT_ONCE}`
    if (!seals.length) break
    await onProgress?.(verdict.seals)
    for (const seal of seals) {
      verdict.damage = damageOfSeal(app, seal, before, anchors) ?? await damageOfRows(app, seal, before, removals, blankings, verdict)
      if (verdict.damage) return verdict
      verdict.seals++
      verdict.lastSealAt = seal.at
      before = seal
    }
  }
  const highest = Math.max(0, ...anchors.keys())
  if (highest > (before?.nr ?? 0)) verdict.damage = { kind: 'head-cut', seal: (before?.nr ?? 0) + 1 }
  const [rest] = await app.pool<{ count: number }[]>`select count(*)::int as count from platform.event where (xid, seq) > (${before?.lastXid ?? '0'}::xid8, ${before?.lastSeq ?? 0})`
  verdict.unsealed = rest!.count
  return verdict
}

function damageOfSeal(app: App, seal: Seal, before: Seal | null, anchors: ReadonlyMap<number, string>): Damage | null {
  const nr = (before?.nr ?? 0) + 1
  if (seal.nr !== nr) return { kind: 'seal-missing', seal: nr }
  if (!sameBytes(seal.mark, markOf(app, seal, before?.mark ?? null)) || seal.digests.length !== seal.ids.length * 2) return { kind: 'seal-changed', seal: nr }
  const anchor = anchors.get(nr)
  return anchor !== undefined && anchor !== seal.mark.toString('hex') ? { kind: 'head-changed', seal: nr } : null
}

// A seal of nothing only moves the place on: what lies before it is a past that was played.
async function damageOfRows(app: App, seal: Seal, before: Seal | null, removals: Removals, blankings: Blankings, verdict: Verdict): Promise<Damage | null> {
  const count = seal.ids.length / 16
  if (!count) return null
  const rows = await selectRows(app.pool, before ? { xid: before.lastXid, seq: before.lastSeq } : { xid: '0', seq: 0 }, { xid: seal.lastXid, seq: seal.lastSeq }, count + 1_000)
  const present = new Set(rows.map((row) => row.id))
  const inserted = (row: SealedRow): Damage => ({ kind: 'inserted', event: row.id, type: row.type, at: row.at, seal: seal.nr })
  let next = 0
  for (let place = 0; place < count; place++) {
    const id = idText(seal.ids.subarray(place * 16, place * 16 + 16))
    const row = rows[next]
    if (row?.id === id) {
      const digest = digestOf(row)
      if (!sameBytes(digest, seal.digests.subarray(place * 32, place * 32 + 32))) {
        const acts = blankings.of.get(`${id}/${digest.toString('hex')}`)
        if (!acts) return { kind: 'changed', event: row.id, type: row.type, at: row.at, seal: seal.nr }
        if (!acts.some((act) => blankings.valid.has(act))) return { kind: 'blanking-changed', seal: seal.nr }
        verdict.blanked++
      }
      next++
      verdict.events++
    } else if (row && present.has(id)) return inserted(row)
    else {
      const removal = removals.of.get(id)
      if (!removal) return { kind: 'missing', event: id, seal: seal.nr }
      if (!removals.valid.has(removal)) return { kind: 'removal-changed', seal: seal.nr }
      verdict.removed++
    }
  }
  return rows[next] ? inserted(rows[next]!) : null
}

async function readAnchors(dataDir: string): Promise<Map<number, string>> {
  const text = await readFile(anchorFile(dataDir), 'utf8').catch(() => '')
  const anchors = new Map<number, string>()
  for (const line of text.split('\n')) {
    // A line that a power cut left unfinished.
    if (!line.endsWith('}')) continue
    // What was written next begins behind it.
    const { nr, mark } = JSON.parse(line.slice(line.lastIndexOf('{'))) as { nr: number; mark: string }
    anchors.set(nr, mark)
  }
  return anchors
}

interface Removals { of: ReadonlyMap<string, string>; valid: ReadonlySet<string> }
/** Events that vouch for what was taken out of the chain: without them it would seem to have been tampered with, so they are never taken out themselves. */
export const vouching = ['platform.events-removed', 'platform.events-blanked']

/** A removal counts when the event that speaks of it, sealed like any other, names exactly these events. */
async function readRemovals(app: App): Promise<Removals> {
  const rows = await app.pool<{ eventId: string; removalId: string }[]>`select event_id, removal_id from platform.event_removed order by event_id`
  const byRemoval = Map.groupBy(rows, (row) => row.removalId)
  const acts = await app.pool<{ id: string; digest: string }[]>`select id, data->>'digest' as digest from platform.event where type = 'platform.events-removed' and id = any(${[...byRemoval.keys()]}::uuid[])`
  const valid = acts.filter(({ id, digest }) => digest === digestOfIds(byRemoval.get(id)!.map((row) => row.eventId))).map(({ id }) => id)
  return { of: new Map(rows.map((row) => [row.eventId, row.removalId])), valid: new Set(valid) }
}

interface Blankings { /** By event and the digest it has since. */ of: ReadonlyMap<string, string[]>; valid: ReadonlySet<string> }
/** The same for events whose words were taken out: the act vouches for what is left of each. */
async function readBlankings(app: App): Promise<Blankings> {
  const rows = await app.pool<{ id: string; blankingId: string; digest: Buffer }[]>`select event_id as id, blanking_id, digest from platform.event_blanked`
  const byAct = Map.groupBy(rows, (row) => row.blankingId)
  const acts = await app.pool<{ id: string; digest: string }[]>`select id, data->>'digest' as digest from platform.event where type = 'platform.events-blanked' and id = any(${[...byAct.keys()]}::uuid[])`
  const of = new Map<string, string[]>()
  for (const row of rows) of.set(`${row.id}/${row.digest.toString('hex')}`, [...(of.get(`${row.id}/${row.digest.toString('hex')}`) ?? []), row.blankingId])
  return { of, valid: new Set(acts.filter(({ id, digest }) => digest === digestOfBlanked(byAct.get(id)!)).map(({ id }) => id)) }
}
const digestOfIds = (ids: readonly string[]): string => createHash('sha256').update(Buffer.concat([...ids].sort().map(idBytes))).digest('hex')

/** Takes events out for good; `until`, where all of them are older, spares looking at the rest. The act is an event itself, which names by count, reason and digest those that were or will be sealed. */
export async function removeEvents(ctx: Ctx, ids: readonly string[], why: string, until: Date | 'infinity' = 'infinity'): Promise<void> {
  if (!ids.length) return
  const sealed = await ctx.db<{ id: string }[]>`
    select id from platform.event where id = any(${ids as string[]}::uuid[]) and at < ${until}
      and (xid, seq) > (select last_xid, last_seq from (select last_xid, last_seq, nr from platform.seal where length(ids) = 0 union all select '0', 0, 0 order by nr desc limit 1) played)`
  const named = sealed.map((event) => event.id)
  const { id: removalId } = await emit(ctx, 'platform.events-removed', { data: { why, count: ids.length, named: named.length, digest: digestOfIds(named) } })
  await ctx.db`insert into platform.event_removed (event_id, removal_id) select unnest(${named}::uuid[]), ${removalId}`
  await ctx.db`select set_config('loopdesk.removes_events', 'on', true)`
  await ctx.db`delete from platform.event where id = any(${ids as string[]}::uuid[]) and at < ${until}`
  await ctx.db`select set_config('loopdesk.removes_events', 'off', true)`
}
