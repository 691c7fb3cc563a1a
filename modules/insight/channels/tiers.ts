/** Which tier the figures of each channel speak for, and taking such a proposal. */
import type { Ctx } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import { may } from '../../../platform/access/index.ts'
import { type ChannelKey, type ChannelRecord, type ChannelTier, channelKeys, listChannels, setChannel } from '../../standards/index.ts'
import { inPeriod } from '../metrics/formulas.ts'
import { type Filters, type Period, periodOf, upToDate, wanted } from '../metrics/report.ts'
import { insightText } from '../reports/letter.ts'
import { dayOf } from '../store.ts'
import type { TierRow, Tiers } from './contract.ts'
import { bounds, type Counted, fulls, LEAST_REQUESTS, LEAST_RESOLVED, scoreOf, type Usual, weights } from './tiering.ts'

interface Asked { from: string; to: string }
interface Work extends Usual { channel: string | null; resolved: number }

/** Requests, customers and those who used it again, by channel. */
function usesOf(ctx: Ctx, { from, to }: Period) {
  const of: Filters = { metric: 'volume', by: 'channel', bucket: 'day' }
  return ctx.db<{ channel: string; volume: number; customers: number; returned: number }[]>`
    select channel, sum(number)::int as volume, count(*)::int as customers, (count(*) filter (where number > 1))::int as returned
    from (select r.channel, r.customer_id, count(*) as number from insight.fact r where ${inPeriod(ctx, 'volume', from, to)} and ${wanted(ctx, of)} group by 1, 2) c group by channel`
}

/** What resolved requests took, by channel and, under null, in all. */
function workOf(ctx: Ctx, { from, to }: Period) {
  const of: Filters = { metric: 'transfers', by: 'channel', bucket: 'day' }
  return ctx.db<Work[]>`
    select r.channel, count(*)::int as resolved, avg(greatest(r.asked, 1))::float8 as contacts, avg(1 + r.transfers)::float8 as hands, percentile_cont(0.5) within group (order by r.handling_s::float8 / 60) as handling_minutes
    from insight.fact r where ${inPeriod(ctx, 'transfers', from, to)} and ${wanted(ctx, of)} group by grouping sets ((r.channel), ())`
}

export async function tiersOf(ctx: Ctx, asked: Asked): Promise<Tiers> {
  const asOf = await upToDate(ctx)
  const { zone } = await dayOf(ctx)
  const period = await periodOf(ctx, zone, { ...asked, by: 'channel', bucket: 'day' })
  const [uses, work, states] = [await usesOf(ctx, period), await workOf(ctx, period), (await listChannels(ctx)).rows]
  const all = uses.reduce((sum, one) => sum + one.volume, 0)
  const inAll = work.find((one) => one.channel === null)
  const usual: Usual = { contacts: inAll?.contacts ?? null, hands: inAll?.hands ?? null, handlingMinutes: inAll?.handlingMinutes ?? null }
  const rows = channelKeys.map((channel): TierRow => {
    const { record, latest } = states.find((state) => state.channel === channel)!
    const { volume = 0, customers = 0, returned = 0 } = uses.find((one) => one.channel === channel) ?? {}
    const { resolved = 0, contacts = null, hands = null, handlingMinutes = null } = work.find((one) => one.channel === channel) ?? {}
    const counted: Counted = { volume, all, channels: uses.length, customers, returned, resolved, contacts, hands, handlingMinutes }
    const score = scoreOf(counted, usual)
    const verdict = score === null ? 'few' : score.lowest !== score.highest ? 'unsure' : record === null ? 'unplaced' : record.tier === score.tier ? 'keep' : 'move'
    return { channel, record, latest, volume, customers, returned, resolved, contacts, hands, handlingMinutes, score, verdict }
  })
  return { asOf, from: period.from.toISOString(), to: period.to.toISOString(), all, channels: uses.length, usual, rule: { weights, fulls, bounds, leastRequests: LEAST_REQUESTS, leastResolved: LEAST_RESOLVED }, rows }
}

/** The figures in a sentence, for the record that is made of them. */
function reasonOf(ctx: Ctx, zone: string, { from, to }: Asked, { score }: TierRow): string {
  const t = insightText(ctx.locale, zone)
  const { share, stickiness, complexity, score: sum } = score!
  const percent = (value: number | null): string => (value === null ? '–' : `${(value * 100).toFixed(1)}%`)
  return t('insight.tier.reason', { from, to, share: percent(share), stickiness: percent(stickiness), complexity: complexity === null ? '–' : complexity.toFixed(2), score: sum.toFixed(2) })
}

/**
 * Takes a proposal as it was seen: the channel's next record, the same but for its tier, at once. Throws 403
 * `insight.tier.sees-not-all`, 409 `insight.tier.not-proposed` when the figures no longer speak for it.
 */
export async function takeTier(ctx: Ctx, channel: ChannelKey, { tier, after, ...asked }: Asked & { tier: ChannelTier; after: number }): Promise<ChannelRecord> {
  // A channel is everybody's: the figures of one team are no ground to move it.
  if (ctx.actor.scope !== 'all' || !may(ctx.actor, 'requests.read')) throw new Fault('insight.tier.sees-not-all', 403)
  const row = (await tiersOf(ctx, asked)).rows.find((one) => one.channel === channel)!
  if (row.record && row.latest !== after) throw new Fault('standards.changed-meanwhile', 409)
  if (row.verdict !== 'move' || row.score!.tier !== tier) throw new Fault('insight.tier.not-proposed', 409)
  const { flow, responseMinutes, targets, cost, currency } = row.record!
  const { zone } = await dayOf(ctx)
  return setChannel(ctx, channel, { tier, flow, responseMinutes, targets, cost, currency, reason: reasonOf(ctx, zone, asked, row), after })
}
