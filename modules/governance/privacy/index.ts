/** Privacy: which personal data is kept and why, and what people ask about their own, against the law's clock. */
import { may } from '../../../platform/access/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import type { Module } from '../../../platform/module.ts'
import { limiter } from '../../../platform/http/limits.ts'
import { getCustomer, recordIdsOf, relationsTo } from '../../customers/index.ts'
import { fileHeaders } from '../../requests/index.ts'
import { seeExport } from '../audit/alarms.ts'
import { sweepAudits } from './audits.ts'
import { sweepPersonRequests } from './clock.ts'
import { consentsOf, giveConsent, listNotices, optOut, publishNotice, withdrawConsent } from './consent.ts'
import { privacy } from './contract.ts'
import { makeCopy } from './copy.ts'
import { carryOutErasure } from './erase.ts'
import { askExport, changeRules, decideExport, listExports, readRules, takeExport, traceMark } from './exports.ts'
import { completePersonRequest, extendPersonRequest, grantPersonRequest, holdCustomer, liftHold, openPersonRequest, refusePersonRequest, verifyPerson, withdrawPersonRequest } from './handle.ts'
import { scopeOf } from './person.ts'
import { privacyPersonal } from './personal-data.ts'
import { bringPerson, listBrought, readBroughtFile } from './portable.ts'
import { agreeByLink, askOwn, disagreeByLink, listOwn, listOwnConsents, optOutByLink } from './portal.ts'
import { registerOf } from './register.ts'
import { changeRetention, countDue, runRetention, viewRetention } from './retention.ts'
import { getStored, listPersonRequests, readSettings, viewPersonRequest, writeSettings } from './store.ts'

/** What somebody agreed to, or brought along, is for who may see one of their requests; for the others they are not there. */
async function mustKnow(ctx: Ctx, id: string): Promise<void> {
  const customer = await getCustomer(ctx, id)
  const root = customer.mergedInto ?? customer.id
  if (!may(ctx.actor, 'privacy.edit') && !(await relationsTo(ctx, [root]))(root)) throw notFound('customers')
}

export const privacyPart: Omit<Module, 'name'> = {
  contract: privacy,
  personal: privacyPersonal,
  queues: {
    'governance.erase': { work: (app, job: { payload: { id: string } }) => carryOutErasure(app, job.payload.id), perLane: 1 },
    'governance.retention': { every: 3_600_000, work: runRetention },
    'governance.privacy-audit': { every: 86_400_000, work: sweepAudits },
    'governance.privacy-clock': { every: 600_000, work: sweepPersonRequests },
  },
  // Data that leaves at night is looked at by somebody in the morning.
  events: { listeners: { 'privacy.export-taken': seeExport } },
  routes: (mount) => {
    const asks = limiter({ burst: 20, perSecond: 0.05 })
    const writes = limiter({ burst: 120, perSecond: 1 })
    const reads = limiter({ burst: 600, perSecond: 10 })
    mount(privacy.register, async (ctx) => registerOf(ctx.app.personal))
    mount(privacy.requests, (ctx, { query }) => listPersonRequests(ctx, query))
    mount(privacy.request, (ctx, { params }) => viewPersonRequest(ctx, params.id))
    mount(privacy.scope, async (ctx, { params }) => scopeOf(ctx, (await getStored(ctx, params.id)).customerId))
    mount(privacy.open, async (ctx, { body }) => viewPersonRequest(ctx, await openPersonRequest(ctx, { ...body, via: 'staff' })))
    mount(privacy.verify, (ctx, { params, body }) => verifyPerson(ctx, params.id, body))
    mount(privacy.extend, (ctx, { params, body }) => extendPersonRequest(ctx, params.id, body))
    mount(privacy.grant, (ctx, { params, body }) => grantPersonRequest(ctx, params.id, body))
    mount(privacy.refuse, (ctx, { params, body }) => refusePersonRequest(ctx, params.id, body))
    mount(privacy.complete, (ctx, { params, body }) => completePersonRequest(ctx, params.id, body))
    mount(privacy.withdraw, (ctx, { params, body }) => withdrawPersonRequest(ctx, params.id, body))
    mount(privacy.copy, (ctx, { params, body }) => makeCopy(ctx, params.id, body.format))
    mount(privacy.bring, (ctx, { body }) => bringPerson(ctx, body))
    mount(privacy.brought, async (ctx, { params }) => { await mustKnow(ctx, params.id); return listBrought(ctx, await recordIdsOf(ctx, params.id)) })
    mount(privacy.broughtFile, async (ctx, { params, reply }) => {
      await mustKnow(ctx, params.id)
      const file = await readBroughtFile(ctx, await recordIdsOf(ctx, params.id), params.fileId)
      return reply.headers(fileHeaders(file, false)).send(file.bytes)
    })
    mount(privacy.hold, (ctx, { params, body }) => holdCustomer(ctx, params.id, body.reason))
    mount(privacy.lift, (ctx, { params, body }) => liftHold(ctx, params.id, body.reason))
    mount(privacy.settings, (ctx) => readSettings(ctx))
    mount(privacy.changeSettings, async (ctx, { body }) => {
      const before = await readSettings(ctx)
      const after = { ...before, ...body }
      if (after.auditedOn !== null && after.auditedOn > ctx.now.toISOString().slice(0, 10)) throw new Fault('governance.privacy.audit-ahead', 422, {}, [{ path: 'auditedOn', code: 'governance.privacy.audit-ahead' }])
      if (JSON.stringify(before) === JSON.stringify(after)) return before
      ctx.later(writeSettings(ctx, after))
      await emit(ctx, 'privacy.settings-changed', { data: { before, after } })
      return after
    })
    mount(privacy.retention, (ctx) => viewRetention(ctx))
    mount(privacy.previewRetention, (ctx, { params, query }) => countDue(ctx, params.category, query.days))
    mount(privacy.changeRetention, (ctx, { params, body }) => changeRetention(ctx, params.category, body))
    mount(privacy.notices, (ctx) => listNotices(ctx))
    mount(privacy.publish, (ctx, { body }) => publishNotice(ctx, body))
    mount(privacy.consents, async (ctx, { params }) => { await mustKnow(ctx, params.id); return consentsOf(ctx, params.id) })
    mount(privacy.consent, async (ctx, { params, body }) => { await mustKnow(ctx, params.id); return giveConsent(ctx, params.id, params.purpose, body) })
    mount(privacy.unconsent, async (ctx, { params }) => { await mustKnow(ctx, params.id); return withdrawConsent(ctx, params.id, params.purpose, 'staff') })
    mount(privacy.optOut, async (ctx, { params }) => { await mustKnow(ctx, params.id); return optOut(ctx, params.id, 'staff') })
    mount(privacy.exports, (ctx) => listExports(ctx))
    mount(privacy.askExport, (ctx, { body }) => askExport(ctx, body))
    mount(privacy.decideExport, (ctx, { params, body }) => decideExport(ctx, params.id, body))
    mount(privacy.takeExport, (ctx, { params }) => takeExport(ctx, params.id))
    mount(privacy.exportRules, (ctx) => readRules(ctx))
    mount(privacy.changeExportRules, (ctx, { body }) => changeRules(ctx, body))
    mount(privacy.mark, (ctx, { params }) => traceMark(ctx, params.mark))
    mount(privacy.ownConsents, (ctx, { params, request }) => { reads(request); return listOwnConsents(ctx, params.token) })
    mount(privacy.agree, (ctx, { params, body, request }) => { writes(request); return agreeByLink(ctx, params.token, params.purpose, body.noticeId) })
    mount(privacy.disagree, (ctx, { params, request }) => { writes(request); return disagreeByLink(ctx, params.token, params.purpose) })
    mount(privacy.optOutOwn, (ctx, { params, request }) => { writes(request); return optOutByLink(ctx, params.token) })
    mount(privacy.own, (ctx, { params, request }) => { reads(request); return listOwn(ctx, params.token) })
    mount(privacy.ask, (ctx, { params, body, request }) => { asks(request); return askOwn(ctx, params.token, body) })
  },
}
