/** Staffs an installation for proofs that run on the machine's own clock: open round the clock, nobody ever goes offline. */
import { assemble } from '../apps/assemble.ts'
import { openDatabase } from '../apps/open.ts'
import { rooms } from '../apps/rooms.ts'
import { authenticator, createCalendar, createPerson, createTeam, createToken, setPresence } from '../modules/staff/index.ts'
import { seedStandards } from '../modules/standards/index.ts'
import { readConfig } from '../platform/config.ts'
import { type App, run } from '../platform/context.ts'
import { loadKeys } from '../platform/crypto/index.ts'

export interface CompanyPerson { id: string; token: string }
export interface Company { teamId: string; agents: CompanyPerson[]; lead: CompanyPerson; administrator: CompanyPerson; intakeToken: string }

/** A team of `agents` people with room for `capacity` requests each, the usual services, and one program that opens requests. */
export function foundCompany(app: App, { agents: count, capacity }: { agents: number; capacity: number }): Promise<Company> {
  return run(app, {}, async (ctx) => {
    const always = [{ from: '00:00', to: '24:00' }]
    await createCalendar(ctx, { name: '全年無休', hours: { zone: 'Asia/Taipei', week: { 1: always, 2: always, 3: always, 4: always, 5: always, 6: always, 7: always }, exceptions: [] }, holidays: 'none', isDefault: true })
    const person = async (name: string, role: string): Promise<CompanyPerson> => {
      const { id } = await createPerson(ctx, { name, login: `${name}@example.com`, role, locale: 'zh-Hant', zone: 'Asia/Taipei', languages: ['zh', 'en'], capacity: { api: capacity, email: capacity, portal: capacity, chat: capacity, phone: capacity } })
      await setPresence(ctx, id, 'online', { until: null })
      return { id, token: (await createToken(ctx, { name: 'proof', personId: id })).token }
    }
    const administrator = await person('administrator', 'administrator')
    const lead = await person('lead', 'lead')
    const agents: CompanyPerson[] = []
    for (let number = 1; number <= count; number++) agents.push(await person(`agent-${number}`, 'agent'))
    const team = await createTeam(ctx, { name: '一線', memberIds: agents.map((agent) => agent.id), leadId: lead.id })
    await seedStandards(ctx, { teamId: team.id })
    const { token } = await createToken(ctx, { name: 'intake', role: 'intake' })
    return { teamId: team.id, agents, lead, administrator, intakeToken: token }
  })
}

/** Makes the installation of a folder, staffs it and leaves it stopped. */
export async function foundInstallation(dataDir: string, size: { agents: number; capacity: number }): Promise<Company> {
  const config = readConfig({ DATA_DIR: dataDir })
  const database = await openDatabase(config, { log: () => {} })
  try {
    const log = { info() {}, warn() {}, error: (what: unknown) => console.error(what) }
    const desk = await assemble({ config, databaseUrl: database.url, keys: await loadKeys(dataDir), rooms, authenticate: authenticator, log, serve: false, work: false, poolSize: 2 })
    try { return await foundCompany(desk.app, size) } finally { await desk.close() }
  } finally {
    await database.stop()
  }
}
