/** Staff over HTTP: set-up, signing in, people, teams, skills, roles, calendars and tokens. */
import { z } from 'zod'
import type { Endpoints } from '../../platform/http/contract.ts'
import { byId, cursor, day, email, flag, id, instant, instantIn, limit, line, locale, page, text } from '../../platform/http/shapes.ts'
import { Settings, domain } from './federation/contract.ts'

function isZone(zone: string): boolean {
  try { return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone })) } catch { return false }
}
export const zone = z.string().max(64).refine(isZone, { message: 'input.zone' })
export const presence = z.enum(['online', 'away', 'offline'])
export const scope = z.enum(['own', 'team', 'region', 'all'])
export const profile = z.enum(['asvs', 'mlps3'])
/** `object.verb`; only a role may also hold `*`, everything. */
export const permission = z.string().max(80).regex(/^(\*|[a-z][a-z-]*\.[a-z][a-z-]*)$/)
/** Requests a person may hold at the same time, per channel. */
export const capacity = z.record(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/), z.int().min(0).max(1000)).refine((value) => Object.keys(value).length <= 30, { message: 'input.too-long' })
const tag = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/)
/** BCP 47 language tags, e.g. `zh-TW`, `en`, `nan`. */
const languages = z.array(tag).max(30)
/** Regions by the company's own code, e.g. `TW-TPE`. */
const regions = z.array(tag).max(100)
const key = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, { message: 'input.key' })
const version = z.int().min(1)
const secret = z.string().min(1).max(200)
/** Longer ones are refused by their bytes, before anything is computed from them. */
const password = z.string().max(4096)
const code = z.string().max(20)

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/)
const intervals = z.array(z.strictObject({ from: time, to: time })).max(10)
export const week = z.strictObject({ 1: intervals, 2: intervals, 3: intervals, 4: intervals, 5: intervals, 6: intervals, 7: intervals })
const exception = { date: day, open: intervals, name: text(100).optional(), source: text(200).optional() }
export const exceptions = z.array(z.strictObject(exception)).max(1000)
export const workingHours = z.strictObject({ zone, week, exceptions })
export const holidays = z.enum(['CN', 'TW', 'HK', 'MO', 'SG', 'none'])
const year = z.int().min(1970).max(2399)
/** Exceptions that were taken over from elsewhere: from which file or country, for which years. */
const imported = z.strictObject({ kind: z.enum(['ics', 'country']), label: line(200), from: year, to: year })
const imports = z.array(imported).max(50)

export const Role = z.object({
  id, key: z.string(),
  /** null: built in, named by the text `staff.role.<key>`. */
  name: z.string().nullable(),
  permissions: z.array(z.string()), scope, builtIn: z.boolean(), people: z.int(), version,
})
export const Person = z.object({
  id, name: z.string(), login: z.string(), locale, zone: z.string(), roleId: id, roleKey: z.string(), roleName: z.string().nullable(),
  languages: z.array(z.string()), regions: z.array(z.string()), presence, presenceAt: instant,
  capacity: z.record(z.string(), z.int()), calendarId: id.nullable(), teamIds: z.array(id),
  skills: z.array(z.object({ skillId: id, key: z.string(), level: z.int() })),
  hasPassword: z.boolean(), hasTotp: z.boolean(), passkeys: z.int(), lastSeenAt: instant.nullable(), disabledAt: instant.nullable(), createdAt: instant, version,
})
export const Team = z.object({
  id, name: z.string(), calendarId: id.nullable(), region: z.string().nullable(), leadId: id.nullable(),
  memberIds: z.array(id), archivedAt: instant.nullable(), version,
})
export const Skill = z.object({ id, key: z.string(), name: z.string(), people: z.int(), archivedAt: instant.nullable(), version })
const storedHours = z.object({ zone: z.string(), week, exceptions: z.array(z.object({ date: z.string(), open: intervals, name: z.string().optional(), source: z.string().optional() })) })
export const Calendar = z.object({
  id, name: z.string(), hours: storedHours, holidays, years: z.array(z.int()), imports, isDefault: z.boolean(),
  /** Of this year and the next, those whose holidays the region has not published yet. */
  unpublishedYears: z.array(z.int()), version,
})
export const Me = z.object({
  id, name: z.string(), login: z.string(), locale, zone: z.string(),
  role: z.object({ id, key: z.string(), name: z.string().nullable() }), permissions: z.array(z.string()), scope,
  teams: z.array(z.object({ id, name: z.string() })), presence, hasTotp: z.boolean(), passkeys: z.int(), recoveryCodesLeft: z.int(),
  /** What must be done before anything else: a text key, e.g. `staff.password-due`. */
  due: z.string().nullable(),
  /** True when the person came by a link and may (first time: should) set a password without the old one. */
  maySetPassword: z.boolean(), hasPassword: z.boolean(),
})
export const Session = z.object({ id, createdAt: instant, lastSeenAt: instant, expiresAt: instant, userAgent: z.string(), ip: z.string(), isCurrent: z.boolean() })
export const Token = z.object({
  id, name: z.string(), kind: z.enum(['person', 'client']), holder: z.string(), holderId: id, permissions: z.array(z.string()), scope,
  createdAt: instant, expiresAt: instant.nullable(), lastUsedAt: instant.nullable(), revokedAt: instant.nullable(),
})
const Link = z.object({ url: z.string(), expiresAt: instant })
const Policy = z.object({
  profile, separatedAt: instant.nullable(), version,
  leastCharacters: z.int(), mostDays: z.int().nullable(), idleMinutes: z.int(), absoluteMinutes: z.int(), needsSecondFactor: z.boolean(),
})
export const Proposal = z.object({
  id, kind: z.string(), personId: id.nullable(), personName: z.string().nullable(), payload: z.record(z.string(), z.unknown()), reason: z.string(),
  proposedById: id, proposedByName: z.string(), proposedAt: instant, expiresAt: instant,
  decidedByName: z.string().nullable(), decidedAt: instant.nullable(), verdict: z.enum(['approved', 'refused', 'withdrawn']).nullable(),
})
export const Passkey = z.object({ id, name: z.string(), isSynced: z.boolean(), createdAt: instant, lastUsedAt: instant.nullable() })

export const RecoveryCodes = z.object({ codes: z.array(z.string()) })
const b64 = z.string().max(20_000).regex(/^[A-Za-z0-9_-]*$/)
/** What an authenticator answers, as browsers write it (WebAuthn level 3, `toJSON`). */
export const PasskeyAnswer = z.strictObject({
  id: b64, rawId: b64, type: z.literal('public-key'), authenticatorAttachment: z.enum(['platform', 'cross-platform']).nullish(), clientExtensionResults: z.record(z.string().max(60), z.unknown()),
  response: z.strictObject({
    clientDataJSON: b64, attestationObject: b64.optional(), authenticatorData: b64.optional(), signature: b64.optional(), userHandle: b64.nullish(),
    transports: z.array(z.string().max(20)).max(10).optional(), publicKeyAlgorithm: z.int().optional(), publicKey: b64.optional(),
  }),
})

const NewPerson = z.strictObject({
  name: line(100), login: email, roleId: id, locale: locale.optional(), zone: zone.optional(), languages: languages.optional(), regions: regions.optional(),
  capacity: capacity.optional(), calendarId: id.nullable().optional(), teamIds: z.array(id).max(100).optional(),
})
const PersonEdit = z.strictObject({
  version, name: line(100).optional(), login: email.optional(), roleId: id.optional(), locale: locale.optional(), zone: zone.optional(),
  languages: languages.optional(), regions: regions.optional(), capacity: capacity.optional(), calendarId: id.nullable().optional(),
})
const NewTeam = z.strictObject({ name: line(100), calendarId: id.nullable().optional(), region: tag.nullable().optional(), leadId: id.nullable().optional(), memberIds: z.array(id).max(1000).optional() })
const NewCalendar = z.strictObject({ name: line(100), hours: workingHours, holidays: holidays.default('none'), imports: imports.optional(), isDefault: z.boolean().default(false) })
const CalendarVersion = z.object({ version: z.int(), name: z.string(), hours: storedHours, holidays, years: z.array(z.int()), imports, reason: z.string(), changedAt: instant, byName: z.string().nullable() })
/** Counted, or skipped: the hours of the day, a day without any, a date of its own, or because the clock stood. */
export const Step = z.object({
  from: instant, to: instant, minutes: z.number(), isCounted: z.boolean(),
  why: z.enum(['outside-hours', 'day-off', 'exception', 'paused']).optional(), date: z.string().optional(), name: z.string().optional(), source: z.string().optional(),
})
export type StepRow = z.infer<typeof Step>
const Explanation = z.object({
  startAt: instant, dueAt: instant, zone: z.string(), openMinutes: z.number(),
  counted: z.array(z.object({ from: instant, to: instant, minutes: z.number() })),
  exceptions: z.array(z.object({ date: z.string(), name: z.string(), openMinutes: z.number() })),
  /** Everything between start and deadline, at most 500 pieces; how many more there are. */
  steps: z.array(Step), stepsLeftOut: z.int(),
  /** Years the deadline reaches into whose holidays nobody has published: it is provisional. */
  provisionalYears: z.array(z.int()), unpublishedYears: z.array(z.int()),
})
const Month = z.object({ days: z.array(z.object({
  date: z.string(), open: intervals, minutes: z.int(), kind: z.enum(['week', 'own', 'holiday', 'make-up']), name: z.string(), source: z.string(), isKnown: z.boolean(),
})) })
const years = { from: year, to: year }
const readable = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ics'), text: z.string().max(900_000), ...years }),
  z.strictObject({ kind: z.literal('country'), country: z.string().regex(/^[A-Z]{2}$/), state: z.string().max(20).optional(), ...years }),
])
const Place = z.object({ code: z.string(), name: z.string() })

const NewRole = z.strictObject({ key, name: line(100), permissions: z.array(permission).max(500), scope })
const RoleEdit = z.strictObject({ version, name: line(100).optional(), permissions: z.array(permission).max(500).optional(), scope: scope.optional() })
const NewToken = z.strictObject({ name: line(100), personId: id.optional(), roleId: id.optional(), permissions: z.array(permission).max(500).optional(), scope: scope.optional(), expiresAt: instantIn.nullable().optional() })
const aboutPerson = <K extends string>(kind: K) => z.strictObject({ kind: z.literal(kind), personId: id })
/** What may wait for a second person. */
export const proposals = z.discriminatedUnion('kind', [
  NewPerson.extend({ kind: z.literal('add-person') }),
  z.strictObject({ kind: z.literal('change-person'), personId: id, roleId: id.optional(), login: email.optional() }),
  aboutPerson('enable-person'), aboutPerson('sign-in-link'), aboutPerson('reset-second-factor'),
  NewRole.extend({ kind: z.literal('add-role') }),
  RoleEdit.extend({ kind: z.literal('change-role'), roleId: id }),
  NewToken.omit({ personId: true }).extend({ kind: z.literal('add-token') }),
  z.strictObject({ kind: z.literal('admit-provider'), providerId: id, version }),
  z.strictObject({ kind: z.literal('change-provider'), providerId: id, version, name: line(100).optional(), settings: Settings.optional(), roleId: id.nullable().optional(), domains: z.array(domain).max(50).optional(), directoryId: id.nullable().optional() }),
  z.strictObject({ kind: z.literal('add-directory'), name: line(100), roleId: id, expiresAt: instantIn.nullable().optional() }),
  z.strictObject({ kind: z.literal('change-directory'), directoryId: id, version, roleId: id }),
  z.strictObject({ kind: z.literal('renew-directory'), directoryId: id, expiresAt: instantIn.nullable().optional() }),
  z.strictObject({ kind: z.literal('map-group'), groupId: id, version, roleId: id.nullable(), teamId: id.nullable() }),
  z.strictObject({ kind: z.literal('hand-over'), directoryId: id, personId: id }),
  z.strictObject({ kind: z.literal('unite-administrators') }),
])
export type Proposed = z.infer<typeof proposals>

const CHANGED = 'staff.changed-meanwhile'
const SECOND = 'staff.needs-second-person'
const WEAK = ['staff.password-short', 'staff.password-common', 'staff.password-long', 'staff.password-kinds'] as const
const member = z.strictObject({ id, personId: id })

export const staff = {
  setupState: { method: 'GET', path: '/api/setup', access: 'public', summary: 'Whether the installation still waits for its first administrator.', response: z.object({ needed: z.boolean() }) },
  setUp: {
    method: 'POST', path: '/api/setup', access: 'public', kind: 'raw', status: 201, summary: 'Creates the calendar and the first administrator by the single-use set-up link, and signs in.',
    body: z.strictObject({
      token: secret, locale, zone,
      calendar: z.strictObject({ name: line(100), week, holidays }),
      administrator: z.strictObject({ name: line(100), login: email, password }),
      start: z.enum(['demo', 'empty']),
    }),
    response: z.object({ personId: id, calendarId: id, start: z.enum(['demo', 'empty']) }), faults: ['staff.setup-done', 'staff.setup-link-dead', 'staff.calendar-never-opens', ...WEAK],
  },

  signIn: {
    method: 'POST', path: '/api/session', access: 'public', kind: 'raw', summary: 'Signs in with password and, when enrolled, a one-time code; sets the session cookie.',
    body: z.strictObject({ login: z.string().max(254), password, code: code.optional() }), response: z.object({ personId: id }),
    faults: ['staff.sign-in-failed', 'staff.sign-in-locked', 'staff.code-needed', 'staff.busy'],
  },
  signInByLink: {
    method: 'POST', path: '/api/session/link', access: 'public', kind: 'raw', summary: 'Signs in by a single-use link.',
    body: z.strictObject({ token: secret, code: code.optional() }), response: z.object({ personId: id, maySetPassword: z.boolean() }), faults: ['staff.link-dead', 'staff.code-needed', 'staff.sign-in-failed', 'staff.sign-in-locked'],
  },
  prove: {
    method: 'POST', path: '/api/session/proof', access: 'signed-in', always: true, kind: 'raw', idempotency: 'none', summary: 'Proves once more who is there, by password, one-time code or passkey; opens what asks for it for a quarter of an hour.',
    body: z.strictObject({ password: password.optional(), code: code.optional(), passkey: PasskeyAnswer.optional() }),
    response: z.object({ until: instant }), faults: ['staff.password-wrong', 'staff.code-wrong', 'staff.passkey-wrong', 'staff.session-needed', 'staff.sign-in-locked'],
  },
  passkeyChallenge: {
    method: 'POST', path: '/api/session/passkey/challenge', access: 'public', idempotency: 'none', summary: 'A question for any passkey of this installation, answered once within five minutes.',
    response: z.object({ options: z.record(z.string(), z.unknown()) }), faults: ['staff.busy'],
  },
  signInByPasskey: {
    method: 'POST', path: '/api/session/passkey', access: 'public', kind: 'raw', idempotency: 'none', summary: 'Signs in by a passkey, which is both factors.',
    body: z.strictObject({ passkey: PasskeyAnswer }), response: z.object({ personId: id }), faults: ['staff.passkey-wrong', 'staff.sign-in-locked'],
  },
  signOut: { method: 'DELETE', path: '/api/session', access: 'signed-in', always: true, kind: 'raw', idempotency: 'own', summary: 'Ends this session; `url` is where the browser goes next to end the session of the provider it came by.', response: z.object({ url: z.string().nullable() }) },

  me: { method: 'GET', path: '/api/me', access: 'signed-in', always: true, summary: 'Who I am and what I may do.', response: Me },
  editMe: { method: 'PATCH', path: '/api/me', access: 'signed-in', body: z.strictObject({ name: line(100).optional(), locale: locale.optional(), zone: zone.optional() }), response: Me },
  setMyPresence: {
    method: 'PUT', path: '/api/me/presence', access: 'signed-in', idempotency: 'none', summary: 'Sets my presence; without another sign of life for three minutes it becomes offline.',
    body: z.strictObject({ presence }), response: z.object({ presence, presenceAt: instant }),
  },
  setMyPassword: {
    method: 'POST', path: '/api/me/password', access: 'signed-in', always: true, kind: 'raw', summary: 'Sets a new password and ends my other sessions.',
    body: z.strictObject({ current: password.optional(), password }), faults: ['staff.password-wrong', 'staff.session-needed', 'staff.sign-in-locked', 'staff.password-used', ...WEAK],
  },
  mySessions: { method: 'GET', path: '/api/me/sessions', access: 'signed-in', response: z.object({ rows: z.array(Session) }) },
  endMySession: { method: 'DELETE', path: '/api/me/sessions/:id', access: 'signed-in', params: byId, faults: ['staff.session.not-found'] },
  offerTotp: {
    method: 'POST', path: '/api/me/totp', access: 'signed-in', always: true, idempotency: 'none', summary: 'A new secret for one-time codes, in force once confirmed.',
    response: z.object({ secret: z.string(), uri: z.string(), svg: z.string() }), faults: ['staff.totp-on', 'staff.session-needed'],
  },
  confirmTotp: {
    method: 'PUT', path: '/api/me/totp', access: 'signed-in', always: true, idempotency: 'none', body: z.strictObject({ code }), response: RecoveryCodes,
    summary: 'Proves the offered secret and puts it into force; the answer holds the first recovery codes, shown only here.', faults: ['staff.code-wrong', 'staff.totp-not-offered', 'staff.session-needed'],
  },
  removeTotp: { method: 'POST', path: '/api/me/totp/removal', access: 'signed-in', kind: 'raw', body: z.strictObject({ password }), faults: ['staff.password-wrong', 'staff.session-needed', 'staff.sign-in-locked'] },

  renewRecoveryCodes: { method: 'POST', path: '/api/me/recovery-codes', access: 'signed-in', stepUp: true, idempotency: 'none', summary: 'Ten new recovery codes, shown only here; the earlier ones end.', response: RecoveryCodes, faults: ['staff.totp-not-on', 'staff.session-needed'] },
  passkeys: { method: 'GET', path: '/api/me/passkeys', access: 'signed-in', always: true, response: z.object({ rows: z.array(Passkey) }) },
  offerPasskey: { method: 'POST', path: '/api/me/passkeys/challenge', access: 'signed-in', always: true, stepUp: true, idempotency: 'none', summary: 'What an authenticator must know to make a passkey for me.', response: z.object({ options: z.record(z.string(), z.unknown()) }), faults: ['staff.session-needed'] },
  addPasskey: { method: 'POST', path: '/api/me/passkeys', access: 'signed-in', always: true, stepUp: true, status: 201, idempotency: 'none', body: z.strictObject({ name: line(60), passkey: PasskeyAnswer }), response: Passkey, faults: ['staff.passkey-wrong', 'staff.session-needed'] },
  removePasskey: { method: 'DELETE', path: '/api/me/passkeys/:id', access: 'signed-in', stepUp: true, params: byId, faults: ['staff.passkey.not-found', 'staff.session-needed'] },

  policy: { method: 'GET', path: '/api/access-policy', access: 'signed-in', always: true, summary: 'The profile of passwords and time-outs in force, and whether the three administrators are separated.', response: Policy },
  changeProfile: { method: 'PUT', path: '/api/access-policy/profile', access: 'access.configure', stepUp: true, body: z.strictObject({ profile, version }), response: Policy, faults: [CHANGED] },
  separate: {
    method: 'PUT', path: '/api/access-policy/separation', access: 'access.configure', stepUp: true, body: z.strictObject({ version }), response: Policy, faults: [CHANGED, 'staff.separation-lacks', 'staff.separation-mixed'],
    summary: 'Separates system, security and audit administrators; from then on grants need a second person, and so does taking it back.',
  },
  proposals: { method: 'GET', path: '/api/proposals', access: 'access.approve', query: z.strictObject({ state: z.enum(['pending', 'decided']).default('pending') }), response: z.object({ rows: z.array(Proposal) }) },
  propose: { method: 'POST', path: '/api/proposals', access: 'access.approve', stepUp: true, status: 201, summary: 'Proposes a grant, for another person to approve.', body: z.strictObject({ what: proposals, reason: line(500) }), response: Proposal, faults: ['staff.not-separated', 'staff.person.not-found', 'staff.provider.not-found', 'staff.directory.not-found', 'staff.directory-group.not-found'] },
  decide: {
    method: 'PUT', path: '/api/proposals/:id/verdict', access: 'access.approve', stepUp: true, idempotency: 'own', params: byId, body: z.strictObject({ verdict: z.enum(['approved', 'refused']) }),
    response: z.object({ proposal: Proposal, link: Link.optional(), token: z.string().optional() }), faults: ['staff.proposal.not-found', 'staff.proposal-decided', 'staff.proposal-expired', 'staff.own-proposal', CHANGED, 'staff.federation.role-too-strong', 'staff.federation.secret-again'],
    summary: 'Approves and carries out, or refuses; whoever proposed it takes it back. A link or token it makes is shown only here.',
  },
  permissions: { method: 'GET', path: '/api/permissions', access: 'staff.read', summary: 'Every permission a role may hold.', response: z.object({ rows: z.array(z.string()) }) },

  people: {
    method: 'GET', path: '/api/people', access: 'staff.read', query: z.strictObject({ search: text(100).optional(), teamId: id.optional(), disabled: flag.optional(), cursor: cursor.optional(), limit: limit(200, 50) }), response: page(Person),
  },
  person: { method: 'GET', path: '/api/people/:id', access: 'staff.read', params: byId, response: Person, faults: ['staff.person.not-found'] },
  createPerson: {
    method: 'POST', path: '/api/people', access: 'access.grant', stepUp: true, status: 201, idempotency: 'own', summary: 'Adds a person; the answer holds the invitation link, shown only here.',
    body: NewPerson, response: z.object({ person: Person, invitation: Link }), faults: [SECOND, 'staff.login-taken', 'staff.may-not-grant', 'staff.unknown-reference'],
  },
  editPerson: { method: 'PATCH', path: '/api/people/:id', access: 'staff.configure', stepUp: ['roleId', 'login'], params: byId, body: PersonEdit, response: Person, faults: [CHANGED, SECOND, 'staff.login-taken', 'staff.may-not-grant', 'staff.last-administrator', 'staff.unknown-reference'] },
  giveRole: { method: 'PUT', path: '/api/people/:id/role', access: 'access.grant', stepUp: true, params: byId, body: z.strictObject({ roleId: id, version }), response: Person, faults: [CHANGED, SECOND, 'staff.may-not-grant', 'staff.last-administrator', 'staff.unknown-reference'] },
  disablePerson: {
    method: 'PUT', path: '/api/people/:id/disabled', access: 'access.grant', params: byId, body: z.strictObject({ disabled: z.boolean(), version }), response: Person,
    summary: 'Disables or enables a person; sessions, links and tokens of a disabled person end at once.', faults: [CHANGED, 'staff.last-administrator', 'staff.may-not-grant'],
  },
  setSkills: {
    method: 'PUT', path: '/api/people/:id/skills', access: 'staff.configure', params: byId, summary: 'Replaces the skills of a person.',
    body: z.strictObject({ skills: z.array(z.strictObject({ skillId: id, level: z.int().min(1).max(5) })).max(200), version }), response: Person, faults: [CHANGED, 'staff.unknown-reference'],
  },
  invite: { method: 'POST', path: '/api/people/:id/sign-in-links', access: 'access.grant', stepUp: true, status: 201, idempotency: 'none', params: byId, summary: 'A new single-use link; earlier ones of the person end.', response: Link, faults: ['staff.person-disabled', 'staff.may-not-grant'] },
  resetTotp: { method: 'DELETE', path: '/api/people/:id/totp', access: 'access.grant', stepUp: true, params: byId, summary: 'Takes one-time codes off, for a person who lost the device.', faults: ['staff.may-not-grant'] },

  teams: { method: 'GET', path: '/api/teams', access: 'staff.read', query: z.strictObject({ archived: flag.optional() }), response: z.object({ rows: z.array(Team) }) },
  team: { method: 'GET', path: '/api/teams/:id', access: 'staff.read', params: byId, response: Team, faults: ['staff.team.not-found'] },
  createTeam: { method: 'POST', path: '/api/teams', access: 'staff.configure', status: 201, body: NewTeam, response: Team, faults: ['staff.team-name-taken', 'staff.unknown-reference'] },
  editTeam: {
    method: 'PATCH', path: '/api/teams/:id', access: 'staff.configure', params: byId, response: Team, faults: [CHANGED, 'staff.team-name-taken', 'staff.unknown-reference'],
    body: z.strictObject({ version, name: line(100).optional(), calendarId: id.nullable().optional(), region: tag.nullable().optional(), leadId: id.nullable().optional(), archived: z.boolean().optional() }),
  },
  addMember: { method: 'PUT', path: '/api/teams/:id/members/:personId', access: 'staff.configure', idempotency: 'own', params: member, response: Team, faults: ['staff.team.not-found', 'staff.person.not-found'] },
  removeMember: { method: 'DELETE', path: '/api/teams/:id/members/:personId', access: 'staff.configure', idempotency: 'own', params: member, response: Team, faults: ['staff.team.not-found'] },

  skills: { method: 'GET', path: '/api/skills', access: 'staff.read', response: z.object({ rows: z.array(Skill) }) },
  addSkill: { method: 'POST', path: '/api/skills', access: 'staff.configure', status: 201, body: z.strictObject({ key, name: line(100) }), response: Skill, faults: ['staff.key-taken'] },
  editSkill: { method: 'PATCH', path: '/api/skills/:id', access: 'staff.configure', params: byId, body: z.strictObject({ version, name: line(100).optional(), archived: z.boolean().optional() }), response: Skill, faults: [CHANGED] },

  roles: { method: 'GET', path: '/api/roles', access: 'staff.read', response: z.object({ rows: z.array(Role) }) },
  createRole: { method: 'POST', path: '/api/roles', access: 'access.grant', status: 201, stepUp: true, body: NewRole, response: Role, faults: ['staff.key-taken', 'staff.may-not-grant', 'staff.unknown-permission', 'staff.duties-mixed', SECOND] },
  editRole: {
    method: 'PATCH', path: '/api/roles/:id', access: 'access.grant', params: byId, stepUp: true, response: Role, body: RoleEdit,
    faults: [CHANGED, 'staff.role-built-in', 'staff.may-not-grant', 'staff.unknown-permission', 'staff.duties-mixed', SECOND],
  },
  removeRole: { method: 'DELETE', path: '/api/roles/:id', access: 'access.grant', params: byId, faults: ['staff.role-built-in', 'staff.role-in-use'] },

  calendars: { method: 'GET', path: '/api/calendars', access: 'staff.read', response: z.object({ rows: z.array(Calendar) }) },
  calendar: { method: 'GET', path: '/api/calendars/:id', access: 'staff.read', params: byId, response: Calendar, faults: ['staff.calendar.not-found'] },
  calendarVersions: { method: 'GET', path: '/api/calendars/:id/versions', access: 'staff.read', params: byId, summary: 'Every version a calendar had, the newest first, with who changed it and why.', response: z.object({ rows: z.array(CalendarVersion) }), faults: ['staff.calendar.not-found'] },
  createCalendar: { method: 'POST', path: '/api/calendars', access: 'staff.configure', status: 201, body: NewCalendar, response: Calendar, faults: ['staff.calendar-never-opens', 'staff.exception-twice'] },
  editCalendar: {
    method: 'PATCH', path: '/api/calendars/:id', access: 'staff.configure', params: byId, response: Calendar, faults: [CHANGED, 'staff.calendar-never-opens', 'staff.exception-twice', 'staff.default-calendar-needed'],
    summary: 'Makes a new version. What runs by an earlier one goes on by it until its deadlines are moved.',
    body: z.strictObject({ version, name: line(100).optional(), hours: workingHours.optional(), holidays: holidays.optional(), imports: imports.optional(), isDefault: z.boolean().optional(), reason: text(300).optional() }),
  },
  removeCalendar: {
    method: 'DELETE', path: '/api/calendars/:id', access: 'staff.configure', params: byId, summary: 'Takes a calendar that no team, person or service has out of choice; what runs by it goes on.',
    faults: ['staff.calendar.not-found', 'staff.default-calendar-needed', 'staff.calendar-in-use'],
  },
  previewCalendar: {
    method: 'POST', path: '/api/calendars/preview', access: 'staff.read', status: 200, idempotency: 'none', summary: 'When a target set at a moment would be due, and what was counted and skipped on the way; for a stored calendar or one still being edited.',
    body: z.strictObject({ calendarId: id.optional(), hours: workingHours.optional(), holidays: holidays.default('none'), imports: imports.optional(), minutes: z.number().min(1).max(525_600), startAt: instantIn.optional() }),
    response: Explanation, faults: ['staff.calendar.not-found', 'staff.calendar-never-opens', 'staff.calendar-out-of-range'],
  },
  calendarMonth: {
    method: 'POST', path: '/api/calendars/month', access: 'staff.read', status: 200, idempotency: 'none', summary: 'The days of a month as a calendar, stored or still being edited, has them: hours, holidays with their source, days of its own.',
    body: z.strictObject({ hours: workingHours, holidays: holidays.default('none'), imports: imports.optional(), month: z.string().regex(/^(19[7-9]\d|2[0-3]\d\d)-(0[1-9]|1[0-2])$/) }),
    response: Month, faults: ['staff.calendar-never-opens'],
  },
  readHolidays: {
    method: 'POST', path: '/api/calendars/holidays', access: 'staff.configure', kind: 'raw', idempotency: 'none', summary: 'Reads holidays out of a calendar file (iCalendar) or computes those of another country; stores nothing.',
    body: readable, response: z.object({ label: z.string(), days: z.array(z.object({ date: z.string(), name: z.string(), kind: z.enum(['closed', 'worked']) })), leftOut: z.int() }),
    faults: ['staff.ics-not-a-calendar', 'staff.ics-broken-line', 'staff.ics-unbalanced', 'staff.ics-date', 'staff.ics-rule', 'staff.ics-too-many', 'staff.ics-endless', 'staff.country-unknown', 'staff.years-wrong'],
  },
  holidayPlaces: {
    method: 'GET', path: '/api/calendars/places', access: 'staff.read', summary: 'Countries whose holidays can be computed and, of one, its parts.',
    query: z.strictObject({ country: z.string().regex(/^[A-Z]{2}$/).optional() }), response: z.object({ countries: z.array(Place), states: z.array(Place) }),
  },

  tokens: { method: 'GET', path: '/api/tokens', access: 'access.grant', response: z.object({ rows: z.array(Token) }) },
  createToken: {
    method: 'POST', path: '/api/tokens', access: 'access.grant', status: 201, idempotency: 'none', summary: 'A token for a person, or for a new API client with a role or permissions; it is shown only here.',
    stepUp: true, body: NewToken,
    response: z.object({ token: z.string(), row: Token }), faults: [SECOND, 'staff.unknown-permission', 'staff.may-not-grant', 'staff.person.not-found', 'staff.unknown-reference', 'staff.expiry-past'],
  },
  /** Of anybody, by who looks after access. */
  sessions: { method: 'GET', path: '/api/people/:id/sessions', access: 'access.grant', params: byId, response: z.object({ rows: z.array(Session) }), faults: ['staff.person.not-found'] },
  endSessions: { method: 'DELETE', path: '/api/people/:id/sessions', access: 'access.grant', params: byId, summary: 'Ends every session of a person.', faults: ['staff.person.not-found'] },
  revokeToken: { method: 'DELETE', path: '/api/tokens/:id', access: 'access.grant', params: byId, faults: ['staff.token.not-found'] },
} as const satisfies Endpoints

export type PersonRow = z.infer<typeof Person>
export type TeamRow = z.infer<typeof Team>
export type SkillRow = z.infer<typeof Skill>
export type RoleRow = z.infer<typeof Role>
export type CalendarRow = z.infer<typeof Calendar>
export type MeRow = z.infer<typeof Me>
export type SessionRow = z.infer<typeof Session>
export type TokenRow = z.infer<typeof Token>
export type LinkRow = z.infer<typeof Link>
export type PolicyRow = z.infer<typeof Policy>
export type Profile = z.infer<typeof profile>
export type ProposalRow = z.infer<typeof Proposal>
export type PasskeyRow = z.infer<typeof Passkey>
export type PasskeyReply = z.infer<typeof PasskeyAnswer>
export type Presence = z.infer<typeof presence>
export type Capacity = z.infer<typeof capacity>
export type Holidays = z.infer<typeof holidays>
export type ImportedHolidays = z.infer<typeof imported>
export type CalendarVersionRow = z.infer<typeof CalendarVersion>
export type CalendarMonth = z.infer<typeof Month>
export type CalendarPreview = z.infer<typeof Explanation>
