/** Breaches of personal data: the record, the authorities' deadlines, the notices, and the decision about the persons. */
import type { Module } from '../../../platform/module.ts'
import { defaultCalendar } from '../../staff/index.ts'
import { breaches } from './contract.ts'
import { draftOf } from './draft.ts'
import { changeHours, closeBreach, decidePersons, editBreach, missDuty, openBreach, remindOfDuty, settleDuty, tellPersons } from './handle.ts'
import { breachesPersonal } from './personal-data.ts'
import { listBreaches, readHours, viewBreach } from './store.ts'

export const breachesPart: Omit<Module, 'name'> = {
  contract: breaches,
  personal: breachesPersonal,
  queues: { 'governance.breach-remind': { work: remindOfDuty, attempts: 50 }, 'governance.breach-overdue': { work: missDuty, attempts: 50 } },
  routes: (mount) => {
    mount(breaches.breaches, (ctx) => listBreaches(ctx))
    mount(breaches.breach, (ctx, { params }) => viewBreach(ctx, params.id))
    mount(breaches.openBreach, (ctx, { body }) => openBreach(ctx, body))
    mount(breaches.editBreach, (ctx, { params, body }) => editBreach(ctx, params.id, body))
    mount(breaches.settleDuty, (ctx, { params, body }) => settleDuty(ctx, params.id, params.law, body))
    mount(breaches.decidePersons, (ctx, { params, body }) => decidePersons(ctx, params.id, body))
    mount(breaches.tellPersons, (ctx, { params, body }) => tellPersons(ctx, params.id, body))
    mount(breaches.closeBreach, (ctx, { params, body }) => closeBreach(ctx, params.id, body))
    mount(breaches.breachDraft, async (ctx, { params, query }) => draftOf(await viewBreach(ctx, params.id), params.audience, query.language, (await defaultCalendar(ctx)).hours.zone))
    mount(breaches.breachHours, (ctx) => readHours(ctx))
    mount(breaches.changeBreachHours, (ctx, { body }) => changeHours(ctx, body))
  },
}
