/** Who calls: the session cookie of a browser or the bearer token of a program, found by a keyed hash. */
import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../platform/access/index.ts'
import type { App } from '../../platform/context.ts'
import { keyedHash } from '../../platform/crypto/index.ts'
import type { Authenticate } from '../../platform/http/server.ts'
import { type Found, memoryOf } from './memory.ts'
import { extendPresence } from './store/people.ts'
import { type SessionHolder, type TokenHolder, selectSessionHolders, selectTokenHolders, touchSession, touchToken } from './store/access.ts'
import { dueOf } from './profiles.ts'

/** What asks for a proof is open for this long after one. */
export const PROOF_MS = 15 * 60_000
/** A sign of life keeps a person from becoming offline for this long. */
export const PRESENCE_MS = 180_000
/** Use is noted at most once in this time. */
const NOTED_EVERY_MS = 60_000
export const TOKEN_PREFIX = 'ldt_'

export const tokenHash = (app: App, token: string): Buffer => keyedHash(app.keys.for('tokens'), token)
export const sessionCookie = (app: App): string => (isSecure(app) ? '__Host-loopdesk_session' : 'loopdesk_session')
export const isSecure = (app: App): boolean => app.config.publicUrl.startsWith('https:')

/** The session token of the request's cookie, or null; a bearer token is not looked at. */
export function sessionTokenOf(app: App, request: FastifyRequest): string | null {
  const header = request.headers.cookie
  if (!header) return null
  const name = `${sessionCookie(app)}=`
  for (const part of header.split(';')) {
    const pair = part.trim()
    if (pair.startsWith(name)) return pair.slice(name.length)
  }
  return null
}

/**
 * Finds who a request comes from. An Authorization header decides alone: with a wrong one the cookie is not tried.
 * What was found is believed for three seconds, less when this process or another tells of a change.
 */
export function authenticator(app: App): Authenticate {
  const { actors } = memoryOf(app)
  const remembered = (token: string): Found | null | undefined => {
    const known = actors.get(token)
    if (!known || app.clock.now().getTime() - known.readAt.getTime() < NOTED_EVERY_MS) return known
    actors.forget(token)
  }
  const find = async (request: FastifyRequest): Promise<Found | null> => {
    const header = request.headers.authorization
    if (header !== undefined) {
      if (!header.startsWith('Bearer ')) return null
      const token = header.slice(7)
      return remembered(token) ?? actors.take(token, () => findByToken(app, token), isFound)
    }
    const token = sessionTokenOf(app, request)
    if (token === null) return null
    return remembered(token) ?? actors.take(token, () => findBySession(app, token, isIdle(request)), isFound)
  }
  return Object.assign(find, { watch: watcher(app) })
}

/** Whose credential a long-lived connection was opened with, now: looked up anew, and not counted as use. Null when it has ended. */
export async function stillHolds(app: App, request: FastifyRequest): Promise<Actor | null> {
  const { authorization } = request.headers
  const now = app.clock.now()
  if (authorization !== undefined) {
    const [row] = await selectTokenHolders(app.pool, [tokenHash(app, authorization.slice(7))], now)
    return row ? byToken(row, now).actor : null
  }
  const token = sessionTokenOf(app, request)
  const [row] = token === null ? [] : await selectSessionHolders(app.pool, [tokenHash(app, token)], now)
  return row ? bySession(row, now).actor : null
}

// Guesses are not remembered: they would push out the real ones.
const isFound = (found: Found | null): boolean => found !== null

async function findByToken(app: App, token: string): Promise<Found | null> {
  if (!token.startsWith(TOKEN_PREFIX) || token.length !== TOKEN_PREFIX.length + 43) return null
  const now = app.clock.now()
  const [row] = await selectTokenHolders(app.pool, [tokenHash(app, token)], now)
  if (!row) return null
  if (!row.lastUsedAt || now.getTime() - Date.parse(row.lastUsedAt) > NOTED_EVERY_MS) note(touchToken(app.pool, row.tokenId, now))
  return byToken(row, now)
}
const byToken = (row: TokenHolder, now: Date): Found => ({
  readAt: now, bySession: false, locale: row.locale ?? undefined,
  actor: { kind: row.kind === 'person' ? 'agent' : 'client', id: row.id, name: row.name, permissions: new Set(permissionsOf(row)), scope: row.scope, teamIds: row.teamIds, regions: row.regions },
})

/** A token may narrow what its holder may do, never widen it. */
export function permissionsOf(row: Pick<TokenHolder, 'permissions' | 'narrowed'>): string[] {
  if (!row.narrowed) return row.permissions
  if (row.permissions.includes('*')) return row.narrowed
  return row.narrowed.includes('*') ? row.permissions : row.narrowed.filter((one) => row.permissions.includes(one))
}

async function findBySession(app: App, token: string, isIdle: boolean): Promise<Found | null> {
  if (token.length !== 43) return null
  const now = app.clock.now()
  const [row] = await selectSessionHolders(app.pool, [tokenHash(app, token)], now)
  if (!row) return null
  if (now.getTime() - Date.parse(row.lastSeenAt) > NOTED_EVERY_MS) {
    if (!isIdle) note(touchSession(app.pool, row.sessionId, row.id, now))
    note(extendPresence(app.pool, [row.id], now, new Date(now.getTime() + PRESENCE_MS)))
  }
  return bySession(row, now)
}
const bySession = (row: SessionHolder, now: Date): Found => ({
  readAt: now, bySession: true, locale: row.locale, due: dueOf(row, now), provenUntil: row.provenAt ? new Date(Date.parse(row.provenAt) + PROOF_MS) : null,
  actor: { kind: 'agent', id: row.id, name: row.name, permissions: new Set(row.permissions), scope: row.scope, teamIds: row.teamIds, regions: row.regions },
})

/**
 * The page goes on asking while nobody sits at it; it says for how many seconds there has been no key and no pointer.
 * Who says so only shortens their own session.
 */
const IDLE_AFTER_S = 60
const isIdle = (request: FastifyRequest): boolean => Number(request.headers['loopdesk-idle'] ?? 0) > IDLE_AFTER_S

interface Watched { token: string; due: string | null; end: () => void }
const WATCH_MS = 3_000
/** Ends what is held open by a session or token that is over, told or not: one question for all, every three seconds. */
function watcher(app: App): NonNullable<Authenticate['watch']> {
  const all = new Set<Watched>()
  let timer: NodeJS.Timeout | null = null
  let soon: NodeJS.Timeout | null = null
  const look = async (): Promise<void> => {
    const now = app.clock.now()
    const hashes = new Map([...all].map((one) => [tokenHash(app, one.token).toString('hex'), one.token]))
    const [ofTokens, ofSessions] = [[] as Buffer[], [] as Buffer[]]
    for (const [hash, token] of hashes) (token.startsWith(TOKEN_PREFIX) ? ofTokens : ofSessions).push(Buffer.from(hash, 'hex'))
    const holders = new Map<string, string | null>()
    if (ofTokens.length) for (const row of await selectTokenHolders(app.pool, ofTokens, now)) holders.set(hashes.get(row.hash.toString('hex'))!, null)
    if (ofSessions.length) for (const row of await selectSessionHolders(app.pool, ofSessions, now)) holders.set(hashes.get(row.hash.toString('hex'))!, dueOf(row, now))
    for (const one of all) if (hashes.has(tokenHash(app, one.token).toString('hex')) && holders.get(one.token) !== one.due) { all.delete(one); one.end() }
  }
  // Not asked: nothing is known to be over.
  const safely = (): void => { look().catch(() => {}) }
  memoryOf(app).onDrop(() => { if (all.size) soon ??= setTimeout(() => { soon = null; safely() }, 20) })
  return (request, known, end) => {
    const token = request.headers.authorization?.slice(7) ?? sessionTokenOf(app, request) ?? ''
    const one = { token, due: known.due ?? null, end }
    all.add(one)
    timer ??= setInterval(safely, WATCH_MS).unref()
    return () => {
      all.delete(one)
      if (all.size || !timer) return
      clearInterval(timer)
      timer = null
    }
  }
}

// The note of use must not hold up or fail the call it was made by.
function note(query: PromiseLike<unknown>): void { Promise.resolve(query).catch(() => {}) }
