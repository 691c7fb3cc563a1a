/**
 * Who acts, and what they may do. A permission is `object.verb`; a role is a set of them plus a scope.
 * The rooms declare their permissions in their manifests; roles live in the staff room.
 */
import type { Asker } from '../database/view.ts'
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

/** The colleague who acts; null for a program, a customer and the house. */
export const personIdOf = ({ actor }: { actor: Actor }): string | null => (actor.kind === 'agent' ? actor.id : null)

export const systemActor: Actor = { kind: 'system', id: null, name: 'Loopdesk', permissions: new Set(['*']), scope: 'all', teamIds: [] }
export const nobody: Actor = { kind: 'customer', id: null, name: '', permissions: new Set(), scope: 'own', teamIds: [] }

export const may = (actor: Actor, permission: string): boolean =>
  actor.permissions.has(permission) || actor.permissions.has('*')

/** Throws 403 `access.denied` when the actor lacks the permission. */
export function mustMay(actor: Actor, permission: string): void {
  if (!may(actor, permission)) throw new Fault('access.denied', 403, { permission })
}

/** What the actor's sight goes by: null for who sees everything. A program sees what it opened itself. */
export function askerOf({ kind, id, scope, teamIds, regions }: Actor): Asker | null {
  if (scope === 'all') return null
  if (kind === 'client') return { me: null, program: id, teams: [], regions: [] }
  return { me: id, program: null, teams: scope === 'team' ? teamIds : [], regions: scope === 'region' ? regions ?? [] : [] }
}
