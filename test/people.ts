/** A small team for tests: a lead, two agents, a program that opens requests, all online, with tokens. */
import { createCalendar, createPerson, createTeam, createToken, setPresence } from '../modules/staff/index.ts'
import { seedStandards } from '../modules/standards/index.ts'
import { run } from '../platform/context.ts'
import type { TestDesk } from './harness.ts'

export interface TestPerson { id: string; name: string; token: string }
export interface Staffed { teamId: string; otherTeamId: string; admin: TestPerson; lead: TestPerson; agents: TestPerson[]; outsider: TestPerson; intake: TestPerson }

export async function staffed(desk: TestDesk): Promise<Staffed> {
  return run(desk.app, {}, async (ctx) => {
    const hours = [{ from: '09:00', to: '18:00' }]
    await createCalendar(ctx, { name: '工作日', hours: { zone: 'Asia/Taipei', week: { 1: hours, 2: hours, 3: hours, 4: hours, 5: hours, 6: [], 7: [] }, exceptions: [] }, holidays: 'none', isDefault: true })
    const person = async (name: string, role: string): Promise<TestPerson> => {
      const { id } = await createPerson(ctx, { name, login: `${name}@example.com`, role, locale: 'zh-Hant', zone: 'Asia/Taipei', languages: ['zh', 'en'] })
      await setPresence(ctx, id, 'online', { until: null })
      return { id, name, token: (await createToken(ctx, { name: 'test', personId: id })).token }
    }
    const admin = await person('admin', 'administrator')
    const lead = await person('lead', 'lead')
    const agents = [await person('lin', 'agent'), await person('wang', 'agent')]
    const outsider = await person('outsider', 'agent')
    const team = await createTeam(ctx, { name: '一線', memberIds: agents.map((agent) => agent.id).concat(lead.id), leadId: lead.id })
    const other = await createTeam(ctx, { name: '二線', memberIds: [outsider.id] })
    await seedStandards(ctx, { teamId: team.id })
    const { token, holderId } = await createToken(ctx, { name: 'intake', role: 'intake' })
    return { teamId: team.id, otherTeamId: other.id, admin, lead, agents, outsider, intake: { id: holderId, name: 'intake', token } }
  })
}
