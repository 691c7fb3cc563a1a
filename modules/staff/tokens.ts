/** API clients and tokens, single-use links, and the rule that nobody gives what they don't have. */
import { newId } from '../../lib/id/index.ts'
import { type Scope, may } from '../../platform/access/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { newToken } from '../../platform/crypto/index.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import { TOKEN_PREFIX, permissionsOf, tokenHash } from './authenticate.ts'
import type { LinkRow, TokenRow } from './contract.ts'
import { selectPerson } from './store/people.ts'
import { isMixed } from './duties.ts'
import { isSeparated } from './policy.ts'
import * as store from './store/access.ts'

const covers = (held: Scope, scope: Scope): boolean => held === 'all' || held === scope || scope === 'own'
/**
 * One administrator grants what they hold themselves, else 403 `staff.may-not-grant`. Separated ones grant by two: 409
 * `staff.needs-second-person`, and nothing that joins two duties: 422 `staff.duties-mixed`.
 */
export async function mustBeAbleToGrant(ctx: Ctx, permissions: readonly string[], scope: Scope): Promise<void> {
  if (await isSeparated(ctx)) {
    if (isMixed(permissions)) throw new Fault('staff.duties-mixed', 422)
    if (!may(ctx.actor, '*')) throw new Fault('staff.needs-second-person', 409)
  } else if (!permissions.every((one) => may(ctx.actor, one)) || !covers(ctx.actor.scope, scope)) throw new Fault('staff.may-not-grant', 403)
}
/** A role or client may hold only what some room knows. */
export function mustBeKnown(ctx: Ctx, permissions: readonly string[]): void {
  const unknown = permissions.find((one) => one !== '*' && !ctx.app.permissions.has(one))
  if (unknown) throw new Fault('staff.unknown-permission', 422, { permission: unknown }, [{ path: 'permissions', code: 'staff.unknown-permission', args: { permission: unknown } }])
}

export interface NewToken {
  name: string
  /** The holder; without one an API client of the same name is created. */
  personId?: string
  /** Role of the new client by key or id; the token of a person can't have one. */
  role?: string
  roleId?: string
  /** Of a client without a role: what it may. Otherwise narrows what the holder may. */
  permissions?: string[]
  scope?: Scope
  expiresAt?: Date | string | null
}
/**
 * Creates a token, shown only in this answer. Throws `staff.person.not-found`, `staff.unknown-reference` (no such role),
 * `staff.may-not-grant`, `staff.expiry-past`.
 */
export async function createToken(ctx: Ctx, wanted: NewToken): Promise<{ id: string; token: string; holderId: string }> {
  const { expiresAt = null } = wanted
  if (expiresAt && new Date(expiresAt) <= ctx.now) throw new Fault('staff.expiry-past', 422)
  const id = newId()
  const token = TOKEN_PREFIX + newToken()
  const holderId = wanted.personId ? await personHolder(ctx, wanted) : await createClient(ctx, wanted)
  ctx.later(store.insertToken(ctx, {
    id, hash: tokenHash(ctx.app, token), name: wanted.name, expiresAt, personId: wanted.personId ?? null, clientId: wanted.personId ? null : holderId, permissions: wanted.permissions ?? null,
  }))
  await emit(ctx, 'staff.token-created', { subject: holderId, data: { tokenId: id, name: wanted.name } })
  return { id, token, holderId }
}

async function personHolder(ctx: Ctx, wanted: NewToken): Promise<string> {
  if (wanted.role || wanted.roleId || wanted.scope) throw new Fault('staff.unknown-reference', 422, {}, [{ path: 'roleId', code: 'staff.unknown-reference' }])
  const person = await selectPerson(ctx, wanted.personId!)
  if (!person) throw notFound('staff.person')
  if (person.disabledAt) throw new Fault('staff.person-disabled', 409)
  const role = (await store.selectRole(ctx, { id: person.roleId }))!
  // For oneself, nothing is granted that one does not hold.
  if (person.id !== ctx.actor.id) await mustBeAbleToGrant(ctx, permissionsOf({ permissions: role.permissions, narrowed: wanted.permissions ?? null }), role.scope)
  return person.id
}

async function createClient(ctx: Ctx, wanted: NewToken): Promise<string> {
  const by = wanted.roleId ? { id: wanted.roleId } : wanted.role ? { key: wanted.role } : null
  const role = by ? await store.selectRole(ctx, by) : null
  if (by && !role) throw new Fault('staff.unknown-reference', 422, {}, [{ path: 'roleId', code: 'staff.unknown-reference' }])
  const permissions = role ? role.permissions : (wanted.permissions ?? [])
  const scope = role ? role.scope : (wanted.scope ?? 'own')
  mustBeKnown(ctx, permissions)
  await mustBeAbleToGrant(ctx, permissions, scope)
  const id = newId()
  ctx.later(store.insertClient(ctx, { id, name: wanted.name, roleId: role?.id ?? null, permissions: role ? [] : permissions, scope }))
  return id
}

const toRow = ({ holderPermissions, narrowed, ...row }: store.TokenRecord): TokenRow => ({ ...row, permissions: permissionsOf({ permissions: holderPermissions, narrowed }) })
export const listTokens = async (ctx: Ctx): Promise<TokenRow[]> => (await store.selectTokens(ctx)).map(toRow)
export async function getToken(ctx: Ctx, id: string): Promise<TokenRow> {
  const [row] = await store.selectTokens(ctx, id)
  if (!row) throw notFound('staff.token')
  return toRow(row)
}
/** Ends a token; this process refuses it from the commit on, others within milliseconds. */
export async function revokeToken(ctx: Ctx, id: string): Promise<void> {
  const row = await getToken(ctx, id)
  if (await store.updateRevoked(ctx, id)) await emit(ctx, 'staff.token-revoked', { subject: row.holderId, data: { tokenId: id, name: row.name } })
}

export const LINK_MS = 86_400_000
export const SETUP_LINK_MS = 30 * 60_000

/** A single-use sign-in link; answers its path. The secret stands in the fragment, which no server log sees. */
export async function createSignInLink(ctx: Ctx, personId: string, lifeMs: number = LINK_MS): Promise<string> {
  const token = newToken()
  ctx.later(store.insertSignInLink(ctx, { id: newId(), hash: tokenHash(ctx.app, token), personId, expiresAt: new Date(ctx.now.getTime() + lifeMs) }))
  await emit(ctx, 'staff.link-made', { subject: personId })
  return `/sign-in#${token}`
}

/** A fresh link for a person, ending the earlier ones. */
export async function invite(ctx: Ctx, personId: string): Promise<LinkRow> {
  const person = await selectPerson(ctx, personId, true)
  if (!person) throw notFound('staff.person')
  if (person.disabledAt) throw new Fault('staff.person-disabled', 409)
  const role = (await store.selectRole(ctx, { id: person.roleId }))!
  await mustBeAbleToGrant(ctx, role.permissions, role.scope)
  ctx.later(store.deleteUnusedLinks(ctx, personId))
  return invitation(ctx, personId)
}
export async function invitation(ctx: Ctx, personId: string): Promise<LinkRow> {
  return { url: ctx.app.config.publicUrl + (await createSignInLink(ctx, personId)), expiresAt: new Date(ctx.now.getTime() + LINK_MS).toISOString() }
}

/** The path of the single-use set-up address (30 minutes), ending earlier ones; to be shown when `needsSetup`. */
export async function createSetupLink(ctx: Ctx): Promise<string> {
  const token = newToken()
  store.replaceSetupLink(ctx, tokenHash(ctx.app, token), new Date(ctx.now.getTime() + SETUP_LINK_MS))
  return `/setup#${token}`
}
