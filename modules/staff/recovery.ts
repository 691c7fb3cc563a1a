/** Ten codes on paper for the day the device is lost: each opens once, in the place of a one-time code. */
import { randomInt } from 'node:crypto'
import type { Ctx } from '../../platform/context.ts'
import { keyedHash } from '../../platform/crypto/index.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault } from '../../platform/fault.ts'
import * as store from './store/access.ts'

const COUNT = 10
// Without letters and digits that are read for one another. 12 of 31 are 59 bits; guesses are counted at the door.
const SIGNS = '23456789abcdefghjkmnpqrstuvwxyz'
const LENGTH = 12

const hashOf = (ctx: Ctx, code: string): Buffer => keyedHash(ctx.app.keys.for('recovery codes'), code)
export const isRecoveryCode = (code: string): boolean => code.length === LENGTH && [...code.toLowerCase()].every((sign) => SIGNS.includes(sign))

/** New codes in the place of the earlier ones; shown only in this answer. */
export async function makeRecoveryCodes(ctx: Ctx, personId: string): Promise<{ codes: string[] }> {
  const codes = Array.from({ length: COUNT }, () => Array.from({ length: LENGTH }, () => SIGNS[randomInt(SIGNS.length)]).join(''))
  ctx.later(store.deleteRecoveryCodes(ctx, personId))
  ctx.later(store.insertRecoveryCodes(ctx, personId, codes.map((code) => hashOf(ctx, code))))
  await emit(ctx, 'staff.recovery-codes-made', { subject: personId })
  return { codes: codes.map((code) => code.replace(/(.{4})(?=.)/g, '$1-')) }
}

export async function renewRecoveryCodes(ctx: Ctx): Promise<{ codes: string[] }> {
  const person = (await store.selectCredentials(ctx, { id: ctx.actor.id! }))!
  if (!person.totpSecret) throw new Fault('staff.totp-not-on', 409)
  return makeRecoveryCodes(ctx, person.id)
}

export async function useRecoveryCode(ctx: Ctx, personId: string, code: string): Promise<boolean> {
  if (!(await store.spendRecoveryCode(ctx, personId, hashOf(ctx, code.toLowerCase())))) return false
  await emit(ctx, 'staff.recovery-code-used', { subject: personId })
  return true
}
