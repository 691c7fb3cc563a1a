/**
 * Work that must happen later or outside a transaction. A job is a row written with the change that wants it;
 * a worker leases it, renews the lease while it runs and deletes it when done. A killed worker's lease ends
 * within 20 seconds. Due times are compared with the product's clock, so a replay runs them in virtual time.
 */
import { withoutAddresses } from '../fault.ts'
import { newId } from '../../lib/id/index.ts'
import type { App, Ctx } from '../context.ts'
import { run } from '../context.ts'

export interface Job<P = Record<string, unknown>> { id: string; queue: string; lane: string; payload: P; attempts: number; runAt: string }
/** Thrown by a job to be tried again at a time of its own choosing. */
export class RetryAt extends Error {
  readonly at: Date
  constructor(at: Date, why: string) { super(why); this.at = at }
}

export interface Queue<P = Record<string, unknown>> {
  /** Works outside a transaction; calls commands for what must be stored. */
  work: (app: App, job: Job<P>) => Promise<void>
  /** Jobs of one lane at the same time; lanes don't wait for each other. */
  perLane?: number
  /** Tries before the job is set aside as failed. */
  attempts?: number
  /** Milliseconds between runs: makes the queue a schedule with one standing job. */
  every?: number
  /** Called in a transaction when the last try has failed. */
  failed?: (ctx: Ctx, job: Job<P>, error: unknown) => Promise<void>
}
export type Queues = Record<string, Queue<never>>

export interface EnqueueOptions { runAt?: Date; key?: string; lane?: string }

/** Adds a job to this transaction. With a key, a waiting job of the same key is left as it is. */
export function enqueue(ctx: Ctx, queue: string, payload: Record<string, unknown>, options: EnqueueOptions = {}): string {
  const id = newId()
  ctx.later(ctx.db`
    insert into platform.job (id, queue, lane, key, payload, run_at, created_at)
    values (${id}, ${queue}, ${options.lane ?? ''}, ${options.key ?? null}, ${ctx.db.json(payload as never)}, ${options.runAt ?? ctx.now}, ${ctx.now})
    on conflict (queue, key) where key is not null and failed_at is null do nothing`)
  return id
}

const LEASE_SECONDS = 20
const HEARTBEAT_MS = 5_000
const SWEEP_MS = 1_000
const AT_ONCE = 8
/** Commits come by the hundred in a busy second; looking for jobs ten times is enough. */
const LOOK_MS = 100

export class JobRunner {
  #app: App
  #queues: Map<string, Queue<Record<string, unknown>>>
  #node = newId()
  #running = new Map<string, Job>()
  #taken = 0
  #timers: NodeJS.Timeout[] = []
  #stopped = true
  #claiming = false
  #claimAgain = false
  #look: NodeJS.Timeout | null = null
  #lookedAt = -LOOK_MS
  #onError: (error: unknown, job?: Job) => void

  constructor(app: App, queues: Queues, onError: (error: unknown, job?: Job) => void) {
    this.#app = app
    this.#queues = new Map(Object.entries(queues) as unknown as [string, Queue<Record<string, unknown>>][])
    this.#onError = onError
  }

  /** Puts each schedule's standing job in place. */
  async prepare(): Promise<void> {
    const schedules = [...this.#queues].filter(([, queue]) => queue.every).map(([name]) => name)
    if (schedules.length) await run(this.#app, {}, async (ctx) => { for (const name of schedules) enqueue(ctx, name, {}, { key: 'schedule' }) })
  }

  start(): void {
    this.#stopped = false
    this.#timers = [setInterval(() => this.wake(), SWEEP_MS), setInterval(() => void this.#renew(), HEARTBEAT_MS)]
    this.wake()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) clearInterval(timer)
    if (this.#look) clearTimeout(this.#look)
    const until = Date.now() + 10_000
    while (this.isBusy && Date.now() < until) await new Promise((wake) => setTimeout(wake, 20))
    for (const job of this.#running.values()) this.#onError(new Error(`cut off at the stop: ${job.queue}`), job)
  }

  /** Jobs this process works on. */
  get running(): number { return this.#running.size }

  /** How many this process has taken in hand since it began. */
  get taken(): number { return this.#taken }

  /** Whether a job of this process is under way or about to be. */
  get isBusy(): boolean { return this.#running.size > 0 || this.#claiming }

  /** What waits in the whole installation. */
  async count(): Promise<{ due: number; failed: number; lateSeconds: number }> {
    const now = this.#app.clock.now()
    const [row] = await this.#app.pool<{ due: number; failed: number; lateSeconds: number }[]>`
      select count(*) filter (where is_due)::int as due, count(*) filter (where failed_at is not null)::int as failed,
        coalesce(extract(epoch from ${now}::timestamptz - min(run_at) filter (where is_due)), 0)::float8 as late_seconds
      from (select *, failed_at is null and run_at <= ${now} and (leased_until is null or leased_until < clock_timestamp()) as is_due from platform.job) j`
    return row!
  }

  /** Looks for due jobs, at once after a quiet moment and otherwise soon. */
  wake(): void {
    if (this.#stopped || this.#look) return
    const wait = this.#lookedAt + LOOK_MS - performance.now()
    if (wait <= 0) return this.#lookNow()
    this.#look = setTimeout(() => { this.#look = null; this.#lookNow() }, wait)
  }

  #lookNow(): void {
    if (this.#stopped) return
    this.#lookedAt = performance.now()
    void this.#claimLoop()
  }

  /** Runs what is due now, one after the other, until nothing is; for replays and tests. Returns the count. */
  async runDue(limit = Infinity): Promise<number> {
    let count = 0
    while (count < limit) {
      const jobs = await this.#claim(20)
      if (!jobs.length) return count
      for (const job of jobs) { await this.#perform(job); count++ }
    }
    return count
  }

  async #claimLoop(): Promise<void> {
    if (this.#claiming) { this.#claimAgain = true; return }
    this.#claiming = true
    try {
      do {
        this.#claimAgain = false
        const free = AT_ONCE - this.#running.size
        if (free <= 0) break
        const jobs = await this.#claim(free)
        for (const job of jobs) void this.#perform(job).then(() => { if (!this.#stopped) void this.#claimLoop() })
        if (jobs.length === free) this.#claimAgain = true
      } while (this.#claimAgain && !this.#stopped)
    } catch (error) {
      if (!this.#stopped) this.#onError(error)
    } finally {
      this.#claiming = false
    }
  }

  #busyLanes(): string[] {
    const load = new Map<string, number>()
    for (const job of this.#running.values()) load.set(`${job.queue}/${job.lane}`, (load.get(`${job.queue}/${job.lane}`) ?? 0) + 1)
    return [...load].filter(([lane, count]) => count >= (this.#queues.get(lane.slice(0, lane.indexOf('/')))?.perLane ?? 4)).map(([lane]) => lane)
  }

  async #claim(limit: number): Promise<Job[]> {
    const now = this.#app.clock.now()
    const jobs = await this.#app.pool<Job[]>`
      update platform.job set leased_by = ${this.#node}, leased_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}), attempts = attempts + 1
      where id in (
        select id from platform.job
        where queue = any(${[...this.#queues.keys()]}) and run_at <= ${now} and failed_at is null
          and (leased_until is null or leased_until < clock_timestamp())
          and queue || '/' || lane <> all(${this.#busyLanes()})
        order by run_at limit ${limit} for update skip locked)
      returning id, queue, lane, payload, attempts, run_at`
    const taken: Job[] = []
    const surplus: string[] = []
    for (const job of jobs) {
      if (this.#busyLanes().includes(`${job.queue}/${job.lane}`)) surplus.push(job.id)
      else { this.#running.set(job.id, job); this.#taken++; taken.push(job) }
    }
    if (surplus.length) await this.#app.pool`update platform.job set leased_by = null, leased_until = null, attempts = attempts - 1 where id = any(${surplus}) and leased_by = ${this.#node}`.catch(this.#onError)
    // What could not be given back comes free with the end of its lease; what was taken must not wait for that.
    return taken
  }

  async #renew(): Promise<void> {
    const ids = [...this.#running.keys()]
    if (!ids.length) return
    await this.#app.pool`update platform.job set leased_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
      where id = any(${ids}) and leased_by = ${this.#node}`.catch(() => {})
  }

  async #perform(job: Job): Promise<void> {
    const queue = this.#queues.get(job.queue)!
    try {
      await queue.work(this.#app, job)
      await this.#finish(job, queue)
    } catch (error) {
      await this.#fail(job, queue, error).catch((second) => this.#onError(second, job))
    } finally {
      this.#running.delete(job.id)
    }
  }

  async #finish(job: Job, queue: Queue<Record<string, unknown>>): Promise<void> {
    if (queue.every) {
      const next = new Date(this.#app.clock.now().getTime() + queue.every)
      await this.#app.pool`update platform.job set run_at = ${next}, leased_by = null, leased_until = null, attempts = 0, error = null where id = ${job.id} and leased_by = ${this.#node}`
    } else await this.#app.pool`delete from platform.job where id = ${job.id} and leased_by = ${this.#node}`
  }

  async #fail(job: Job, queue: Queue<Record<string, unknown>>, error: unknown): Promise<void> {
    const text = withoutAddresses(error)
    const now = this.#app.clock.now().getTime()
    if (!(error instanceof RetryAt)) this.#onError(error, job)
    const last = !queue.every && job.attempts >= (queue.attempts ?? 10)
    if (last) {
      await run(this.#app, {}, async (ctx) => {
        await ctx.db`update platform.job set failed_at = ${ctx.now}, error = ${text}, leased_until = null where id = ${job.id} and leased_by = ${this.#node}`
        await queue.failed?.(ctx, job, error)
      })
      return
    }
    // Exponential back-off with jitter, 1 s to 15 min.
    const at = error instanceof RetryAt ? error.at : new Date(now + Math.min(900_000, 1000 * 2 ** job.attempts) * (0.8 + Math.random() * 0.4))
    await this.#app.pool`update platform.job set run_at = ${queue.every ? new Date(now + queue.every) : at}, error = ${text}, leased_by = null, leased_until = null
      where id = ${job.id} and leased_by = ${this.#node}`
  }
}
