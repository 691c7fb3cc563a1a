/** Recognise: which service, type and priority a text is, by ordered rules, with the explanation kept. Pure after loading. */
import type { App, Ctx } from '../../platform/context.ts'
import type { NewEvent } from '../../platform/events/book.ts'
import { compileRules, type Condition, type Explanation, type Outcome, type RuleSet } from '../../lib/rules/index.ts'
import type { Rule, Service } from './contract.ts'
import type { Content, Priority } from './versions/contract.ts'

/** An approved version; never changed, so it may be kept as long as one likes. */
export interface Standard { id: string; serviceId: string; number: number; effectiveAt: string; content: Content }

export interface Snapshot {
  revision: number
  services: readonly Service[]
  service(id: string | null): Service | undefined
  serviceByKey(key: string): Service | undefined
  /** The default service; undefined before set-up. */
  fallback: Service | undefined
  rules: RuleSet
  /** The version of a service's standard that holds at an instant, ISO; undefined before the first one. */
  standardAt(serviceId: string | null, at: string): Standard | undefined
  /** Every approved version, the newest of a service first. */
  standards: readonly Standard[]
}
export interface Recognition {
  snapshot: Snapshot
  serviceId: string | null
  type: string | null
  priority: Priority
  teamId: string | null
  explanation: Explanation[]
}

/** How long a process may work with rules another process has changed. */
const FRESH_MS = 2_000
interface Memory { snapshot: Snapshot | null; checkedAt: number; isChecking: boolean; generation: number }
// By the event book, which is one per process and database; the app around it may be copied.
const memories = new WeakMap<App['book'], Memory>()
const touches = (event: NewEvent): boolean => event.type.startsWith('standard.')

function memoryOf({ book }: App): Memory {
  let memory = memories.get(book)
  if (!memory) memories.set(book, (memory = { snapshot: null, checkedAt: 0, isChecking: false, generation: 0 }))
  return memory
}

/** Forgets the copy of this process as soon as it has committed a change. Called once at start. */
export function forgetOnChange(app: App): void {
  const memory = memoryOf(app)
  app.book.onCommit((events) => {
    if (!events.some(touches)) return
    memory.snapshot = null
    memory.generation++
  })
}

/**
 * The services and rules as they are, from memory. What this process commits counts at once; what another
 * commits, within two seconds, looked for in the background so that nobody waits for it.
 */
export async function loadRecognition(ctx: Ctx): Promise<Snapshot> {
  // A transaction that changes the rules sees its own change, which nobody else may before it commits.
  if (ctx.events.length && ctx.events.some(touches)) return read(ctx.db, ctx.now)
  const memory = memoryOf(ctx.app)
  if (!memory.snapshot) return keep(memory, () => read(ctx.db, ctx.now))
  // Freshness is the machine's matter, not business time: a replay may stand still for a day.
  if (performance.now() - memory.checkedAt > FRESH_MS && !memory.isChecking) {
    memory.isChecking = true
    void look(ctx.app, memory, memory.snapshot).catch(() => {}).finally(() => { memory.isChecking = false })
  }
  return memory.snapshot
}

async function look(app: App, memory: Memory, known: Snapshot): Promise<void> {
  const [row] = await app.pool<{ revision: number }[]>`select revision from standards.revision`
  if (row!.revision === known.revision) memory.checkedAt = performance.now()
  else await keep(memory, () => read(app.pool, app.clock.now()))
}

async function keep(memory: Memory, load: () => Promise<Snapshot>): Promise<Snapshot> {
  const { generation } = memory
  const snapshot = await load()
  // Changed while it was read: good enough for this caller, too old to keep.
  if (generation === memory.generation) Object.assign(memory, { snapshot, checkedAt: performance.now() })
  return snapshot
}

export const serviceColumns = (db: Ctx['db'], now: Date) => db`
  s.id, s.key, s.name, s.description, s.team_id, s.calendar_id, s.verification, s.close_after_hours, s.reopen_days, s.accept_minutes, s.skills, s.types, s.is_active, s.is_default, s.version,
  (select jsonb_build_object('id', v.id, 'number', v.number, 'effectiveAt', v.effective_at, 'isAlone', v.is_alone, 'content', v.content)
    from standards.version v where v.service_id = s.id and v.state = 'approved' and v.effective_at <= ${now} order by v.effective_at desc, v.number desc limit 1) as standard`

async function read(db: Ctx['db'], now: Date): Promise<Snapshot> {
  // The revision first: a change between the statements is then seen by the next look, never missed.
  const [[row], services, rules, standards] = await Promise.all([
    db<{ revision: number }[]>`select revision from standards.revision`,
    db<Service[]>`select ${serviceColumns(db, now)} from standards.service s order by s.is_default desc, s.key`,
    db<Rule[]>`select id, position, name, condition, outcome, is_active, version from standards.rule where is_active order by position, id`,
    db<Standard[]>`select id, service_id, number, effective_at, content from standards.version where state = 'approved' order by effective_at desc, number desc`,
  ])
  return snapshotOf(row!.revision, services, rules, standards)
}

export const ruleOf = (rule: Pick<Rule, 'id' | 'name'> & { condition: unknown; outcome: unknown }) =>
  ({ id: rule.id, name: rule.name, when: rule.condition as Condition, outcome: rule.outcome as Outcome })

/** Compiles services and rules, in their order. */
export function snapshotOf(revision: number, services: readonly Service[], rules: readonly Rule[], standards: readonly Standard[]): Snapshot {
  const byId = new Map(services.map((service) => [service.id, service]))
  const byKey = new Map(services.map((service) => [service.key, service]))
  return {
    revision, services,
    service: (id) => (id ? byId.get(id) : undefined), serviceByKey: (key) => byKey.get(key),
    fallback: services.find((service) => service.isDefault) ?? services.find((service) => service.isActive),
    rules: compileRules(rules.map(ruleOf)), standards,
    standardAt: (id, at) => standards.find((one) => one.serviceId === id && one.effectiveAt <= at),
  }
}

/** An approved version by its id; from memory unless it was approved a moment ago elsewhere. */
export async function standardOf(ctx: Ctx, snapshot: Snapshot, id: string): Promise<Standard> {
  const known = snapshot.standards.find((one) => one.id === id)
  if (known) return known
  const [row] = await ctx.db<Standard[]>`select id, service_id, number, effective_at, content from standards.version where id = ${id}`
  return row!
}

/** What a rule may ask about. */
export const factFields = ['subject', 'text', 'channel', 'language', 'type', 'email', 'customerTier', 'customerLanguage', 'customerRegion'] as const
export type RequestFacts = Partial<Record<(typeof factFields)[number], string | null | undefined>>

/** Service, type, priority and team of a request with these facts. The first rule that sets a field decides it. */
export function recognise(snapshot: Snapshot, facts: RequestFacts): Recognition {
  const { outcome, explanation } = snapshot.rules.evaluate(facts)
  const wanted = typeof outcome.service === 'string' ? snapshot.serviceByKey(outcome.service) : undefined
  const service = wanted?.isActive ? wanted : snapshot.fallback
  return {
    snapshot, serviceId: service?.id ?? null, type: (outcome.type as string | undefined) ?? null, priority: (outcome.priority as Priority | undefined) ?? 'normal',
    teamId: (outcome.team as string | undefined) ?? service?.teamId ?? null, explanation,
  }
}
