/** Records of channels: what each is for us, what it promises and costs. */
import type { Module } from '../../../platform/module.ts'
import { channelRecords } from './contract.ts'
import { channelRecordsOf, listChannels, setChannel } from './record.ts'

export const channelsPart: Omit<Module, 'name'> = {
  contract: channelRecords,
  routes: (mount) => {
    mount(channelRecords.channelRecords, (ctx) => listChannels(ctx))
    mount(channelRecords.channelHistory, async (ctx, { params }) => ({ rows: await channelRecordsOf(ctx, params.channel) }))
    mount(channelRecords.setChannel, (ctx, { params, body }) => setChannel(ctx, params.channel, body))
  },
}
