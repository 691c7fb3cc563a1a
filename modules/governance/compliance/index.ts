/** The self-check of level 3 (GB/T 22239) and personal information law, by real questions to this installation. */
import type { Module } from '../../../platform/module.ts'
import type { Mount } from '../../../platform/http/server.ts'
import { compliance } from './contract.ts'
import { compliancePersonal } from './personal-data.ts'
import { exportCompliance } from './pack.ts'
import { askRun, comply, complianceState, complyFailed } from './runs.ts'

function mountCompliance(mount: Mount): void {
  mount(compliance.complianceState, (ctx) => complianceState(ctx))
  mount(compliance.runCompliance, (ctx) => askRun(ctx))
  mount(compliance.exportCompliance, (ctx, { reply }) => exportCompliance(ctx, reply))
}

export const compliancePart: Omit<Module, 'name'> = {
  contract: compliance,
  personal: compliancePersonal,
  routes: mountCompliance,
  queues: { 'governance.comply': { work: comply, perLane: 1, attempts: 2, failed: complyFailed } },
}
