/** The lifecycle of customers (1.2-d): stages with standards of their own, from the first contact to the end. */
import type { Module } from '../../../platform/module.ts'
import { lifecycle } from './contract.ts'
import { reportOf } from './report.ts'
import { changeStages, forgetOnChange, listStages } from './settings.ts'
import { foldStays, followed, followStages, lineOf, moveByHand, unfoldStays, watchStages } from './stay.ts'

export const lifecyclePart: Omit<Module, 'name'> = {
  contract: lifecycle,
  attach: forgetOnChange,
  routes: (mount) => {
    mount(lifecycle.stages, (ctx) => listStages(ctx))
    mount(lifecycle.changeStages, (ctx, { body }) => changeStages(ctx, body))
    mount(lifecycle.line, (ctx, { params }) => lineOf(ctx, params.id))
    mount(lifecycle.moveCustomer, (ctx, { params, body }) => moveByHand(ctx, params.id, body))
    mount(lifecycle.lifecycleReport, (ctx, { query }) => reportOf(ctx, query))
  },
  events: {
    followers: {
      'customer.merged': (ctx, event) => foldStays(ctx, event.subject!, String(event.data.other)),
      'customer.unmerged': (ctx, event) => unfoldStays(ctx, String(event.data.other)),
    },
    together: [{ types: followed, hear: followStages }],
  },
  queues: {
    'customers.watch-stages': { every: 60_000, work: watchStages },
  },
}
