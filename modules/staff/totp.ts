/** One-time codes of an authenticator application (RFC 6238): offered, proved, in force; each code counts once. */
import { Secret, TOTP } from 'otpauth'
import type { Ctx } from '../../platform/context.ts'
import { secretsFor } from '../../platform/crypto/secret.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import { isRecoveryCode, makeRecoveryCodes, useRecoveryCode } from './recovery.ts'
import * as store from './store/access.ts'

const PERIOD_S = 30
const totp = (secret: string, login: string): TOTP => new TOTP({ issuer: 'Loopdesk', label: login, algorithm: 'SHA1', digits: 6, period: PERIOD_S, secret })

// Bound to the person: a row copied onto another person does not open.
const { seal, unseal } = secretsFor('totp')

/** True once per code, for the present period and one on either side. */
async function accepts(ctx: Ctx, person: store.Credentials, sealed: Buffer, code: string): Promise<boolean> {
  const digits = code.normalize('NFKC').replace(/[\s-]/g, '')
  if (isRecoveryCode(digits)) return useRecoveryCode(ctx, person.id, digits)
  if (!/^\d{6}$/.test(digits)) return false
  const delta = totp(unseal(ctx.app, person.id, sealed), person.login).validate({ token: digits, timestamp: ctx.now.getTime(), window: 1 })
  return delta !== null && store.useTotpStep(ctx, person.id, Math.floor(ctx.now.getTime() / 1000 / PERIOD_S) + delta)
}

/** The second factor at signing in; `right` also for who has none. */
export async function checkCode(ctx: Ctx, person: store.Credentials, code: string | undefined): Promise<'right' | 'needed' | 'wrong'> {
  if (!person.totpSecret) return 'right'
  if (!code) return 'needed'
  return (await accepts(ctx, person, person.totpSecret, code)) ? 'right' : 'wrong'
}

export async function offerTotp(ctx: Ctx): Promise<{ secret: string; uri: string; svg: string }> {
  const person = (await store.selectCredentials(ctx, { id: ctx.actor.id! }))!
  if (person.totpSecret) throw new Fault('staff.totp-on', 409)
  const secret = new Secret({ size: 20 }).base32
  await store.updateTotp(ctx, person.id, null, seal(ctx.app, person.id, secret))
  const uri = totp(secret, person.login).toString()
  const { default: QRCode } = await import('qrcode')
  return { secret, uri, svg: await QRCode.toString(uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 }) }
}

export async function confirmTotp(ctx: Ctx, code: string): Promise<{ codes: string[] }> {
  const person = (await store.selectCredentials(ctx, { id: ctx.actor.id! }))!
  if (!person.totpOffered) throw new Fault('staff.totp-not-offered', 409)
  if (!(await accepts(ctx, person, person.totpOffered, code))) throw new Fault('staff.code-wrong', 422, {}, [{ path: 'code', code: 'staff.code-wrong' }])
  await store.updateTotp(ctx, person.id, person.totpOffered, null)
  await emit(ctx, 'staff.totp-on', { subject: person.id })
  return makeRecoveryCodes(ctx, person.id)
}

export async function removeTotp(ctx: Ctx): Promise<void> {
  await store.updateTotp(ctx, ctx.actor.id!, null, null)
  ctx.later(store.deleteRecoveryCodes(ctx, ctx.actor.id!))
  await emit(ctx, 'staff.totp-off', { subject: ctx.actor.id })
}
