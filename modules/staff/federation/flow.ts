/**
 * The way out to a provider and back: what travels is a random state, what stays here is encrypted, and only the browser
 * that left may return. An answer is taken once, before anything is asked of the provider.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { newId } from '../../../lib/id/index.ts'
import type { App, Ctx } from '../../../platform/context.ts'
import { run } from '../../../platform/context.ts'
import { keyedHash, newToken } from '../../../platform/crypto/index.ts'
import { Fault } from '../../../platform/fault.ts'
import { isSecure } from '../authenticate.ts'
import { seal, unseal } from './secrets.ts'
import * as store from './store.ts'

export const FLOW_MS = 10 * 60_000
/** Whom a provider vouches for. `email` only when the provider says that it was verified. */
export interface Vouched {
  issuer: string; subject: string
  /** As a person recognises the account. */
  account: string
  name: string | null; email: string | null
  /** The directory's own id of the person, when the provider tells one. */
  directoryId: string | null
  /** Of the session at the provider, for ending it there or here; null where it tells of none. */
  session?: TheirSession | null
}
export interface TheirSession { sid: string | null; idToken?: string; nameIdFormat?: string; nameQualifier?: string; spNameQualifier?: string }
/** What an answer is compared with. */
export interface Asked { state: string; nonce: string; verifier: string; requestId: string }

/** One answer to whoever stands outside; the cause is for our log. */
export const refused = (cause?: unknown): Fault => Object.assign(new Fault('staff.federation.refused', 401), { cause })
const hash = (app: App, text: string): Buffer => keyedHash(app.keys.for('federation flow'), text)
const cookieName = (app: App): string => (isSecure(app) ? '__Host-loopdesk_flow' : 'loopdesk_flow')
const owner = (id: string): string => `flow:${id}`

export function browserOf(app: App, request: FastifyRequest): Buffer | null {
  const name = `${cookieName(app)}=`
  const found = (request.headers.cookie ?? '').split(';').map((part) => part.trim()).find((part) => part.startsWith(name))?.slice(name.length)
  return found?.length === 43 ? hash(app, found) : null
}

/** Only a place of this console: never another host, never the door itself. */
export const placeOf = (wanted: string): string => (/^\/(?![/\\])[^\u0000-\u0020\\]*$/.test(wanted) && !wanted.startsWith('/sign-in') && !wanted.startsWith('/api/') ? wanted : '/')

/** Opens a flow and gives the browser its cookie; `leave` makes the address to go to from what is asked. */
export async function beginFlow(app: App, providerId: string, wanted: { personId: string | null; returnTo: string }, reply: FastifyReply, leave: (asked: Asked) => Promise<string>): Promise<string> {
  const asked: Asked = { state: newToken(), nonce: newToken(), verifier: newToken(), requestId: `_${newToken()}` }
  const url = await leave(asked)
  const browser = newToken()
  const id = newId()
  await run(app, {}, async (ctx) => {
    ctx.later(store.insertFlow(ctx, {
      id, providerId, stateHash: hash(app, asked.state), browserHash: hash(app, browser), personId: wanted.personId, returnTo: placeOf(wanted.returnTo),
      kept: seal(app, owner(id), JSON.stringify(asked)), expiresAt: new Date(ctx.now.getTime() + FLOW_MS),
    }))
  })
  reply.header('set-cookie', `${cookieName(app)}=${browser}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${FLOW_MS / 1000}${isSecure(app) ? '; Secure' : ''}`)
  return url
}

/** The flow an answer belongs to, taken; throws 401 `staff.federation.refused` for an unknown, late, repeated or another browser's one. */
export async function takeFlow(app: App, providerId: string, state: unknown, browser: Buffer | null): Promise<store.Flow & { asked: Asked }> {
  if (typeof state !== 'string' || state.length !== 43) throw refused()
  const flow = await run(app, {}, (ctx) => store.takeFlow(ctx, providerId, hash(app, state), browser))
  if (!flow) throw refused()
  return { ...flow, asked: JSON.parse(unseal(app, owner(flow.id), flow.kept)) as Asked }
}
export const keepAnswer = (ctx: Ctx, flowId: string, vouched: Vouched): void => ctx.later(store.keepAnswer(ctx, flowId, seal(ctx.app, owner(flowId), JSON.stringify(vouched))))

export type Answered = store.Flow & { vouched: Vouched }
/** The answered flow of this browser that waits for a code (`personId` null) or for a person's confirmation. */
export async function findAnswered(ctx: Ctx, request: FastifyRequest, personId: string | null): Promise<Answered | null> {
  const browser = browserOf(ctx.app, request)
  return open(ctx, browser && (await store.selectAnswered(ctx, browser, personId)))
}
/** The same by the flow's id, whoever it is for. */
export async function findReturned(ctx: Ctx, request: FastifyRequest, id: string): Promise<Answered | null> {
  const browser = browserOf(ctx.app, request)
  return open(ctx, browser && (await store.selectReturned(ctx, id, browser)))
}
function open(ctx: Ctx, flow: store.Flow | null | undefined): Answered | null {
  if (!flow) return null
  const vouched = JSON.parse(unseal(ctx.app, owner(flow.id), flow.kept)) as Partial<Vouched>
  // Taken, but the provider's answer was refused.
  return vouched.subject === undefined ? null : { ...flow, vouched: vouched as Vouched }
}
