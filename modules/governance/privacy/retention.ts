/**
 * Data goes when its time is over, without anybody asking: customers nobody has dealt with for so long, the words of
 * requests closed so long ago, mails that belong to no request. What is under a hold stays and is counted.
 */
import { type App, type Ctx, run } from '../../../platform/context.ts'
import type { Fragment } from '../../../platform/database/index.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import { newId } from '../../../lib/id/index.ts'
import { blankMails } from '../../channels/index.ts'
import { categories, type Category, type RetentionDue, type RetentionRow, type RetentionRun } from './contract.ts'
import { eraseEverywhere } from './erase.ts'
import { personOf } from './person.ts'

const DAY_MS = 86_400_000
const GRACE_MS = DAY_MS
const AT_ONCE = 25

type Report = Record<string, number>
// Under a hold, or just being asked about by the person: neither may vanish meanwhile. `root` is the record that is shown.
const isHeld = ({ db }: Pick<Ctx, 'db'>, root: Fragment) => db`(
  exists (select 1 from governance.hold h join customers.customer m on m.id = h.customer_id where h.lifted_at is null and coalesce(m.merged_into, m.id) = ${root})
  or exists (select 1 from governance.person_request p join customers.customer m on m.id = p.customer_id where p.stage in ('received', 'verified', 'granted') and coalesce(m.merged_into, m.id) = ${root}))`
/** Rows `(id, since, is_held)` of what was last used before an instant. */
const dueRows: Record<Category, (ctx: Pick<Ctx, 'db'>, before: Date) => Fragment> = {
  customer: ({ db }, before) => db`
    select f.id, f.since, ${isHeld({ db }, db`f.id`)} as is_held
    from (select coalesce(c.merged_into, c.id) as id, max(greatest(c.created_at, r.last)) as since, bool_or(r.is_open) as is_open
      from customers.customer c left join lateral (
        select max(greatest(q.last_message_at, q.closed_at)) as last, bool_or(q.stage <> 'closed') as is_open from requests.request q where q.customer_id = c.id) r on true group by 1) f
    where f.since < ${before} and f.is_open is not true and not exists (select 1 from governance.erasure e where e.subject = f.id and e.at >= f.since)`,
  request: ({ db }, before) => db`
    select r.id, r.closed_at as since, ${isHeld({ db }, db`coalesce(c.merged_into, c.id)`)} as is_held
    from requests.request r join customers.customer c on c.id = r.customer_id where r.closed_at < ${before} and r.stage = 'closed' and not exists (select 1 from governance.erasure e where e.subject = r.id and e.at >= r.closed_at)`,
  mail: ({ db }, before) => db`
    select m.id, m.at as since, false as is_held from channels.mail m where m.at < ${before} and m.request_id is null and m.message_id is null and (m.address <> '' or m.subject <> '' or m.raw_file_id is not null)`,
}

const eraseBatch: Record<Category, (ctx: Ctx, ids: readonly string[]) => Promise<Report>> = {
  // One a transaction: a person may have hundreds of requests.
  customer: async (ctx, [id]) => eraseEverywhere(ctx, await personOf(ctx, id!), 'retention'),
  request: (ctx, ids) => eraseEverywhere(ctx, { customerIds: [], requestIds: ids, addresses: [] }, 'retention'),
  mail: async (ctx, ids) => ({ 'channels.mail': await blankMails(ctx, ids) }),
}

export async function countDue(ctx: Pick<Ctx, 'db' | 'now'>, category: Category, days: number): Promise<RetentionDue> {
  const [row] = await ctx.db<RetentionDue[]>`
    select count(*) filter (where not is_held)::int as due, count(*) filter (where is_held)::int as held, min(since) filter (where not is_held) as oldest from (${dueRows[category](ctx, new Date(ctx.now.getTime() - days * DAY_MS))}) due`
  return row!
}

interface Rule { category: Category; days: number | null; changedAt: string | null; version: number }
const selectRules = ({ db }: Pick<Ctx, 'db'>) => db<Rule[]>`select category, days, changed_at, version from governance.retention_rule order by array_position(${categories as unknown as string[]}, category)`
const effectiveAt = (rule: Rule): Date | null => rule.days === null || rule.changedAt === null ? null : new Date(Date.parse(rule.changedAt) + GRACE_MS)

export async function viewRetention(ctx: Ctx): Promise<{ rows: RetentionRow[]; runs: RetentionRun[] }> {
  const rules = await selectRules(ctx)
  const rows = await Promise.all(rules.map(async (rule) => ({
    category: rule.category, days: rule.days, effectiveAt: effectiveAt(rule)?.toISOString() ?? null, version: rule.version,
    ...(rule.days === null ? { due: 0, held: 0, oldest: null } : await countDue(ctx, rule.category, rule.days)),
  })))
  const runs = await ctx.db<RetentionRun[]>`select id, category, days, at, count, held, report from governance.retention_run order by id desc limit 30`
  return { rows, runs: [...runs] }
}

export async function changeRetention(ctx: Ctx, category: Category, { days, version }: { days: number | null; version: number }): Promise<{ rows: RetentionRow[]; runs: RetentionRun[] }> {
  const [before] = await ctx.db<Rule[]>`select category, days, changed_at, version from governance.retention_rule where category = ${category} for update`
  if (before!.version !== version) throw new Fault('governance.privacy.changed-meanwhile', 409)
  if (before!.days !== days) {
    await ctx.db`update governance.retention_rule set days = ${days}, changed_at = ${ctx.now}, version = version + 1 where category = ${category}`
    await emit(ctx, 'privacy.retention-changed', { data: { category, from: before!.days, to: days } })
  }
  return viewRetention(ctx)
}

/** Erases what is due, a batch a transaction; a run that took something leaves a report. */
export async function runRetention(app: App): Promise<void> {
  for (const rule of await selectRules({ db: app.pool })) {
    const from = effectiveAt(rule)
    if (from === null || from > app.clock.now()) continue
    await runCategory(app, rule.category, rule.days!)
  }
}

async function runCategory(app: App, category: Category, days: number): Promise<void> {
  const report: Report = {}
  let count = 0
  for (;;) {
    const taken = await run(app, {}, async (ctx) => {
      const before = new Date(ctx.now.getTime() - days * DAY_MS)
      const rows = await ctx.db<{ id: string }[]>`select id from (${dueRows[category](ctx, before)}) due where not is_held order by since, id limit ${category === 'customer' ? 1 : AT_ONCE}`
      if (!rows.length) return 0
      for (const [table, gone] of Object.entries(await eraseBatch[category](ctx, rows.map((row) => row.id)))) report[table] = (report[table] ?? 0) + gone
      return rows.length
    })
    if (!taken) break
    count += taken
  }
  if (!count) return
  await run(app, {}, async (ctx) => {
    const { held } = await countDue(ctx, category, days)
    await ctx.db`insert into governance.retention_run (id, category, days, at, count, held, report) values (${newId()}, ${category}, ${days}, ${ctx.now}, ${count}, ${held}, ${ctx.db.json(report)})`
    await emit(ctx, 'privacy.retention-run', { data: { category, days, count, held } })
  })
}
