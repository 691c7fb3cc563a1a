/** Channels: their effect and the tier their figures speak for. */
import type { Module } from '../../../platform/module.ts'
import { types } from '../reports/file.ts'
import { channelInsight } from './contract.ts'
import { effectOf } from './effect.ts'
import { effectCsv, effectWorkbook } from './export.ts'
import { takeTier, tiersOf } from './tiers.ts'

export const channelsPart: Omit<Module, 'name'> = {
  contract: channelInsight,
  routes: (mount) => {
    mount(channelInsight.channelEffect, (ctx, { query }) => effectOf(ctx, query))
    mount(channelInsight.exportEffect, async (ctx, { query: { format, ...asked }, reply }) => {
      reply.header('content-disposition', `attachment; filename="channels-${asked.from}-${asked.to}.${format}"`)
      return format === 'csv' ? reply.type('text/csv; charset=utf-8').send(await effectCsv(ctx, asked)) : reply.type(types.xlsx).send(Buffer.from(await effectWorkbook(ctx, asked)))
    })
    mount(channelInsight.channelTiers, (ctx, { query }) => tiersOf(ctx, query))
    mount(channelInsight.takeTier, (ctx, { params, body }) => takeTier(ctx, params.channel, body))
  },
}
