/**
 * Who comes in on whose word. An account elsewhere is known by issuer and subject alone. It becomes one of ours when its
 * person says so while signed in, when the directory that brought the person names it, or as a new person, if the provider may.
 */
import { newId } from '../../../lib/id/index.ts'
import type { App, Ctx } from '../../../platform/context.ts'
import { run } from '../../../platform/context.ts'
import { systemActor } from '../../../platform/access/index.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import { createPerson } from '../people.ts'
import { isSeparated } from '../policy.ts'
import { type Opened, type Origin, type Try, admit, finish, openSession } from '../sign-in.ts'
import * as access from '../store/access.ts'
import { getRole } from '../teams.ts'
import type { Vouched } from './flow.ts'
import { mustBeHandOut, type OpenProvider } from './providers.ts'
import { noteTheirs } from './sign-out.ts'
import * as store from './store.ts'

/** The same whether there is such a person here or not. */
export const notKnown = (): Fault => new Fault('staff.federation.not-known', 403)

/** The person of an account: linked, brought by the directory, or new. Throws 403 `staff.federation.not-known`. */
export async function personOf(ctx: Ctx, provider: OpenProvider, vouched: Vouched): Promise<access.Credentials> {
  const link = await store.selectLink(ctx, provider.id, vouched.issuer, vouched.subject)
  if (link) ctx.later(store.touchLink(ctx, link.id))
  const personId = link?.personId ?? (await ofDirectory(ctx, provider, vouched)) ?? (await becomePerson(ctx, provider, vouched))
  const person = await access.selectCredentials(ctx, { id: personId }, true)
  if (!person || person.disabledAt) throw notKnown()
  return person
}

export async function connect(ctx: Ctx, provider: Pick<OpenProvider, 'id' | 'name'>, personId: string, vouched: Vouched, how: 'confirmed' | 'directory' | 'new'): Promise<string | null> {
  const id = newId()
  const { issuer, subject, account } = vouched
  if (!(await store.insertLink(ctx, { id, providerId: provider.id, issuer, subject, personId, account: account.slice(0, 300) }))) return null
  await emit(ctx, 'staff.identity-connected', { subject: personId, data: { providerId: provider.id, provider: provider.name, how } })
  return id
}

/** With separated administrators nobody new comes in on the word of one of them. */
const mayBring = async (ctx: Ctx, provider: OpenProvider): Promise<boolean> => provider.admittedAt !== null || !(await isSeparated(ctx))

async function ofDirectory(ctx: Ctx, provider: OpenProvider, vouched: Vouched): Promise<string | null> {
  if (!provider.directoryId || !vouched.directoryId || !(await mayBring(ctx, provider))) return null
  const personId = await store.selectProvisioned(ctx, provider.directoryId, vouched.directoryId)
  return personId && (await connect(ctx, provider, personId, vouched, 'directory')) ? personId : null
}

/** Never an existing person: whoever holds an address elsewhere need not be who has it here. */
async function becomePerson(ctx: Ctx, provider: OpenProvider, vouched: Vouched): Promise<string> {
  const { email } = vouched
  if (!provider.roleId || !email || !provider.domains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase())) throw notKnown()
  if (!(await mayBring(ctx, provider))) throw notKnown()
  mustBeHandOut(await getRole(ctx, { id: provider.roleId }))
  if (!/^[^\s@<>()",;:\\[\]]+@[^\s@<>()",;:\\[\]]+$/.test(email)) throw notKnown()
  const acting = { ...ctx, actor: { ...systemActor, name: provider.name } }
  const person = await createPerson(acting, { name: nameOf(vouched, email), login: email, roleId: provider.roleId }).catch((error: unknown) => {
    throw error instanceof Fault && error.code === 'staff.login-taken' ? notKnown() : error
  })
  if (!(await connect(acting, provider, person.id, vouched, 'new'))) throw notKnown()
  return person.id
}
const nameOf = ({ name }: Vouched, email: string): string => name?.replace(/[\u0000-\u001f\u007f]/g, ' ').trim().slice(0, 100) || email.slice(0, 100)

/** Opens a session for whom a provider vouches for; null: a code of ours is needed first. */
export async function enter(app: App, provider: OpenProvider, vouched: Vouched, origin: Origin, then: (ctx: Ctx) => Promise<void>): Promise<Opened | null> {
  return run(app, {}, async (ctx) => {
    const person = await personOf(ctx, provider, vouched)
    if (person.totpSecret && !provider.settings.asksSecondFactor) return null
    await then(ctx)
    return openAs(ctx, provider, vouched, person, origin)
  })
}
async function openAs(ctx: Ctx, provider: OpenProvider, vouched: Vouched, person: access.Credentials, origin: Origin): Promise<Opened> {
  const opened = await openSession({ ...ctx, actor: { kind: 'agent', id: person.id, name: person.name, permissions: new Set(), scope: 'own', teamIds: [] } }, person.id, origin, 'federation')
  noteTheirs(ctx, provider.id, opened.sessionId, vouched)
  return opened
}

/** The same with a code, counted like a sign-in by password. Throws `staff.sign-in-failed`, `staff.sign-in-locked`, `staff.code-needed`. */
export async function enterWithCode(app: App, provider: OpenProvider, vouched: Vouched, code: string | undefined, origin: Origin, counted?: Try, then: (ctx: Ctx) => Promise<void> = async () => {}): Promise<Opened> {
  const person = await run(app, {}, (ctx) => personOf(ctx, provider, vouched))
  const tried = counted ?? (await admit(app, person.login, origin.network))
  if (provider.settings.asksSecondFactor) {
    return run(app, {}, async (ctx) => {
      const present = await personOf(ctx, provider, vouched)
      ctx.later(access.markAttempt(ctx, tried.attemptId))
      await then(ctx)
      return openAs(ctx, provider, vouched, present, origin)
    })
  }
  return finish(app, tried, person, code, async (ctx) => { await then(ctx); return openAs(ctx, provider, vouched, person, origin) })
}

/** A try that says nothing of the password (the directory is down, nobody is connected) counts neither way. */
export async function uncounted<T>(app: App, tried: Try, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Fault && (error.status >= 500 || error.code === 'staff.federation.not-known')) await run(app, {}, async (ctx) => { ctx.later(access.forgetAttempt(ctx, tried.attemptId)) })
    throw error
  }
}
