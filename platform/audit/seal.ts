/**
 * Seals the events in a chain soon after they are committed, by one sealer at a time, so that who changes, removes,
 * inserts or reorders one afterwards is found out. Writers never wait for it.
 */
import { createHash, createHmac } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { App } from '../context.ts'
import { transaction, type Db } from '../database/index.ts'
import { HELD_LISTENERS } from '../events/book.ts'

const SEALING = 7_101_004
const MOST_ROWS = 2_000
/** A busy second makes a few seals, not a hundred. */
const GATHER_MS = 400

export interface Place { xid: string; seq: number }
export interface Seal { nr: number; lastXid: string; lastSeq: number; ids: Buffer; digests: Buffer; at: string; mark: Buffer }
export interface SealedRow { id: string; xid: string; seq: number; type: string; subject: string | null; actorKind: string; actorId: string | null; at: string; teamId: string | null; data: string; source: string | null; call: string | null }

/**
 * SHA-256 over every column of an event, as PostgreSQL writes them. Only data can hold a bar, and being one JSON object it
 * says itself where it ends; source and call are left out where there are none, as before they were kept.
 */
export const digestOf = (row: SealedRow): Buffer =>
  createHash('sha256').update([row.id, row.xid, row.seq, row.type, row.subject, row.actorKind, row.actorId, row.at, row.teamId, row.data].map((value) => value ?? '').concat(row.source ?? [], row.call ?? []).join('|')).digest()

/** The same over an event `e`, in SQL. */
export const DIGEST = "sha256(convert_to(concat(e.id, '|', e.xid, '|', e.seq, '|', e.type, '|', e.subject, '|', e.actor_kind, '|', e.actor_id, '|', e.at, '|', e.team_id, '|', e.data, '|' || e.source, '|' || e.call), 'UTF8'))"

interface Digested { count: number; ids: Buffer; digests: Buffer; lastXid: string; lastSeq: number }
/** The same, made where the events are: for sealing, nothing but digests need travel. */
const selectDigests = async (db: Db, after: Place): Promise<Digested> => (await db<Digested[]>`
  select count(*)::int as count, string_agg(uuid_send(id), '' order by xid, seq) as ids, (array_agg(xid::text order by xid desc, seq desc))[1] as last_xid, (array_agg(seq order by xid desc, seq desc))[1] as last_seq,
    string_agg(${db.unsafe(DIGEST)}, '' order by xid, seq) as digests
  from (select * from platform.event where (xid, seq) > (${after.xid}::xid8, ${after.seq}) and xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid, seq limit ${MOST_ROWS}) e`)[0]!

/** HMAC-SHA-256 over a seal and the mark before it; null before the first. */
export function markOf(app: Pick<App, 'keys'>, seal: Omit<Seal, 'mark'>, before: Buffer | null): Buffer {
  return createHmac('sha256', app.keys.for('audit seal')).update(JSON.stringify([seal.nr, seal.lastXid, seal.lastSeq, seal.at, seal.ids.toString('hex'), seal.digests.toString('hex'), before?.toString('hex') ?? null])).digest()
}

export const idBytes = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex')
export const idText = (bytes: Buffer): string => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
/** Where heads are written down outside the database, a line of JSON each: number, mark, time. */
export const anchorFile = (dataDir: string): string => join(dataDir, 'audit-anchor.jsonl')

/** The events between two places, in the order they are sealed. */
export const selectRows = (db: Db, after: Place, upTo: Place, limit: number) => db<SealedRow[]>`
  select id, xid::text, seq, type, subject, actor_kind, actor_id, at::text as at, team_id, data::text as data, source, call from platform.event e
  where (xid, seq) > (${after.xid}::xid8, ${after.seq}) and (xid, seq) <= (${upTo.xid}::xid8, ${upTo.seq}) order by e.xid, e.seq limit ${limit}`

/**
 * Seals what is new; answers how many events. Nothing when another process is sealing, or when the listeners are held
 * because a past is being played.
 */
export async function sealEvents(app: App): Promise<number> {
  let count = 0
  for (;;) {
    const seal = await transaction(app.pool, (db) => sealOnce(app, db))
    if (!seal) return count
    await appendFile(anchorFile(app.config.dataDir), `${JSON.stringify({ nr: seal.nr, mark: seal.mark.toString('hex'), at: seal.at })}\n`)
    count += seal.ids.length / 16
    if (seal.ids.length / 16 < MOST_ROWS) return count
  }
}

async function sealOnce(app: App, db: Db): Promise<Seal | null> {
  // A statement of its own, so that the next one sees what the sealer before us has committed.
  const [lock] = await db<{ isOurs: boolean }[]>`select pg_try_advisory_xact_lock(${SEALING}) and pg_try_advisory_xact_lock_shared(${HELD_LISTENERS}) as is_ours`
  if (!lock!.isOurs) return null
  const before = await selectHead(db)
  const found = await selectDigests(db, before ? { xid: before.lastXid, seq: before.lastSeq } : { xid: '0', seq: 0 })
  return found.count ? insertSeal(app, db, before, found) : null
}

/** The chain goes on behind this place, and what lies before it stays unsealed: for a past that was played and never real. */
export async function sealFrom(app: App, db: Db, place: Place): Promise<void> {
  await db`select pg_advisory_xact_lock(${SEALING})`
  const before = await selectHead(db)
  await insertSeal(app, db, before, { lastXid: place.xid, lastSeq: place.seq, ids: Buffer.alloc(0), digests: Buffer.alloc(0) })
}

const selectHead = async (db: Db): Promise<Pick<Seal, 'nr' | 'lastXid' | 'lastSeq' | 'mark'> | undefined> => (await db<Seal[]>`select nr, last_xid::text, last_seq, mark from platform.seal order by nr desc limit 1`)[0]

async function insertSeal(app: App, db: Db, before: { nr: number; mark: Buffer } | undefined, { lastXid, lastSeq, ids, digests }: Omit<Digested, 'count'>): Promise<Seal> {
  const open = { nr: (before?.nr ?? 0) + 1, lastXid, lastSeq, ids, digests, at: app.clock.now().toISOString() }
  const seal: Seal = { ...open, mark: markOf(app, open, before?.mark ?? null) }
  await db`insert into platform.seal (nr, last_xid, last_seq, ids, digests, at, mark) values (${seal.nr}, ${seal.lastXid}::xid8, ${seal.lastSeq}, ${seal.ids}, ${seal.digests}, ${seal.at}, ${seal.mark})`
  return seal
}

export interface Sealer { wake(): void; stop(): Promise<void> }
/** Seals soon after it is woken, one run at a time. */
export function startSealer(app: App, onError: (error: unknown) => void): Sealer {
  let timer: NodeJS.Timeout | null = null
  let running: Promise<unknown> | null = null
  let stopped = false
  const seal = () => {
    timer = null
    if (running) { wake(); return }
    running = sealEvents(app).catch((error: unknown) => { if (!stopped) onError(error) }).finally(() => { running = null })
  }
  const wake = () => { if (!stopped) timer ??= setTimeout(seal, GATHER_MS) }
  // What waited behind a long transaction, or was committed by a process that is gone.
  const sweep = setInterval(wake, 10_000)
  sweep.unref()
  wake()
  return {
    wake,
    async stop() {
      stopped = true
      clearInterval(sweep)
      if (timer) clearTimeout(timer)
      await running
    },
  }
}
