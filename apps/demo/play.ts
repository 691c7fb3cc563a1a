/**
 * Plays the company's days through the real commands on a virtual clock: an agenda ordered by virtual time,
 * each entry one command by one actor. Commands of customers and agents who have nothing to do with each other go
 * out side by side and share a transaction; nothing else is special.
 */
import type { App, Ctx, RunOptions } from '../../platform/context.ts'
import { reading, severally } from '../../platform/context.ts'
import { type Actor, systemActor } from '../../platform/access/index.ts'
import type { NewEvent } from '../../platform/events/write.ts'
import { VirtualClock } from '../../platform/clock/index.ts'
import { acceptAssignment, acceptRequest, addTask, changeTask, customerVerdict, declineAssignment, receiveMessage, releaseMessage, setDelivery, startWaiting, stopWaiting, submitRequest, sweepRequest, takeRequest, verifyRequest, writeMessage } from '../../modules/requests/index.ts'
import { rateLink } from '../../modules/channels/index.ts'
import { rateRequest, recoverAfter } from '../../modules/quality/index.ts'
import { drainQueues } from '../../modules/routing/index.ts'
import { changeCustomer, followStages, getCustomer } from '../../modules/customers/index.ts'
import { type Problem, englishNames, givenNames, notes, problems, replies, sendBackReasons, services, simplifiedNames, surnames } from './company.ts'
import { Agenda, type Timed } from './agenda.ts'
import { DAY, HOUR, isOpenHour, MINUTE, nextOpening, planArrivals, workTime } from './days.ts'
import type { Company, DemoAgent } from './found.ts'
import { loadRecognition, recognise } from '../../modules/standards/index.ts'
import { type Random, seeded } from './random.ts'

/** Commands that go out side by side: at most so many, and none so much later than the first of them; and all of one transaction. */
const MOST_AT_ONCE = 24
const MOST_A_BATCH = 60
const WINDOW_MS = 30 * 60_000

export interface PlayOptions { days: number; requests: number; endAt: Date; progress: (done: number, total: number) => void; isCancelled?: () => boolean }

/** How a request stands between two commands. `wakeAt`: when its clocks are looked at next. `isLate`: its resolution was missed. */
interface Standing { stage: string; holderId: string | null; verification: string; failed: number; openTasks: number; isLate: boolean; wakeAt: string | null }
/** `at`: the time of its latest command. `random`: its own, so that the story does not depend on whose turn it is. */
interface Case { id: string; problem: Problem; agent: DemoAgent | null; customerId: string; customerName: string; channel: string; rounds: number; n: number; random: Random; at: number; stands: Standing }
interface DemoCustomer { name: string; email: string; phone: string; tier: string | null }
type Act = (ctx: Ctx) => Promise<void>
/** `of`: whose turn it is; null for a request that is not there yet. `seeks`: looks for somebody who is free. */
interface Entry extends Timed { of: Case | null; actor: Actor; act: Act; seeks: boolean }

/**
 * Plays until `endAt`; what is still open then stays open, as in life. Teams that share neither people nor
 * customers are played side by side, each lane with its own clock, so that both processors have work; numbers
 * are given by order of arrival, so that the story does not depend on who was quicker.
 */
export async function play(app: App, company: Company, seed: number, options: PlayOptions): Promise<{ requests: number; commands: number }> {
  const random = seeded(seed)
  const [first] = await app.pool<{ next: number }[]>`select nextval('requests.number') as next`
  const snapshot = await loadRecognition(reading(app, {}))
  const teamOf = new Map(problems.map((problem) => [problem, recognise(snapshot, { subject: problem.subject, text: problem.text, language: problem.language, channel: 'email' }).teamId]))
  const lanes = LANES.map((keys) => keys.map((key) => company.teamIds.get(key)!))
  const arrivals = planArrivals(random, options)
  const lots: Arriving[][] = lanes.map(() => [])
  arrivals.forEach((at, n) => {
    const service = random.weighted(services.map((one) => [one, one.weight] as const))
    const language = random.weighted<Problem['language']>([['zh-Hant', 62], ['zh-Hans', 22], ['en', 16]])
    const fitting = problems.filter((one) => one.service === service.key && one.language === language)
    const problem = random.pick(fitting.length ? fitting : problems.filter((one) => one.service === service.key))
    const nr = Math.max(0, lanes.findIndex((teams) => teams.includes(teamOf.get(problem) ?? '')))
    lots[nr]!.push({ at, n, number: first!.next + n, problem })
  })
  const done = lanes.map(() => 0)
  // Recovery requests are numbered behind them.
  await app.pool`select setval('requests.number', ${first!.next + arrivals.length})`
  const results = await Promise.all(lanes.map((teamIds, nr) => {
    const clock = new VirtualClock(new Date(options.endAt.getTime() - (options.days + 1) * DAY))
    const own = { ...options, progress: (count: number) => { done[nr] = count; options.progress(done.reduce((sum, each) => sum + each), options.requests) } }
    return new Play({ ...app, clock }, clock, company, seed + 1 + nr, own, { nr, lanes: lanes.length, teamIds, arrivals: lots[nr]! }).perform()
  }))
  return results.reduce((sum, one) => ({ requests: sum.requests + one.requests, commands: sum.commands + one.commands }), { requests: 0, commands: 0 })
}

interface Arriving { at: number; n: number; number: number; problem: Problem }
interface Lane { nr: number; lanes: number; teamIds: string[]; arrivals: Arriving[] }
const LANES = [['front'], ['billing', 'care'], ['tech', 'field-north', 'field-south']]

const SEEKS = { seeks: true }
const NEW: Standing = { stage: 'accept', holderId: null, verification: '', failed: 0, openTasks: 0, isLate: false, wakeAt: null }

class Play {
  readonly #app: App
  readonly #clock: VirtualClock
  readonly #company: Company
  readonly #seed: number
  readonly #options: PlayOptions
  readonly #lane: Lane
  readonly #agenda = new Agenda<Entry>()
  readonly #cases = new Map<string, Case>()
  readonly #byLanguage = new Map<Problem['language'], DemoCustomer[]>([['zh-Hant', []], ['zh-Hans', []], ['en', []]])
  #arrived = 0
  #commands = 0
  /** Commands after which the planner is told how large the tables are by now, which were empty a moment ago. */
  #analyzeAt = 500
  #drainAt = 0
  #waiting = new Set<string>()
  /** What is planned when everybody has had their turn and it is known how the requests stand: by the case, so that it does not matter who was answered first. */
  readonly #plans = new Map<Case, (() => void)[]>()
  /** When each request's clocks are looked at next. */
  readonly #looksAt = new Map<Case, number>()

  constructor(app: App, clock: VirtualClock, company: Company, seed: number, options: PlayOptions, lane: Lane) {
    this.#app = app; this.#clock = clock; this.#company = company; this.#seed = seed; this.#options = options; this.#lane = lane
  }

  async perform(): Promise<{ requests: number; commands: number }> {
    this.#inviteCustomers()
    for (const one of this.#lane.arrivals) this.#plan(one.at, null, systemActor, (ctx) => this.#arrive(ctx, one), SEEKS)
    const end = this.#options.endAt.getTime()
    while (this.#agenda.next && this.#agenda.next.at <= end && !this.#options.isCancelled?.()) {
      if (this.#waiting.size && this.#agenda.next.at > this.#drainAt) await this.#drain()
      else await this.#batch(end)
      if (this.#lane.nr === 0 && this.#commands >= this.#analyzeAt) {
        this.#analyzeAt = this.#commands * 4
        await this.#app.pool`analyze requests.request, requests.clock, requests.assignment, requests.message, requests.task, requests.verification, requests.search, quality.rating, customers.customer, customers.identity, customers.stay, platform.event`
      }
      this.#options.progress(this.#arrived, this.#options.requests)
    }
    return { requests: this.#arrived, commands: this.#commands }
  }

  #plan(at: number, of: Case | null, actor: Actor, act: Act, { seeks } = { seeks: false }): void { this.#agenda.add({ at, of, actor, act, seeks }) }

  async #batch(end: number): Promise<void> {
    await severally(this.#app, async (open) => {
      const first = open({})
      for (let played = 0; played < MOST_A_BATCH && this.#isNext(end);) played += await this.#wave(open, end)
      first.later(dropPlayed(first.db))
    })
  }

  #isNext(end: number): boolean {
    const next = this.#agenda.next
    return next !== undefined && next.at <= end && !(this.#waiting.size && next.at > this.#drainAt)
  }

  /** Who looks for somebody free does so one after the other; then everybody else side by side. Answers how many they were. */
  async #wave(open: (options: RunOptions) => Ctx, end: number): Promise<number> {
    const entries = this.#choose(end)
    this.#clock.set(Math.max(entries[0]!.at, this.#clock.now().getTime()))
    const heard: NewEvent[] = []
    for (const entry of entries) if (entry.seeks) heard.push(...await this.#turn(open, entry))
    heard.push(...(await Promise.all(entries.map((entry) => (entry.seeks ? [] : this.#turn(open, entry))))).flat())
    // The listener is held while the past is played; what it does is done here, in the play's own time.
    await followStages(open({ now: new Date(Math.max(...entries.map((entry) => entry.at))) }), heard)
    const touched = [...this.#plans.keys()].sort((a, b) => a.n - b.n)
    await this.#look(open({}), touched)
    for (const one of touched) for (const plan of this.#plans.get(one)!) plan()
    this.#plans.clear()
    this.#commands += entries.length
    return entries.length
  }

  /**
   * What is due next, of customers and agents each at most once and each in their own order: whoever is passed over
   * lets nobody of their own pass. None after `end` nor behind a queue that is due.
   */
  #choose(end: number): Entry[] {
    const chosen: Entry[] = []
    const passed: Entry[] = []
    const busy = new Set<unknown>()
    const until = Math.min(end, this.#agenda.next!.at + WINDOW_MS, this.#waiting.size ? this.#drainAt : Infinity)
    while (chosen.length < MOST_AT_ONCE && passed.length < MOST_AT_ONCE && this.#agenda.next && this.#agenda.next.at <= until) {
      const entry = this.#agenda.take()
      const keys = entry.of ? [entry.of.customerId, entry.of.agent ?? entry.of] : []
      ;(keys.some((key) => busy.has(key)) ? passed : chosen).push(entry)
      for (const key of keys) busy.add(key)
    }
    for (const entry of passed) this.#agenda.putBack(entry)
    return chosen
  }

  /** Answers what happened by it. */
  async #turn(open: (options: RunOptions) => Ctx, { at, of, actor, act }: Entry): Promise<readonly NewEvent[]> {
    const ctx = open({ actor, now: new Date(at) })
    if (of) { of.at = at; this.#then(of) }
    await act(ctx)
    for (const event of ctx.events) {
      const about = runsOn(event) && this.#cases.get(event.subject ?? '')
      if (about) this.#then(about, () => this.#watch(about, at))
    }
    return ctx.events
  }

  #then(one: Case, ...plans: (() => void)[]): void {
    const known = this.#plans.get(one)
    if (known) known.push(...plans)
    else this.#plans.set(one, plans)
  }

  async #look({ db }: Pick<Ctx, 'db'>, cases: readonly Case[]): Promise<void> {
    const rows = await db<(Standing & { id: string })[]>`
      select id, stage, holder_id, verification, failed_verifications as failed, (select count(*)::int from requests.task t where t.request_id = r.id and t.done_at is null) as open_tasks,
        k.is_late, k.wake_at from requests.request r cross join lateral (select min(wake_at) as wake_at, coalesce(bool_or(kind = 'resolution' and breached_at is not null), false) as is_late from requests.clock where request_id = r.id) k
      where id = any(${cases.map((one) => one.id)}::uuid[])`
    for (const { id, ...stands } of rows) this.#cases.get(id)!.stands = stands
  }

  async #drain(): Promise<void> {
    const now = Math.max(this.#drainAt, this.#clock.now().getTime())
    // The first line answers around the clock; the others' queues wait for the morning.
    const isNight = !isOpenHour(now)
    this.#drainAt = !isNight ? now + 10 * MINUTE : this.#lane.nr === 0 ? Math.min(now + 2 * HOUR, nextOpening(now)) : nextOpening(now)
    if (isNight && this.#lane.nr !== 0) return
    this.#clock.set(now)
    await drainQueues(this.#app, this.#lane.teamIds)
    const waiting = [...this.#waiting].map((id) => this.#cases.get(id)!)
    await this.#look({ db: this.#app.pool }, waiting)
    for (const one of waiting) if (one.stands.stage === 'assign') this.#offered(one, now)
  }

  #inviteCustomers(): void {
    const random = seeded(this.#seed)
    for (let n = this.#lane.nr; n < Math.max(60, this.#options.requests * 0.35); n += this.#lane.lanes) {
      const language = random.weighted<Problem['language']>([['zh-Hant', 62], ['zh-Hans', 22], ['en', 16]])
      const name = language === 'en' ? random.pick(englishNames) : language === 'zh-Hans' ? random.pick(simplifiedNames) : random.pick([...surnames]) + random.pick(givenNames)
      this.#byLanguage.get(language)!.push({ name, email: `c${n}@customers.example`, phone: `+8869${String(10_000_000 + n).slice(-8)}`, tier: random.weighted<string | null>([[null, 82], ['silver', 10], ['gold', 6], ['platinum', 2]]) })
    }
  }

  async #arrive(ctx: Ctx, { n, number, problem }: Arriving): Promise<void> {
    const random = seeded(this.#seed + (n + 1) * 7919)
    this.#arrived++
    const person = random.pick(this.#byLanguage.get(problem.language)!)
    const channel = random.weighted([['email', 34], ['chat', 22], ['portal', 18], ['phone', 18], ['api', 8]] as const)
    const phoned = channel === 'phone' ? random.pick(this.#company.agents.filter((agent) => agent.teamKey === 'front')) : null
    if (phoned) ctx.actor = phoned.actor
    const accepted = await acceptRequest(ctx, {
      source: 'demo', key: `${this.#options.endAt.toISOString()}-${n}`, number, channel, subject: problem.subject, text: problem.text, language: problem.language,
      customer: { name: person.name, email: person.email, phone: person.phone, verified: true, channel: 'demo', language: problem.language },
      ...(random.chance(problem.urgent) ? { priority: 'urgent' as const } : random.chance(0.25) ? { priority: 'routine' as const } : {}),
    })
    if (person.tier) {
      ctx.actor = systemActor
      const customer = await getCustomer(ctx, accepted.customerId)
      await changeCustomer(ctx, accepted.customerId, { tier: person.tier, version: customer.version })
      person.tier = null
    }
    const one: Case = { id: accepted.id, problem, agent: null, customerId: accepted.customerId, customerName: person.name, channel, rounds: 0, n, random, at: ctx.now.getTime(), stands: NEW }
    this.#begins(one)
  }

  #begins(one: Case): void {
    this.#cases.set(one.id, one)
    this.#then(one, () => this.#allocated(one))
  }

  /** Somebody is asked, or it waits until somebody is free. */
  #allocated(one: Case): void {
    if (one.stands.stage === 'assign' && one.stands.holderId) this.#offered(one, one.at)
    else if (one.stands.stage === 'accept') this.#waiting.add(one.id)
  }

  /** Its clocks are looked at a second after one of them is due, as the sweep would. */
  #watch(one: Case, now: number): void {
    const { wakeAt } = one.stands
    if (wakeAt === null) return
    const at = Math.max(Date.parse(wakeAt), now) + 1000
    if ((this.#looksAt.get(one) ?? Infinity) <= at) return
    this.#looksAt.set(one, at)
    this.#plan(at, one, systemActor, async (later) => {
      if (this.#looksAt.get(one) !== at) return
      this.#looksAt.delete(one)
      await sweepRequest(later, one.id)
      this.#then(one, () => this.#watch(one, at))
    }, SEEKS)
  }

  /** Within the agent's working hours, after what is already in hand. */
  #whenFree(agent: DemoAgent, from: number, minutes: number): number {
    const start = workTime(Math.max(from, agent.freeAt), agent)
    const end = workTime(start + minutes * MINUTE, agent)
    agent.freeAt = start + Math.min(minutes, 20) * 0.6 * MINUTE
    return end
  }

  #offered(one: Case, now: number): void {
    this.#waiting.delete(one.id)
    const agent = this.#company.byId.get(one.stands.holderId!)
    if (!agent) return
    const { random } = one
    one.agent = agent
    // A click beside other work: it does not wait for what the agent has in hand.
    const answer = workTime(now + random.around(one.channel === 'chat' ? 1 : 3 + 5 * (1 - agent.ability), 0.6) * MINUTE, agent)
    if (random.chance(0.02)) this.#plan(answer, one, agent.actor, (ctx) => this.#decline(ctx, one), SEEKS)
    else if (answer - now > 19 * MINUTE) this.#plan(now + 20 * MINUTE + 1000, one, systemActor, (ctx) => this.#takenBack(ctx, one), SEEKS)
    else this.#plan(answer, one, agent.actor, (ctx) => this.#begin(ctx, one))
  }

  async #decline(ctx: Ctx, one: Case): Promise<void> {
    const { stage, holderId } = one.stands
    if (stage !== 'assign' || holderId !== ctx.actor.id) return
    await declineAssignment(ctx, one.id, one.random.pick(['手上有緊急客訴處理中', '不熟悉這類設備', '即將交班']))
    this.#then(one, () => this.#allocated(one))
  }

  async #takenBack(ctx: Ctx, one: Case): Promise<void> {
    if (one.stands.stage !== 'assign') return
    await sweepRequest(ctx, one.id)
    this.#then(one, () => this.#allocated(one))
  }

  async #begin(ctx: Ctx, one: Case): Promise<void> {
    if (one.stands.stage !== 'assign') return
    if (one.stands.holderId === ctx.actor.id) await acceptAssignment(ctx, one.id)
    else await takeRequest(ctx, one.id)
    const { random } = one
    const agent = one.agent!
    if (random.chance(0.25)) this.#next(one, random.around(3, 0.5), (later) => writeMessage(later, one.id, { kind: 'note', text: random.pick(notes) }).then(() => {}))
    if (random.chance(0.05)) await this.#giveTask(ctx, one)
    this.#next(one, random.around(one.channel === 'chat' ? 2 : 8 + 40 * (1 - agent.ability), 0.7), (later) => this.#answer(later, one, one.problem.answer, random.chance(0.35)))
  }

  #next(one: Case, minutes: number, act: Act): void {
    const agent = one.agent!
    this.#plan(this.#whenFree(agent, one.at, minutes), one, agent.actor, act)
  }

  async #giveTask(ctx: Ctx, one: Case): Promise<void> {
    const task = await addTask(ctx, one.id, { title: '聯絡現場並回報', ownerId: ctx.actor.id!, dueAt: new Date(ctx.now.getTime() + DAY).toISOString() })
    this.#next(one, one.random.around(60, 0.5), async (later) => { await changeTask(later, one.id, task.id, { isDone: true, version: task.version }) })
  }

  async #answer(ctx: Ctx, one: Case, text: string, asks: boolean): Promise<void> {
    if (one.stands.stage !== 'execute') return
    const messageId = await writeMessage(ctx, one.id, { kind: 'reply', text: text.replace('{customer}', one.customerName) + (asks ? `\n${one.problem.ask}` : '') })
    this.#plan(ctx.now.getTime() + 10_000, one, systemActor, async (later) => {
      await releaseMessage(later, messageId)
      await setDelivery(later, messageId, 'sent')
      later.actor = one.agent!.actor
      if (asks && one.stands.stage === 'execute') await startWaiting(later, one.id, { for: 'customer' })
    })
    if (asks) this.#plan(ctx.now.getTime() + one.random.around(3 * HOUR, 1), one, systemActor, (later) => this.#customerReplies(later, one))
    else this.#next(one, one.random.around(30 + 120 * (1 - one.agent!.ability), 0.9), (later) => this.#handIn(later, one))
  }

  async #customerReplies(ctx: Ctx, one: Case): Promise<void> {
    if (one.stands.stage !== 'track') return
    if (one.random.chance(0.12)) {
      // No answer: the agent goes on after two days.
      this.#plan(workTime(ctx.now.getTime() + 2 * DAY, one.agent!), one, one.agent!.actor, async (later) => {
        if (one.stands.stage === 'track') { one.stands.stage = 'execute'; await stopWaiting(later, one.id); await this.#handIn(later, one) }
      })
      return
    }
    await this.#customerSays(ctx, one, one.random.pick(replies[one.problem.language]))
    this.#next(one, one.random.around(25 + 60 * (1 - one.agent!.ability), 0.7), (later) => this.#handIn(later, one))
  }

  #customerSays(ctx: Ctx, one: Case, text: string) {
    return receiveMessage(ctx, one.id, { source: 'demo', key: `${this.#options.endAt.toISOString()}-${one.n}-${one.rounds++}`, channel: one.channel, text, authorName: one.customerName, customerId: one.customerId })
  }

  async #handIn(ctx: Ctx, one: Case): Promise<void> {
    if (one.stands.stage !== 'execute') return
    if (one.stands.openTasks) return this.#next(one, 45, (later) => this.#handIn(later, one))
    await submitRequest(ctx, one.id, one.problem.result)
    const now = ctx.now.getTime()
    this.#then(one, () => { if (one.stands.stage === 'verify') this.#planVerdict(now, one); else this.#planRating(now, one) })
  }

  #planVerdict(now: number, one: Case): void {
    const { random } = one
    const fails = random.chance(0.03 + 0.18 * (1 - one.agent!.ability))
    if (one.stands.verification === 'customer') {
      this.#plan(now + random.around(4 * HOUR, 0.8), one, systemActor, (later) => this.#judge(later, one, fails, (inner) => customerVerdict(inner, one.id, { verdict: fails ? 'failed' : 'passed', reason: fails ? random.pick(replies[one.problem.language]) : '' })))
      return
    }
    const colleagues = this.#company.agents.filter((agent) => agent !== one.agent && agent.teamKey === one.agent!.teamKey)
    const judge = random.chance(0.25) ? (colleagues.find((agent) => agent.isLead) ?? random.pick(colleagues)) : random.pick(colleagues)
    this.#plan(this.#whenFree(judge, now, random.around(12, 0.8)), one, judge.actor, (later) => this.#judge(later, one, fails, (inner) => verifyRequest(inner, one.id, fails ? { verdict: 'failed', reason: random.pick(sendBackReasons) } : { verdict: 'passed' })))
  }

  async #judge(ctx: Ctx, one: Case, fails: boolean, verdict: Act): Promise<void> {
    if (one.stands.stage !== 'verify') return
    await verdict(ctx)
    if (!fails) return this.#planRating(ctx.now.getTime(), one)
    this.#next(one, one.random.around(40, 0.7), (later) => this.#handIn(later, one))
  }

  #planRating(now: number, one: Case): void {
    const { random } = one
    this.#plan(now + 1000, one, systemActor, async (later) => {
      for (const { id } of await later.db<{ id: string }[]>`select id from requests.message where request_id = ${one.id} and state = 'queued'`) await setDelivery(later, id, 'sent')
    })
    if (random.chance(0.04)) {
      this.#plan(now + random.around(5 * HOUR, 0.8), one, systemActor, async (later) => {
        await this.#customerSays(later, one, random.pick(replies[one.problem.language]))
        this.#then(one, () => { if (one.stands.stage === 'execute') this.#next(one, random.around(40, 0.6), (inner) => this.#handIn(inner, one)) })
      })
      return
    }
    if (random.chance(0.55)) this.#plan(now + random.around(6 * HOUR, 1), one, systemActor, (later) => this.#rate(later, one))
    else this.#plan(now + 72 * HOUR + 1000, one, systemActor, (later) => sweepRequest(later, one.id))
  }

  /** A low rating comes back to the lead, who works on it like on any request. */
  async #recover(ctx: Ctx, one: Case, score: number): Promise<void> {
    await recoverAfter(ctx, { subject: one.id, data: { score } })
    const [row] = await ctx.db<{ id: string }[]>`select recovery_id as id from quality.recovery where request_id = ${one.id}`
    if (row) this.#begins({ ...one, id: row.id, agent: null, channel: 'phone', rounds: 0, n: one.n + 1_000_000, at: ctx.now.getTime(), stands: NEW })
  }

  async #rate(ctx: Ctx, one: Case): Promise<void> {
    const { stage, isLate, failed } = one.stands
    if (stage !== 'feedback') return
    const mood = 3.1 + 2 * one.agent!.ability - (isLate ? 1.1 : 0) - 0.5 * failed + one.random.between(-1.1, 1.1)
    const score = Math.max(1, Math.min(5, Math.round(mood)))
    const reasons = score >= 4 ? (['solved', 'quick', 'friendly'] as const) : isLate ? (['slow'] as const) : (['unclear', 'not-solved'] as const)
    await rateRequest(ctx, rateLink(ctx.app, one.id).split('/').at(-1)!, { score, reasons: one.random.chance(0.4) ? [one.random.pick(reasons)] : [] })
    if (score <= 2) this.#plan(ctx.now.getTime() + 1000, one, systemActor, (later) => this.#recover(later, one, score), SEEKS)
    if (one.random.chance(0.01)) this.#plan(ctx.now.getTime() + one.random.around(20 * HOUR, 0.7), one, systemActor, async (later) => {
      await this.#customerSays(later, one, one.random.pick(replies[one.problem.language]))
      this.#then(one, () => { if (one.stands.stage === 'execute') this.#next(one, 60, (inner) => this.#handIn(inner, one)) })
    })
  }
}

/** The jobs the play does itself, in its own time: no worker is to see them. */
export const dropPlayed = (db: Ctx['db']) => db`delete from platform.job where queue in ('requests.release', 'routing.drain')`

/** A clock began, or goes on after it stood or was moved. */
const runsOn = ({ type, data }: NewEvent): boolean =>
  type === 'request.recognised' || (type === 'request.clocks-changed' && (data.changes as { did: string }[]).some(({ did }) => ['started', 'resumed', 'moved'].includes(did)))
