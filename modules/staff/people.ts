/** People: who works here, what they can do, whether they are there. */
import { newId } from '../../lib/id/index.ts'
import type { BusinessCalendar } from '../../lib/calendar/index.ts'
import type { Locale } from '../../lib/text/index.ts'
import type { App, Ctx } from '../../platform/context.ts'
import { run } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import { PRESENCE_MS } from './authenticate.ts'
import { compiledOf, defaultCalendar } from './calendars.ts'
import { calendarExists } from './store/calendars.ts'
import type { Capacity, PersonRow, Presence } from './contract.ts'
import { changedHere, memoryOf } from './memory.ts'
import * as store from './store/people.ts'
import { clearSecondFactor, deleteSessionsOf, selectRole } from './store/access.ts'
import { isSeparated } from './policy.ts'
import { mustMay } from '../../platform/access/index.ts'
import { allExist, insertMembers, replaceSkills, skillIdsByKey } from './store/teams.ts'
import { mustBeAbleToGrant } from './tokens.ts'

export type { PersonName } from './store/people.ts'
export const defaultCapacity: Capacity = { chat: 3, email: 8, portal: 8, api: 8, phone: 1 }
/** Two spellings of one address are one login. */
export const foldLogin = (login: string): string => login.normalize('NFKC').trim().toLowerCase()

/** The person; throws 404 `staff.person.not-found`. */
export async function getPerson(ctx: Ctx, id: string): Promise<PersonRow> {
  const person = await store.selectPerson(ctx, id)
  if (!person) throw notFound('staff.person')
  return person
}

/** Those of the ids that are people, by id, with what a screen shows of them. */
export async function findPeople(ctx: Ctx, ids: readonly string[]): Promise<Map<string, store.PersonName>> {
  return new Map(ids.length ? (await store.selectNames(ctx, [...new Set(ids)])).map((row) => [row.id, row]) : [])
}

/** The name of each of these people by id; null for nobody and for who is not known. */
export async function namesOfPeople(ctx: Ctx, ids: readonly (string | null)[]): Promise<(id: string | null) => string | null> {
  const people = await findPeople(ctx, ids.filter((one) => one !== null))
  return (id) => (id === null ? null : people.get(id)?.name ?? null)
}

export interface ListPeople { search?: string; teamId?: string; disabled?: boolean; cursor?: string; limit: number }
/** People by name; `next` continues behind the last row. */
export async function listPeople(ctx: Ctx, { cursor, limit, ...filter }: ListPeople): Promise<{ rows: PersonRow[]; next: string | null }> {
  const rows = await store.selectPeople(ctx, { ...filter, after: cursor ? readCursor(cursor) : undefined, limit: limit + 1 })
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { rows: rows.slice(0, limit), next: last ? Buffer.from(JSON.stringify([last.name, last.id])).toString('base64url') : null }
}
function readCursor(cursor: string): { name: string; id: string } {
  try {
    const [name, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (typeof name === 'string' && !name.includes('\0') && typeof id === 'string' && /^[0-9a-f-]{36}$/.test(id)) return { name, id }
  } catch { /* said below */ }
  throw new Fault('input.cursor', 422)
}

export interface NewPerson {
  name: string
  /** E-mail address the person signs in with. */
  login: string
  /** Key of the role, or its id. */
  role?: string
  roleId?: string
  locale?: Locale
  zone?: string
  languages?: string[]
  regions?: string[]
  /** Requests at the same time per channel; a missing channel is not served. */
  capacity?: Capacity
  calendarId?: string | null
  teamIds?: string[]
  /** Skill key → level 1–5. */
  skills?: Record<string, number>
  passwordHash?: string
  /** The person chose it. */
  isOwnPassword?: boolean
}

const unknown = (path: string): Fault => new Fault('staff.unknown-reference', 422, {}, [{ path, code: 'staff.unknown-reference' }])

/**
 * Adds a person. Throws `staff.login-taken`, `staff.unknown-reference` with the field, `staff.may-not-grant` when the
 * role holds more than the actor does.
 */
export async function createPerson(ctx: Ctx, wanted: NewPerson): Promise<PersonRow> {
  const role = await selectRole(ctx, wanted.roleId ? { id: wanted.roleId } : { key: wanted.role ?? 'agent' })
  if (!role) throw unknown('roleId')
  await mustBeAbleToGrant(ctx, role.permissions, role.scope)
  await mustExist(ctx, wanted)
  const id = newId()
  const inserted = await store.insertPerson(ctx, {
    id, name: wanted.name, login: wanted.login.trim(), loginFolded: foldLogin(wanted.login), locale: wanted.locale ?? ctx.locale, zone: wanted.zone ?? (await defaultCalendar(ctx)).hours.zone,
    roleId: role.id, passwordHash: wanted.passwordHash ?? null, passwordGiven: wanted.passwordHash !== undefined && !wanted.isOwnPassword, languages: wanted.languages ?? [], regions: wanted.regions ?? [],
    capacity: wanted.capacity ?? defaultCapacity, calendarId: wanted.calendarId ?? null,
  })
  if (!inserted) throw new Fault('staff.login-taken', 409)
  if (wanted.teamIds?.length) ctx.later(insertMembers(ctx, wanted.teamIds.map((teamId) => ({ teamId, personId: id }))))
  if (wanted.skills) replaceSkills(ctx, id, await skillsByKey(ctx, wanted.skills))
  await emit(ctx, 'staff.person-created', { subject: id, data: { role: role.key, teamIds: wanted.teamIds ?? [] } })
  return getPerson(ctx, id)
}

async function mustExist(ctx: Ctx, { teamIds = [], calendarId }: { teamIds?: string[]; calendarId?: string | null }): Promise<void> {
  if (!(await allExist(ctx, 'team', teamIds))) throw unknown('teamIds')
  if (calendarId && !(await calendarExists(ctx, calendarId))) throw unknown('calendarId')
}
async function skillsByKey(ctx: Ctx, skills: Record<string, number>): Promise<{ skillId: string; level: number }[]> {
  const ids = await skillIdsByKey(ctx, Object.keys(skills))
  return Object.entries(skills).map(([key, level]) => {
    const skillId = ids.get(key)
    if (!skillId) throw unknown('skills')
    return { skillId, level }
  })
}

/**
 * Locks the row and refuses when somebody changed it since `version` was read, or when the actor stands below the
 * person. Separated administrators: work data and taking away need one of them, giving needs two.
 */
async function lockPerson(ctx: Ctx, id: string, gives: boolean, version?: number): Promise<PersonRow> {
  const before = await store.selectPerson(ctx, id, true)
  if (!before) throw notFound('staff.person')
  if (version !== undefined && before.version !== version) throw new Fault('staff.changed-meanwhile', 409)
  const role = (await selectRole(ctx, { id: before.roleId }))!
  if (gives || !(await isSeparated(ctx))) await mustBeAbleToGrant(ctx, role.permissions, role.scope)
  return before
}
/** Somebody must stay who can grant, and of separated administrators a second who can approve. */
async function mustLeaveAnAdministrator(ctx: Ctx, person: PersonRow): Promise<void> {
  if (person.disabledAt) return
  const { permissions } = (await selectRole(ctx, { id: person.roleId }))!
  const isLast = await isSeparated(ctx)
    ? (permissions.includes('access.grant') && (await store.countOthersWith(ctx, person.id, 'access.grant')) === 0) || (permissions.includes('access.approve') && (await store.countOthersWith(ctx, person.id, 'access.approve')) < 2)
    : permissions.includes('*') && (await store.countOthersWith(ctx, person.id, '*')) === 0
  if (isLast) throw new Fault('staff.last-administrator', 409)
}

export type PersonEdit = Partial<Pick<PersonRow, 'name' | 'login' | 'roleId' | 'locale' | 'zone' | 'languages' | 'regions' | 'capacity' | 'calendarId'>>
/** Changes what is named. Throws `staff.changed-meanwhile`, `staff.login-taken`, `staff.last-administrator`, `staff.may-not-grant`. */
export async function editPerson(ctx: Ctx, id: string, { version, ...edit }: PersonEdit & { version: number }): Promise<PersonRow> {
  // By the login one gets in, by the role one may: both are for who looks after access.
  const gives = edit.roleId !== undefined || edit.login !== undefined
  if (gives) mustMay(ctx.actor, 'access.grant')
  const before = await lockPerson(ctx, id, gives, version)
  if (edit.roleId && edit.roleId !== before.roleId) {
    const role = await selectRole(ctx, { id: edit.roleId })
    if (!role) throw unknown('roleId')
    await mustBeAbleToGrant(ctx, role.permissions, role.scope)
    if (!role.permissions.includes('*')) await mustLeaveAnAdministrator(ctx, before)
  }
  await mustExist(ctx, edit)
  return writePerson(ctx, before, edit)
}

/** What a person may change of themselves. */
export async function editSelf(ctx: Ctx, edit: { name?: string; locale?: Locale; zone?: string }): Promise<PersonRow> {
  const before = await store.selectPerson(ctx, ctx.actor.id!, true)
  if (!before) throw notFound('staff.person')
  return writePerson(ctx, before, edit)
}

async function writePerson(ctx: Ctx, before: PersonRow, edit: PersonEdit): Promise<PersonRow> {
  const after = { ...before, ...edit }
  const loginFolded = foldLogin(after.login)
  if (edit.login && (await store.loginExists(ctx, loginFolded, before.id))) throw new Fault('staff.login-taken', 409)
  const changes: Record<string, unknown> = {}
  for (const key of Object.keys(edit) as (keyof PersonEdit)[]) {
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) changes[key] = { from: before[key], to: after[key] }
  }
  if (!Object.keys(changes).length) return before
  await store.updatePersonRow(ctx, before.id, { ...after, loginFolded })
  await emit(ctx, 'staff.person-changed', { subject: before.id, data: { changes } })
  return getPerson(ctx, before.id)
}

/** Disables or enables. With the commit of a disabling, sessions, links and tokens of the person are dead. */
export async function disablePerson(ctx: Ctx, id: string, { disabled, version }: { disabled: boolean; version?: number }): Promise<PersonRow> {
  const before = await lockPerson(ctx, id, !disabled, version)
  if ((before.disabledAt !== null) === disabled) return before
  if (disabled) await mustLeaveAnAdministrator(ctx, before)
  store.updateDisabled(ctx, id, disabled)
  await emit(ctx, disabled ? 'staff.person-disabled' : 'staff.person-enabled', { subject: id })
  return getPerson(ctx, id)
}

/** Replaces the skills of a person, levels 1–5. Throws `staff.unknown-reference`; with a version `staff.changed-meanwhile`. */
export async function putPersonSkills(ctx: Ctx, id: string, skills: readonly { skillId: string; level: number }[], version?: number): Promise<PersonRow> {
  const before = await store.selectPerson(ctx, id, true)
  if (!before) throw notFound('staff.person')
  if (version !== undefined && before.version !== version) throw new Fault('staff.changed-meanwhile', 409)
  const wanted = [...new Map(skills.map((one) => [one.skillId, one])).values()]
  if (!(await allExist(ctx, 'skill', wanted.map((one) => one.skillId)))) throw unknown('skills')
  replaceSkills(ctx, id, wanted)
  ctx.later(store.bumpPerson(ctx, id))
  await emit(ctx, 'staff.person-changed', { subject: id, data: { changes: { skills: { from: before.skills, to: wanted } } } })
  return getPerson(ctx, id)
}

/** Takes one-time codes, recovery codes and passkeys off a person who lost the device. */
export async function resetSecondFactor(ctx: Ctx, id: string): Promise<void> {
  const before = await lockPerson(ctx, id, true)
  if (!before.hasTotp && !before.passkeys) return
  clearSecondFactor(ctx, id)
  await emit(ctx, 'staff.totp-off', { subject: id, data: { passkeys: before.passkeys } })
}

/** Ends every session of a person; nobody is shut out by it. */
export async function endSessions(ctx: Ctx, id: string): Promise<void> {
  await getPerson(ctx, id)
  const count = await deleteSessionsOf(ctx, id)
  if (count) await emit(ctx, 'staff.session-ended', { subject: id, data: { count } })
}

const UNUSED_MS = 90 * 86_400_000
/** Shuts the doors nobody has used for 90 days; the last administrator's stays. */
export async function disableUnused(app: App): Promise<void> {
  const ids = await run(app, {}, (ctx) => store.selectUnused(ctx, new Date(ctx.now.getTime() - UNUSED_MS)))
  for (const id of ids) {
    await run(app, {}, async (ctx) => {
      await disablePerson(ctx, id, { disabled: true })
      await emit(ctx, 'staff.unused-disabled', { subject: id, data: { days: 90 } })
    }).catch((error: unknown) => { if (!(error instanceof Fault)) throw error })
  }
}

/**
 * Says whether a person is there. Without another sign of life it lapses to offline after three minutes, or at
 * `until`; null never lapses by itself. An event tells only of a change.
 */
export async function setPresence(ctx: Ctx, id: string, presence: Presence, { until }: { until?: Date | null } = {}): Promise<void> {
  const before = await store.updatePresence(ctx, id, presence, until === undefined ? new Date(ctx.now.getTime() + PRESENCE_MS) : until)
  if (before === null) throw notFound('staff.person')
  if (before !== presence) await emit(ctx, 'staff.presence-changed', { subject: id, data: { from: before, to: presence } })
}

/** A sign of life of people with a live connection: one statement, no event. Call it at least every two minutes. */
export async function keepPresent(app: App, ids: readonly string[]): Promise<void> {
  const now = app.clock.now()
  if (ids.length) await store.extendPresence(app.pool, ids, now, new Date(now.getTime() + PRESENCE_MS))
}

/** Sends offline whoever gave no sign of life for too long. */
export async function lapsePresence(app: App): Promise<void> {
  await run(app, {}, async (ctx) => {
    for (const one of await store.lapsePresence(ctx)) await emit(ctx, 'staff.presence-changed', { subject: one.id, data: { from: one.before, to: 'offline', lapsed: true } })
  })
}

/** `Candidate` of lib/matching as far as the staff know it: without load, history and last assignment. */
export interface AgentProfile {
  agentId: string
  name: string
  teamIds: string[]
  skills: Record<string, number>
  languages: string[]
  regions: string[]
  presence: Presence
  /** Within the person's, else the team's, else the installation's hours at ctx.now. */
  isWorking: boolean
  /** Requests at the same time per channel. */
  capacity: Capacity
}

/** The members of a team who are not disabled; one statement at most every two seconds a team. Treat as read-only. */
export async function listCandidates(ctx: Ctx, teamId: string): Promise<AgentProfile[]> {
  const rows = changedHere(ctx.events) ? await store.selectMembers(ctx, teamId) : await memoryOf(ctx.app).members.take(teamId, () => store.selectMembers(ctx, teamId))
  const now = ctx.now.getTime()
  const open = new Map<string, boolean>()
  const isOpen = (row: store.Member): boolean => {
    if (!row.calendarId) return true
    let known = open.get(row.calendarId)
    if (known === undefined) open.set(row.calendarId, (known = calendarOfMember(ctx, row).isOpen(now)))
    return known
  }
  return rows.map((row) => ({
    agentId: row.agentId, name: row.name, teamIds: row.teamIds, skills: row.skills, languages: row.languages, regions: row.regions,
    presence: row.presence, isWorking: isOpen(row), capacity: row.capacity,
  }))
}
/** The team each has been in longest and the hours they work by; null: round the clock. */
export async function hoursOfPeople(ctx: Ctx, ids: readonly string[]): Promise<Map<string, { teamId: string | null; calendar: BusinessCalendar | null }>> {
  return new Map((await store.selectHours(ctx, ids)).map((row) => [row.agentId, { teamId: row.teamId, calendar: row.calendarId ? calendarOfMember(ctx, row) : null }]))
}
const calendarOfMember = (ctx: Ctx, row: Omit<store.HoursRow, 'teamId'>): BusinessCalendar =>
  compiledOf(ctx, { id: row.calendarId!, version: row.calendarVersion!, hours: row.hours!, holidays: row.holidays!, years: row.years!, imports: row.imports! })
