/** Joiners, changes and leavers as a directory tells them. It changes only people it brought or was given, and gives no power over the installation. */
import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { email as emailShape, line } from '../../../platform/http/shapes.ts'
import { pickLocale } from '../../../lib/text/index.ts'
import { zone as zoneShape } from '../contract.ts'
import { isHandOut } from '../federation/contract.ts'
import { createPerson, disablePerson, editPerson } from '../people.ts'
import { isSeparated } from '../policy.ts'
import { selectRole } from '../store/access.ts'
import type { ScimList } from './contract.ts'
import { asDirectory, directoryOf, settle } from './directory.ts'
import { type Chosen, type Resource, User, baseOf, chosen, conditionOf, listOf, pageOf, patched, readResource, schemaOf, scimFault } from './protocol.ts'
import * as store from './store.ts'

const form = (ctx: Ctx, row: store.Brought): Resource => ({
  schemas: schemaOf('User'), id: row.id, ...(row.externalId ? { externalId: row.externalId } : {}), userName: row.login, displayName: row.name,
  name: { formatted: row.name, ...(row.givenName ? { givenName: row.givenName } : {}), ...(row.familyName ? { familyName: row.familyName } : {}) },
  active: row.disabledAt === null, preferredLanguage: row.locale, timezone: row.zone, emails: [{ value: row.login, type: 'work', primary: true }],
  groups: row.groups.map((group) => ({ ...group, $ref: `${baseOf(ctx.app)}/Groups/${group.value}` })),
  meta: { resourceType: 'User', created: row.createdAt, lastModified: row.changedAt, location: `${baseOf(ctx.app)}/Users/${row.id}` },
})

async function getBrought(ctx: Ctx, clientId: string, id: string, lock = false): Promise<store.Brought> {
  const row = await store.selectBrought(ctx, clientId, id, lock)
  if (!row) throw notFound('staff.person')
  return row
}
export async function listUsers(ctx: Ctx, query: ScimList): Promise<Resource> {
  const { clientId } = await directoryOf(ctx)
  const { offset, limit } = pageOf(query)
  return listOf(await store.findBrought(ctx, clientId, conditionOf(query.filter, store.userAttributes), offset, limit), query, (row) => form(ctx, row))
}
export const getUser = async (ctx: Ctx, id: string, query: Chosen = {}): Promise<Resource> => chosen(form(ctx, await getBrought(ctx, (await directoryOf(ctx)).clientId, id)), query)

interface Told extends store.Names { login: string; name: string; isActive: boolean; locale: ReturnType<typeof pickLocale> | undefined; zone: string | undefined }
const word = (value: unknown, most: number): string | null => {
  if (typeof value !== 'string' || value.trim() === '') return null
  if ([...value].length > most || !value.isWellFormed() || value.includes('\0')) throw scimFault('invalid-value')
  return value.trim()
}
/** A Chinese name has its family name in front and no space. */
const joined = (given: string | null, family: string | null): string | null =>
  [given, family].some((part) => part && /\p{Script=Han}/u.test(part)) ? [family, given].filter(Boolean).join('') : [given, family].filter(Boolean).join(' ') || null

function told(resource: Resource): Told {
  const name = (resource.name ?? {}) as Record<string, unknown>
  const [givenName, familyName] = [word(name.givenName, 100), word(name.familyName, 100)]
  const login = word(resource.userName, 254) ?? ''
  if (!emailShape.safeParse(login).success) throw scimFault('invalid-value', 400, 'userName must be an e-mail address')
  const shown = (word(resource.displayName, 200) ?? word(name.formatted, 200) ?? joined(givenName, familyName) ?? login).slice(0, 100)
  if (!line(100).safeParse(shown).success) throw scimFault('invalid-value', 400, 'displayName must be one line')
  const language = word(resource.preferredLanguage, 100)
  const zone = word(resource.timezone, 64)
  return {
    login, name: shown, givenName, familyName, externalId: word(resource.externalId, 300), isActive: resource.active !== false,
    locale: language ? pickLocale(language) : undefined, zone: zone && zoneShape.safeParse(zone).success ? zone : undefined,
  }
}

export async function addUser(ctx: Ctx, body: Resource): Promise<Resource> {
  const directory = await directoryOf(ctx)
  const { isActive, login, name, locale, zone, ...names } = told(readResource(User, body))
  if (!directory.roleAdmittedAt && (await isSeparated(ctx))) throw scimFault('not-admitted', 403)
  const role = await selectRole(ctx, { id: directory.roleId })
  if (!role || !isHandOut(role)) throw scimFault('stronger', 403)
  const acting = asDirectory(ctx)
  const person = await createPerson(acting, { name, login, roleId: role.id, ...(locale ? { locale } : {}), ...(zone ? { zone } : {}) }).catch((error: unknown) => {
    throw error instanceof Fault && error.code === 'staff.login-taken' ? scimFault('uniqueness', 409) : error
  })
  if (!(await store.insertBrought(ctx, directory.clientId, person.id, names, role.id))) throw scimFault('uniqueness', 409)
  if (!isActive) await disablePerson(acting, person.id, { disabled: true })
  return getUser(ctx, person.id)
}

/** Puts the person into the state that is told; leaving is possible for everybody, anything else only below the settings' rights. */
async function change(ctx: Ctx, before: store.Brought, clientId: string, after: Told): Promise<Resource> {
  const acting = asDirectory(ctx)
  const isStronger = !isHandOut({ permissions: before.rolePermissions })
  const edit = { ...(after.login !== before.login ? { login: after.login } : {}), ...(after.name !== before.name ? { name: after.name } : {}), ...(after.locale && after.locale !== before.locale ? { locale: after.locale } : {}), ...(after.zone && after.zone !== before.zone ? { zone: after.zone } : {}) }
  if (isStronger && (Object.keys(edit).length || (after.isActive && before.disabledAt !== null))) throw scimFault('stronger', 403)
  if (after.externalId && after.externalId !== before.externalId && (await store.externalIdExists(ctx, clientId, after.externalId, before.id))) throw scimFault('uniqueness', 409)
  if (Object.keys(edit).length) {
    await editPerson(acting, before.id, { version: before.version, ...edit }).catch((error: unknown) => { throw error instanceof Fault && error.code === 'staff.login-taken' ? scimFault('uniqueness', 409) : error })
  }
  if (after.externalId !== before.externalId || after.givenName !== before.givenName || after.familyName !== before.familyName) {
    await store.updateBrought(ctx, before.id, after)
    if (after.externalId !== before.externalId) await emit(ctx, 'staff.provisioning-changed', { subject: before.id, data: { externalId: { from: before.externalId, to: after.externalId } } })
  }
  if (after.isActive !== (before.disabledAt === null)) {
    await disablePerson(acting, before.id, { disabled: !after.isActive })
    if (after.isActive) await settle(ctx, clientId, [before.id])
  }
  return getUser(ctx, before.id)
}

export async function putUser(ctx: Ctx, id: string, body: Resource): Promise<Resource> {
  const { clientId } = await directoryOf(ctx)
  return change(ctx, await getBrought(ctx, clientId, id, true), clientId, told(readResource(User, body)))
}
export async function patchUser(ctx: Ctx, id: string, body: Resource): Promise<Resource> {
  const { clientId } = await directoryOf(ctx)
  const before = await getBrought(ctx, clientId, id, true)
  const { groups: _, ...current } = form(ctx, before)
  const after = await patched(User, current, body)
  if (!after) return getUser(ctx, id)
  // The name that is shown follows its parts when only these were told.
  const parts = (after.name ?? {}) as Record<string, unknown>
  const isRenamed = parts.givenName !== (before.givenName ?? undefined) || parts.familyName !== (before.familyName ?? undefined)
  const isSame = after.displayName === before.name && parts.formatted === before.name
  const shown = after.displayName !== before.name ? after.displayName : parts.formatted !== before.name ? parts.formatted : undefined
  return change(ctx, before, clientId, told({ ...after, displayName: isSame && isRenamed ? undefined : (shown ?? before.name), name: isSame && isRenamed ? { ...parts, formatted: undefined } : parts }))
}
/** People are not deleted: what they did stays theirs. */
export async function removeUser(ctx: Ctx, id: string): Promise<void> {
  const { clientId } = await directoryOf(ctx)
  const before = await getBrought(ctx, clientId, id, true)
  if (before.disabledAt === null) await disablePerson(asDirectory(ctx), id, { disabled: true })
  await store.deleteBrought(ctx, clientId, id)
  await emit(ctx, 'staff.provisioning-ended', { subject: id, data: { directory: ctx.actor.name } })
}
