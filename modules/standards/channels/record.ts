/** The records of channels: one row a version, each with its moment of effect, who set it and why. */
import { personIdOf } from '../../../platform/access/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import { newId } from '../../../lib/id/index.ts'
import { type ChannelFields, type ChannelKey, channelKeys, type ChannelRecord, type ChannelState, type NewChannelRecord } from './contract.ts'

type Row = Omit<ChannelRecord, 'setBy' | 'isEffective'> & { setById: string | null; setByName: string | null }

/** Every record of a channel, or of all; the newest first. */
export async function channelRecordsOf(ctx: Ctx, channel: ChannelKey | null): Promise<ChannelRecord[]> {
  const rows = await ctx.db<Row[]>`
    select c.id, c.channel, c.number, c.tier, c.flow, c.response_minutes, c.targets, c.cost::float8, c.currency, c.effective_at, c.set_by as set_by_id, p.name as set_by_name, c.set_at, c.reason
    from standards.channel c left join staff.person p on p.id = c.set_by where ${channel === null ? ctx.db`true` : ctx.db`c.channel = ${channel}`} order by c.channel, c.number desc`
  const now = ctx.now.toISOString()
  const held = new Map<string, Row>()
  for (const row of rows) {
    const other = held.get(row.channel)
    // Of two from the same moment the one set later holds, and it comes first here.
    if (row.effectiveAt <= now && (!other || row.effectiveAt > other.effectiveAt)) held.set(row.channel, row)
  }
  return rows.map(({ setById, setByName, ...row }) => ({ ...row, setBy: setById === null ? null : { id: setById, name: setByName ?? '' }, isEffective: held.get(row.channel)?.id === row.id }))
}

/** Every channel, with its record in force and those to come. */
export async function listChannels(ctx: Ctx): Promise<{ rows: ChannelState[] }> {
  const all = await channelRecordsOf(ctx, null)
  const now = ctx.now.toISOString()
  return {
    rows: channelKeys.map((channel) => {
      const own = all.filter((one) => one.channel === channel)
      return { channel, record: own.find((one) => one.isEffective) ?? null, coming: own.filter((one) => one.effectiveAt > now), latest: own[0]?.number ?? 0 }
    }),
  }
}

/** Figures of several channels are added and compared: they cost in one currency. Throws 409 `standards.channel.other-currency`. */
async function mustBeOneCurrency(ctx: Ctx, channel: ChannelKey, currency: string | null): Promise<void> {
  if (currency === null) return
  const [other] = await ctx.db<{ channel: string; currency: string }[]>`
    select l.channel, l.currency from (select distinct on (channel) channel, currency from standards.channel order by channel, number desc) l where l.channel <> ${channel} and l.currency <> ${currency} limit 1`
  if (other) throw new Fault('standards.channel.other-currency', 409, { currency: other.currency }, [{ path: 'currency', code: 'standards.channel.other-currency', args: { currency: other.currency } }])
}

const said = ({ tier, flow, responseMinutes, targets, cost, currency }: ChannelFields): ChannelFields => ({ tier, flow, responseMinutes, targets, cost, currency })

/**
 * Sets the record of a channel anew. The first one may hold for what has been, so that its price is known; later ones
 * hold from now on or from later, so that what has been keeps what held then. Throws 409 `standards.changed-meanwhile`
 * when another was set since the one named `after`.
 */
export async function setChannel(ctx: Ctx, channel: ChannelKey, { reason, effectiveAt, after, ...given }: NewChannelRecord): Promise<ChannelRecord> {
  if (effectiveAt && after > 0 && Date.parse(effectiveAt) < ctx.now.getTime()) throw new Fault('standards.effective-past', 422, {}, [{ path: 'effectiveAt', code: 'standards.effective-past' }])
  await mustBeOneCurrency(ctx, channel, given.currency)
  const before = (await channelRecordsOf(ctx, channel))[0]
  if ((before?.number ?? 0) !== after) throw new Fault('standards.changed-meanwhile', 409)
  const [id, from] = [newId(), effectiveAt ? new Date(effectiveAt) : ctx.now]
  const made = await ctx.db`insert into standards.channel (id, channel, number, tier, flow, response_minutes, targets, cost, currency, effective_at, set_by, set_at, reason)
    values (${id}, ${channel}, ${after + 1}, ${given.tier}, ${given.flow}, ${given.responseMinutes}, ${ctx.db.json(given.targets as never)}, ${given.cost}, ${given.currency}, ${from}, ${personIdOf(ctx)}, ${ctx.now}, ${reason})
    on conflict (channel, number) do nothing returning id`
  if (!made.length) throw new Fault('standards.changed-meanwhile', 409)
  await emit(ctx, 'standard.channel-set', { subject: id, data: { channel, number: after + 1, effectiveAt: from.toISOString(), reason, before: before ? said(before) : null, after: said(given) } })
  return (await channelRecordsOf(ctx, channel)).find((one) => one.id === id)!
}
