/** Audit: the auditor's view of all events, the check of their chain, how long they are kept, and alarms. */
import type { Module } from '../../../platform/module.ts'
import type { Mount } from '../../../platform/http/server.ts'
import { acknowledgeAlarm, changeLimits, forgetSigns, listAlarms, ownAlarm, readLimits, seeCanary, seeExport, seeLock, seeRead, seeRefusal } from './alarms.ts'
import { endCanary, listCanaries, plantCanary } from './canary.ts'
import { askVerification, chainOf, verifyChain, verifyDaily } from './chain.ts'
import { audit } from './contract.ts'
import { exportAudit } from './export.ts'
import { changeRetention, forgetOld, readRetention } from './retention.ts'
import { listAudit } from './search.ts'
import { auditPersonal } from './personal-data.ts'

const DAY_MS = 86_400_000

function mountAudit(mount: Mount): void {
  mount(audit.auditEvents, (ctx, { query }) => listAudit(ctx, query))
  mount(audit.exportAudit, (ctx, { body, reply }) => exportAudit(ctx, body, reply))
  mount(audit.auditChain, (ctx) => chainOf(ctx))
  mount(audit.verifyAudit, (ctx) => askVerification(ctx))
  mount(audit.auditRetention, (ctx) => readRetention(ctx))
  mount(audit.changeAuditRetention, (ctx, { body }) => changeRetention(ctx, body))
  mount(audit.alarms, (ctx, { query }) => listAlarms(ctx, query))
  mount(audit.acknowledgeAlarm, (ctx, { params, body }) => acknowledgeAlarm(ctx, params.id, body.note))
  mount(audit.ownAlarm, (ctx, { params, body }) => ownAlarm(ctx, params.id, body.personId))
  mount(audit.canaries, (ctx) => listCanaries(ctx))
  mount(audit.plantCanary, (ctx, { body }) => plantCanary(ctx, body))
  mount(audit.endCanary, (ctx, { params }) => endCanary(ctx, params.id))
  mount(audit.alarmLimits, (ctx) => readLimits(ctx))
  mount(audit.changeAlarmLimits, (ctx, { body }) => changeLimits(ctx, body))
}

export const auditPart: Omit<Module, 'name'> = {
  contract: audit,
  personal: auditPersonal,
  routes: mountAudit,
  events: { listeners: { 'access.refused': seeRefusal, 'staff.sign-in-locked': seeLock, 'access.read': seeRead, 'customers.field-revealed': seeCanary, 'audit.exported': seeExport, 'compliance.exported': seeExport } },
  queues: {
    'governance.verify-chain': { work: verifyChain, perLane: 1, attempts: 3 },
    'governance.verify-daily': { every: DAY_MS, work: async (app) => { await verifyDaily(app) } },
    'governance.forget-events': { every: DAY_MS, work: forgetOld },
    'governance.forget-signs': { every: 3_600_000, work: forgetSigns },
  },
}
