/** Alarms of metrics as people see them: the list, seeing to one, judging it, the report card; and the mail that tells of one. */
import type { App, Ctx } from '../../../platform/context.ts'
import { reading } from '../../../platform/context.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { enqueue } from '../../../platform/jobs/index.ts'
import { valueWords, rowWords } from '../../../lib/metrics/index.ts'
import type { Dimension } from '../../../lib/metrics/index.ts'
import { mailColleague } from '../../channels/index.ts'
import { acknowledgeAlarm, giveAlarm, judgeAlarm } from '../../governance/index.ts'
import { actingAs } from '../../staff/index.ts'
import { labels } from '../metrics/report.ts'
import { insightText } from '../reports/table.ts'
import { overseesAll } from '../whose.ts'
import type { Card, MetricAlarm } from './contract.ts'
import type { TellJob } from './watch.ts'

type Row = Omit<MetricAlarm, 'rule' | 'owner' | 'label'> & { ruleId: string; ruleName: string; ownerId: string | null; ownerName: string | null }
/** Whoever sees everything sees every alarm; others those of their rules and those that are theirs or come to them next. */
const seen = (ctx: Ctx) => (overseesAll(ctx) ? ctx.db`true` : ctx.db`(u.owner_id = ${ctx.actor.id} or a.owner_id = ${ctx.actor.id} or (a.next_id = ${ctx.actor.id} and a.told_at is not null))`)

async function select(ctx: Ctx, { id = null, state = 'all', cursor = null, limit }: { id?: string | null; state?: 'open' | 'seen' | 'all'; cursor?: string | null; limit: number }): Promise<MetricAlarm[]> {
  const { db } = ctx
  const rows = await db<Row[]>`
    select a.id, u.id as rule_id, u.name as rule_name, u.metric, u.condition, u.bucket, u.each, u.filters, m.key, m.bucket_start, m.value, m.count, m.lower, m.upper, m.signal, a.raised_at, a.last_at, a.due_at, a.owner_id, o.name as owner_name,
      a.told_at as passed_on_at, a.acknowledged_at, b.name as acknowledged_by, a.note, a.verdict, a.outcome
    from insight.metric_alarm m join governance.alarm a on a.id = m.alarm_id join insight.alarm_rule u on u.id = m.rule_id left join staff.person o on o.id = a.owner_id left join staff.person b on b.id = a.acknowledged_by
    where ${seen(ctx)} ${id ? db`and a.id = ${id}` : db``} ${state === 'all' ? db`` : db`and (a.acknowledged_at is null) = ${state === 'open'}`} ${cursor ? db`and a.id < ${cursor}` : db``} order by a.id desc limit ${limit}`
  const named = new Map<string, string>()
  for (const each of new Set(rows.flatMap((row) => row.each ?? []))) for (const [key, label] of await labels(ctx, each as Dimension, rows.filter((row) => row.each === each).map((row) => row.key))) named.set(`${each} ${key}`, label)
  return rows.map(({ ruleId, ruleName, ownerId, ownerName, ...row }) => ({ ...row, rule: { id: ruleId, name: ruleName }, owner: ownerId ? { id: ownerId, name: ownerName ?? '' } : null, label: named.get(`${row.each} ${row.key}`) ?? null }))
}

const isId = (text: string): boolean => /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(text)
export async function listMetricAlarms(ctx: Ctx, { state, cursor, limit }: { state: 'open' | 'seen' | 'all'; cursor?: string; limit: number }): Promise<{ rows: MetricAlarm[]; next: string | null }> {
  if (cursor !== undefined && !isId(cursor)) throw new Fault('input.cursor', 422)
  const rows = await select(ctx, { state, cursor: cursor ?? null, limit: limit + 1 })
  return { rows: rows.slice(0, limit), next: rows.length > limit ? rows[limit - 1]!.id : null }
}
async function mine(ctx: Ctx, id: string): Promise<MetricAlarm> {
  const [row] = await select(ctx, { id, limit: 1 })
  if (!row) throw notFound('governance.alarm')
  return row
}

/** What one may see one may see to: the list holds nothing that is not one's own, or everything. */
export async function seeTo(ctx: Ctx, id: string, note: string): Promise<MetricAlarm> {
  await mine(ctx, id)
  await acknowledgeAlarm(ctx, 'metric', id, note)
  return mine(ctx, id)
}
export async function give(ctx: Ctx, id: string, personId: string): Promise<MetricAlarm> {
  const alarm = await mine(ctx, id)
  await giveAlarm(ctx, 'metric', id, personId)
  enqueue(ctx, 'insight.tell-alarm', { id, personId }, { key: `${id} ${personId}` })
  // Given away it may be out of sight.
  return (await select(ctx, { id, limit: 1 }))[0] ?? alarm
}
export async function judgeOne(ctx: Ctx, id: string, given: { verdict: 'useful' | 'false'; outcome: string }): Promise<MetricAlarm> {
  await mine(ctx, id)
  await judgeAlarm(ctx, 'metric', id, given)
  return mine(ctx, id)
}

export async function cardOf(ctx: Ctx, { days }: { days: number }): Promise<{ rows: Card[] }> {
  const rows = await ctx.db<(Omit<Card, 'rule'> & { id: string; name: string })[]>`
    select u.id, u.name, count(*)::int as raised, count(a.acknowledged_at)::int as acknowledged, (count(*) filter (where a.acknowledged_at <= a.due_at))::int as in_time,
      percentile_cont(0.5) within group (order by extract(epoch from a.acknowledged_at - a.raised_at) / 60) filter (where a.acknowledged_at is not null) as median_minutes,
      (count(*) filter (where a.verdict = 'useful'))::int as useful, (count(*) filter (where a.verdict = 'false'))::int as "false", (count(*) filter (where a.acknowledged_at is null))::int as open
    from insight.metric_alarm m join governance.alarm a on a.id = m.alarm_id join insight.alarm_rule u on u.id = m.rule_id
    where ${seen(ctx)} and a.raised_at >= ${new Date(ctx.now.getTime() - days * 86_400_000)} group by u.id, u.name order by count(*) desc, u.name`
  return { rows: rows.map(({ id, name, ...row }) => ({ ...row, rule: { id, name } })) }
}

/** Tells a person by mail of an alarm that is theirs and that nobody has seen yet. The page tells it in any case. */
export async function tellAlarm(app: App, job: TellJob): Promise<void> {
  const acting = (await actingAs({ db: app.pool }, [job.payload.personId])).get(job.payload.personId)
  if (!acting) return
  const { locale, zone, actor, login } = acting
  const [alarm] = await select(reading(app, { actor, locale }), { id: job.payload.id, state: 'open', limit: 1 })
  if (!alarm || alarm.owner?.id !== actor.id) return
  const t = insightText(locale, zone)
  const words = valueWords(alarm.metric, locale, t)
  const text = [
    alarmSentence(alarm, t, words, rowWords({ by: alarm.each ?? 'time', bucket: alarm.bucket, from: '', to: '' }, locale, zone, t)), '',
    ...(alarm.dueAt && !alarm.passedOnAt ? [t('insight.alarm.mail-due', { at: new Date(alarm.dueAt) })] : []), ...(alarm.passedOnAt ? [t('insight.alarm.mail-passed-on')] : []),
    `${app.config.publicUrl}/reports/alarms?alarm=${alarm.id}`,
  ].join('\n')
  const { outcome } = await mailColleague(app, { id: job.id, to: { name: actor.name, address: login }, subject: t('insight.alarm.mail-subject', { rule: alarm.rule.name }), text, attachments: [] })
  if (outcome === 'later') throw new Error('mail server')
}

function alarmSentence(alarm: MetricAlarm, t: ReturnType<typeof insightText>, words: (value: number | null) => string, named: (row: { id: string; label: string | null }) => string): string {
  const about = `${t(`insight.metric.${alarm.metric}`)}${alarm.each ? ` · ${named({ id: alarm.key, label: alarm.label })}` : ''}`
  return alarm.condition === 'control'
    ? t('insight.alarm.said-control', { about, value: words(alarm.value), lower: words(alarm.lower), upper: words(alarm.upper), signal: t(`insight.report.signal-${alarm.signal}`) })
    : t(`insight.alarm.said-${alarm.condition}`, { about, value: words(alarm.value), bound: words(alarm.condition === 'above' ? alarm.upper : alarm.lower) })
}

/** How many alarms nobody has seen yet, of those the actor may see. */
export async function openAlarms(ctx: Ctx): Promise<number> {
  const [row] = await ctx.db<{ count: number }[]>`select count(*)::int as count from insight.metric_alarm m join governance.alarm a on a.id = m.alarm_id join insight.alarm_rule u on u.id = m.rule_id where a.kind = 'metric' and a.acknowledged_at is null and ${seen(ctx)}`
  return row!.count
}
