/**
 * The staff room: who works here, in which team, with which skills and hours, who is there now, and who may do what.
 * It also answers at the door: sessions, tokens, the first set-up. Other rooms may ask for people, teams, candidates
 * for an assignment and business calendars; they keep only ids.
 */
import type { App } from '../../platform/context.ts'
import { run } from '../../platform/context.ts'
import { compose, type Module } from '../../platform/module.ts'
import { staff } from './contract.ts'
import { takeUpYears } from './calendars.ts'
import { federationPart } from './federation/index.ts'
import { memoryOf } from './memory.ts'
import { scimPart } from './scim/index.ts'
import { disableUnused, lapsePresence } from './people.ts'
import { staffPersonal } from './personal-data.ts'
import { LONGEST_IDLE_MS } from './profiles.ts'
import { staffRoutes } from './routes.ts'
import { purgeAccess } from './store/access.ts'

export { authenticator, sessionTokenOf, stillHolds } from './authenticate.ts'
export { actingAs, type Acting } from './acting.ts'
export { touches as changesAccess } from './memory.ts'
export { type Chosen, type NewCalendar, calendarOf, calendarOfTeam, calendarVersion, chosenCalendar, createCalendar, defaultCalendar, editCalendar, listCalendars } from './calendars.ts'
export { shownStep, shownSteps } from './preview.ts'
export {
  type NewPerson, type PersonName, type AgentProfile,
  createPerson, defaultCapacity, disablePerson, findPeople, getPerson, hoursOfPeople, keepPresent, listCandidates, listPeople, namesOfPeople, putPersonSkills, setPresence,
} from './people.ts'
export { type NewTeam, addMember, addSkill, createRole, createTeam, editTeam, getRole, getTeam, listRoles, listSkills, listTeams, removeMember, teamIdsOf } from './teams.ts'
export { type NewToken, createSetupLink, createSignInLink, createToken, revokeToken } from './tokens.ts'
export { doorRules, passwordRefusal } from './rules.ts'
export { needsSetup } from './setup.ts'
export type { Capacity, PersonRow, Presence, RoleRow, SkillRow, TeamRow } from './contract.ts'

const OLD_MS = 90 * 86_400_000

const peoplePart: Omit<Module, 'name'> = {
  contract: staff,
  personal: staffPersonal,
  routes: staffRoutes,
  permissions: ['audit.export', 'audit.read'],
  connect: (app, pulse) => memoryOf(app).connect(pulse),
  queues: {
    'staff.disable-unused': { every: 86_400_000, work: disableUnused },
    'staff.take-up-years': { every: 3_600_000, work: takeUpYears },
    'staff.lapse-presence': { every: 60_000, work: lapsePresence },
    'staff.forget-ended': {
      every: 86_400_000,
      work: (app: App) => run(app, {}, async (ctx) => { await purgeAccess(ctx, new Date(ctx.now.getTime() - LONGEST_IDLE_MS), new Date(ctx.now.getTime() - OLD_MS)) }),
    },
  },
}

export const staffRoom: Module = compose('staff', { migrations: new URL('./migrations/', import.meta.url), text: new URL('./text/', import.meta.url) }, [peoplePart, federationPart, scimPart])
