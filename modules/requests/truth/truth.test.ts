/** Random requests on the virtual clock, through the real commands; what was missed is recomputed from their history. `TRUTH=10000` replays as many, `TRUTH_SEED` others. */
import { expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed } from '../../../test/people.ts'
import { Fault } from '../../../platform/fault.ts'
import { type Ctx, run } from '../../../platform/context.ts'
import type { Actor } from '../../../platform/access/index.ts'
import { createCalendar, editCalendar, listCalendars } from '../../staff/index.ts'
import { addService, approveStandard, changeService, type Content, draftStandard, foundStandard, getService, listServices, proposeStandard } from '../../standards/index.ts'
import { acceptRequest } from '../accept.ts'
import { acceptAssignment, assignRequest, takeRequest } from '../assign.ts'
import { releaseMessage, writeMessage } from '../execute.ts'
import { closeRequest, reopenByPerson } from '../feedback.ts'
import { receiveMessage } from '../receive.ts'
import { moveDeadlines } from '../deadlines.ts'
import { sweepDue } from '../sweep.ts'
import { correctRequest, startWaiting, stopWaiting } from '../track.ts'
import { submitRequest, verifyRequest } from '../verify.ts'
import { type Hours, type Look, recompute, type Told, type Written } from './recompute.ts'

const COUNT = Number(process.env.TRUTH ?? 60)
const SEED = Number(process.env.TRUTH_SEED ?? 7)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

function randomOf(seed: number) {
  let state = seed
  const next = (): number => { state = (state + 0x6d2b79f5) | 0; let t = Math.imul(state ^ (state >>> 15), 1 | state); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296 }
  return { next, chance: (share: number) => next() < share, whole: (from: number, to: number) => from + Math.floor(next() * (to - from + 1)), pick: <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)]! }
}
type Random = ReturnType<typeof randomOf>

const open = (from: string, to: string) => [{ from, to }]
const week = (day: { from: string; to: string }[]) => ({ 1: day, 2: day, 3: day, 4: day, 5: day, 6: [], 7: [] })
const clause = (measure: string, target: number, when: Record<string, string> = {}) => ({ key: `${measure}-${Object.values(when).join('-').slice(0, 30) || 'all'}`, words: '', measure, target, when, ownerId: null, dimension: 'delivery' })
const step = (key: string, measure: string, offsetMinutes: number, does: string, more: object = {}) =>
  ({ key, measure, offsetMinutes, time: 'business', level: 'L1', when: { priorities: [], tiers: [], channels: [], stages: [] }, does, to: does === 'notify' || does === 'call' ? 'lead' : null, personId: null, role: null, teamId: null, ...more })
function contentOf(random: Random, teams: { one: string; two: string }): Content {
  const spread = (minutes: number) => Math.max(5, Math.round(minutes * (0.5 + random.next())))
  return {
    clauses: [clause('acceptance', spread(60)), clause('first-response', spread(60)), clause('first-response', spread(15), { priority: 'urgent' }), clause('first-response', spread(10), { channel: 'chat', priority: 'urgent' }), clause('first-response', spread(240), { priority: 'routine' }),
      ...(random.chance(0.7) ? [clause('next-response', spread(120))] : []), clause('resolution', spread(960)), clause('resolution', spread(240), { priority: 'urgent' }), clause('resolution', spread(700), { channel: 'chat' }), clause('hand-over', spread(30), { fromTeam: teams.one, toTeam: teams.two })],
    steps: [step('warn', 'resolution', -30, 'notify'), step('late', 'first-response', 0, 'call', { level: 'L2' }), step('raise', 'resolution', -60, 'raise', { when: { priorities: ['routine'], tiers: [], channels: [], stages: [] } }), step('again', 'resolution', 120, 'reassign', { level: 'L3', time: 'wall' })],
    pausesOn: random.chance(0.5) ? ['customer'] : ['customer', 'third-party'], duties: '', rules: '', appraisal: '', ownerId: null, reviewOn: null,
  } as unknown as Content
}

interface Replay { desk: TestDesk; looks: Look[]; requests: string[]; held: Map<string, string>; act: Actor; second: Actor; services: string[]; calendars: string[]; teams: { one: string; two: string }; random: Random; outages: [number, number][] }
const now = (desk: TestDesk): number => desk.clock.now().getTime()

async function lookAround({ desk, looks }: Replay): Promise<void> {
  const [row] = await desk.app.pool<{ seq: number }[]>`select coalesce(max(seq), 0) as seq from platform.event`
  looks.push({ afterSeq: row!.seq, at: now(desk) })
  while ((await sweepDue(desk.app)) >= 100);
  const [left] = await desk.app.pool<{ n: number }[]>`select count(*)::int as n from requests.clock where wake_at <= ${desk.clock.now()}`
  expect(left!.n).toBe(0)
}

/** The sweep looks every minute; a minute in which nothing is due is not played. */
async function pass(replay: Replay, until: number): Promise<void> {
  const { desk } = replay
  for (;;) {
    const [row] = await desk.app.pool<{ at: string | null }[]>`
      select least((select min(wake_at) from requests.clock), (select min(a.accept_due_at) from requests.assignment a join requests.request r on r.id = a.request_id where a.state = 'offered' and r.paused_at is null),
        (select min(wait_until) from requests.request), (select min(close_after) from requests.request)) as at`
    const at = row!.at === null ? Infinity : Math.max(Math.ceil(Date.parse(row!.at) / MINUTE) * MINUTE, now(desk))
    if (at > until) break
    desk.clock.set(at)
    await lookAround(replay)
  }
  desk.clock.set(until)
}

async function did(replay: Replay, actor: Actor, command: (ctx: Ctx) => Promise<unknown>): Promise<boolean> {
  // What is not allowed just now is refused as a person would be.
  return run(replay.desk.app, { actor }, command).then(() => true, (error: unknown) => { if (error instanceof Fault && error.status < 500) return false; throw error })
}

let arrivals = 0
async function arrive(replay: Replay): Promise<void> {
  const { desk, random, services } = replay
  await run(desk.app, { actor: replay.act }, async (ctx) => {
    const { id } = await acceptRequest(ctx, { source: 'truth', key: String(++arrivals), channel: random.pick(['api', 'chat', 'email']), subject: '問題', text: '請協助', customer: { name: '客戶', email: `t${arrivals}@example.com`, verified: true, channel: 'api' }, serviceId: random.pick(services), priority: random.pick(['urgent', 'normal', 'routine'] as const) })
    replay.requests.push(id)
  })
}

async function change(replay: Replay): Promise<void> {
  const { desk, random, act, second, teams } = replay
  if (random.chance(0.5)) {
    const id = random.pick(replay.calendars)
    await did(replay, act, async (ctx) => {
      const calendar = (await listCalendars(ctx)).find((one) => one.id === id)!
      await editCalendar(ctx, id, { version: calendar.version, hours: { ...calendar.hours, week: week(random.pick([open('09:00', '18:00'), open('08:00', '12:00'), [{ from: '08:30', to: '12:00' }, { from: '13:00', to: '20:00' }]])) } })
    })
    if (random.chance(0.5)) await touch(replay)
    // What runs is put under the new hours knowingly, or not at all.
    if (random.chance(0.6)) await did(replay, act, async (ctx) => moveDeadlines(ctx, id, { version: (await listCalendars(ctx)).find((one) => one.id === id)!.version, reason: '套用' }))
    return
  }
  await did(replay, act, async (ctx) => {
    const { id } = await draftStandard(ctx, random.pick(replay.services), { content: contentOf(random, teams), reason: '' })
    await proposeStandard(ctx, id, '調整')
    await approveStandard({ ...ctx, actor: second }, id, random.chance(0.3) ? { effectiveAt: new Date(now(desk) + random.whole(1, 30) * HOUR).toISOString() } : {})
  })
}

/** A command that comes after the deadline and before anybody looked. */
async function race(replay: Replay): Promise<void> {
  const { desk, random, act } = replay
  const [next] = await desk.app.pool<{ id: string; at: string }[]>`
    select request_id as id, wake_at as at from requests.clock where wake_at > ${desk.clock.now()} and wake_at < ${new Date(now(desk) + 4 * HOUR)} order by wake_at limit 1`
  if (!next) return
  const due = Date.parse(next.at)
  let message = ''
  await pass(replay, Math.max(now(desk), due - 5_000))
  const isWritten = random.chance(0.6) && await did(replay, act, async (ctx) => { message = await writeMessage(ctx, next.id, { kind: 'reply', text: '您好' }) })
  desk.clock.set(due + random.whole(0, 20) * 1000)
  if (isWritten) await did(replay, act, (ctx) => releaseMessage(ctx, message))
  else await touch(replay, next.id)
}

async function touch(replay: Replay, given?: string): Promise<void> {
  const { random, act, second, desk, teams } = replay
  const id = given ?? random.pick(replay.requests.slice(-40))
  const version = async (ctx: Ctx) => (await ctx.db<{ version: number }[]>`select version from requests.request where id = ${id}`)[0]!.version
  const actions: ((ctx: Ctx) => Promise<unknown>)[] = [
    (ctx) => takeRequest(ctx, id), (ctx) => acceptAssignment(ctx, id), (ctx) => takeRequest(ctx, id),
    (ctx) => startWaiting(ctx, id, { for: random.pick(['customer', 'third-party']), ...(random.chance(0.4) ? { until: new Date(now(desk) + random.whole(10, 2000) * MINUTE).toISOString() } : {}) }),
    (ctx) => stopWaiting(ctx, id),
    async (ctx) => correctRequest(ctx, id, { priority: random.pick(['urgent', 'normal', 'routine']), version: await version(ctx) }),
    async (ctx) => correctRequest(ctx, id, { serviceId: random.pick(replay.services), version: await version(ctx) }),
    (ctx) => receiveMessage(ctx, id, { source: 'truth', key: `w${++arrivals}`, channel: 'email', text: '補充', authorName: '客戶', customerId: ctx.actor.id! }),
    (ctx) => submitRequest(ctx, id, '已處理'),
    (ctx) => verifyRequest({ ...ctx, actor: second }, id, { verdict: random.chance(0.5) ? 'passed' : 'failed', reason: '再查' }),
    (ctx) => assignRequest(ctx, id, { teamId: random.pick([teams.one, teams.two, teams.two]) }),
    (ctx) => (random.chance(0.2) ? closeRequest(ctx, id, '撤回') : takeRequest(ctx, id)),
    (ctx) => reopenByPerson(ctx, id, 'requests.reason-reopened'),
  ]
  if (random.chance(0.3)) {
    let message = ''
    if (!(await did(replay, act, async (ctx) => { message = await writeMessage(ctx, id, { kind: 'reply', text: '您好', ...(random.chance(0.2) ? { then: 'wait' as const } : {}) }) }))) return
    await pass(replay, now(desk) + 10_000)
    await did(replay, act, (ctx) => releaseMessage(ctx, message))
  } else await did(replay, act, random.pick(actions))
}

async function begin(desk: TestDesk, random: Random): Promise<Replay> {
  const people = await staffed(desk)
  const actor = (id: string, name: string): Actor => ({ kind: 'agent', id, name, permissions: new Set(['*']), scope: 'all', teamIds: [] }) as unknown as Actor
  const teams = { one: people.teamId, two: people.otherTeamId }
  return run(desk.app, {}, async (ctx) => {
    const day = await createCalendar(ctx, { name: '延長', hours: { zone: 'Asia/Taipei', week: week(open('07:00', '22:00')), exceptions: [] }, holidays: 'none' })
    const [general] = (await listServices(ctx)).rows
    await changeService(ctx, general!.id, { verification: 'person', version: general!.version })
    const other = await addService(ctx, { key: 'other', name: { 'zh-Hant': '其他', 'zh-Hans': '其他', en: 'Other' }, description: '', teamId: teams.one, calendarId: day.id, verification: 'rule', closeAfterHours: 24, reopenDays: 7, acceptMinutes: 15, skills: [], types: [], isActive: true })
    await foundStandard(ctx, other.id, contentOf(random, teams))
    const calendars = (await listCalendars(ctx)).map((one) => one.id)
    return { desk, looks: [], requests: [], held: new Map(), act: actor(people.lead.id, 'lead'), second: actor(people.admin.id, 'admin'), services: [(await getService(ctx, general!.id)).id, other.id], calendars, teams, random, outages: [] }
  })
}

test(`1.2-b 4.3-b every breach of ${COUNT} random requests is what their history alone says, with its true time`, { timeout: 60_000 + COUNT * 2_000 }, async () => {
  const desk = await openDesk({ serve: false })
  try {
    const random = randomOf(SEED)
    const replay = await begin(desk, random)
    const before = new Map<string, Hours>()
    await run(desk.app, {}, async (ctx) => { for (const one of await listCalendars(ctx)) before.set(one.id, structuredClone(one.hours.week) as unknown as Hours) })
    for (let n = 0; n < COUNT * 11; n++) {
      const luck = random.next()
      if (luck < 0.02) {
        // Nobody looks for hours; then the program is back, within a minute.
        const from = now(desk)
        desk.clock.advance(random.whole(30, 1200) * MINUTE)
        replay.outages.push([from, now(desk) + MINUTE])
        if (random.chance(0.5)) await touch(replay)
        await lookAround(replay)
      } else if (luck < 0.03) desk.clock.advance(-random.whole(1, 90) * MINUTE)
      else await pass(replay, now(desk) + random.whole(1, 40) * MINUTE + random.whole(0, 59_999))
      if (replay.requests.length < COUNT && n % 11 === 0) await arrive(replay)
      else if (luck > 0.98) await change(replay)
      else if (luck > 0.88) await race(replay)
      else await touch(replay)
    }
    await pass(replay, now(desk) + 72 * HOUR)

    const { pool } = desk.app
    const events = [...await pool<Told[]>`select seq, type, subject, at, data from platform.event order by seq`]
    const versions = [...await pool<Written[]>`select id, service_id, effective_at, content->'clauses' as clauses, content->'pausesOn' as pauses_on from standards.version where state = 'approved' order by number desc`]
    const services = await pool<{ id: string; calendarId: string | null }[]>`select id, calendar_id from standards.service`
    const standard = await pool<{ id: string }[]>`select id from staff.calendar where is_default`
    const expected = recompute({ events, versions, looks: replay.looks, calendars: before, calendarOf: (service) => services.find((one) => one.id === service)!.calendarId ?? standard[0]!.id })
    const words = (one: { request: string; kind: string; run: number; dueAt: number; notedAt: number }) => `${one.request} ${one.kind} ${one.run} due ${new Date(one.dueAt).toISOString()} noted ${new Date(one.notedAt).toISOString()}`
    const kept = (await pool<{ request: string; kind: string; run: number; dueAt: string; notedAt: string }[]>`select request_id as request, kind, run, breached_at as due_at, noted_at from requests.clock where breached_at is not null`)
      .map((one) => words({ ...one, dueAt: Date.parse(one.dueAt), notedAt: Date.parse(one.notedAt) })).sort()
    const toldOf = events.filter((event) => event.type.startsWith('request.') && event.type.endsWith('-breached'))
      .map((event) => words({ request: event.subject!, kind: event.type.slice(8, -9), run: event.data.run as number, dueAt: Date.parse(event.data.dueAt as string), notedAt: Date.parse(event.at) })).sort()
    const wanted = expected.map(words).sort()
    if (process.env.TRUTH_TELL) for (const odd of [...kept.filter((one) => !wanted.includes(one)), ...wanted.filter((one) => !kept.includes(one))].slice(0, 3)) {
      const id = odd.slice(0, 36)
      console.log(odd, '\n' + events.filter((event) => event.subject === id || event.type === 'staff.calendar-changed').map((event) => `${event.seq} ${event.at} ${event.type} ${JSON.stringify(event.data).slice(0, 260)}`).join('\n'))
    }
    expect(kept.filter((one) => !wanted.includes(one)), 'kept, and not missed by its history').toEqual([])
    expect(wanted.filter((one) => !kept.includes(one)), 'missed by its history, and not kept').toEqual([])
    expect(toldOf).toEqual(kept)
    // Each noted within a minute of its moment, or of the program's return.
    const late = expected.filter((one) => one.notedAt - one.dueAt > MINUTE && !replay.outages.some(([from, to]) => from <= one.notedAt && one.dueAt <= to))
    expect(late.map(words)).toEqual([])
    expect(kept.length).toBeGreaterThan(COUNT / 3)
    if (process.env.TRUTH) console.log(`${COUNT} requests, ${events.length} events, ${kept.length} breaches, ${replay.looks.length} looks`)
    for (const kind of ['acceptance', 'first-response', 'resolution']) expect(kept.some((one) => one.includes(` ${kind} `)), kind).toBe(true)
    const [steps] = await pool<{ taken: number; twice: number }[]>`select (select count(*)::int from requests.escalation where outcome = 'taken') as taken,
      (select count(*)::int from (select 1 from platform.event where type = 'request.escalated' group by data->>'clock', data->>'step' having count(*) > 1) one) as twice`
    expect(steps!.taken).toBeGreaterThan(0)
    expect(steps!.twice).toBe(0)
  } finally { await desk.close() }
})
