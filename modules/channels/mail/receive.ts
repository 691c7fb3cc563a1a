/** Reading mailboxes: one process at a time each, woken by the server (IDLE), going on where it stopped after any break. */
import type { ImapFlow } from 'imapflow'
import { goOutside, OutsideRefused } from '../../../platform/outside.ts'
import { newId } from '../../../lib/id/index.ts'
import { type App, run } from '../../../platform/context.ts'
import { isBusy, isDiskFull, isUnavailable } from '../../../platform/database/index.ts'
import { emit } from '../../../platform/events/book.ts'
import type { Log, Service } from '../../../platform/module.ts'
import { imapClient, passwordOf, withoutPassword } from './mailboxes.ts'
import { fingerprintOf } from './read.ts'
import { freeMailboxes, insertDuplicates, leaseMailboxes, type MailboxRecord, renumberMails, saveNumbering, saveProgress, saveState, type Seen, selectKnown, selectKnownUids, selectMailbox } from './store.ts'
import { setAside, takeIn } from './take.ts'

const LEASE_EVERY_MS = 5_000
const LOOK_EVERY_MS = 60_000
const BATCH_MAILS = 200
const BATCH_BYTES = 16 * 1024 * 1024
const MOST_BYTES = 40 * 1024 * 1024
const FIRST_BYTES = 256 * 1024
const AT_ONCE = 4

/** Reads every active mailbox that no other process reads. */
export async function startReceiving(app: App, log: Log): Promise<Service> {
  const node = newId()
  const readers = new Map<string, Reader>()
  let isStopped = false
  let isLeasing = false
  let isAskedAgain = false
  const lease = async (): Promise<void> => {
    if (isStopped) return
    isAskedAgain = isLeasing
    if (isLeasing) return
    isLeasing = true
    try {
      const mine = await leaseMailboxes(app, node)
      for (const [id, reader] of readers) if (!mine.some((row) => row.id === id && row.version === reader.version)) { readers.delete(id); void reader.stop() }
      if (!isStopped) for (const row of mine) if (!readers.has(row.id)) readers.set(row.id, new Reader(app, row, log))
    } catch (error) {
      if (!isStopped) log.warn({ err: error }, 'mailboxes could not be leased')
    } finally {
      isLeasing = false
    }
    if (isAskedAgain) await lease()
  }
  const timer = setInterval(() => void lease(), LEASE_EVERY_MS)
  const unhear = app.book.onCommit((events) => { if (events.some((event) => event.type === 'channels.mailbox-added' || event.type === 'channels.mailbox-changed')) void lease() })
  await lease()
  return {
    async stop() {
      isStopped = true
      clearInterval(timer)
      unhear()
      await Promise.all([...readers.values()].map((reader) => reader.stop()))
      await freeMailboxes(app, node).catch(() => {})
    },
  }
}

class Reader {
  readonly version: number
  readonly #app: App
  readonly #id: string
  readonly #log: Log
  #isStopped = false
  #wasOk = false
  #wake: () => void = () => {}
  #client: ImapFlow | null = null
  #running: Promise<void>

  constructor(app: App, mailbox: MailboxRecord, log: Log) {
    this.#app = app
    this.#id = mailbox.id
    this.#log = log
    this.version = mailbox.version
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#wake()
    this.#client?.close()
    await this.#running
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isStopped;) {
      const began = performance.now()
      this.#wasOk = false
      try {
        await this.#session()
      } catch (error) {
        if (this.#isStopped) return
        // Servers end long connections now and then; only one that can't be made anew is a fault.
        if (!this.#wasOk || failures > 0) await this.#report('failing', whyOf(error), error)
      }
      if (this.#isStopped) return
      failures = performance.now() - began > 30_000 ? 1 : failures + 1
      await this.#sleep(Math.min(300_000, 500 * 2 ** failures) * (0.8 + Math.random() * 0.4))
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      const timer = setTimeout(wake, ms)
      this.#wake = () => { clearTimeout(timer); wake() }
    })
  }

  /** One connection, until it breaks. */
  async #session(): Promise<void> {
    const mailbox = await selectMailbox({ db: this.#app.pool }, this.#id)
    if (!mailbox?.imap) return
    await goOutside(this.#app, 'mail-in', mailbox.imap.host)
    const password = passwordOf(this.#app, mailbox, 'imap')
    const client = (this.#client = imapClient(mailbox.imap, password))
    let broken: unknown = null
    let hasNews = false
    client.on('error', (error) => { broken = error })
    client.on('close', () => { broken ??= new Error('the connection was closed'); this.#wake() })
    client.on('exists', () => { hasNews = true; this.#wake() })
    try {
      await client.connect()
      await client.mailboxOpen('INBOX')
      await this.#begin(client, mailbox)
      await this.#report('ok', null)
      this.#wasOk = true
      while (!this.#isStopped && !broken) {
        hasNews = false
        await takeNew(this.#app, client, this.#id)
        if (hasNews || broken || this.#isStopped) continue
        client.idle().catch((error: unknown) => { broken ??= error; this.#wake() })
        if (!hasNews && !broken) await this.#sleep(LOOK_EVERY_MS)
      }
      if (broken) throw broken
    } catch (error) {
      throw withoutPassword(error, mailbox.imap.user, password)
    } finally {
      client.close()
      this.#client = null
    }
  }

  /** Where to go on: after the last mail taken, or from the start when the server numbers its mails anew. */
  async #begin(client: ImapFlow, mailbox: MailboxRecord): Promise<void> {
    const box = client.mailbox
    if (!box) throw new Error('no mailbox is open')
    const uidValidity = Number(box.uidValidity)
    if (mailbox.uidValidity === uidValidity) return
    await run(this.#app, {}, async (ctx) => {
      const isFirst = mailbox.uidValidity === null
      // What lies there already is old only when it came before the box was connected, not before the first look.
      await saveNumbering(ctx, mailbox.id, { uidValidity, lastUid: 0, renumberedUntil: isFirst && mailbox.takesExisting ? 0 : box.uidNext - 1, takesSince: mailbox.takesExisting ? null : (mailbox.takesSince ?? ctx.now.toISOString()) })
      if (!isFirst) await emit(ctx, 'channels.mailbox-renumbered', { subject: mailbox.id, data: { from: mailbox.uidValidity, to: uidValidity } })
    })
  }

  async #report(state: 'ok' | 'failing', why: string | null, error?: unknown): Promise<void> {
    await run(this.#app, {}, async (ctx) => {
      if (!(await saveState(ctx, this.#id, state, why))) return
      await emit(ctx, `channels.mailbox-${state}`, { subject: this.#id, data: { why } })
      if (error) this.#log.warn({ err: error, mailbox: this.#id }, 'mailbox cannot be read')
    }).catch((second: unknown) => this.#log.warn({ err: second, mailbox: this.#id }, 'mailbox state could not be stored'))
  }
}

function whyOf(error: unknown): string {
  if (error instanceof OutsideRefused) return error.code
  const { authenticationFailed, code } = error as { authenticationFailed?: boolean; code?: string }
  if (authenticationFailed) return 'channels.mail.failing-sign-in'
  return /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code ?? '') ? 'channels.mail.failing-tls' : 'channels.mail.failing-connection'
}

interface Listed { uid: number; size: number }

/** Takes everything after the last number, in batches that fit into memory; returns how many mails were new. */
export async function takeNew(app: App, client: ImapFlow, mailboxId: string): Promise<number> {
  const mailbox = await selectMailbox({ db: app.pool }, mailboxId)
  const box = client.mailbox
  if (!mailbox || !box) return 0
  const uidValidity = Number(box.uidValidity)
  const listed: Listed[] = []
  let highest = mailbox.lastUid
  // Servers date arrivals in whole seconds.
  const since = mailbox.takesSince === null ? null : Math.floor(Date.parse(mailbox.takesSince) / 1000) * 1000
  // The server answers `n:*` with its last mail even when that is older than n.
  for await (const one of client.fetch(`${mailbox.lastUid + 1}:*`, { uid: true, size: true, internalDate: true }, { uid: true })) {
    const isFromBefore = one.uid <= mailbox.renumberedUntil && since !== null && one.internalDate !== undefined && new Date(one.internalDate).getTime() < since
    highest = Math.max(highest, one.uid)
    if (one.uid > mailbox.lastUid && !isFromBefore) listed.push({ uid: one.uid, size: one.size ?? 0 })
  }
  let taken = 0
  for (const batch of batches(listed.sort((a, b) => a.uid - b.uid))) {
    taken += await takeBatch(app, client, mailboxId, uidValidity, batch)
    await saveProgress(app, mailboxId, batch.at(-1)!.uid)
  }
  if (highest > mailbox.lastUid) await saveProgress(app, mailboxId, highest)
  return taken
}

function* batches(listed: Listed[]): Generator<Listed[]> {
  let batch: Listed[] = []
  let bytes = 0
  for (const one of listed) {
    const size = one.size > MOST_BYTES ? FIRST_BYTES : one.size
    if (batch.length && (batch.length >= BATCH_MAILS || bytes + size > BATCH_BYTES)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(one)
    bytes += size
  }
  if (batch.length) yield batch
}

interface Fetched { uid: number; size: number; raw: Buffer }

async function takeBatch(app: App, client: ImapFlow, mailboxId: string, uidValidity: number, batch: Listed[]): Promise<number> {
  const known = await selectKnownUids(app, mailboxId, uidValidity, batch.map((one) => one.uid))
  const missing = batch.filter((one) => !known.has(one.uid))
  for (const one of missing.filter((each) => each.size > MOST_BYTES)) await takeTooLarge(app, client, mailboxId, uidValidity, one)
  const fetched = await fetchSources(client, missing.filter((one) => one.size <= MOST_BYTES))
  const fresh = await passKnown(app, mailboxId, uidValidity, fetched)
  await inLanes(fresh, async ({ uid, raw, size }) => {
    try {
      await takeIn(app, mailboxId, raw, { uid, uidValidity })
    } catch (error) {
      if (isUnavailable(error) || isBusy(error) || isDiskFull(error)) throw error
      await setAside(app, mailboxId, raw, { uid, uidValidity }, size, 'channels.mail.failed')
    }
  })
  // Only now: what is marked as seen is stored.
  if (missing.length) await client.messageFlagsAdd(missing.map((one) => one.uid).join(','), ['\\Seen'], { uid: true, silent: true }).catch(() => false)
  return fresh.length
}

async function fetchSources(client: ImapFlow, wanted: Listed[]): Promise<Fetched[]> {
  const fetched: Fetched[] = []
  if (!wanted.length) return fetched
  for await (const one of client.fetch(wanted.map((each) => each.uid).join(','), { uid: true, source: true }, { uid: true }))
    if (one.source) fetched.push({ uid: one.uid, size: one.source.length, raw: one.source })
  return fetched.sort((a, b) => a.uid - b.uid)
}

async function takeTooLarge(app: App, client: ImapFlow, mailboxId: string, uidValidity: number, one: Listed): Promise<void> {
  const part = await client.fetchOne(String(one.uid), { source: { start: 0, maxLength: FIRST_BYTES } }, { uid: true })
  if (part && part.source) await setAside(app, mailboxId, part.source, { uid: one.uid, uidValidity }, one.size, 'channels.mail.too-large')
}

/** Counts what is known by its contents in a few statements, however many there are; returns the rest. */
async function passKnown(app: App, mailboxId: string, uidValidity: number, fetched: Fetched[]): Promise<Fetched[]> {
  if (!fetched.length) return []
  const prints = fetched.map((one) => fingerprintOf(one.raw).fingerprint)
  const known = new Map((await selectKnown({ db: app.pool }, mailboxId, prints)).map((one) => [one.fingerprint.toString('hex'), one]))
  const renumbered = new Map<string, Seen>()
  const again: Seen[] = []
  const fresh: Fetched[] = []
  fetched.forEach((one, index) => {
    const before = known.get(prints[index]!.toString('hex'))
    if (!before) return fresh.push(one)
    const seen = { id: before.id, headerId: null, uid: one.uid, size: one.size }
    if (before.uidValidity !== uidValidity && !renumbered.has(before.id)) renumbered.set(before.id, seen)
    else again.push(seen)
  })
  if (renumbered.size || again.length) await run(app, {}, async (ctx) => {
    if (renumbered.size) await renumberMails(ctx, uidValidity, [...renumbered.values()])
    if (again.length) await insertDuplicates(ctx, mailboxId, uidValidity, again)
  })
  return fresh
}

/** A few at a time, but what names the same sender strictly one after the other: a conversation keeps its order. */
async function inLanes(mails: Fetched[], take: (one: Fetched) => Promise<void>): Promise<void> {
  const lanes: Fetched[][] = Array.from({ length: AT_ONCE }, () => [])
  for (const one of mails) {
    const from = /^from:[^\n]*/im.exec(one.raw.toString('latin1', 0, 16_384))?.[0] ?? ''
    let sum = 0
    for (let at = 0; at < from.length; at++) sum = (sum * 31 + from.charCodeAt(at)) >>> 0
    lanes[sum % AT_ONCE]!.push(one)
  }
  const results = await Promise.allSettled(lanes.map(async (lane) => { for (const one of lane) await take(one) }))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
