/**
 * Plays the company's days through the real commands on a virtual clock: an agenda ordered by virtual time,
 * each entry one command by one actor. Forty commands share a transaction; nothing else is special.
 */
import type { App, Ctx } from '../../platform/context.ts'
import { reading, run } from '../../platform/context.ts'
import { type Actor, systemActor } from '../../platform/access/index.ts'
import type { NewEvent } from '../../platform/events/write.ts'
import { VirtualClock } from '../../platform/clock/index.ts'
import { acceptAssignment, acceptRequest, addTask, changeTask, customerVerdict, declineAssignment, receiveMessage, releaseMessage, setDelivery, startWaiting, stopWaiting, submitRequest, sweepRequest, takeRequest, verifyRequest, writeMessage } from '../../modules/requests/index.ts'
import { rateLink } from '../../modules/channels/index.ts'
import { rateRequest, recoverAfter } from '../../modules/quality/index.ts'
import { drainQueues } from '../../modules/routing/index.ts'
import { changeCustomer, followStages, getCustomer } from '../../modules/customers/index.ts'
import { type Problem, englishNames, givenNames, notes, problems, replies, sendBackReasons, services, simplifiedNames, surnames } from './company.ts'
import type { Company, DemoAgent } from './found.ts'
import { loadRecognition, recognise } from '../../modules/standards/index.ts'
import { type Random, seeded } from './random.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export interface PlayOptions { days: number; requests: number; endAt: Date; progress: (done: number, total: number) => void; isCancelled?: () => boolean }

interface Case { id: string; problem: Problem; agent: DemoAgent | null; customerId: string; customerName: string; channel: string; isLate: boolean; rounds: number; n: number }
interface DemoCustomer { name: string; email: string; phone: string; tier: string | null }
type Act = (ctx: Ctx) => Promise<void>
interface Entry { at: number; nr: number; actor: Actor; act: Act }

/** Binary heap by time, then by order of entry, so that a seed always plays the same. */
class Agenda {
  #heap: Entry[] = []
  #nr = 0
  add(at: number, actor: Actor, act: Act): void {
    const heap = this.#heap
    heap.push({ at, nr: this.#nr++, actor, act })
    for (let i = heap.length - 1; i > 0;) {
      const up = (i - 1) >> 1
      if (!before(heap[i]!, heap[up]!)) break
      ;[heap[i], heap[up]] = [heap[up]!, heap[i]!]
      i = up
    }
  }
  get next(): Entry | undefined { return this.#heap[0] }
  take(): Entry {
    const heap = this.#heap
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length) {
      heap[0] = last
      for (let i = 0; ;) {
        const left = 2 * i + 1
        const best = [left, left + 1].filter((child) => child < heap.length && before(heap[child]!, heap[i]!)).sort((a, b) => (before(heap[a]!, heap[b]!) ? -1 : 1))[0]
        if (best === undefined) break
        ;[heap[i], heap[best]] = [heap[best]!, heap[i]!]
        i = best
      }
    }
    return first
  }
}
const before = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.nr < b.nr)

/** Share of a day's requests by hour in Taipei; the phone rings in the morning and after dinner. */
const HOURS = [2, 1, 1, 1, 1, 2, 4, 8, 18, 26, 28, 26, 16, 20, 24, 24, 22, 18, 14, 14, 16, 15, 10, 5]
const WEEKDAYS = [0.55, 1.15, 1.05, 1, 1, 1.05, 0.7]
const OPEN_HOUR = 9
const CLOSE_HOUR = 18
const TAIPEI = 8 * HOUR

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
    return new Play({ ...app, clock }, clock, company, seeded(seed + 1 + nr), own, { nr, lanes: lanes.length, teamIds, arrivals: lots[nr]! }).perform()
  }))
  return results.reduce((sum, one) => ({ requests: sum.requests + one.requests, commands: sum.commands + one.commands }), { requests: 0, commands: 0 })
}

interface Arriving { at: number; n: number; number: number; problem: Problem }
interface Lane { nr: number; lanes: number; teamIds: string[]; arrivals: Arriving[] }
const LANES = [['front'], ['billing', 'care'], ['tech', 'field-north', 'field-south']]

function planArrivals(random: Random, { days, requests, endAt }: PlayOptions): number[] {
  const first = Math.floor((endAt.getTime() + TAIPEI) / DAY) * DAY - TAIPEI - (days - 1) * DAY
  const byDay = Array.from({ length: days }, (_, day) => [first + day * DAY, WEEKDAYS[new Date(first + day * DAY + TAIPEI).getUTCDay()]!] as const)
  const byHour = HOURS.map((weight, hour) => [hour, weight] as const)
  const times: number[] = []
  while (times.length < requests) {
    const at = random.weighted(byDay) + random.weighted(byHour) * HOUR + random.next() * HOUR
    if (at < endAt.getTime()) times.push(at)
  }
  return times.sort((a, b) => a - b)
}

class Play {
  readonly #app: App
  readonly #clock: VirtualClock
  readonly #company: Company
  readonly #random: Random
  readonly #options: PlayOptions
  readonly #lane: Lane
  readonly #agenda = new Agenda()
  readonly #cases = new Map<string, Case>()
  readonly #byLanguage = new Map<Problem['language'], DemoCustomer[]>([['zh-Hant', []], ['zh-Hans', []], ['en', []]])
  #arrived = 0
  #commands = 0
  /** Commands after which the planner is told how large the tables are by now, which were empty a moment ago. */
  #analyzeAt = 500
  #drainAt = 0
  #waiting = new Set<string>()
  /** When each request's clocks are looked at next. */
  readonly #looksAt = new Map<string, number>()

  constructor(app: App, clock: VirtualClock, company: Company, random: Random, options: PlayOptions, lane: Lane) {
    this.#app = app; this.#clock = clock; this.#company = company; this.#random = random; this.#options = options; this.#lane = lane
  }

  async perform(): Promise<{ requests: number; commands: number }> {
    this.#inviteCustomers()
    for (const one of this.#lane.arrivals) this.#agenda.add(one.at, systemActor, (ctx) => this.#arrive(ctx, one))
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

  async #batch(end: number): Promise<void> {
    await run(this.#app, {}, async (ctx) => {
      await this.#step(ctx, end)
      ctx.later(dropPlayed(ctx.db))
    })
  }

  /** Up to forty commands, none after `end` nor before a queue that is due. */
  async #step(ctx: Ctx, end: number): Promise<void> {
    for (let count = 0; count < 40; count++) {
      const next = this.#agenda.next
      if (!next || next.at > end || (this.#waiting.size && next.at > this.#drainAt)) return
      const entry = this.#agenda.take()
      this.#clock.set(Math.max(entry.at, this.#clock.now().getTime()))
      ctx.now = this.#clock.now()
      ctx.actor = entry.actor
      const told = ctx.events.length
      await entry.act(ctx)
      // The listener is held while the past is played; what it does is done here, in the play's own time.
      ctx.actor = systemActor
      for (const event of ctx.events.slice(told)) {
        await followStages(ctx, event)
        if (event.subject && runsOn(event)) await this.#watch(ctx, event.subject)
      }
      this.#commands++
    }
  }

  async #drain(): Promise<void> {
    const now = Math.max(this.#drainAt, this.#clock.now().getTime())
    // The first line answers around the clock; the others' queues wait for the morning.
    const isNight = !isOpenHour(now)
    this.#drainAt = !isNight ? now + 10 * MINUTE : this.#lane.nr === 0 ? Math.min(now + 2 * HOUR, nextOpening(now)) : nextOpening(now)
    if (isNight && this.#lane.nr !== 0) return
    this.#clock.set(now)
    await drainQueues(this.#app, this.#lane.teamIds)
    const offered = await this.#app.pool<{ id: string; holderId: string }[]>`select id, holder_id from requests.request where id = any(${[...this.#waiting]}::uuid[]) and stage = 'assign'`
    for (const { id, holderId } of offered) {
      this.#waiting.delete(id)
      this.#offered(this.#cases.get(id)!, holderId, now)
    }
  }

  #inviteCustomers(): void {
    const random = this.#random
    for (let n = this.#lane.nr; n < Math.max(60, this.#options.requests * 0.35); n += this.#lane.lanes) {
      const language = random.weighted<Problem['language']>([['zh-Hant', 62], ['zh-Hans', 22], ['en', 16]])
      const name = language === 'en' ? random.pick(englishNames) : language === 'zh-Hans' ? random.pick(simplifiedNames) : random.pick([...surnames]) + random.pick(givenNames)
      this.#byLanguage.get(language)!.push({ name, email: `c${n}@customers.example`, phone: `+8869${String(10_000_000 + n).slice(-8)}`, tier: random.weighted<string | null>([[null, 82], ['silver', 10], ['gold', 6], ['platinum', 2]]) })
    }
  }

  async #arrive(ctx: Ctx, { n, number, problem }: Arriving): Promise<void> {
    const random = this.#random
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
    const one: Case = { id: accepted.id, problem, agent: null, customerId: accepted.customerId, customerName: person.name, channel, isLate: false, rounds: 0, n }
    this.#cases.set(one.id, one)
    if (accepted.holder) this.#offered(one, accepted.holder.id, ctx.now.getTime())
    else this.#waiting.add(one.id)
  }

  /** Its clocks are looked at a second after one of them is due, as the sweep would. */
  async #watch(ctx: Ctx, id: string): Promise<void> {
    const [row] = await ctx.db<{ wakeAt: string | null }[]>`select min(wake_at) as wake_at from requests.clock where request_id = ${id}`
    if (row!.wakeAt === null) return
    const at = Math.max(Date.parse(row!.wakeAt) + 1000, ctx.now.getTime() + 1000)
    if ((this.#looksAt.get(id) ?? Infinity) <= at) return
    this.#looksAt.set(id, at)
    this.#agenda.add(at, systemActor, async (later) => {
      if (this.#looksAt.get(id) !== at) return
      this.#looksAt.delete(id)
      await sweepRequest(later, id)
      await this.#watch(later, id)
    })
  }

  /** Within the agent's working hours, after what is already in hand. */
  #whenFree(agent: DemoAgent, from: number, minutes: number): number {
    const start = workTime(Math.max(from, agent.freeAt), agent)
    const end = workTime(start + minutes * MINUTE, agent)
    agent.freeAt = start + Math.min(minutes, 20) * 0.6 * MINUTE
    return end
  }

  #offered(one: Case, agentId: string, now: number): void {
    const agent = this.#company.byId.get(agentId)
    if (!agent) return
    const random = this.#random
    one.agent = agent
    // A click beside other work: it does not wait for what the agent has in hand.
    const answer = workTime(now + random.around(one.channel === 'chat' ? 1 : 3 + 5 * (1 - agent.ability), 0.6) * MINUTE, agent)
    if (random.chance(0.02)) this.#agenda.add(answer, agent.actor, (ctx) => this.#decline(ctx, one))
    else if (answer - now > 19 * MINUTE) this.#agenda.add(now + 20 * MINUTE + 1000, systemActor, (ctx) => this.#takenBack(ctx, one))
    else this.#agenda.add(answer, agent.actor, (ctx) => this.#begin(ctx, one))
  }

  async #stageOf(ctx: Ctx, one: Case): Promise<{ stage: string; holderId: string | null; verification: string }> {
    const [row] = await ctx.db<{ stage: string; holderId: string | null; verification: string }[]>`select stage, holder_id, verification from requests.request where id = ${one.id}`
    return row!
  }

  async #afterReallocation(ctx: Ctx, one: Case): Promise<void> {
    const { stage, holderId } = await this.#stageOf(ctx, one)
    if (stage === 'assign' && holderId) this.#offered(one, holderId, ctx.now.getTime())
    else if (stage === 'accept') this.#waiting.add(one.id)
  }

  async #decline(ctx: Ctx, one: Case): Promise<void> {
    const { stage, holderId } = await this.#stageOf(ctx, one)
    if (stage !== 'assign' || holderId !== ctx.actor.id) return
    await declineAssignment(ctx, one.id, this.#random.pick(['手上有緊急客訴處理中', '不熟悉這類設備', '即將交班']))
    await this.#afterReallocation(ctx, one)
  }

  async #takenBack(ctx: Ctx, one: Case): Promise<void> {
    const { stage } = await this.#stageOf(ctx, one)
    if (stage !== 'assign') return
    await sweepRequest(ctx, one.id)
    await this.#afterReallocation(ctx, one)
  }

  async #begin(ctx: Ctx, one: Case): Promise<void> {
    const { stage, holderId } = await this.#stageOf(ctx, one)
    if (stage !== 'assign') return
    if (holderId === ctx.actor.id) await acceptAssignment(ctx, one.id)
    else await takeRequest(ctx, one.id)
    const random = this.#random
    const agent = one.agent!
    if (random.chance(0.25)) this.#next(one, random.around(3, 0.5), (later) => writeMessage(later, one.id, { kind: 'note', text: random.pick(notes) }).then(() => {}))
    if (random.chance(0.05)) await this.#giveTask(ctx, one)
    this.#next(one, random.around(one.channel === 'chat' ? 2 : 8 + 40 * (1 - agent.ability), 0.7), (later) => this.#answer(later, one, one.problem.answer, random.chance(0.35)))
  }

  #next(one: Case, minutes: number, act: Act): void {
    const agent = one.agent!
    this.#agenda.add(this.#whenFree(agent, this.#clock.now().getTime(), minutes), agent.actor, act)
  }

  async #giveTask(ctx: Ctx, one: Case): Promise<void> {
    const task = await addTask(ctx, one.id, { title: '聯絡現場並回報', ownerId: ctx.actor.id!, dueAt: new Date(ctx.now.getTime() + DAY).toISOString() })
    this.#next(one, this.#random.around(60, 0.5), async (later) => { await changeTask(later, one.id, task.id, { isDone: true, version: task.version }) })
  }

  async #answer(ctx: Ctx, one: Case, text: string, asks: boolean): Promise<void> {
    const { stage } = await this.#stageOf(ctx, one)
    if (stage !== 'execute') return
    const messageId = await writeMessage(ctx, one.id, { kind: 'reply', text: text.replace('{customer}', one.customerName) + (asks ? `\n${one.problem.ask}` : '') })
    this.#agenda.add(ctx.now.getTime() + 10_000, systemActor, async (later) => {
      await releaseMessage(later, messageId)
      await setDelivery(later, messageId, 'sent')
      later.actor = one.agent!.actor
      if (asks && (await this.#stageOf(later, one)).stage === 'execute') await startWaiting(later, one.id, { for: 'customer' })
    })
    if (asks) this.#agenda.add(ctx.now.getTime() + this.#random.around(3 * HOUR, 1), systemActor, (later) => this.#customerReplies(later, one))
    else this.#next(one, this.#random.around(30 + 120 * (1 - one.agent!.ability), 0.9), (later) => this.#handIn(later, one))
  }

  async #customerReplies(ctx: Ctx, one: Case): Promise<void> {
    const { stage } = await this.#stageOf(ctx, one)
    if (stage !== 'track') return
    if (this.#random.chance(0.12)) {
      // No answer: the agent goes on after two days.
      this.#agenda.add(workTime(ctx.now.getTime() + 2 * DAY, one.agent!), one.agent!.actor, async (later) => {
        if ((await this.#stageOf(later, one)).stage === 'track') { await stopWaiting(later, one.id); await this.#handIn(later, one) }
      })
      return
    }
    await this.#customerSays(ctx, one, this.#random.pick(replies[one.problem.language]))
    this.#next(one, this.#random.around(25 + 60 * (1 - one.agent!.ability), 0.7), (later) => this.#handIn(later, one))
  }

  #customerSays(ctx: Ctx, one: Case, text: string) {
    return receiveMessage(ctx, one.id, { source: 'demo', key: `${this.#options.endAt.toISOString()}-${one.n}-${one.rounds++}-${this.#commands}`, channel: one.channel, text, authorName: one.customerName, customerId: one.customerId })
  }

  async #handIn(ctx: Ctx, one: Case): Promise<void> {
    const { stage } = await this.#stageOf(ctx, one)
    if (stage !== 'execute') return
    const [tasks] = await ctx.db<{ open: number }[]>`select count(*)::int as open from requests.task where request_id = ${one.id} and done_at is null`
    if (tasks!.open) return this.#next(one, 45, (later) => this.#handIn(later, one))
    await submitRequest(ctx, one.id, one.problem.result)
    const { stage: after, verification } = await this.#stageOf(ctx, one)
    if (after === 'verify') this.#planVerdict(ctx, one, verification)
    else this.#planRating(ctx, one)
  }

  #planVerdict(ctx: Ctx, one: Case, verification: string): void {
    const random = this.#random
    const fails = random.chance(0.03 + 0.18 * (1 - one.agent!.ability))
    if (verification === 'customer') {
      this.#agenda.add(ctx.now.getTime() + random.around(4 * HOUR, 0.8), systemActor, (later) => this.#judge(later, one, fails, (inner) => customerVerdict(inner, one.id, { verdict: fails ? 'failed' : 'passed', reason: fails ? random.pick(replies[one.problem.language]) : '' })))
      return
    }
    const colleagues = this.#company.agents.filter((agent) => agent !== one.agent && agent.teamKey === one.agent!.teamKey)
    const judge = random.chance(0.25) ? (colleagues.find((agent) => agent.isLead) ?? random.pick(colleagues)) : random.pick(colleagues)
    this.#agenda.add(this.#whenFree(judge, ctx.now.getTime(), random.around(12, 0.8)), judge.actor, (later) => this.#judge(later, one, fails, (inner) => verifyRequest(inner, one.id, fails ? { verdict: 'failed', reason: random.pick(sendBackReasons) } : { verdict: 'passed' })))
  }

  async #judge(ctx: Ctx, one: Case, fails: boolean, verdict: Act): Promise<void> {
    if ((await this.#stageOf(ctx, one)).stage !== 'verify') return
    await verdict(ctx)
    if (!fails) return this.#planRating(ctx, one)
    this.#next(one, this.#random.around(40, 0.7), (later) => this.#handIn(later, one))
  }

  #planRating(ctx: Ctx, one: Case): void {
    const random = this.#random
    const now = ctx.now.getTime()
    this.#agenda.add(now + 1000, systemActor, async (later) => {
      for (const { id } of await later.db<{ id: string }[]>`select id from requests.message where request_id = ${one.id} and state = 'queued'`) await setDelivery(later, id, 'sent')
    })
    if (random.chance(0.04)) {
      this.#agenda.add(now + random.around(5 * HOUR, 0.8), systemActor, async (later) => {
        await this.#customerSays(later, one, random.pick(replies[one.problem.language]))
        if ((await this.#stageOf(later, one)).stage === 'execute') this.#next(one, random.around(40, 0.6), (inner) => this.#handIn(inner, one))
      })
      return
    }
    if (random.chance(0.55)) this.#agenda.add(now + random.around(6 * HOUR, 1), systemActor, (later) => this.#rate(later, one))
    else this.#agenda.add(now + 72 * HOUR + 1000, systemActor, (later) => sweepRequest(later, one.id))
  }

  /** A low rating comes back to the lead, who works on it like on any request. */
  async #recover(ctx: Ctx, one: Case, score: number): Promise<void> {
    ctx.actor = systemActor
    await recoverAfter(ctx, { subject: one.id, data: { score } })
    const [row] = await ctx.db<{ id: string; offeredTo: string | null }[]>`
      select q.recovery_id as id, a.agent_id as offered_to from quality.recovery q left join requests.assignment a on a.request_id = q.recovery_id and a.state = 'offered' where q.request_id = ${one.id}`
    if (!row) return
    const recovery: Case = { ...one, id: row.id, agent: null, channel: 'phone', rounds: 0, n: one.n + 1_000_000 }
    this.#cases.set(recovery.id, recovery)
    if (row.offeredTo) this.#offered(recovery, row.offeredTo, ctx.now.getTime())
    else this.#waiting.add(recovery.id)
  }

  async #rate(ctx: Ctx, one: Case): Promise<void> {
    const [row] = await ctx.db<{ stage: string; late: boolean; failed: number }[]>`select stage, exists (select 1 from requests.clock k where k.request_id = r.id and k.kind = 'resolution' and k.breached_at is not null) as late, failed_verifications as failed from requests.request r where id = ${one.id}`
    if (row!.stage !== 'feedback') return
    const mood = 3.1 + 2 * one.agent!.ability - (row!.late ? 1.1 : 0) - 0.5 * row!.failed + this.#random.between(-1.1, 1.1)
    const score = Math.max(1, Math.min(5, Math.round(mood)))
    const reasons = score >= 4 ? (['solved', 'quick', 'friendly'] as const) : row!.late ? (['slow'] as const) : (['unclear', 'not-solved'] as const)
    await rateRequest(ctx, rateLink(ctx.app, one.id).split('/').at(-1)!, { score, reasons: this.#random.chance(0.4) ? [this.#random.pick(reasons)] : [] })
    if (score <= 2) await this.#recover(ctx, one, score)
    if (this.#random.chance(0.01)) this.#agenda.add(ctx.now.getTime() + this.#random.around(20 * HOUR, 0.7), systemActor, async (later) => {
      await this.#customerSays(later, one, this.#random.pick(replies[one.problem.language]))
      if ((await this.#stageOf(later, one)).stage === 'execute') this.#next(one, 60, (inner) => this.#handIn(inner, one))
    })
  }
}

/** The jobs the play does itself, in its own time: no worker is to see them. */
export const dropPlayed = (db: Ctx['db']) => db`delete from platform.job where queue in ('requests.release', 'routing.drain')`

/** A clock began, or goes on after it stood or was moved. */
const runsOn = ({ type, data }: NewEvent): boolean =>
  type === 'request.recognised' || (type === 'request.clocks-changed' && (data.changes as { did: string }[]).some(({ did }) => ['started', 'resumed', 'moved'].includes(did)))

const localHour = (ms: number): number => ((ms + TAIPEI) % DAY) / HOUR
const isWeekday = (ms: number): boolean => ![0, 6].includes(new Date(ms + TAIPEI).getUTCDay())
const isOpenHour = (ms: number): boolean => isWeekday(ms) && localHour(ms) >= OPEN_HOUR && localHour(ms) < CLOSE_HOUR
function nextOpening(ms: number): number {
  let at = Math.floor((ms + TAIPEI) / DAY) * DAY - TAIPEI + OPEN_HOUR * HOUR
  while (at <= ms || !isWeekday(at)) at += DAY
  return at
}
const workTime = (ms: number, agent: DemoAgent): number => (agent.worksAlways || isOpenHour(ms) ? ms : nextOpening(ms) + (ms % (10 * MINUTE)))
