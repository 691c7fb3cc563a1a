/** What the demonstration company promises: a full standard for each service, written by one and approved by another, and the records of its channels. */
import type { Ctx } from '../../platform/context.ts'
import type { Actor } from '../../platform/access/index.ts'
import { approveStandard, type ChannelFields, type ChannelKey, type Clause, type Content, draftStandard, listChannels, proposeStandard, setChannel, type Step } from '../../modules/standards/index.ts'
import { createPerson, getRole } from '../../modules/staff/index.ts'
import type { DemoService } from './company.ts'
import type { Company } from './found.ts'

/** The director who approves, and the system administrator who writes down what was agreed. */
export async function foundStewards(ctx: Ctx, company: Company): Promise<void> {
  const steward = async (name: string, login: string, role: string): Promise<Actor> => {
    const { permissions, scope } = await getRole(ctx, { key: role })
    const { id } = await createPerson(ctx, { name, login: `${login}@demo.example`, role, locale: 'zh-Hant', zone: 'Asia/Taipei' })
    return { kind: 'agent', id, name, scope, teamIds: [], permissions: new Set(permissions) }
  }
  company.stewards = { writer: await steward('方文哲', 'standards', 'system-administrator'), approver: await steward('周總監', 'director', 'director') }
}

const priorities = ['urgent', 'normal', 'routine'] as const
const clause = (measure: Clause['measure'], target: number, dimension: Clause['dimension'], when: Clause['when'] = {}, words = ''): Clause =>
  ({ key: [measure, ...Object.entries(when).map(([name, value]) => (name.endsWith('Team') ? name.toLowerCase() : value))].join('-'), words, measure, target, when, ownerId: null, dimension })
const step = (key: string, measure: Step['measure'], offsetMinutes: number, level: Step['level'], does: Step['does'], more: Partial<Step> = {}): Step =>
  ({ key, measure, offsetMinutes, time: 'business', level, when: { priorities: [], tiers: [], channels: [], stages: [] }, does, to: 'lead', personId: null, role: null, teamId: null, ...more })

function contentOf(company: Company, service: DemoService, ownerId: string, reviewOn: string): Content {
  const [front, own] = [company.teamIds.get('front')!, company.teamIds.get(service.team)!]
  const timed = priorities.flatMap((priority, nr) => [clause('first-response', service.targets[nr]![0], 'delivery', { priority }), clause('resolution', service.targets[nr]![1], 'delivery', { priority })])
  return {
    clauses: [
      clause('acceptance', 60, 'delivery'), ...timed,
      clause('first-response', 5, 'delivery', { priority: 'urgent', tier: 'platinum' }, '白金客戶的緊急問題五分鐘內有人回應。'), clause('first-response', 10, 'delivery', { channel: 'chat' }),
      clause('next-response', 240, 'communication', {}, '客戶每次補充，半個工作天內都要回覆。'),
      // What the first line and this team agreed on.
      ...(own === front ? [] : [clause('hand-over', 90, 'support', { fromTeam: front, toTeam: own }, '一線轉入後九十分鐘內有人接手。')]),
      clause('verification-failure-rate', 0.05, 'quality-control'), clause('reopen-rate', 0.05, 'quality-control'), clause('rating', 4.2, 'quality-control'),
      clause('satisfied-share', 0.85, 'communication'), clause('first-contact-resolution', 0.6, 'support'),
    ],
    steps: [
      step('first-l1', 'first-response', -10, 'L1', 'notify', { to: 'holder' }), step('first-l2', 'first-response', 0, 'L2', 'notify'),
      step('resolution-l1', 'resolution', -30, 'L1', 'notify', { to: 'holder' }), step('resolution-l2', 'resolution', 0, 'L2', 'call', { to: 'duty-lead' }),
      step('resolution-l3', 'resolution', 240, 'L3', 'alarm', { to: 'role', role: 'director', when: { priorities: ['urgent'], tiers: [], channels: [], stages: [] } }),
      step('resolution-management', 'resolution', 480, 'management', 'alarm', { to: 'role', role: 'director' }),
    ],
    pausesOn: ['customer'],
    duties: `首問負責：第一位受理的人負責到有人接手為止。${service.name[0]}由所屬團隊處理，組長每日檢視逾時與升級。`,
    rules: '受理後先回覆客戶預計時間；等候客戶時註明等什麼；提交結果要寫明原因、處理與預防。', appraisal: '準時率、滿意度與一次驗證通過率，各占三分之一。',
    ownerId, reviewOn,
  }
}

/** Version 1 of a service, through the same steps as anybody's. */
export async function foundStandardOf(ctx: Ctx, company: Company, service: DemoService, serviceId: string): Promise<void> {
  const { writer, approver } = company.stewards!
  const owner = company.agents.find((agent) => agent.teamKey === service.team && agent.isLead)!.actor.id!
  // One review is overdue, so that the catalogue shows what that looks like.
  const reviewOn = new Date(ctx.now.getTime() + (service.key === 'relocation' ? -60 : 180) * 86_400_000).toISOString().slice(0, 10)
  const { actor } = ctx
  ctx.actor = writer
  const { id } = await draftStandard(ctx, serviceId, { content: contentOf(company, service, owner, reviewOn), reason: '' })
  await proposeStandard(ctx, id, '建立服務目錄')
  ctx.actor = approver
  await approveStandard(ctx, id, {})
  ctx.actor = actor
}

const quality = (inLimit: number, solved: number): ChannelFields['targets'] => [{ metric: 'first-response-in-limit', target: inLimit }, { metric: 'first-contact-resolution', target: solved }, { metric: 'satisfied-share', target: 0.85 }, { metric: 'rating', target: 4.2 }]
// The company has no outlets: that channel keeps what came with the program, or none.
const channels: Partial<Record<ChannelKey, ChannelFields>> = {
  phone: { tier: 'core', flow: '一線接聽並當場建單；當場答不出來的轉二線，一小時內回電。', responseMinutes: 60, targets: quality(0.8, 0.7), cost: 95, currency: 'TWD' },
  email: { tier: 'core', flow: '信件自動建單並分派，先回覆預計時間；需要補件時一次問齊。', responseMinutes: 60, targets: quality(0.9, 0.5), cost: 60, currency: 'TWD' },
  chat: { tier: 'auxiliary', flow: '上班時間即時回覆，一人最多同時三段對話；下班後轉為留言。', responseMinutes: 15, targets: quality(0.85, 0.6), cost: 40, currency: 'TWD' },
  portal: { tier: 'auxiliary', flow: '先顯示相關說明，客戶填單後在同一頁查進度與評分。', responseMinutes: 60, targets: quality(0.9, 0.5), cost: 25, currency: 'TWD' },
  api: { tier: 'supplementary', flow: '企業客戶的系統送入，依合約分派給負責團隊。', responseMinutes: 60, targets: quality(0.9, 0.5), cost: 12, currency: 'TWD' },
}

/** Where each channel stands and what it costs, as the director sets it. */
export async function foundChannels(ctx: Ctx, company: Company): Promise<void> {
  const { rows } = await listChannels(ctx)
  // Whoever has priced their channels before keeps what they set.
  if (rows.some(({ record }) => record?.cost != null)) return
  const { actor } = ctx
  ctx.actor = company.stewards!.approver
  for (const { channel, latest } of rows) {
    const record = channels[channel]
    if (record) await setChannel(ctx, channel, { ...record, reason: '年度渠道分級：依往年件量與成本。', after: latest })
  }
  ctx.actor = actor
}
