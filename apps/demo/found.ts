/** Founds the demonstration company: teams, people, skills, services, rules, reply templates. */
import type { Ctx } from '../../platform/context.ts'
import type { Actor } from '../../platform/access/index.ts'
import { usualIndicators } from '../../lib/metrics/index.ts'
import { changeStages, listStages } from '../../modules/customers/index.ts'
import { proposeIndex } from '../../modules/insight/index.ts'
import { addRule, addService, changeService, loadRecognition, seedStandards } from '../../modules/standards/index.ts'
import { addTemplate } from '../../modules/requests/index.ts'
import { always24x7 } from '../../lib/calendar/index.ts'
import { addMember, createCalendar, addSkill, createPerson, createTeam, defaultCapacity, editTeam, getTeam, listSkills, setPresence } from '../../modules/staff/index.ts'
import { givenNames, services, skills, surnames, teams } from './company.ts'
import { foundChannels, foundStandardOf, foundStewards } from './promises.ts'
import type { Random } from './random.ts'

export interface DemoAgent {
  actor: Actor
  teamKey: string
  isLead: boolean
  /** Of the first line, which has shifts around the clock. */
  worksAlways: boolean
  /** 0 careless … 1 excellent: speed, quality of results, manner. */
  ability: number
  /** Virtual time until which the agent's hands are full, epoch ms. */
  freeAt: number
}
export interface Company {
  agents: DemoAgent[]
  byId: Map<string, DemoAgent>
  teamIds: Map<string, string>
  serviceIds: Map<string, string>
  /** Who writes standards, and who approves them. */
  stewards: { writer: Actor; approver: Actor } | null
}

const workPermissions = ['requests.open', 'requests.read', 'requests.work', 'customers.read', 'customers.edit']

export async function foundCompany(ctx: Ctx, random: Random): Promise<Company> {
  const company: Company = { agents: [], byId: new Map(), teamIds: new Map(), serviceIds: new Map(), stewards: null }
  const known = new Set((await listSkills(ctx)).map((skill) => skill.key))
  for (const [key, name] of skills) if (!known.has(key)) await addSkill(ctx, { key, name })
  const { id: aroundTheClock } = await createCalendar(ctx, { name: '全年無休', hours: always24x7, holidays: 'none', isDefault: false })
  let count = 0
  for (const team of teams) {
    const { id: teamId } = await createTeam(ctx, { name: team.name, region: team.region, calendarId: team.isAlwaysOpen ? aroundTheClock : null })
    company.teamIds.set(team.key, teamId)
    for (let seat = 0; seat < team.size; seat++) {
      const name = surnames[count % surnames.length]! + givenNames[(count * 7) % givenNames.length]!
      const isLead = seat === 0
      const person = await createPerson(ctx, {
        name, login: `${team.key}.${seat + 1}@demo.example`, role: isLead ? 'lead' : 'agent', locale: 'zh-Hant', zone: 'Asia/Taipei',
        skills: Object.fromEntries(team.skills.map(({ skill, level }) => [skill, Math.max(1, Math.min(5, level + random.whole(-1, 1)))])),
        languages: team.languages.includes('en') || count % 3 === 0 ? ['zh', 'en'] : ['zh'], regions: team.region ? [team.region] : [], capacity: isLead ? { ...defaultCapacity, chat: 1, email: 3, portal: 3 } : { ...defaultCapacity, email: 10, portal: 10, outlet: 2, phone: 3 },
      })
      await addMember(ctx, teamId, person.id)
      const actor: Actor = { kind: 'agent', id: person.id, name, scope: 'team', teamIds: [teamId], permissions: new Set(isLead ? [...workPermissions, 'requests.assign', 'requests.verify'] : [...workPermissions, 'requests.verify']) }
      if (isLead) await editTeam(ctx, teamId, { leadId: person.id, version: (await getTeam(ctx, teamId)).version })
      company.agents.push({ actor, teamKey: team.key, isLead, worksAlways: team.isAlwaysOpen ?? false, ability: Math.min(1, Math.max(0.1, random.between(0.35, 1))), freeAt: 0 })
      await setPresence(ctx, person.id, 'online', { until: null })
      count++
    }
  }
  for (const agent of company.agents) company.byId.set(agent.actor.id!, agent)
  await foundStewards(ctx, company)
  await foundServices(ctx, company)
  await foundChannels(ctx, company)
  await foundLifecycle(ctx, company)
  await foundIndex(ctx, company)
  await foundTemplates(ctx)
  return company
}

async function foundServices(ctx: Ctx, company: Company): Promise<void> {
  const existing = await loadRecognition(ctx)
  if (!existing.fallback) await seedStandards(ctx, { teamId: company.teamIds.get('front')! })
  else if (!existing.fallback.teamId) await changeService(ctx, existing.fallback.id, { teamId: company.teamIds.get('front')!, version: existing.fallback.version })
  for (const service of services) {
    const made = await addService(ctx, {
      key: service.key, name: { 'zh-Hant': service.name[0], 'zh-Hans': service.name[1], en: service.name[2] }, description: '', teamId: company.teamIds.get(service.team)!, calendarId: null, verification: service.verification,
      closeAfterHours: 72, reopenDays: 7, acceptMinutes: 20, skills: service.skills, types: [], isActive: true,
    })
    await foundStandardOf(ctx, company, service, made.id)
    company.serviceIds.set(service.key, made.id)
    const has = { any: [{ field: 'subject', op: 'contains-any', value: service.words }, { field: 'text', op: 'contains-any', value: service.words }] }
    await addRule(ctx, { name: service.name[0], condition: has, outcome: { service: service.key }, isActive: true })
  }
}

/** Delivery is the installation: it begins with such a request, lasts four days at most, and its closing begins the after-care. */
async function foundLifecycle(ctx: Ctx, company: Company): Promise<void> {
  const { rows, version } = await listStages(ctx)
  const delivered = { begins: 'accepted' as const, serviceIds: [company.serviceIds.get('relocation')!], stallDays: 4 }
  await changeStages(ctx, { version, rows: rows.map(({ key, ...stage }) => ({ ...stage, ...(key === 'first-contact' ? { stallDays: 5 } : {}), ...(key === 'delivery' ? delivered : {}) })) })
}

/** The director sets the formula of the index; each figure has a team's lead who answers for it. */
async function foundIndex(ctx: Ctx, company: Company): Promise<void> {
  const { actor } = ctx
  const [own] = await ctx.db`select 1 from insight.quality_index limit 1`
  if (own) return
  const leads = company.agents.filter((agent) => agent.isLead).map((agent) => agent.actor.id!)
  ctx.actor = company.stewards!.approver
  await proposeIndex(ctx, { indicators: usualIndicators.map((one, at) => ({ ...one, ownerId: leads[at % leads.length]! })), effectiveOn: ctx.now.toISOString().slice(0, 10), reason: '年度服務目標' })
  ctx.actor = actor
}

async function foundTemplates(ctx: Ctx): Promise<void> {
  await addTemplate(ctx, { name: '問候', body: '{{customer}}您好，我是{{agent}}，您的工單 #{{number}} 由我負責。', locale: 'zh-Hant' })
  await addTemplate(ctx, { name: '請提供資料', body: '{{customer}}您好，為了處理「{{subject}}」，請您提供下列資料：\n1. \n2. ', locale: 'zh-Hant' })
  await addTemplate(ctx, { name: '问候', body: '{{customer}}您好，我是{{agent}}，您的工单 #{{number}} 由我负责。', locale: 'zh-Hans' })
  await addTemplate(ctx, { name: 'Greeting', body: 'Hello {{customer}}, my name is {{agent}} and I look after your request #{{number}}.', locale: 'en' })
}
