/** One report to one person: counted with the rights they have now, written, and handed to the mail server. */
import { may } from '../../../platform/access/index.ts'
import { type App, type Ctx, reading, run } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import { type Job, RetryAt } from '../../../platform/jobs/index.ts'
import { mailColleague } from '../../channels/index.ts'
import { type Acting, actingAs } from '../../staff/index.ts'
import { figuresOf } from '../metrics/report.ts'
import type { NewMailing, Question } from './contract.ts'
import { fileOf } from './file.ts'
import { askedAt, letterOf } from './letter.ts'
import { openTo } from './saved.ts'

/** Longer than any conversation with a mail server lasts: until then whoever began is taken to be at it. */
const BUSY_MS = 15 * 60_000
const GIVE_UP_MS = 86_400_000

interface Taken { id: string; name: string; reportId: string; question: Question; attachments: NewMailing['attachments']; dueAt: string; acting: Acting; isRepeated: boolean }

export async function mailReport(app: App, job: Job<{ id: string }>): Promise<void> {
  const taken = await run(app, {}, (ctx) => take(ctx, job.payload.id))
  if (!taken) return
  const { acting, name, question, dueAt } = taken
  const ctx = reading(app, { actor: acting.actor, locale: acting.locale })
  const asked = askedAt(question, acting.zone, Date.parse(dueAt))
  let figures
  const attachments = []
  try {
    figures = await figuresOf(ctx, asked)
    for (const format of taken.attachments) attachments.push(await fileOf(app, format, { name, asked, figures, locale: acting.locale, zone: acting.zone }))
  } catch (error) {
    // A question of its day that can no longer be answered, too long a period, say; or a file this machine can't make.
    if (!(error instanceof Fault)) throw error
    return end(app, taken.id, 'failed', error.code)
  }
  const letter = letterOf({ name, question, asked, figures, locale: acting.locale, zone: acting.zone, address: app.config.publicUrl })
  const { outcome, why } = await mailColleague(app, { id: taken.id, to: { name: acting.actor.name, address: acting.login }, ...letter, attachments })
  if (outcome === 'sent') return end(app, taken.id, 'sent', taken.isRepeated ? 'insight.saved.sent-perhaps-twice' : null)
  // A second copy of last night's figures is worse than none; what is uncertain is not tried again.
  if (outcome === 'uncertain') return end(app, taken.id, 'failed', 'insight.saved.fate-unknown')
  if (outcome === 'failed' || app.clock.now().getTime() - Date.parse(dueAt) > GIVE_UP_MS) return end(app, taken.id, 'failed', why)
  await run(app, {}, async ({ db }) => { await db`update insight.report_mail set state = 'queued', why = ${why} where id = ${taken.id} and state = 'sending'` })
  throw new Error(why ?? 'mail server')
}

/** Takes the mail in hand, or says in its row why it is not sent. */
async function take(ctx: Ctx, id: string): Promise<Taken | null> {
  const [row] = await ctx.db<(Omit<Taken, 'acting' | 'isRepeated'> & { personId: string; state: string; begunAt: string | null; isSet: boolean })[]>`
    select m.id, p.name, p.id as report_id, p.question, m.due_at, m.person_id, m.state, m.begun_at, coalesce(g.attachments, '{}') as attachments,
      exists (select 1 from insight.mailing_recipient r where r.mailing_id = m.mailing_id and r.person_id = m.person_id) as is_set
    from insight.report_mail m join insight.report p on p.id = m.report_id left join insight.mailing g on g.id = m.mailing_id where m.id = ${id} for update of m`
  if (!row || (row.state !== 'queued' && row.state !== 'sending')) return null
  const isRepeated = row.state === 'sending'
  if (isRepeated && ctx.now.getTime() - Date.parse(row.begunAt!) < BUSY_MS) throw new RetryAt(new Date(Date.parse(row.begunAt!) + BUSY_MS), 'another is sending it')
  const acting = (await actingAs(ctx, [row.personId])).get(row.personId)
  const [open] = acting && may(acting.actor, 'requests.read') ? await ctx.db`select 1 from insight.report p where p.id = ${row.reportId} and ${openTo(ctx, acting.actor)}` : []
  const why = !acting ? 'insight.saved.has-left' : !open ? 'insight.saved.no-longer-open' : !row.isSet ? 'insight.saved.taken-off' : null
  if (why || !acting) {
    await ctx.db`update insight.report_mail set state = 'skipped', why = ${why}, ended_at = ${ctx.now} where id = ${id}`
    return null
  }
  await ctx.db`update insight.report_mail set state = 'sending', begun_at = ${ctx.now} where id = ${id}`
  return { ...row, acting, isRepeated }
}

const end = (app: App, id: string, state: 'sent' | 'failed', why: string | null): Promise<void> =>
  run(app, {}, async (ctx) => { await ctx.db`update insight.report_mail set state = ${state}, why = ${why}, ended_at = ${ctx.now} where id = ${id} and state = 'sending'` })

/** After the last try: the log says so. */
export async function mailGivenUp(ctx: Ctx, job: Job<{ id: string }>): Promise<void> {
  await ctx.db`update insight.report_mail set state = 'failed', ended_at = ${ctx.now} where id = ${job.payload.id} and state in ('queued', 'sending')`
}
