/** Mailings: setting when a report goes to whom, and putting what is due on the way, once for each recipient and time. */
import { newId } from '../../../lib/id/index.ts'
import type { App, Ctx } from '../../../platform/context.ts'
import { run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import { enqueue } from '../../../platform/jobs/index.ts'
import { actingAs } from '../../staff/index.ts'
import { refusalOf } from './file.ts'
import type { NewMailing, ReportMail, SavedReport } from './contract.ts'
import { mustBePerson } from '../whose.ts'
import { openTo, viewSaved } from './saved.ts'

const BATCH = 100
const KEPT_MS = 400 * 86_400_000

type Rhythm = Pick<NewMailing, 'rhythm' | 'weekday' | 'monthDay' | 'time'>
const DAY_MS = 86_400_000

/** The first day after `day` (YYYY-MM-DD) the rhythm falls on, or `day` itself when `isIncluded`. */
export function nextDay({ rhythm, weekday, monthDay }: Pick<Rhythm, 'rhythm' | 'weekday' | 'monthDay'>, day: string, isIncluded: boolean): string {
  for (let at = Date.parse(day) + (isIncluded ? 0 : DAY_MS); ; at += DAY_MS) {
    const date = new Date(at)
    const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
    const fits = rhythm === 'daily' || (rhythm === 'weekly' ? (date.getUTCDay() + 6) % 7 + 1 === weekday : date.getUTCDate() === Math.min(monthDay!, last))
    if (fits) return date.toISOString().slice(0, 10)
  }
}

/** When it is due next after now, where the person lives. */
async function nextAt(ctx: Ctx, rhythm: Rhythm, zone: string): Promise<Date> {
  const [here] = await ctx.db<{ day: string }[]>`select to_char(${ctx.now}::timestamptz at time zone ${zone}, 'YYYY-MM-DD') as day`
  const days = [nextDay(rhythm, here!.day, true), nextDay(rhythm, here!.day, false)]
  const rows = await ctx.db<{ at: string }[]>`select (d || ' ' || ${rhythm.time})::timestamp at time zone ${zone} as at from unnest(${days}::text[]) d order by 1`
  return new Date(rows.find(({ at }) => Date.parse(at) > ctx.now.getTime())!.at)
}

export async function setMailing(ctx: Ctx, id: string, { personIds, ...given }: NewMailing): Promise<SavedReport> {
  const me = mustBePerson(ctx)
  for (const format of given.attachments) { const refusal = await refusalOf(ctx.app, format); if (refusal) throw new Fault(refusal, 422, {}, [{ path: 'attachments', code: refusal }]) }
  const report = await viewSaved(ctx, id)
  const people = [...new Set(personIds)]
  if (!report.isMine && people.some((person) => person !== me)) throw new Fault('insight.saved.only-self', 403)
  const known = await actingAs(ctx, people)
  for (const person of people) {
    const acting = known.get(person)
    const [open] = acting ? await ctx.db`select 1 from insight.report p where p.id = ${id} and ${openTo(ctx, acting.actor)}` : []
    if (!open) throw new Fault('insight.saved.not-shared', 422, {}, [{ path: 'personIds', code: 'insight.saved.not-shared' }])
  }
  const [mailing] = await ctx.db<{ id: string }[]>`
    insert into insight.mailing (id, report_id, set_by, rhythm, weekday, month_day, local_time, attachments, set_at)
    values (${newId()}, ${id}, ${me}, ${given.rhythm}, ${given.weekday}, ${given.monthDay}, ${given.time}, ${[...new Set(given.attachments)]}, ${ctx.now})
    on conflict (report_id, set_by) do update set (rhythm, weekday, month_day, local_time, attachments, set_at) = (excluded.rhythm, excluded.weekday, excluded.month_day, excluded.local_time, excluded.attachments, excluded.set_at) returning id`
  await ctx.db`delete from insight.mailing_recipient where mailing_id = ${mailing!.id}`
  for (const person of people) await ctx.db`insert into insight.mailing_recipient (mailing_id, person_id, next_at) values (${mailing!.id}, ${person}, ${await nextAt(ctx, given, known.get(person)!.zone)})`
  await emit(ctx, 'report.mailing-set', { subject: id, data: { rhythm: given.rhythm, recipients: people } })
  return viewSaved(ctx, id)
}

export async function endMailing(ctx: Ctx, id: string): Promise<void> {
  await viewSaved(ctx, id)
  const { count } = await ctx.db`delete from insight.mailing where report_id = ${id} and set_by = ${ctx.actor.id}`
  if (count) await emit(ctx, 'report.mailing-ended', { subject: id })
}
export async function leaveMailing(ctx: Ctx, id: string): Promise<void> {
  await viewSaved(ctx, id)
  const { count } = await ctx.db`delete from insight.mailing_recipient r using insight.mailing m where m.id = r.mailing_id and m.report_id = ${id} and r.person_id = ${ctx.actor.id}`
  await ctx.db`delete from insight.mailing m where m.report_id = ${id} and not exists (select 1 from insight.mailing_recipient r where r.mailing_id = m.id)`
  if (count) await emit(ctx, 'report.mailing-left', { subject: id })
}

export async function listMails(ctx: Ctx, id: string): Promise<{ rows: ReportMail[] }> {
  const report = await viewSaved(ctx, id)
  const rows = await ctx.db<(Omit<ReportMail, 'person'> & { personId: string; name: string })[]>`
    select m.id, m.person_id, q.name, m.due_at, m.state, m.why, m.ended_at from insight.report_mail m join staff.person q on q.id = m.person_id
    where m.report_id = ${id} ${report.isMine ? ctx.db`` : ctx.db`and m.person_id = ${ctx.actor.id}`} order by m.due_at desc, m.id desc limit 100`
  return { rows: rows.map(({ personId, name, ...row }) => ({ ...row, person: { id: personId, name } })) }
}

/** Puts on the way what is due. What was missed while nothing ran is sent once, not once for each time. */
export async function queueDue(app: App): Promise<void> {
  while (await run(app, {}, queueBatch) === BATCH);
}

interface Due extends Rhythm { mailingId: string; personId: string; reportId: string; nextAt: string; zone: string }
async function queueBatch(ctx: Ctx): Promise<number> {
  // Whoever else looks now passes over these; the key of report_mail stands behind that.
  const due = await ctx.db<Due[]>`
    select r.mailing_id, r.person_id, r.next_at, m.report_id, m.rhythm, m.weekday, m.month_day, to_char(m.local_time, 'HH24:MI') as time, q.zone
    from insight.mailing_recipient r join insight.mailing m on m.id = r.mailing_id join staff.person q on q.id = r.person_id
    where r.next_at <= ${ctx.now} order by r.next_at limit ${BATCH} for update of r skip locked`
  for (const one of due) {
    const [mail] = await ctx.db<{ id: string }[]>`insert into insight.report_mail (id, report_id, mailing_id, person_id, due_at, state) values (${newId()}, ${one.reportId}, ${one.mailingId}, ${one.personId}, ${one.nextAt}, 'queued') on conflict do nothing returning id`
    if (mail) enqueue(ctx, 'insight.mail-report', { id: mail.id }, { key: mail.id })
    await ctx.db`update insight.mailing_recipient set next_at = ${await nextAt(ctx, one, one.zone)} where mailing_id = ${one.mailingId} and person_id = ${one.personId}`
  }
  return due.length
}

export const forgetMails = (app: App): Promise<void> => run(app, {}, async (ctx) => { await ctx.db`delete from insight.report_mail where due_at < ${new Date(ctx.now.getTime() - KEPT_MS)}` })
