/** Whose something of this room is: saved reports, rules and walls belong to people, and who sees everything sees to all. */
import type { Actor } from '../../platform/access/index.ts'
import { Fault } from '../../platform/fault.ts'

/** A program has neither a role's colleagues nor an address. Throws 403 `access.denied`. */
export function mustBePerson({ actor }: { actor: Actor }): string {
  if (actor.kind !== 'agent' || actor.id === null) throw new Fault('access.denied', 403, { permission: 'signed-in' })
  return actor.id
}

export const overseesAll = ({ actor }: { actor: Actor }): boolean => actor.kind === 'agent' && actor.scope === 'all'
