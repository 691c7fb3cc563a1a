/**
 * Escalation 分級響應: the steps a standard sets around a deadline. Each is taken once on a run of a clock, by whoever
 * sweeps first: its row's key is the clock and the step. What does not apply is written down with the reason.
 */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { tierOf } from '../customers/index.ts'
import { loadRecognition, type Step, standardOf } from '../standards/index.ts'
import { moveToTeam, noticeTo, reallocate } from './assign.ts'
import { type Clock, isOpen, reckon, stepAt, stepsLeft } from './clock.ts'
import { calendarOfClock } from './clocks.ts'
import { endAssignments, type LockedRequest, writeClocks } from './store.ts'
import { change } from './track.ts'

interface Due { clock: Clock; step: Step; at: number }
interface Outcome { outcome: string; told: string[] }
const passed = (why: string): Outcome => ({ outcome: `requests.step.${why}`, told: [] })

/** Takes every step that is due by now, in the order of their times. A step may move clocks, so each looks anew. */
export async function takeSteps(ctx: Ctx, request: LockedRequest): Promise<void> {
  const recognition = await loadRecognition(ctx)
  const contents = new Map<string, readonly Step[]>()
  for (const { versionId } of request.clocks) if (!contents.has(versionId)) contents.set(versionId, (await standardOf(ctx, recognition, versionId)).content.steps)
  for (;;) {
    const due = await nextStep(ctx, request, contents)
    if (!due) return
    const { clock, step, at } = due
    clock.fired = [...clock.fired, step.key]
    const { outcome, told } = await applies(ctx, request, due) ?? await take(ctx, request, step)
    ctx.later(ctx.db`insert into requests.escalation (clock_id, step, request_id, level, due_at, at, outcome, told) values (${clock.id}, ${step.key}, ${request.id}, ${step.level}, ${new Date(at)}, ${ctx.now}, ${outcome}, ${told}::uuid[])`)
    // By its id: taking the step may have made the list anew.
    const current = request.clocks.find((one) => one.id === clock.id) ?? clock
    if (current !== clock) current.fired = clock.fired
    if (isOpen(current)) reckon(current, contents.get(current.versionId) ?? [], await calendarOfClock(ctx, current))
    writeClocks(ctx, request.id, [current])
    await emit(ctx, 'request.escalated', { subject: request.id, teamId: request.teamId, data: { clock: clock.id, kind: clock.kind, run: clock.run, step: step.key, level: step.level, does: step.does, to: told, outcome, dueAt: new Date(at).toISOString() } })
  }
}

async function nextStep(ctx: Ctx, request: LockedRequest, contents: ReadonlyMap<string, readonly Step[]>): Promise<Due | null> {
  let next: Due | null = null
  for (const clock of request.clocks.filter(isOpen)) {
    const calendar = await calendarOfClock(ctx, clock)
    for (const step of stepsLeft(clock, contents.get(clock.versionId) ?? [])) {
      const at = stepAt(clock, step, calendar)
      if (at !== null && at <= ctx.now.getTime() && (!next || at < next.at)) next = { clock, step, at }
    }
  }
  return next
}

/** Null when it applies, else why not. */
async function applies(ctx: Ctx, request: LockedRequest, { clock, step }: Due): Promise<Outcome | null> {
  // After a standstill a warning of what has long happened helps nobody.
  if (step.offsetMinutes < 0 && clock.breachedAt !== null) return passed('too-late')
  const { priorities, tiers, channels, stages } = step.when
  if (priorities.length && !priorities.includes(request.priority)) return passed('not-met')
  if (channels.length && !channels.includes(request.channel)) return passed('not-met')
  if (stages.length && !stages.includes(request.stage)) return passed('not-met')
  if (!tiers.length) return null
  return tiers.includes(await tierOf(ctx, request.customerId)) ? null : passed('not-met')
}

const RAISED = { routine: 'normal', normal: 'urgent' } as const

async function take(ctx: Ctx, request: LockedRequest, step: Step): Promise<Outcome> {
  if (step.does === 'raise') {
    if (request.priority === 'urgent') return passed('urgent-already')
    const priority = RAISED[request.priority]
    await change(ctx, request, { before: { priority: request.priority }, after: { priority }, reason: 'requests.reason-escalated', cause: 'escalated' })
    return { outcome: 'taken', told: [] }
  }
  if (step.does === 'reassign') return reassign(ctx, request, step)
  const told = await recipientsOf(ctx, request, step)
  if (!told.length) return passed('nobody')
  for (const person of told) noticeTo(ctx, person, request.id, `escalation-${step.does}`, null, { level: step.level, needsConfirmation: step.does !== 'notify' })
  return { outcome: 'taken', told }
}

async function reassign(ctx: Ctx, request: LockedRequest, step: Step): Promise<Outcome> {
  if (!['accept', 'assign', 'execute'].includes(request.stage)) return passed('not-now')
  if (step.teamId && step.teamId !== request.teamId) {
    await moveToTeam(ctx, request, step.teamId, 'requests.reason-escalated', 'escalated')
    return { outcome: 'taken', told: [] }
  }
  const holder = request.holderId
  endAssignments(ctx, request.id, 'ended')
  await reallocate(ctx, request, holder ? [holder] : [])
  return { outcome: 'taken', told: [] }
}

/** Whom a step tells; people who have left are not told. */
async function recipientsOf(ctx: Ctx, request: LockedRequest, step: Step): Promise<string[]> {
  const { db } = ctx
  const ids = async (rows: PromiseLike<readonly { id: string }[]>): Promise<string[]> => (await rows).map((row) => row.id)
  const lead = () => ids(db<{ id: string }[]>`select p.id from staff.team t join staff.person p on p.id = t.lead_id where t.id = ${request.teamId} and p.disabled_at is null`)
  switch (step.to) {
    case 'person': return ids(db<{ id: string }[]>`select id from staff.person where id = ${step.personId} and disabled_at is null`)
    case 'role': return ids(db<{ id: string }[]>`select p.id from staff.person p join staff.role r on r.id = p.role_id where r.key = ${step.role} and p.disabled_at is null order by p.id limit 50`)
    case 'duty-lead': {
      // The own team's lead when there, else any lead who is, else the own lead all the same.
      const there = await ids(db<{ id: string }[]>`select p.id from staff.team t join staff.person p on p.id = t.lead_id
        where t.archived_at is null and p.disabled_at is null and p.presence <> 'offline' order by t.id = ${request.teamId} desc, p.presence = 'online' desc, p.id limit 1`)
      return there.length ? there : lead()
    }
    case 'holder': return request.holderId ? ids(db<{ id: string }[]>`select id from staff.person where id = ${request.holderId} and disabled_at is null`) : lead()
    default: return lead()
  }
}
