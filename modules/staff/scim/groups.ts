/** Groups of a directory: kept as they are told; what they give here stands in the table of `directory.ts`. */
import { newId } from '../../../lib/id/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { notFound } from '../../../platform/fault.ts'
import { line } from '../../../platform/http/shapes.ts'
import type { ScimList } from './contract.ts'
import { directoryOf, settle } from './directory.ts'
import { type Chosen, type Resource, Group, baseOf, chosen, conditionOf, listOf, pageOf, patched, readResource, schemaOf, scimFault } from './protocol.ts'
import * as store from './store.ts'

const MOST_MEMBERS = 20_000
const form = (ctx: Ctx, row: store.StoredGroup): Resource => ({
  schemas: schemaOf('Group'), id: row.id, ...(row.externalId ? { externalId: row.externalId } : {}), displayName: row.displayName,
  members: row.members.map((member) => ({ ...member, $ref: `${baseOf(ctx.app)}/Users/${member.value}` })),
  meta: { resourceType: 'Group', created: row.createdAt, lastModified: row.changedAt, location: `${baseOf(ctx.app)}/Groups/${row.id}` },
})
async function get(ctx: Ctx, clientId: string, id: string, lock = false): Promise<store.StoredGroup> {
  const row = await store.selectGroup(ctx, clientId, id, lock)
  if (!row) throw notFound('staff.directory-group')
  return row
}
export async function listGroups(ctx: Ctx, query: ScimList): Promise<Resource> {
  const { clientId } = await directoryOf(ctx)
  const { offset, limit } = pageOf(query)
  return listOf(await store.findGroups(ctx, clientId, conditionOf(query.filter, store.groupAttributes), offset, limit), query, (row) => form(ctx, row))
}
export const getGroup = async (ctx: Ctx, id: string, query: Chosen = {}): Promise<Resource> => chosen(form(ctx, await get(ctx, (await directoryOf(ctx)).clientId, id)), query)

interface Told { displayName: string; externalId: string | null; memberIds: string[] }
function told(resource: Resource): Told {
  const { displayName, externalId, members = [] } = resource as { displayName?: unknown; externalId?: unknown; members?: unknown }
  if (!line(200).safeParse(displayName).success || (externalId !== undefined && externalId !== null && !line(300).safeParse(externalId).success) || !Array.isArray(members) || members.length > MOST_MEMBERS) throw scimFault('invalid-value')
  const memberIds = [...new Set((members as { value?: unknown }[]).map(({ value }) => String(value).toLowerCase()))]
  if (!memberIds.every((id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))) throw scimFault('invalid-value')
  return { displayName: displayName as string, externalId: (externalId as string | undefined) ?? null, memberIds }
}
async function mustBeOurs(ctx: Ctx, clientId: string, ids: string[]): Promise<void> {
  if (ids.length && (await store.countBrought(ctx, clientId, ids)) !== ids.length) throw scimFault('invalid-value', 400, 'members must be users of this directory')
}

export async function addGroup(ctx: Ctx, body: Resource): Promise<Resource> {
  const { clientId } = await directoryOf(ctx)
  const { memberIds, ...group } = told(readResource(Group, body))
  await mustBeOurs(ctx, clientId, memberIds)
  const id = newId()
  if (!(await store.insertGroup(ctx, clientId, { id, ...group }))) throw scimFault('uniqueness', 409)
  await store.replaceMembers(ctx, id, memberIds)
  await emit(ctx, 'staff.group-added', { subject: id, data: { name: group.displayName, memberIds } })
  return getGroup(ctx, id)
}
async function change(ctx: Ctx, clientId: string, before: store.StoredGroup, after: Told): Promise<Resource> {
  const had = before.members.map((member) => member.value)
  const [added, removed] = [after.memberIds.filter((id) => !had.includes(id)), had.filter((id) => !after.memberIds.includes(id))]
  await mustBeOurs(ctx, clientId, added)
  if (after.displayName !== before.displayName && (await store.groupNameExists(ctx, clientId, after.displayName, before.id))) throw scimFault('uniqueness', 409)
  if (!added.length && !removed.length && after.displayName === before.displayName && after.externalId === before.externalId) return getGroup(ctx, before.id)
  await store.updateGroup(ctx, before.id, after)
  await store.replaceMembers(ctx, before.id, after.memberIds)
  await emit(ctx, 'staff.group-changed', { subject: before.id, data: { name: after.displayName, added, removed } })
  await settle(ctx, clientId, [...added, ...removed])
  return getGroup(ctx, before.id)
}
export async function putGroup(ctx: Ctx, id: string, body: Resource): Promise<Resource> {
  const { clientId } = await directoryOf(ctx)
  return change(ctx, clientId, await get(ctx, clientId, id, true), told(readResource(Group, body)))
}
export async function patchGroup(ctx: Ctx, id: string, body: Resource): Promise<Resource> {
  const { clientId } = await directoryOf(ctx)
  const before = await get(ctx, clientId, id, true)
  const after = await patched(Group, form(ctx, before), body)
  return after ? change(ctx, clientId, before, told(after)) : getGroup(ctx, id)
}
export async function removeGroup(ctx: Ctx, id: string): Promise<void> {
  const { clientId } = await directoryOf(ctx)
  const before = await get(ctx, clientId, id, true)
  await store.deleteGroup(ctx, id)
  await emit(ctx, 'staff.group-removed', { subject: id, data: { name: before.displayName } })
  await settle(ctx, clientId, before.members.map((member) => member.value))
}
