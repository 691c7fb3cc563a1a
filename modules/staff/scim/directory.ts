/** Directories: who they are, what their groups give here by an explicit table, and the settings of both. */
import { type Actor } from '../../../platform/access/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { newToken } from '../../../platform/crypto/index.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { newId } from '../../../lib/id/index.ts'
import { TOKEN_PREFIX, tokenHash } from '../authenticate.ts'
import type { RoleRow } from '../contract.ts'
import { isHandOut } from '../federation/contract.ts'
import { roleToHandOut } from '../federation/providers.ts'
import { editPerson, getPerson } from '../people.ts'
import { isSeparated } from '../policy.ts'
import { insertToken, selectRole, selectRoles } from '../store/access.ts'
import { allExist, deleteMember, insertMembers } from '../store/teams.ts'
import { createToken } from '../tokens.ts'
import type { DirectoryGroupRow, DirectoryRow } from './contract.ts'
import { scimFault } from './protocol.ts'
import * as store from './store.ts'

/** The directory that calls: a program with a directory's own token, nobody else whatever they may. */
export async function directoryOf(ctx: Ctx): Promise<store.Directory> {
  const directory = ctx.actor.kind === 'client' ? await store.selectDirectory(ctx, ctx.actor.id!) : undefined
  if (!directory) throw scimFault('no-directory', 403)
  return directory
}
/** It acts by what administrators laid down for it, not by what its token holds; events still name it. */
export const asDirectory = (ctx: Ctx): Ctx => ({ ...ctx, actor: { ...ctx.actor, permissions: new Set(['*']), scope: 'all' } satisfies Actor })

const WIDTH = { own: 0, team: 1, region: 1, all: 2 }
/** Of several the widest, then the one that may more. */
const strongest = (roles: RoleRow[]): RoleRow | undefined => roles.toSorted((a, b) => WIDTH[b.scope] - WIDTH[a.scope] || b.permissions.length - a.permissions.length || (a.id < b.id ? -1 : 1))[0]

/** Gives people what their groups give, and takes what groups gave and give no more. What people gave by hand stays. */
export async function settle(ctx: Ctx, clientId: string, personIds: readonly string[]): Promise<void> {
  if (!personIds.length) return
  const roles = new Map((await selectRoles(ctx)).map((role) => [role.id, role]))
  const directory = (await store.selectDirectory(ctx, clientId))!
  const onlyAdmitted = await isSeparated(ctx)
  for (const id of personIds) {
    const person = await store.selectBrought(ctx, clientId, id, true)
    if (person) await settleOne(ctx, person, directory, roles, onlyAdmitted)
  }
}
async function settleOne(ctx: Ctx, person: store.Brought, directory: store.Directory, roles: Map<string, RoleRow>, onlyAdmitted: boolean): Promise<void> {
  const given = await store.selectGiven(ctx, person.id, onlyAdmitted)
  const usual = onlyAdmitted && !directory.roleAdmittedAt ? undefined : roles.get(directory.roleId)
  const role = strongest(given.roleIds.map((id) => roles.get(id)!).filter(isHandOut)) ?? usual
  if (role && isHandOut(role) && role.id !== person.roleId && person.roleId === person.givenRoleId && isHandOut({ permissions: person.rolePermissions })) {
    await editPerson(asDirectory(ctx), person.id, { version: person.version, roleId: role.id })
    await store.noteGivenRole(ctx, person.id, role.id)
  }
  for (const teamId of given.teamIds.filter((one) => !given.hadTeamIds.includes(one))) {
    if (!(await insertMembers(ctx, [{ teamId, personId: person.id }])).length) continue
    ctx.later(store.insertGivenTeam(ctx, teamId, person.id))
    await emit(ctx, 'staff.member-added', { subject: person.id, teamId, data: { teamId } })
  }
  for (const teamId of given.hadTeamIds.filter((one) => !given.teamIds.includes(one))) {
    ctx.later(store.deleteGivenTeam(ctx, teamId, person.id))
    if (await deleteMember(ctx, teamId, person.id)) await emit(ctx, 'staff.member-removed', { subject: person.id, teamId, data: { teamId } })
  }
}

export async function getDirectory(ctx: Ctx, id: string): Promise<DirectoryRow> {
  const [row] = await store.selectDirectories(ctx, id)
  if (!row) throw notFound('staff.directory')
  return row
}
const mustBeAgreed = async (ctx: Ctx, isAgreed: boolean): Promise<void> => { if (!isAgreed && (await isSeparated(ctx))) throw new Fault('staff.needs-second-person', 409) }

/** `isAgreed`, here and below: a second person approved it. */
export async function addDirectory(ctx: Ctx, { name, roleId, expiresAt }: { name: string; roleId: string; expiresAt?: string | null }, isAgreed = false): Promise<{ token: string; row: DirectoryRow }> {
  await roleToHandOut(ctx, roleId)
  const { token, holderId } = await createToken(ctx, { name, permissions: ['staff.provision'], scope: 'own', expiresAt })
  await store.insertDirectory(ctx, holderId, roleId, isAgreed ? ctx.now : null)
  await emit(ctx, 'staff.directory-added', { subject: holderId, data: { name, roleId } })
  return { token, row: await getDirectory(ctx, holderId) }
}
export async function editDirectory(ctx: Ctx, id: string, { version, roleId }: { version: number; roleId: string }, isAgreed = false): Promise<DirectoryRow> {
  const before = await getDirectory(ctx, id)
  await roleToHandOut(ctx, roleId)
  if (!(await store.updateDirectory(ctx, id, roleId, isAgreed ? ctx.now : null, version))) throw new Fault('staff.changed-meanwhile', 409)
  await emit(ctx, 'staff.directory-changed', { subject: id, data: { roleId: { from: before.roleId, to: roleId } } })
  return getDirectory(ctx, id)
}
/** Whoever holds the token says who works here: separated administrators hand it out by two. */
export async function renewDirectory(ctx: Ctx, id: string, expiresAt: string | null = null, isAgreed = false): Promise<{ token: string; row: DirectoryRow }> {
  await mustBeAgreed(ctx, isAgreed)
  const { name } = await getDirectory(ctx, id)
  if (expiresAt && new Date(expiresAt) <= ctx.now) throw new Fault('staff.expiry-past', 422)
  await store.revokeTokens(ctx, id)
  const [tokenId, token] = [newId(), TOKEN_PREFIX + newToken()]
  await insertToken(ctx, { id: tokenId, hash: tokenHash(ctx.app, token), name, personId: null, clientId: id, permissions: ['staff.provision'], expiresAt })
  await emit(ctx, 'staff.token-created', { subject: id, data: { tokenId, name, endsEarlier: true } })
  return { token, row: await getDirectory(ctx, id) }
}

export async function getDirectoryGroup(ctx: Ctx, id: string): Promise<store.StoredGroup> {
  const group = await store.selectGroup(ctx, null, id, true)
  if (!group) throw notFound('staff.directory-group')
  return group
}
export async function mapGroup(ctx: Ctx, id: string, { version, roleId, teamId }: { version: number; roleId: string | null; teamId: string | null }, isAgreed = false): Promise<DirectoryGroupRow> {
  const before = await getDirectoryGroup(ctx, id)
  if (roleId && (roleId !== before.roleId || isAgreed)) await roleToHandOut(ctx, roleId)
  if (teamId && !(await allExist(ctx, 'team', [teamId]))) throw new Fault('staff.unknown-reference', 422, {}, [{ path: 'teamId', code: 'staff.unknown-reference' }])
  if (!(await store.updateMapping(ctx, id, roleId, isAgreed ? ctx.now : roleId === before.roleId ? before.roleAdmittedAt : null, teamId, version))) throw new Fault('staff.changed-meanwhile', 409)
  await emit(ctx, 'staff.group-mapped', { subject: id, data: { group: before.displayName, roleId: { from: before.roleId, to: roleId }, teamId: { from: before.teamId, to: teamId } } })
  const [first] = before.members
  const owner = first && (await store.selectOwner(ctx, first.value))
  if (owner) await settle(ctx, owner, before.members.map((member) => member.value))
  return store.toGroupRow((await store.selectGroup(ctx, null, id))!)
}

/** Nobody above daily work is given into other hands. */
export async function handOver(ctx: Ctx, id: string, personId: string, isAgreed = false): Promise<void> {
  await mustBeAgreed(ctx, isAgreed)
  await getDirectory(ctx, id)
  const person = await getPerson(ctx, personId)
  const role = (await selectRole(ctx, { id: person.roleId }))!
  if (!isHandOut(role)) throw scimFault('stronger', 403)
  const owner = await store.selectOwner(ctx, personId)
  if (owner === id) return
  if (owner || !(await store.insertBrought(ctx, id, personId, { externalId: null, givenName: null, familyName: null }, null))) throw scimFault('taken-care-of', 409)
  await emit(ctx, 'staff.provisioning-begun', { subject: personId, data: { directoryId: id } })
}
export async function takeBack(ctx: Ctx, id: string, personId: string): Promise<void> {
  if (await store.deleteBrought(ctx, id, personId)) await emit(ctx, 'staff.provisioning-ended', { subject: personId, data: { directoryId: id } })
}
