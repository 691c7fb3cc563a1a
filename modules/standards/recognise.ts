/** Recognise: which service, type and priority a text is, by ordered rules, with the explanation kept. Pure after loading. */
import type { App, Ctx } from '../../platform/context.ts'
import type { BusinessCalendar } from '../../lib/calendar/index.ts'
import { compileRules, type Condition, type Explanation, type Outcome, type RuleSet } from '../../lib/rules/index.ts'
import type { Rule, Service } from './contract.ts'

export interface Snapshot {
  revision: number
  services: readonly Service[]
  service(id: string | null): Service | undefined
  serviceByKey(key: string): Service | undefined
  fallback: Service | undefined
  rules: RuleSet
}
export type Priority = 'urgent' | 'normal' | 'routine'
export interface Recognition {
  snapshot: Snapshot
  serviceId: string | null
  type: string | null
  priority: Priority
  teamId: string | null
  explanation: Explanation[]
}

/** How long a node may work with rules another node has changed. */
const FRESH_MS = 2_000
interface Cached { snapshot: Snapshot; checkedAt: number; checking: boolean }
// By the event book, which is one per process and database.
const cache = new WeakMap<App['book'], Cached>()

/** The rules as they are; from memory, re-checked in the background. A change made by this process counts at once. */
export async function loadRecognition(ctx: Ctx): Promise<Snapshot> {
  // What this transaction changed is not yet everybody's.
  if (ctx.events.some((event) => event.type.startsWith('standard.'))) return build(ctx.db)
  const known = cache.get(ctx.app.book)
  if (!known) return read(ctx.app, ctx.db)
  if (Date.now() - known.checkedAt > FRESH_MS && !known.checking) {
    known.checking = true
    void refresh(ctx.app, known).catch(() => { known.checking = false })
  }
  return known.snapshot
}

async function refresh(app: App, known: Cached): Promise<void> {
  const [row] = await app.pool<{ revision: number }[]>`select revision from standards.revision`
  if (row!.revision !== known.snapshot.revision) await read(app, app.pool)
  else Object.assign(known, { checkedAt: Date.now(), checking: false })
}

/** Forgets the copy: the next recognition reads anew. Called after a change has been committed. */
export const forgetRecognition = (app: App): void => { cache.delete(app.book) }

export const serviceColumns = (db: Ctx['db']) => db`
  s.id, s.key, s.name, s.description, s.team_id, s.calendar_id, s.verification, s.close_after_hours, s.reopen_days, s.accept_minutes, s.skills, s.types, s.is_active, s.is_default, s.version,
  (select coalesce(jsonb_agg(jsonb_build_object('priority', t.priority, 'firstResponseMinutes', t.first_response_minutes, 'resolutionMinutes', t.resolution_minutes) order by array_position(array['urgent','normal','routine'], t.priority)), '[]')
    from standards.target t where t.service_id = s.id) as targets`

async function read(app: App, db: Ctx['db']): Promise<Snapshot> {
  const snapshot = await build(db)
  cache.set(app.book, { snapshot, checkedAt: Date.now(), checking: false })
  return snapshot
}

async function build(db: Ctx['db']): Promise<Snapshot> {
  const [[row], services, rules] = await Promise.all([
    db<{ revision: number }[]>`select revision from standards.revision`,
    db<Service[]>`select ${serviceColumns(db)} from standards.service s order by s.is_default desc, s.key`,
    db<Rule[]>`select id, position, name, condition, outcome, is_active, version from standards.rule where is_active order by position, id`,
  ])
  const byId = new Map(services.map((service) => [service.id, service]))
  const byKey = new Map(services.map((service) => [service.key, service]))
  return {
    revision: row!.revision, services,
    service: (id) => (id ? byId.get(id) : undefined), serviceByKey: (key) => byKey.get(key),
    fallback: services.find((service) => service.isDefault) ?? services[0],
    rules: compileRules(rules.map((rule) => ({ id: rule.id, name: rule.name, when: rule.condition as Condition, outcome: rule.outcome as Outcome }))),
  }
}

/** What a rule may ask about. */
export const factFields = ['subject', 'text', 'channel', 'language', 'type', 'email', 'customerTier', 'customerLanguage', 'customerRegion'] as const
export type RequestFacts = Partial<Record<(typeof factFields)[number], string | null | undefined>>

export function recognise(snapshot: Snapshot, facts: RequestFacts): Recognition {
  const { outcome, explanation } = snapshot.rules.evaluate(facts)
  const wanted = typeof outcome.service === 'string' ? snapshot.serviceByKey(outcome.service) : undefined
  const service = wanted?.isActive ? wanted : snapshot.fallback
  return {
    snapshot, serviceId: service?.id ?? null, type: (outcome.type as string | undefined) ?? null, priority: (outcome.priority as Priority | undefined) ?? 'normal',
    teamId: (outcome.team as string | undefined) ?? service?.teamId ?? null, explanation,
  }
}

/** First response and resolution due, ISO instants over the business calendar; null without a target. */
export function dueTimes(snapshot: Snapshot, serviceId: string | null, priority: string, startMs: number, calendar: BusinessCalendar): { firstResponseDueAt: string | null; resolutionDueAt: string | null } {
  const target = snapshot.service(serviceId)?.targets.find((one) => one.priority === priority)
  if (!target) return { firstResponseDueAt: null, resolutionDueAt: null }
  const due = (minutes: number): string => new Date(calendar.addBusinessMs(startMs, minutes * 60_000)).toISOString()
  return { firstResponseDueAt: due(target.firstResponseMinutes), resolutionDueAt: due(target.resolutionMinutes) }
}

// Characters that only one of the two scripts uses, among the most frequent ones.
const TRADITIONAL = new Set('們來時個說會對後過這為與無開關發電動沒問題帳單謝麼請經還點實際進處員網線復應該嗎費據號買賣斷換壞')
const SIMPLIFIED = new Set('们来时个说会对后过这为与无开关发电动没问题帐单谢么请经还点实际进处员网线复应该吗费据号买卖断换坏')

/** The language a text is written in, by its characters; Chinese without a telling character counts as Traditional. */
export function detectLanguage(text: string): 'zh-Hant' | 'zh-Hans' | 'en' {
  let traditional = 0
  let simplified = 0
  let chinese = 0
  let seen = 0
  for (const sign of text) {
    if (++seen > 1000) break
    if (sign < '\u3400' || sign > '\u9fff') continue
    chinese++
    const isTraditional = TRADITIONAL.has(sign)
    const isSimplified = SIMPLIFIED.has(sign)
    if (isTraditional && !isSimplified) traditional++
    if (isSimplified && !isTraditional) simplified++
  }
  if (chinese === 0 || chinese * 8 < seen) return 'en'
  return simplified > traditional ? 'zh-Hans' : 'zh-Hant'
}
