/**
 * Signing in and out. Passwords are computed outside transactions; each try is written down before it is looked at.
 * The delay after failures belongs to the pair of login and network, so an outsider can't lock a person out elsewhere.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { newId } from '../../lib/id/index.ts'
import { networkOf } from '../../lib/network/index.ts'
import type { Actor } from '../../platform/access/index.ts'
import type { App, Ctx } from '../../platform/context.ts'
import { run } from '../../platform/context.ts'
import { keyedHash, newToken } from '../../platform/crypto/index.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import { PROOF_MS, isSecure, sessionCookie, sessionTokenOf, tokenHash } from './authenticate.ts'
import type { MeRow, PasskeyReply, SessionRow } from './contract.ts'
import { checkPassword, hashPassword, mustBeStrong } from './password.ts'
import { checkPasskey } from './passkeys.ts'
import { editSelf, foldLogin, getPerson } from './people.ts'
import { getPolicy } from './policy.ts'
import { dueOf } from './profiles.ts'
import * as store from './store/access.ts'
import { selectPerson } from './store/people.ts'
import { getRole, getTeam } from './teams.ts'
import { checkCode, removeTotp } from './totp.ts'

/** Where a call comes from, as far as it is kept. */
export interface Origin { ip: string; network: string; userAgent: string }
export function originOf(request: FastifyRequest): Origin {
  return { ip: request.ip, network: networkOf(request.ip), userAgent: (request.headers['user-agent'] ?? '').slice(0, 300) }
}
const WINDOW_MS = 3_600_000
export const LOCK_MS = 30 * 60_000
export const FAILURES_TO_LOCK = 5
const waitMs = (failures: number): number => (failures >= FAILURES_TO_LOCK ? LOCK_MS : failures === 4 ? 30_000 : failures === 3 ? 5_000 : 0)
/** Somebody who tries many names from one network; loopback is a proxy in front of us, which speaks for many. */
const MOST_OF_NETWORK = 200
const isLoopback = (network: string): boolean => network === '127.0.0.1' || network === '0:0:0:0'

/** Guesses at one login from networks its person never came from: these wait, the known ones do not notice. */
const MOST_OF_STRANGERS = 30

export interface Try { attemptId: string; failures: number; person: store.Credentials | undefined }

/** Lets one try in, or throws 429 `staff.sign-in-locked` with the seconds to wait: the same for right and wrong, known and unknown. */
export async function admit(app: App, login: string, network: string): Promise<Try> {
  const folded = foldLogin(login)
  const hash = keyedHash(app.keys.for('sign-in attempts'), folded)
  return run(app, {}, async (ctx) => {
    const { count, lastAt, ofNetwork, ofLogin, isKnown } = await store.selectFailures(ctx, hash, network, new Date(ctx.now.getTime() - WINDOW_MS))
    const leftMs = lastAt ? Date.parse(lastAt) + waitMs(count) - ctx.now.getTime() : 0
    if (leftMs > 0) throw new Fault('staff.sign-in-locked', 429, { seconds: Math.ceil(leftMs / 1000), minutes: Math.ceil(leftMs / 60_000) })
    if (ofNetwork >= MOST_OF_NETWORK && !isLoopback(network)) throw new Fault('staff.sign-in-locked', 429, { seconds: LOCK_MS / 1000, minutes: LOCK_MS / 60_000 })
    if (ofLogin >= MOST_OF_STRANGERS && !isKnown) throw new Fault('staff.sign-in-locked', 429, { seconds: LOCK_MS / 1000, minutes: LOCK_MS / 60_000 })
    const attemptId = newId()
    ctx.later(store.insertAttempt(ctx, attemptId, hash, network))
    return { attemptId, failures: count, person: await store.selectCredentials(ctx, { loginFolded: folded }) }
  })
}

export async function refuse(app: App, tried: Try, code: string): Promise<never> {
  if (tried.failures + 1 >= FAILURES_TO_LOCK) {
    await run(app, {}, (ctx) => emit(ctx, 'staff.sign-in-locked', { subject: tried.person?.id ?? null, data: { failures: tried.failures + 1 } }))
  }
  throw new Fault(code, 401)
}

export interface Opened { personId: string; sessionId: string; token: string; maySetPassword: boolean; lifeMs: number }
const actorOf = (person: store.Credentials): Actor => ({ kind: 'agent', id: person.id, name: person.name, permissions: new Set(), scope: 'own', teamIds: [] })

/** Opens a session for a person who came in by the method named; its token goes into the cookie and nowhere else. */
export async function openSession(ctx: Ctx, personId: string, origin: Origin, method: store.Method): Promise<Opened> {
  const token = newToken()
  const id = newId()
  const lifeMs = (await getPolicy(ctx)).rules.absoluteMs
  ctx.later(store.insertSession(ctx, { id, hash: tokenHash(ctx.app, token), personId, expiresAt: new Date(ctx.now.getTime() + lifeMs), method, userAgent: origin.userAgent, ip: origin.ip }))
  await emit(ctx, 'staff.signed-in', { subject: personId, data: { sessionId: id, method } })
  return { personId, sessionId: id, token, maySetPassword: method === 'link', lifeMs }
}

/** By password, and code when enrolled. Throws `staff.sign-in-failed`, `staff.sign-in-locked`, `staff.code-needed`. */
export async function signIn(app: App, wanted: { login: string; password: string; code?: string }, origin: Origin): Promise<Opened> {
  const tried = await admit(app, wanted.login, origin.network)
  const person = tried.person && !tried.person.disabledAt ? tried.person : undefined
  const isRight = await checkPassword(person?.passwordHash ?? null, wanted.password)
  if (!person || !isRight) return refuse(app, tried, 'staff.sign-in-failed')
  return finish(app, tried, person, wanted.code, (ctx) => openSession(ctx, person.id, origin, 'password'))
}

/** The last step of every way in: the code, the state of the person under a lock, then what is to be done. */
export async function finish<T>(app: App, tried: Try, person: store.Credentials, code: string | undefined, then: (ctx: Ctx) => Promise<T>): Promise<T> {
  const outcome = await run(app, { actor: actorOf(person) }, async (ctx) => {
    const present = await store.selectCredentials(ctx, { id: person.id }, true)
    if (!present || present.disabledAt || present.passwordHash !== person.passwordHash) return 'wrong' as const
    const verdict = await checkCode(ctx, present, code)
    if (verdict === 'needed') ctx.later(store.forgetAttempt(ctx, tried.attemptId))
    if (verdict !== 'right') return verdict
    ctx.later(store.markAttempt(ctx, tried.attemptId))
    return { done: await then(ctx) }
  })
  if (outcome === 'needed') throw new Fault('staff.code-needed', 401)
  if (outcome === 'wrong') return refuse(app, tried, 'staff.sign-in-failed')
  return outcome.done
}

/** By single-use link; an enrolled second factor is still asked for. Throws 401 `staff.link-dead`, `staff.code-needed`. */
export async function signInByLink(app: App, wanted: { token: string; code?: string }, origin: Origin): Promise<Opened> {
  const hash = tokenHash(app, wanted.token)
  const dead = () => new Fault('staff.link-dead', 401)
  const person = await run(app, {}, async (ctx) => {
    const link = await store.selectLink(ctx, hash)
    return link && store.selectCredentials(ctx, { id: link.personId })
  })
  if (!person || person.disabledAt) throw dead()
  if (person.totpSecret && !wanted.code) throw new Fault('staff.code-needed', 401)
  const tried = person.totpSecret ? await admit(app, person.login, origin.network) : { attemptId: newId(), failures: 0, person }
  return finish(app, tried, person, wanted.code, async (ctx) => {
    const link = await store.selectLink(ctx, hash)
    if (!link) throw dead()
    ctx.later(store.markLink(ctx, link.id))
    return openSession(ctx, person.id, origin, 'link')
  })
}

export function setSessionCookie(app: App, reply: FastifyReply, { token, lifeMs }: Pick<Opened, 'token' | 'lifeMs'>): void {
  reply.header('set-cookie', `${sessionCookie(app)}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${lifeMs / 1000}${isSecure(app) ? '; Secure' : ''}`)
}
/** `farewell` is asked before the session is gone, for what it came from. */
export async function signOut<T>(ctx: Ctx, request: FastifyRequest, reply: FastifyReply, farewell: (ctx: Ctx, sessionHash: Buffer) => Promise<T>): Promise<T | null> {
  const token = sessionTokenOf(ctx.app, request)
  const left = token && await run(ctx.app, { actor: ctx.actor, locale: ctx.locale }, async (inner) => {
    const hash = tokenHash(ctx.app, token)
    const said = await farewell(inner, hash)
    if (await store.deleteSession(inner, ctx.actor.id!, { hash })) await emit(inner, 'staff.signed-out', { subject: ctx.actor.id })
    return said
  })
  reply.header('set-cookie', `${sessionCookie(ctx.app)}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0${isSecure(ctx.app) ? '; Secure' : ''}`)
  reply.header('clear-site-data', '"cache"')
  return left || null
}

const currentHash = (ctx: Ctx, request: FastifyRequest): Buffer | null => {
  const token = sessionTokenOf(ctx.app, request)
  return token ? tokenHash(ctx.app, token) : null
}
export async function listSessions(ctx: Ctx, request: FastifyRequest): Promise<SessionRow[]> {
  return store.selectSessions(ctx, ctx.actor.id!, currentHash(ctx, request))
}
export const sessionsOf = (ctx: Ctx, personId: string): Promise<SessionRow[]> => store.selectSessions(ctx, personId, null)
export async function endSession(ctx: Ctx, id: string): Promise<void> {
  if (!(await store.deleteSession(ctx, ctx.actor.id!, { id }))) throw notFound('staff.session')
  await emit(ctx, 'staff.session-ended', { subject: ctx.actor.id, data: { sessionId: id } })
}

/** The session the call came by; what guards the account itself can't be changed by a token. */
export async function mustHaveSession(ctx: Ctx, request: FastifyRequest): Promise<store.OwnSession & { hash: Buffer }> {
  const hash = currentHash(ctx, request)
  const session = hash && (await store.selectSessions(ctx, ctx.actor.id!, hash)).find((one) => one.isCurrent)
  if (!session || request.headers.authorization) throw new Fault('staff.session-needed', 403)
  return { ...session, hash }
}

/** After a link the password may be set without the old one: at any time when there is none, else for half an hour. */
const maySetPassword = (ctx: Ctx, session: store.OwnSession | undefined, hasPassword: boolean): boolean =>
  session !== undefined && session.byLink && (!hasPassword || ctx.now.getTime() - Date.parse(session.createdAt) < LOCK_MS)

async function dueNow(ctx: Ctx, request: FastifyRequest): Promise<string | null> {
  const hash = request.headers.authorization ? null : currentHash(ctx, request)
  const [row] = hash ? await store.selectSessionHolders(ctx.db, [hash], ctx.now) : []
  return row ? dueOf(row, ctx.now) : null
}

export async function me(ctx: Ctx, request: FastifyRequest): Promise<MeRow> {
  const person = await getPerson(ctx, ctx.actor.id!)
  const [role, codes, due, session, teams] = await Promise.all([
    getRole(ctx, { id: person.roleId }),
    store.countRecoveryCodes(ctx, person.id),
    dueNow(ctx, request),
    store.selectSessions(ctx, person.id, currentHash(ctx, request)).then((all) => all.find((one) => one.isCurrent)),
    Promise.all(person.teamIds.map((id) => getTeam(ctx, id))),
  ])
  return {
    id: person.id, name: person.name, login: person.login, locale: person.locale, zone: person.zone, role: { id: role.id, key: role.key, name: role.name },
    permissions: [...ctx.actor.permissions], scope: ctx.actor.scope, teams: teams.map(({ id, name }) => ({ id, name })),
    presence: person.presence, hasTotp: person.hasTotp, passkeys: person.passkeys, recoveryCodesLeft: codes, due, hasPassword: person.hasPassword, maySetPassword: maySetPassword(ctx, session, person.hasPassword),
  }
}
export async function editMe(ctx: Ctx, request: FastifyRequest, edit: Parameters<typeof editSelf>[1]): Promise<MeRow> {
  await editSelf(ctx, edit)
  return me(ctx, request)
}

/** Guards what a stolen open screen must not do: the password once more, counted like a sign-in. */
export async function prove(ctx: Ctx, origin: Origin, password: string, field = 'current'): Promise<void> {
  const person = (await store.selectCredentials(ctx, { id: ctx.actor.id! }))!
  const tried = await admit(ctx.app, person.login, origin.network)
  if (!(await checkPassword(person.passwordHash, password))) {
    await refuse(ctx.app, tried, 'staff.password-wrong').catch((error: Fault) => { throw new Fault(error.code, 422, {}, [{ path: field, code: error.code }]) })
  }
  await run(ctx.app, {}, async (inner) => { inner.later(store.markAttempt(inner, tried.attemptId)) })
}

export async function setMyPassword(ctx: Ctx, request: FastifyRequest, wanted: { current?: string; password: string }): Promise<void> {
  const session = await mustHaveSession(ctx, request)
  const person = (await selectPerson(ctx, ctx.actor.id!))!
  const { rules } = await getPolicy(ctx)
  await mustBeStrong(wanted.password, person.login, 'password', rules)
  if (!maySetPassword(ctx, session, person.hasPassword)) await prove(ctx, originOf(request), wanted.current ?? '')
  for (const former of await store.selectFormer(ctx, person.id, rules.history)) {
    if (await checkPassword(former, wanted.password)) throw new Fault('staff.password-used', 422, { count: rules.history }, [{ path: 'password', code: 'staff.password-used', args: { count: rules.history } }])
  }
  const hash = await hashPassword(wanted.password)
  await run(ctx.app, { actor: ctx.actor, locale: ctx.locale }, async (inner) => {
    inner.later(store.updatePassword(inner, person.id, hash))
    inner.later(store.deleteOtherSessions(inner, person.id, session.hash))
    inner.later(store.deleteUnusedLinks(inner, person.id))
    inner.later(store.endLinkGrace(inner, session.hash))
    inner.later(store.proveSession(inner, session.hash))
    await emit(inner, 'staff.password-changed', { subject: person.id })
  })
}

export async function removeMyTotp(ctx: Ctx, request: FastifyRequest, password: string): Promise<void> {
  await mustHaveSession(ctx, request)
  await prove(ctx, originOf(request), password)
  await run(ctx.app, { actor: ctx.actor, locale: ctx.locale }, removeTotp)
}

/**
 * Proves that the person is still the one at the screen: by a passkey, a one-time code, or the password. Opens what
 * asks for it for a quarter of an hour. Guesses count as those at the door do.
 */
export async function proveAgain(ctx: Ctx, request: FastifyRequest, given: { password?: string; code?: string; passkey?: PasskeyReply }): Promise<{ until: string }> {
  const session = await mustHaveSession(ctx, request)
  const origin = originOf(request)
  if (given.passkey) {
    const { personId } = await checkPasskey(ctx.app, given.passkey)
    if (personId !== ctx.actor.id) throw new Fault('staff.passkey-wrong', 422)
  } else if (given.code) await proveByCode(ctx, origin, given.code)
  else await prove(ctx, origin, given.password ?? '', 'password')
  await run(ctx.app, { actor: ctx.actor, locale: ctx.locale }, async (inner) => {
    inner.later(store.proveSession(inner, session.hash))
    await emit(inner, 'staff.proven', { subject: ctx.actor.id, data: { sessionId: session.id, method: given.passkey ? 'passkey' : given.code ? 'code' : 'password' } })
  })
  return { until: new Date(ctx.now.getTime() + PROOF_MS).toISOString() }
}

async function proveByCode(ctx: Ctx, origin: Origin, code: string): Promise<void> {
  const person = (await store.selectCredentials(ctx, { id: ctx.actor.id! }))!
  const tried = await admit(ctx.app, person.login, origin.network)
  const verdict = person.totpSecret ? await run(ctx.app, { actor: ctx.actor }, async (inner) => checkCode(inner, (await store.selectCredentials(inner, { id: person.id }, true))!, code)) : 'wrong'
  if (verdict !== 'right') await refuse(ctx.app, tried, 'staff.code-wrong').catch((error: Fault) => { throw new Fault(error.code, 422, {}, [{ path: 'code', code: error.code }]) })
  await run(ctx.app, {}, async (inner) => { inner.later(store.markAttempt(inner, tried.attemptId)) })
}

/** By a passkey, which stands for two factors. Throws 422 `staff.passkey-wrong`. */
export async function signInByPasskey(app: App, answer: PasskeyReply, origin: Origin): Promise<Opened> {
  const { personId } = await checkPasskey(app, answer)
  return run(app, {}, async (ctx) => {
    const person = await store.selectCredentials(ctx, { id: personId }, true)
    if (!person || person.disabledAt) throw new Fault('staff.passkey-wrong', 422)
    return openSession({ ...ctx, actor: actorOf(person) }, person.id, origin, 'passkey')
  })
}
