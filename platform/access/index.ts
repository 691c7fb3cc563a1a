/**
 * Who acts, and what they may do. A permission is `object.verb`; a role is a set of them plus a scope.
 * The rooms declare their permissions in their manifests; roles live in the staff room.
 */
import { Fault } from '../fault.ts'

export type ActorKind = 'agent' | 'client' | 'customer' | 'system'
/** own: what I hold or answer for · team: and what my teams have · region: and what customers of my regions ask · all: everything. */
export type Scope = 'own' | 'team' | 'region' | 'all'

export interface Actor {
  kind: ActorKind
  /** Person, API client or customer; null only for the system itself. */
  id: string | null
  name: string
  permissions: ReadonlySet<string>
  scope: Scope
  teamIds: readonly string[]
  /** Of a person; what scope `region` goes by. */
  regions?: readonly string[]
}

export const systemActor: Actor = { kind: 'system', id: null, name: 'Loopdesk', permissions: new Set(['*']), scope: 'all', teamIds: [] }
export const nobody: Actor = { kind: 'customer', id: null, name: '', permissions: new Set(), scope: 'own', teamIds: [] }

export const may = (actor: Actor, permission: string): boolean =>
  actor.permissions.has(permission) || actor.permissions.has('*')

/** Throws 403 `access.denied` when the actor lacks the permission. */
export function mustMay(actor: Actor, permission: string): void {
  if (!may(actor, permission)) throw new Fault('access.denied', 403, { permission })
}
