/**
 * Standards: the services we promise, their targets per priority, and the rules that recognise what a request
 * is. Other rooms ask `loadRecognition` once and then `recognise` and `dueTimes`, which are pure.
 */
import { ops } from '../../lib/rules/index.ts'
import type { App } from '../../platform/context.ts'
import type { Mount } from '../../platform/http/server.ts'
import type { Module } from '../../platform/module.ts'
import { standards } from './contract.ts'
import { detectLanguage, factFields, forgetRecognition, loadRecognition, recognise } from './recognise.ts'
import { addRule, addService, changeRule, changeService, listRules, listServices, orderRules, removeRule } from './store.ts'

export { detectLanguage, dueTimes, loadRecognition, recognise, type Recognition, type Snapshot } from './recognise.ts'
export { seedStandards } from './seed.ts'
export { addRule, addService, changeService } from './store.ts'

const forgetOnChange = (app: App): void => { app.book.onCommit((events) => { if (events.some((event) => event.type.startsWith('standard.'))) forgetRecognition(app) }) }

function mountStandards(mount: Mount): void {
  mount(standards.services, (ctx) => listServices(ctx))
  mount(standards.addService, (ctx, { body }) => addService(ctx, body))
  mount(standards.changeService, (ctx, { params, body }) => changeService(ctx, params.id, body))
  mount(standards.rules, async (ctx) => ({ rows: [...(await listRules(ctx))], fields: [...factFields], ops: [...ops] }))
  mount(standards.addRule, (ctx, { body }) => addRule(ctx, body))
  mount(standards.changeRule, (ctx, { params, body }) => changeRule(ctx, params.id, body))
  mount(standards.removeRule, (ctx, { params }) => removeRule(ctx, params.id))
  mount(standards.orderRules, (ctx, { body }) => orderRules(ctx, body.ids))
  mount(standards.tryRules, async (ctx, { body }) => {
    const { snapshot: _, ...found } = recognise(await loadRecognition(ctx), { ...body, language: detectLanguage(`${body.subject}\n${body.text}`) })
    return found
  })
}

export const standardsRoom: Module = { name: 'standards', migrations: new URL('./migrations/', import.meta.url), text: new URL('./text/', import.meta.url), contract: standards, attach: forgetOnChange, routes: mountStandards }
