/** Teams, their members, the skills people can have, and roles. */
import { newId } from '../../lib/id/index.ts'
import type { Scope } from '../../platform/access/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import type { RoleRow, SkillRow, TeamRow } from './contract.ts'
import * as access from './store/access.ts'
import { calendarExists } from './store/calendars.ts'
import { countOthersWith } from './store/people.ts'
import * as store from './store/teams.ts'
import { mustBeAbleToGrant, mustBeKnown } from './tokens.ts'

const changedMeanwhile = (): Fault => new Fault('staff.changed-meanwhile', 409)
const unknown = (path: string): Fault => new Fault('staff.unknown-reference', 422, {}, [{ path, code: 'staff.unknown-reference' }])

/** The team; throws 404 `staff.team.not-found`. */
export async function getTeam(ctx: Ctx, id: string): Promise<TeamRow> {
  const team = await store.selectTeam(ctx, id)
  if (!team) throw notFound('staff.team')
  return team
}
/** Teams by name; without `archived` all of them. */
export const listTeams = (ctx: Ctx, filter: { archived?: boolean } = { archived: false }): Promise<TeamRow[]> => store.selectTeams(ctx, filter.archived)
/** Ids of the teams a person belongs to, archived ones left out. */
export const teamIdsOf = (ctx: Ctx, personId: string): Promise<string[]> => store.selectTeamIds(ctx, personId)

export interface NewTeam { name: string; calendarId?: string | null; region?: string | null; leadId?: string | null; memberIds?: string[] }

async function mustExist(ctx: Ctx, team: { calendarId?: string | null; leadId?: string | null; memberIds?: string[] }): Promise<void> {
  if (team.calendarId && !(await calendarExists(ctx, team.calendarId))) throw unknown('calendarId')
  if (team.leadId && !(await store.allExist(ctx, 'person', [team.leadId]))) throw unknown('leadId')
  if (team.memberIds && !(await store.allExist(ctx, 'person', team.memberIds))) throw unknown('memberIds')
}

/** Adds a team. Throws `staff.team-name-taken`, `staff.unknown-reference` with the field. */
export async function createTeam(ctx: Ctx, wanted: NewTeam): Promise<TeamRow> {
  await mustExist(ctx, wanted)
  const id = newId()
  const { name, calendarId = null, region = null, leadId = null, memberIds = [] } = wanted
  if (!(await store.insertTeam(ctx, { id, name, calendarId, region, leadId }))) throw new Fault('staff.team-name-taken', 409)
  if (memberIds.length) ctx.later(store.insertMembers(ctx, memberIds.map((personId) => ({ teamId: id, personId }))))
  await emit(ctx, 'staff.team-created', { subject: id, teamId: id, data: { name, memberIds } })
  return getTeam(ctx, id)
}

const shown = ({ name, calendarId, region, leadId, archivedAt }: Pick<TeamRow, 'name' | 'calendarId' | 'region' | 'leadId'> & { archivedAt: string | Date | null }) => ({ name, calendarId, region, leadId, archived: archivedAt !== null })

export async function editTeam(ctx: Ctx, id: string, edit: Omit<NewTeam, 'memberIds' | 'name'> & { name?: string; archived?: boolean; version: number }): Promise<TeamRow> {
  const before = await store.selectTeam(ctx, id, true)
  if (!before) throw notFound('staff.team')
  if (before.version !== edit.version) throw changedMeanwhile()
  await mustExist(ctx, edit)
  const { version: _, archived, ...fields } = edit
  const archivedAt = archived === undefined ? before.archivedAt : archived ? (before.archivedAt ?? ctx.now) : null
  const after = { ...before, ...fields, archivedAt }
  if (!archivedAt && (await store.teamNameExists(ctx, after.name, id))) throw new Fault('staff.team-name-taken', 409)
  await store.updateTeamRow(ctx, after)
  await emit(ctx, archived && !before.archivedAt ? 'staff.team-archived' : 'staff.team-changed', { subject: id, teamId: id, data: { before: shown(before), after: shown(after) } })
  return getTeam(ctx, id)
}

/** Puts a person into a team; already there: nothing happens. */
export async function addMember(ctx: Ctx, teamId: string, personId: string): Promise<TeamRow> {
  await getTeam(ctx, teamId)
  if (!(await store.allExist(ctx, 'person', [personId]))) throw notFound('staff.person')
  if ((await store.insertMembers(ctx, [{ teamId, personId }])).length) await emit(ctx, 'staff.member-added', { subject: personId, teamId, data: { teamId } })
  return getTeam(ctx, teamId)
}
/** Takes a person out of a team; not there: nothing happens. */
export async function removeMember(ctx: Ctx, teamId: string, personId: string): Promise<TeamRow> {
  await getTeam(ctx, teamId)
  if (await store.deleteMember(ctx, teamId, personId)) await emit(ctx, 'staff.member-removed', { subject: personId, teamId, data: { teamId } })
  return getTeam(ctx, teamId)
}

export const listSkills = (ctx: Ctx): Promise<SkillRow[]> => store.selectSkills(ctx)
async function getSkill(ctx: Ctx, id: string): Promise<SkillRow> {
  const skill = await store.selectSkill(ctx, id)
  if (!skill) throw notFound('staff.skill')
  return skill
}
/** Adds a skill. Throws `staff.key-taken`. */
export async function addSkill(ctx: Ctx, wanted: { key: string; name: string }): Promise<SkillRow> {
  const id = newId()
  if (!(await store.insertSkill(ctx, id, wanted.key, wanted.name))) throw new Fault('staff.key-taken', 409)
  await emit(ctx, 'staff.skill-created', { subject: id, data: wanted })
  return getSkill(ctx, id)
}
export async function editSkill(ctx: Ctx, id: string, edit: { version: number; name?: string; archived?: boolean }): Promise<SkillRow> {
  const before = await getSkill(ctx, id)
  const archivedAt = edit.archived === undefined ? before.archivedAt : edit.archived ? (before.archivedAt ?? ctx.now) : null
  if (!(await store.updateSkillRow(ctx, id, edit.version, edit.name ?? before.name, archivedAt))) throw changedMeanwhile()
  await emit(ctx, 'staff.skill-changed', { subject: id, data: { key: before.key, name: edit.name ?? before.name, archived: archivedAt !== null } })
  return getSkill(ctx, id)
}

export const listRoles = (ctx: Ctx): Promise<RoleRow[]> => access.selectRoles(ctx)
/** The role by id or key; throws 404 `staff.role.not-found`. */
export async function getRole(ctx: Ctx, by: { id: string } | { key: string }): Promise<RoleRow> {
  const role = await access.selectRole(ctx, by)
  if (!role) throw notFound('staff.role')
  return role
}
/** Adds a role of the company's own; nobody can put more into it than they hold themselves. */
export async function createRole(ctx: Ctx, wanted: { key: string; name: string; permissions: string[]; scope: Scope }): Promise<RoleRow> {
  mustBeKnown(ctx, wanted.permissions)
  await mustBeAbleToGrant(ctx, wanted.permissions, wanted.scope)
  const id = newId()
  if (!(await access.insertRole(ctx, { id, ...wanted, permissions: tidy(wanted.permissions) }))) throw new Fault('staff.key-taken', 409)
  await emit(ctx, 'staff.role-created', { subject: id, data: wanted })
  return getRole(ctx, { id })
}
export async function editRole(ctx: Ctx, id: string, edit: { version: number; name?: string; permissions?: string[]; scope?: Scope }): Promise<RoleRow> {
  const before = await getRole(ctx, { id })
  if (before.builtIn) throw new Fault('staff.role-built-in', 409)
  const after = { id, name: edit.name ?? before.name, permissions: tidy(edit.permissions ?? before.permissions), scope: edit.scope ?? before.scope, version: edit.version }
  mustBeKnown(ctx, edit.permissions ?? [])
  // What it held is judged too: nobody changes a role that stands above them.
  await mustBeAbleToGrant(ctx, before.permissions, before.scope)
  await mustBeAbleToGrant(ctx, after.permissions, after.scope)
  if (!(await access.updateRoleRow(ctx, after))) throw changedMeanwhile()
  if (before.permissions.includes('*') && !after.permissions.includes('*') && (await countOthersWith(ctx, null, '*')) === 0) throw new Fault('staff.last-administrator', 409)
  await emit(ctx, 'staff.role-changed', { subject: id, data: { key: before.key, from: { permissions: before.permissions, scope: before.scope }, to: { permissions: after.permissions, scope: after.scope } } })
  return getRole(ctx, { id })
}
export async function removeRole(ctx: Ctx, id: string): Promise<void> {
  const before = await getRole(ctx, { id })
  if (before.builtIn) throw new Fault('staff.role-built-in', 409)
  if (!(await access.deleteRole(ctx, id))) throw new Fault('staff.role-in-use', 409)
  await emit(ctx, 'staff.role-removed', { subject: id, data: { key: before.key } })
}
const tidy = (permissions: string[]): string[] => [...new Set(permissions)].sort()
