/** The browser's side of passkeys. */
import { call, CallFault } from '../../../apps/console/api.ts'
import { staff, type PasskeyReply } from '../contract.ts'

export const knowsPasskeys = (): boolean => typeof PublicKeyCredential === 'function'

// Closed by the person, timed out, or none that fits: browsers tell only that nothing came.
const cancelled = (): CallFault => new CallFault('staff.passkey-cancelled', 422)

/** Lets the person choose one of their passkeys. Throws `staff.passkey-cancelled`. */
export async function answerPasskey(): Promise<PasskeyReply> {
  const { options } = await call(staff.passkeyChallenge, {})
  const { startAuthentication } = await import('@simplewebauthn/browser')
  return startAuthentication({ optionsJSON: options as never }).then((reply) => reply as unknown as PasskeyReply, () => { throw cancelled() })
}

/** Makes a new one on this device. Throws `staff.passkey-cancelled`. */
export async function makePasskey(): Promise<PasskeyReply> {
  const { options } = await call(staff.offerPasskey, {})
  const { startRegistration } = await import('@simplewebauthn/browser')
  return startRegistration({ optionsJSON: options as never }).then((reply) => reply as unknown as PasskeyReply, () => { throw cancelled() })
}
