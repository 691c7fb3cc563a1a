/** The accounts elsewhere a person can sign in by: connected and taken away by that person alone, from a signed-in browser. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ctx } from '../../../platform/context.ts'
import { run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { admit, mustHaveSession, originOf, prove, refuse } from '../sign-in.ts'
import { markAttempt } from '../store/access.ts'
import { selectPerson } from '../store/people.ts'
import { getPerson } from '../people.ts'
import { isSeparated } from '../policy.ts'
import { getRole } from '../teams.ts'
import { mustBeAbleToGrant } from '../tokens.ts'
import type { IdentityRow } from './contract.ts'
import { connect, uncounted } from './enter.ts'
import { type Vouched, findAnswered, refused } from './flow.ts'
import { askDirectory } from './ldap.ts'
import { type OpenProvider, isLdap, openProvider } from './providers.ts'
import * as store from './store.ts'

/** Without a password to ask for, a session this young is proof enough. */
const FRESH_MS = 15 * 60_000

export async function myIdentities(ctx: Ctx, request: FastifyRequest): Promise<{ rows: IdentityRow[]; waiting: { id: string; provider: string; account: string } | null; needsPassword: boolean }> {
  const [rows, flow, person] = await Promise.all([store.selectIdentities(ctx, ctx.actor.id!), findAnswered(ctx, request, ctx.actor.id), selectPerson(ctx, ctx.actor.id!)])
  const provider = flow && (await store.selectProvider(ctx, flow.providerId))
  return { rows, waiting: flow && provider ? { id: flow.id, provider: provider.name, account: flow.vouched.account } : null, needsPassword: person!.hasPassword }
}

export interface Connecting { providerId: string; current?: string; login?: string; password?: string }
/**
 * Proves once more who is at the screen, then either begins the way to the provider (`begin` answers its address) or, with
 * a directory's login and password, connects at once.
 */
export async function connectIdentity(ctx: Ctx, request: FastifyRequest, wanted: Connecting, reply: FastifyReply, begin: (provider: OpenProvider, reply: FastifyReply) => Promise<string>): Promise<string | null> {
  const session = await mustHaveSession(ctx, request)
  const provider = await openProvider(ctx, wanted.providerId)
  const person = (await selectPerson(ctx, ctx.actor.id!))!
  if (person.hasPassword) await prove(ctx, originOf(request), wanted.current ?? '')
  else if (ctx.now.getTime() - Date.parse(session.createdAt) > FRESH_MS) throw new Fault('staff.federation.sign-in-again', 403)
  if (!isLdap(provider)) return begin(provider, reply)
  const tried = await admit(ctx.app, wanted.login ?? '', originOf(request).network)
  const vouched = await uncounted(ctx.app, tried, () => askDirectory(ctx.app, provider, wanted.login ?? '', wanted.password ?? ''))
  if (!vouched) return refuse(ctx.app, tried, 'staff.sign-in-failed').catch((error: Fault) => { throw new Fault(error.code, 422, {}, [{ path: 'password', code: error.code }]) })
  await run(ctx.app, { actor: ctx.actor, locale: ctx.locale }, async (inner) => {
    inner.later(markAttempt(inner, tried.attemptId))
    await connectOrSay(inner, provider, vouched)
  })
  return null
}

async function connectOrSay(ctx: Ctx, provider: Pick<OpenProvider, 'id' | 'name'>, vouched: Vouched): Promise<string> {
  const mine = (await store.selectIdentities(ctx, ctx.actor.id!)).some((one) => one.providerId === provider.id)
  if (mine) throw new Fault('staff.federation.connected', 409)
  const id = await connect(ctx, provider, ctx.actor.id!, vouched, 'confirmed')
  if (!id) throw new Fault('staff.federation.taken', 409)
  return id
}

/** The person has seen which account it is and says yes; only in the browser that went there. */
export async function confirmIdentity(ctx: Ctx, request: FastifyRequest, flowId: string): Promise<IdentityRow> {
  await mustHaveSession(ctx, request)
  const flow = await findAnswered(ctx, request, ctx.actor.id)
  if (flow?.id !== flowId || !(await store.finishFlow(ctx, flowId))) throw refused()
  const id = await connectOrSay(ctx, await openProvider(ctx, flow.providerId), flow.vouched)
  return (await store.selectIdentities(ctx, ctx.actor.id!)).find((one) => one.id === id)!
}

export async function removeIdentity(ctx: Ctx, request: FastifyRequest, id: string): Promise<void> {
  await mustHaveSession(ctx, request)
  const before = (await store.selectIdentities(ctx, ctx.actor.id!)).find((one) => one.id === id)
  if (!before) throw notFound('staff.identity')
  if ((await store.countOtherWays(ctx, ctx.actor.id!, id)) === 0) throw new Fault('staff.federation.last-way', 409)
  await store.deleteLink(ctx, ctx.actor.id!, id)
  await emit(ctx, 'staff.identity-removed', { subject: ctx.actor.id, data: { providerId: before.providerId, provider: before.provider } })
}

export async function personSignIn(ctx: Ctx, personId: string): Promise<{ identities: IdentityRow[]; directory: { id: string; name: string } | null }> {
  await getPerson(ctx, personId)
  const [identities, directory] = await Promise.all([store.selectIdentities(ctx, personId), store.selectCarer(ctx, personId)])
  return { identities, directory: directory ?? null }
}
/** By an administrator: the account elsewhere is no longer that person's. */
export async function removePersonIdentity(ctx: Ctx, personId: string, id: string): Promise<void> {
  const person = await getPerson(ctx, personId)
  // Taking away needs one person even of separated administrators.
  if (!(await isSeparated(ctx))) {
    const role = await getRole(ctx, { id: person.roleId })
    await mustBeAbleToGrant(ctx, role.permissions, role.scope)
  }
  const before = (await store.selectIdentities(ctx, personId)).find((one) => one.id === id)
  if (!before) throw notFound('staff.identity')
  await store.deleteLink(ctx, personId, id)
  await emit(ctx, 'staff.identity-removed', { subject: personId, data: { providerId: before.providerId, provider: before.provider } })
}
