/** Who calls: the session cookie of a browser or the bearer token of a program, found by a keyed hash. */
import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../platform/access/index.ts'
import type { App } from '../../platform/context.ts'
import { keyedHash } from '../../platform/crypto/index.ts'
import type { Authenticate } from '../../platform/http/server.ts'
import { type Found, memoryOf } from './memory.ts'
import { extendPresence } from './store/people.ts'
import { type SessionHolder, type TokenHolder, selectSessionHolder, selectTokenHolder, touchSession, touchToken } from './store/access.ts'

/** A session ends after this long without a call, and after SESSION_MS whatever happens. */
export const IDLE_MS = 12 * 3_600_000
export const SESSION_MS = 14 * 86_400_000
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
  return async (request) => {
    const header = request.headers.authorization
    if (header !== undefined) {
      if (!header.startsWith('Bearer ')) return null
      const token = header.slice(7)
      return actors.get(token) ?? actors.take(token, () => findByToken(app, token), isFound)
    }
    const token = sessionTokenOf(app, request)
    if (token === null) return null
    return actors.get(token) ?? actors.take(token, () => findBySession(app, token), isFound)
  }
}

/** Whose credential a long-lived connection was opened with, now: looked up anew, and not counted as use. Null when it has ended. */
export async function stillHolds(app: App, request: FastifyRequest): Promise<Actor | null> {
  const { authorization } = request.headers
  const now = app.clock.now()
  if (authorization !== undefined) {
    const row = await selectTokenHolder(app.pool, tokenHash(app, authorization.slice(7)), now)
    return row ? actorOfToken(row) : null
  }
  const token = sessionTokenOf(app, request)
  const row = token === null ? undefined : await selectSessionHolder(app.pool, tokenHash(app, token), now, new Date(now.getTime() - IDLE_MS))
  return row ? actorOfSession(row) : null
}

// Guesses are not remembered: they would push out the real ones.
const isFound = (found: Found | null): boolean => found !== null

async function findByToken(app: App, token: string): Promise<Found | null> {
  if (!token.startsWith(TOKEN_PREFIX) || token.length !== TOKEN_PREFIX.length + 43) return null
  const now = app.clock.now()
  const row = await selectTokenHolder(app.pool, tokenHash(app, token), now)
  if (!row) return null
  if (!row.lastUsedAt || now.getTime() - Date.parse(row.lastUsedAt) > NOTED_EVERY_MS) note(touchToken(app.pool, row.tokenId, now))
  return { bySession: false, locale: row.locale ?? undefined, actor: actorOfToken(row) }
}
const actorOfToken = (row: TokenHolder): Actor => ({ kind: row.kind === 'person' ? 'agent' : 'client', id: row.id, name: row.name, permissions: new Set(permissionsOf(row)), scope: row.scope, teamIds: row.teamIds })
const actorOfSession = (row: SessionHolder): Actor => ({ kind: 'agent', id: row.id, name: row.name, permissions: new Set(row.permissions), scope: row.scope, teamIds: row.teamIds })

/** A token may narrow what its holder may do, never widen it. */
export function permissionsOf(row: Pick<TokenHolder, 'permissions' | 'narrowed'>): string[] {
  if (!row.narrowed) return row.permissions
  if (row.permissions.includes('*')) return row.narrowed
  return row.narrowed.includes('*') ? row.permissions : row.narrowed.filter((one) => row.permissions.includes(one))
}

async function findBySession(app: App, token: string): Promise<Found | null> {
  if (token.length !== 43) return null
  const now = app.clock.now()
  const row = await selectSessionHolder(app.pool, tokenHash(app, token), now, new Date(now.getTime() - IDLE_MS))
  if (!row) return null
  if (now.getTime() - Date.parse(row.lastSeenAt) > NOTED_EVERY_MS) {
    note(touchSession(app.pool, row.sessionId, now))
    note(extendPresence(app.pool, [row.id], now, new Date(now.getTime() + PRESENCE_MS)))
  }
  return { bySession: true, locale: row.locale, actor: actorOfSession(row) }
}

// The note of use must not hold up or fail the call it was made by.
function note(query: PromiseLike<unknown>): void { Promise.resolve(query).catch(() => {}) }
