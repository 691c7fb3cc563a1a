/** Outside: who stands behind each connection, where, on what basis; what was assessed before; what may not go out. */
import type { Module } from '../../../platform/module.ts'
import { OUTSIDE } from '../../../platform/outside.ts'
import { changeAssessment, decideAssessment, listAssessments, makeAssessment, removeAssessment } from './assessments.ts'
import { outside } from './contract.ts'
import { door, forgetOutside } from './door.ts'
import { outsidePersonal } from './personal-data.ts'
import { addProcessor, approveBasis, changeOutsideRules, changeProcessor } from './processors.ts'
import { viewOutside } from './store.ts'

const told = new Set(['privacy.processor-added', 'privacy.processor-changed', 'privacy.basis-approved', 'privacy.outside-rules-changed'])

export const outsidePart: Omit<Module, 'name'> = {
  contract: outside,
  personal: outsidePersonal,
  provides: { [OUTSIDE]: door },
  attach: (app) => { app.book.onCommit((events) => { if (events.some((event) => told.has(event.type))) forgetOutside(app) }) },
  routes: (mount) => {
    mount(outside.outside, (ctx) => viewOutside(ctx))
    mount(outside.addProcessor, (ctx, { body }) => addProcessor(ctx, body))
    mount(outside.changeProcessor, (ctx, { params, body }) => changeProcessor(ctx, params.id, body))
    mount(outside.approveBasis, (ctx, { params, body }) => approveBasis(ctx, params.id, body))
    mount(outside.changeOutsideRules, (ctx, { body }) => changeOutsideRules(ctx, body))
    mount(outside.assessments, (ctx) => listAssessments(ctx))
    mount(outside.makeAssessment, (ctx, { body }) => makeAssessment(ctx, body))
    mount(outside.changeAssessment, (ctx, { params, body }) => changeAssessment(ctx, params.id, body))
    mount(outside.decideAssessment, (ctx, { params, body }) => decideAssessment(ctx, params.id, body))
    mount(outside.removeAssessment, (ctx, { params }) => removeAssessment(ctx, params.id))
  },
}
