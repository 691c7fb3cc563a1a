/**
 * Standards: the services we promise, what each promises in versions, what each channel is for and costs, and the
 * rules that recognise what a request is. Other rooms ask `loadRecognition` once and then `recognise`, `standardAt` and `selectClause`, which are pure.
 * Every change leaves an event `standard.*` with both values: the history of the standard.
 */
import { ops } from '../../lib/rules/index.ts'
import type { Mount } from '../../platform/http/server.ts'
import { compose, type Module } from '../../platform/module.ts'
import { Fault } from '../../platform/fault.ts'
import { servicesWith } from './calendar.ts'
import { channelsPart } from './channels/index.ts'
import { standards } from './contract.ts'
import { versionsPart } from './versions/index.ts'
import { factFields, forgetOnChange } from './recognise.ts'
import { standardsPersonal } from './personal-data.ts'
import { seedStandards } from './seed.ts'
import { addRule, addService, changeRule, changeService, getService, listRules, listServices, makeDefault, orderRules, removeRule, removeService } from './store.ts'
import { showDue, tryRules } from './trial.ts'

export { type CalendarChoice, chooseCalendar } from './calendar.ts'
export { type ChannelFields, type ChannelKey, channelKeys, type ChannelRecord, type ChannelTier, channelTiers } from './channels/contract.ts'
export { channelRecordsOf, listChannels, setChannel } from './channels/record.ts'
export { detectLanguage } from './language.ts'
export { loadRecognition, recognise, type Recognition, type RequestFacts, type Snapshot, type Standard, standardOf } from './recognise.ts'
export { seedStandards } from './seed.ts'
export { addRule, addService, changeRule, changeService, getService, listServices } from './store.ts'
export { type Clause, type ClockKind, clockKinds, type Content, isClockKind, type Priority, type Step } from './versions/contract.ts'
export { foundStandard, timed } from './versions/found.ts'
export { getVersion } from './versions/store.ts'
export { approveStandard, draftStandard, proposeStandard } from './versions/workflow.ts'

function mountStandards(mount: Mount): void {
  mount(standards.services, (ctx) => listServices(ctx))
  mount(standards.service, (ctx, { params }) => getService(ctx, params.id))
  mount(standards.addService, (ctx, { body }) => addService(ctx, body))
  mount(standards.changeService, (ctx, { params, body }) => changeService(ctx, params.id, body))
  mount(standards.removeService, (ctx, { params }) => removeService(ctx, params.id))
  mount(standards.makeDefault, (ctx, { params }) => makeDefault(ctx, params.id))
  mount(standards.explainDue, (ctx, { params, query }) => showDue(ctx, params.id, query))
  mount(standards.rules, async (ctx) => ({ rows: [...(await listRules(ctx))], fields: [...factFields], ops: [...ops] }))
  mount(standards.addRule, (ctx, { body }) => addRule(ctx, body))
  mount(standards.changeRule, (ctx, { params, body }) => changeRule(ctx, params.id, body))
  mount(standards.removeRule, (ctx, { params }) => removeRule(ctx, params.id))
  mount(standards.orderRules, (ctx, { body }) => orderRules(ctx, body.ids))
  mount(standards.tryRules, (ctx, { body }) => tryRules(ctx, body))
}

const servicesPart: Omit<Module, 'name'> = {
  contract: standards, personal: standardsPersonal, attach: forgetOnChange, routes: mountStandards,
  // The demonstration company brings its own; whoever starts empty must still be able to accept with a due time.
  events: { followers: {
    'staff.set-up': async (ctx, event) => { if (event.data.start === 'empty') await seedStandards(ctx) },
    // The stages of customers name services; only here is it known which there are.
    'customer.stages-changed': async (ctx, event) => {
      const ids = (event.data.services as string[] | undefined) ?? []
      const [known] = await ctx.db<{ count: number }[]>`select count(*)::int as count from standards.service where id = any(${ids}::uuid[])`
      if (known!.count !== ids.length) throw new Fault('standards.service-unknown', 422)
    },
    'staff.calendar-removed': async (ctx, event) => {
      const services = await servicesWith(ctx, event.subject!)
      if (services.length) throw new Fault('staff.calendar-in-use', 409, { by: services.join(', ') })
    },
  } },
}

export const standardsRoom: Module = compose('standards', { migrations: new URL('./migrations/', import.meta.url), text: new URL('./text/', import.meta.url) }, [servicesPart, versionsPart, channelsPart])
