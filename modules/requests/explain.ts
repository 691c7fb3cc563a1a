/** Why this deadline? Each clock of a request with its clause and how that was chosen, its hours, its history and its steps. */
import type { Ctx } from '../../platform/context.ts'
import { rankClauses } from '../../lib/clauses/index.ts'
import { notFound } from '../../platform/fault.ts'
import { listCalendars } from '../staff/index.ts'
import { tierOf } from '../customers/index.ts'
import { loadRecognition, standardOf, type Step } from '../standards/index.ts'
import { type Clock, iso, stepAt } from './clock.ts'
import { calendarOfClock, type Cause, type ClockChange } from './clocks.ts'
import { mustSee } from './view.ts'

type Stored = Omit<Clock, 'startedAt' | 'since' | 'dueAt' | 'pausedAt' | 'breachedAt' | 'endedAt' | 'wakeAt'> & Record<'startedAt' | 'since' | 'dueAt' | 'pausedAt' | 'breachedAt' | 'notedAt' | 'endedAt' | 'wakeAt', string | null>
interface Told { at: string; type: string; data: { cause?: Cause; changes?: ClockChange[]; clocks?: ClockChange[]; clock?: string; dueAt?: string | null } }
interface Taken { clockId: string; step: string; at: string; outcome: string; told: string[] | null }

export async function explainClocks(ctx: Ctx, id: string) {
  await mustSee(ctx, id)
  const { db } = ctx
  const [request] = await db<{ serviceId: string | null; customerId: string; priority: string; channel: string; standardId: string | null }[]>`select service_id, customer_id, priority, channel, standard_id from requests.request where id = ${id}`
  if (!request) throw notFound('requests')
  const [stored, told, taken, calendars, tier, recognition] = await Promise.all([
    db<Stored[]>`select id, kind, run, version_id, clause, target_ms, calendar_id, calendar_version, state, started_at, used_ms, since, due_at, paused_at, breached_at, noted_at, ended_at, fired, wake_at
      from requests.clock where request_id = ${id} order by started_at desc, id limit 40`,
    db<Told[]>`select at, type, data from platform.event where subject = ${id} and (type in ('request.recognised', 'request.clocks-changed') or type like 'request.%-breached') order by seq`,
    db<Taken[]>`select e.clock_id, e.step, e.at, e.outcome, (select array_agg(p.name order by p.name) from staff.person p where p.id = any(e.told)) as told from requests.escalation e where e.request_id = ${id}`,
    listCalendars(ctx), tierOf(ctx, request.customerId), loadRecognition(ctx),
  ])
  const facts = { priority: request.priority, channel: request.channel, tier }
  const clocks = []
  for (const row of stored) {
    const standard = await standardOf(ctx, recognition, row.versionId)
    const clock = clockOf(row)
    const calendar = await calendarOfClock(ctx, clock)
    const step = (one: Step) => {
      const done = taken.find((other) => other.clockId === clock.id && other.step === one.key)
      return { key: one.key, level: one.level, does: one.does, offsetMinutes: one.offsetMinutes, time: one.time, at: done ? null : iso(stepAt(clock, one, calendar)), taken: done ? { at: done.at, outcome: done.outcome, told: done.told ?? [] } : null }
    }
    clocks.push({
      id: clock.id, kind: clock.kind, run: clock.run, state: clock.state, clause: clock.clause, version: standard.number, targetMinutes: clock.targetMs / 60_000,
      usedMinutes: Math.round(clock.usedMs / 6_000) / 10, calendar: calendars.find((one) => one.id === clock.calendarId)?.name ?? null,
      startedAt: row.startedAt!, dueAt: row.dueAt, pausedAt: row.pausedAt, breachedAt: row.breachedAt, notedAt: row.notedAt, endedAt: row.endedAt,
      ranked: rankClauses(standard.content.clauses, clock.kind, facts).map((one) => ({ key: one.clause.key, when: one.clause.when, targetMinutes: one.clause.target, fits: one.fits, conditions: one.conditions })),
      story: storyOf(clock, told),
      steps: standard.content.steps.filter((one) => one.measure === clock.kind).sort((a, b) => a.offsetMinutes - b.offsetMinutes).map(step),
    })
  }
  return { clocks }
}

const ms = (at: string | null): number | null => (at === null ? null : Date.parse(at))
const clockOf = ({ notedAt: _, ...row }: Stored): Clock => ({ ...row, startedAt: ms(row.startedAt)!, since: ms(row.since), dueAt: ms(row.dueAt), pausedAt: ms(row.pausedAt), breachedAt: ms(row.breachedAt), endedAt: ms(row.endedAt), wakeAt: ms(row.wakeAt) })

/** What moved this clock and why, as it was recorded. */
interface Move { at: string; did: ClockChange['did'] | 'breached'; cause: Cause; dueAt: string | null; leftMinutes: number | null; clause: string | null }
function storyOf(clock: Pick<Clock, 'id'>, told: readonly Told[]): Move[] {
  return told.flatMap(({ at, type, data }): Move[] => {
    if (type.endsWith('-breached')) return data.clock === clock.id ? [{ at, did: 'breached', cause: 'due', dueAt: data.dueAt ?? null, leftMinutes: null, clause: null }] : []
    return (data.changes ?? data.clocks ?? []).filter((one) => one.clock === clock.id).map((one) => ({ at, did: one.did, cause: data.cause ?? 'accepted', dueAt: one.dueAt, leftMinutes: one.leftMinutes, clause: one.clause }))
  })
}
