/** Where the staff's API enters: endpoint → command. */
import { createToken, getToken, invitation, invite, listTokens, revokeToken } from './tokens.ts'
import type { Mount } from '../../platform/http/server.ts'
import * as calendars from './calendars.ts'
import * as preview from './preview.ts'
import { staff } from './contract.ts'
import * as people from './people.ts'
import { setUp, needsSetup } from './setup.ts'
import { farewellUrl, findFarewell } from './federation/sign-out.ts'
import * as entry from './sign-in.ts'
import * as teams from './teams.ts'
import { limiter } from '../../platform/http/limits.ts'
import { addPasskey, askForPasskey, listPasskeys, offerPasskey, removePasskey } from './passkeys.ts'
import { changeProfile, getPolicy, separate } from './policy.ts'
import { decide, listProposals, propose } from './proposals.ts'
import { renewRecoveryCodes } from './recovery.ts'
import { confirmTotp, offerTotp } from './totp.ts'

export function staffRoutes(mount: Mount): void {
  mountEntry(mount)
  mountKeys(mount)
  mountAccess(mount)
  mountPeople(mount)
  mountTeams(mount)
}

function mountEntry(mount: Mount): void {
  mount(staff.setupState, async (ctx) => ({ needed: await needsSetup(ctx.app) }))
  mount(staff.setUp, async (ctx, { body, request, reply }) => {
    const opened = await setUp(ctx.app, body, entry.originOf(request))
    entry.setSessionCookie(ctx.app, reply.code(201), opened)
    return { personId: opened.personId, calendarId: opened.calendarId, start: body.start }
  })
  mount(staff.signIn, async (ctx, { body, request, reply }) => {
    const opened = await entry.signIn(ctx.app, body, entry.originOf(request))
    entry.setSessionCookie(ctx.app, reply, opened)
    return { personId: opened.personId }
  })
  mount(staff.signInByLink, async (ctx, { body, request, reply }) => {
    const opened = await entry.signInByLink(ctx.app, body, entry.originOf(request))
    entry.setSessionCookie(ctx.app, reply, opened)
    return { personId: opened.personId, maySetPassword: opened.maySetPassword }
  })
  const limit = limiter({ burst: 60, perSecond: 1 })
  mount(staff.passkeyChallenge, (ctx, { request }) => { limit(request); return askForPasskey(ctx) })
  mount(staff.signInByPasskey, async (ctx, { body, request, reply }) => {
    limit(request)
    const opened = await entry.signInByPasskey(ctx.app, body.passkey, entry.originOf(request))
    entry.setSessionCookie(ctx.app, reply, opened)
    return { personId: opened.personId }
  })
  mount(staff.prove, (ctx, { request, body }) => entry.proveAgain(ctx, request, body))
  mount(staff.signOut, async (ctx, { request, reply }) => {
    const left = await entry.signOut(ctx, request, reply, findFarewell)
    return { url: left && (await farewellUrl(ctx.app, left)) }
  })
  mount(staff.me, (ctx, { request }) => entry.me(ctx, request))
  mount(staff.editMe, (ctx, { request, body }) => entry.editMe(ctx, request, body))
  mount(staff.setMyPresence, async (ctx, { body }) => {
    await people.setPresence(ctx, ctx.actor.id!, body.presence)
    return { presence: body.presence, presenceAt: ctx.now.toISOString() }
  })
  mount(staff.setMyPassword, async (ctx, { request, reply, body }) => {
    await entry.setMyPassword(ctx, request, body)
    return reply.code(204).send()
  })
  mount(staff.mySessions, async (ctx, { request }) => ({ rows: await entry.listSessions(ctx, request) }))
  mount(staff.endMySession, (ctx, { params }) => entry.endSession(ctx, params.id))
  mount(staff.offerTotp, async (ctx, { request }) => { await entry.mustHaveSession(ctx, request); return offerTotp(ctx) })
  mount(staff.confirmTotp, async (ctx, { request, body }) => { await entry.mustHaveSession(ctx, request); return confirmTotp(ctx, body.code) })
  mount(staff.removeTotp, async (ctx, { request, reply, body }) => {
    await entry.removeMyTotp(ctx, request, body.password)
    return reply.code(204).send()
  })
}

function mountKeys(mount: Mount): void {
  mount(staff.renewRecoveryCodes, async (ctx, { request }) => { await entry.mustHaveSession(ctx, request); return renewRecoveryCodes(ctx) })
  mount(staff.passkeys, async (ctx) => ({ rows: await listPasskeys(ctx) }))
  mount(staff.offerPasskey, async (ctx, { request }) => { await entry.mustHaveSession(ctx, request); return offerPasskey(ctx) })
  mount(staff.addPasskey, async (ctx, { request, body }) => { await entry.mustHaveSession(ctx, request); return addPasskey(ctx, body) })
  mount(staff.removePasskey, async (ctx, { request, params }) => { await entry.mustHaveSession(ctx, request); await removePasskey(ctx, params.id) })
}

function mountAccess(mount: Mount): void {
  mount(staff.policy, (ctx) => getPolicy(ctx))
  mount(staff.changeProfile, (ctx, { body }) => changeProfile(ctx, body))
  mount(staff.separate, (ctx, { body }) => separate(ctx, body.version))
  mount(staff.permissions, async (ctx) => ({ rows: [...ctx.app.permissions] }))
  mount(staff.proposals, async (ctx, { query }) => ({ rows: await listProposals(ctx, query.state === 'pending') }))
  mount(staff.propose, (ctx, { body }) => propose(ctx, body))
  mount(staff.decide, (ctx, { params, body }) => decide(ctx, params.id, body.verdict))
}

function mountPeople(mount: Mount): void {
  mount(staff.people, (ctx, { query }) => people.listPeople(ctx, query))
  mount(staff.person, (ctx, { params }) => people.getPerson(ctx, params.id))
  mount(staff.createPerson, async (ctx, { body }) => {
    const person = await people.createPerson(ctx, body)
    return { person, invitation: await invitation(ctx, person.id) }
  })
  mount(staff.editPerson, (ctx, { params, body }) => people.editPerson(ctx, params.id, body))
  mount(staff.disablePerson, (ctx, { params, body }) => people.disablePerson(ctx, params.id, body))
  mount(staff.setSkills, (ctx, { params, body }) => people.putPersonSkills(ctx, params.id, body.skills, body.version))
  mount(staff.invite, (ctx, { params }) => invite(ctx, params.id))
  mount(staff.giveRole, (ctx, { params, body }) => people.editPerson(ctx, params.id, body))
  mount(staff.resetTotp, (ctx, { params }) => people.resetSecondFactor(ctx, params.id))
  mount(staff.sessions, async (ctx, { params }) => { await people.getPerson(ctx, params.id); return { rows: await entry.sessionsOf(ctx, params.id) } })
  mount(staff.endSessions, (ctx, { params }) => people.endSessions(ctx, params.id))

  mount(staff.roles, async (ctx) => ({ rows: await teams.listRoles(ctx) }))
  mount(staff.createRole, (ctx, { body }) => teams.createRole(ctx, body))
  mount(staff.editRole, (ctx, { params, body }) => teams.editRole(ctx, params.id, body))
  mount(staff.removeRole, (ctx, { params }) => teams.removeRole(ctx, params.id))

  mount(staff.tokens, async (ctx) => ({ rows: await listTokens(ctx) }))
  mount(staff.createToken, async (ctx, { body }) => {
    const { id, token } = await createToken(ctx, body)
    return { token, row: await getToken(ctx, id) }
  })
  mount(staff.revokeToken, (ctx, { params }) => revokeToken(ctx, params.id))
}

function mountTeams(mount: Mount): void {
  mount(staff.teams, async (ctx, { query }) => ({ rows: await teams.listTeams(ctx, query) }))
  mount(staff.team, (ctx, { params }) => teams.getTeam(ctx, params.id))
  mount(staff.createTeam, (ctx, { body }) => teams.createTeam(ctx, body))
  mount(staff.editTeam, (ctx, { params, body }) => teams.editTeam(ctx, params.id, body))
  mount(staff.addMember, (ctx, { params }) => teams.addMember(ctx, params.id, params.personId))
  mount(staff.removeMember, (ctx, { params }) => teams.removeMember(ctx, params.id, params.personId))

  mount(staff.skills, async (ctx) => ({ rows: await teams.listSkills(ctx) }))
  mount(staff.addSkill, (ctx, { body }) => teams.addSkill(ctx, body))
  mount(staff.editSkill, (ctx, { params, body }) => teams.editSkill(ctx, params.id, body))

  mount(staff.calendars, async (ctx) => ({ rows: await calendars.listCalendars(ctx) }))
  mount(staff.calendar, (ctx, { params }) => calendars.getCalendar(ctx, params.id))
  mount(staff.calendarVersions, async (ctx, { params }) => ({ rows: await calendars.listVersions(ctx, params.id) }))
  mount(staff.createCalendar, (ctx, { body }) => calendars.createCalendar(ctx, body))
  mount(staff.editCalendar, (ctx, { params, body }) => calendars.editCalendar(ctx, params.id, body))
  mount(staff.removeCalendar, (ctx, { params }) => calendars.removeCalendar(ctx, params.id))
  mount(staff.previewCalendar, (ctx, { body }) => preview.previewCalendar(ctx, body))
  mount(staff.calendarMonth, async (ctx, { body }) => preview.previewMonth(ctx, body))
  mount(staff.readHolidays, (ctx, { body }) => preview.readHolidays(ctx, body))
  mount(staff.holidayPlaces, (ctx, { query }) => preview.holidayPlaces(ctx, query))
}
