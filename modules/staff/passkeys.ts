/** Passkeys (WebAuthn): made by who is signed in, used at the door and where a proof is asked for. */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { newId } from '../../lib/id/index.ts'
import type { App, Ctx } from '../../platform/context.ts'
import { run } from '../../platform/context.ts'
import { keyedHash } from '../../platform/crypto/index.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import type { PasskeyReply, PasskeyRow } from './contract.ts'
import { getPerson } from './people.ts'
import * as store from './store/access.ts'

// Loaded when somebody first uses a passkey: most starts never need it.
const webauthn = () => import('@simplewebauthn/server')

const LIVES_MS = 5 * 60_000
/** Open questions at the door; whoever floods it finds it busy, and who has a password does not notice. */
const MOST_OPEN = 20_000

// The address people open is the only place a passkey of ours works: what a look-alike page asks for is refused.
const placeOf = (app: App): { rpID: string; origin: string } => {
  const url = new URL(app.config.publicUrl)
  return { rpID: url.hostname, origin: url.origin }
}
const hashOf = (app: App, challenge: string): Buffer => keyedHash(app.keys.for('passkey challenges'), challenge)
const wrong = (): Fault => new Fault('staff.passkey-wrong', 422)
type Purpose = 'register' | 'sign-in'

async function keep(ctx: Ctx, challenge: string, purpose: Purpose): Promise<void> {
  await store.insertChallenge(ctx, { hash: hashOf(ctx.app, challenge), personId: purpose === 'register' ? ctx.actor.id : null, purpose, expiresAt: new Date(ctx.now.getTime() + LIVES_MS) })
}
type Options = Record<string, unknown>

export async function offerPasskey(ctx: Ctx): Promise<{ options: Options }> {
  const person = await getPerson(ctx, ctx.actor.id!)
  const known = await store.selectPasskeys(ctx, person.id)
  const options = await (await webauthn()).generateRegistrationOptions({
    rpName: 'Loopdesk', rpID: placeOf(ctx.app).rpID, userID: new TextEncoder().encode(person.id), userName: person.login, userDisplayName: person.name, attestationType: 'none',
    excludeCredentials: known.map((one) => ({ id: one.credential, transports: one.transports as never })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  await keep(ctx, options.challenge, 'register')
  return { options: options as unknown as Options }
}

/** For whoever comes: the authenticator itself knows whose passkey it holds. */
export async function askForPasskey(ctx: Ctx): Promise<{ options: Options }> {
  if ((await store.countChallenges(ctx)) >= MOST_OPEN) throw new Fault('staff.busy', 503)
  const options = await (await webauthn()).generateAuthenticationOptions({ rpID: placeOf(ctx.app).rpID, userVerification: 'required' })
  await keep(ctx, options.challenge, 'sign-in')
  return { options: options as unknown as Options }
}

// The challenge stands in what the authenticator signed; ours are known by their hash, and each is good for one answer.
async function taken(app: App, answer: PasskeyReply, purpose: Purpose): Promise<{ challenge: string; personId: string | null }> {
  let challenge: unknown
  try { challenge = (JSON.parse(Buffer.from(answer.response.clientDataJSON, 'base64url').toString()) as { challenge?: unknown } | null)?.challenge } catch { throw wrong() }
  if (typeof challenge !== 'string') throw wrong()
  const asked = await run(app, {}, (ctx) => store.takeChallenge(ctx, hashOf(app, challenge)))
  if (!asked || asked.purpose !== purpose) throw wrong()
  return { challenge, personId: asked.personId }
}

export async function addPasskey(ctx: Ctx, given: { name: string; passkey: PasskeyReply }): Promise<PasskeyRow> {
  const asked = await taken(ctx.app, given.passkey, 'register')
  if (asked.personId !== ctx.actor.id) throw wrong()
  const { rpID, origin } = placeOf(ctx.app)
  const { verifyRegistrationResponse } = await webauthn()
  const verified = await verifyRegistrationResponse({ response: given.passkey as unknown as RegistrationResponseJSON, expectedChallenge: asked.challenge, expectedOrigin: origin, expectedRPID: rpID, requireUserVerification: true }).catch(() => null)
  if (!verified?.verified) throw wrong()
  const { credential, credentialBackedUp } = verified.registrationInfo
  const row = { id: newId(), personId: ctx.actor.id!, credential: credential.id, publicKey: Buffer.from(credential.publicKey), counter: credential.counter, transports: credential.transports ?? [], name: given.name, isSynced: credentialBackedUp }
  if (!(await store.insertPasskey(ctx, row))) throw wrong()
  await emit(ctx, 'staff.passkey-added', { subject: ctx.actor.id, data: { passkey: row.id, name: row.name } })
  return { id: row.id, name: row.name, isSynced: row.isSynced, createdAt: ctx.now.toISOString(), lastUsedAt: null }
}

/** Whose passkey answered, at the door or where a proof is asked for. A counter that does not grow is a copy and refused. */
export async function checkPasskey(app: App, answer: PasskeyReply): Promise<{ personId: string }> {
  const { challenge } = await taken(app, answer, 'sign-in')
  const { rpID, origin } = placeOf(app)
  const { verifyAuthenticationResponse } = await webauthn()
  return run(app, {}, async (ctx) => {
    const known = await store.selectPasskey(ctx, answer.id)
    if (!known) throw wrong()
    const verified = await verifyAuthenticationResponse({
      response: answer as unknown as AuthenticationResponseJSON, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpID, requireUserVerification: true,
      credential: { id: known.credential, publicKey: new Uint8Array(known.publicKey), counter: known.counter, transports: known.transports as never },
    }).catch(() => null)
    if (!verified?.verified) throw wrong()
    ctx.later(store.usePasskey(ctx, known.id, verified.authenticationInfo.newCounter))
    return { personId: known.personId }
  })
}

export const listPasskeys = async (ctx: Ctx): Promise<PasskeyRow[]> =>
  (await store.selectPasskeys(ctx, ctx.actor.id!)).map(({ id, name, isSynced, createdAt, lastUsedAt }) => ({ id, name, isSynced, createdAt, lastUsedAt }))

export async function removePasskey(ctx: Ctx, id: string): Promise<void> {
  if (!(await store.deletePasskey(ctx, ctx.actor.id!, id))) throw notFound('staff.passkey')
  await emit(ctx, 'staff.passkey-removed', { subject: ctx.actor.id, data: { passkey: id } })
}
