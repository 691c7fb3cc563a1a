/**
 * Insight: what the whole loop looks like now. It keeps no records: every figure is counted from the rooms on its
 * left at the moment of asking, under the same rule of who may see what. Nobody calls this room.
 */
import type { Module } from '../../platform/module.ts'
import { insight } from './contract.ts'
import { columnsToday, loadsToday, todayOf } from './store.ts'

export const insightRoom: Module = {
  name: 'insight',
  text: new URL('./text/', import.meta.url),
  contract: insight,
  routes: (mount) => {
    mount(insight.today, (ctx, { query }) => todayOf(ctx, query))
    mount(insight.columns, (ctx, { query }) => columnsToday(ctx, query))
    mount(insight.loads, (ctx, { query }) => loadsToday(ctx, query))
  },
}
