/** Versions of standards over HTTP. */
import type { Module } from '../../../platform/module.ts'
import { getService } from '../store.ts'
import { versions } from './contract.ts'
import { differences } from './difference.ts'
import { listGaps } from './gaps.ts'
import { getVersion, selectVersions } from './store.ts'
import { approveStandard, changeDraft, draftStandard, dropDraft, proposeStandard, refuseStandard } from './workflow.ts'

export const versionsPart: Omit<Module, 'name'> = {
  contract: versions,
  routes: (mount) => {
    mount(versions.versions, async (ctx, { params }) => { await getService(ctx, params.id); return { rows: await selectVersions(ctx, { serviceId: params.id }) } })
    mount(versions.draftStandard, (ctx, { params, body }) => draftStandard(ctx, params.id, body))
    mount(versions.changeDraft, (ctx, { params, body }) => changeDraft(ctx, params.id, body))
    mount(versions.dropDraft, (ctx, { params }) => dropDraft(ctx, params.id))
    mount(versions.proposeStandard, (ctx, { params, body }) => proposeStandard(ctx, params.id, body.reason))
    mount(versions.refuseStandard, (ctx, { params, query }) => refuseStandard(ctx, params.id, query.reason))
    mount(versions.approveStandard, (ctx, { params, body }) => approveStandard(ctx, params.id, body))
    mount(versions.gaps, (ctx) => listGaps(ctx))
    mount(versions.difference, async (ctx, { params, query }) => {
      const version = await getVersion(ctx, params.id)
      const all = await selectVersions(ctx, { serviceId: version.serviceId })
      const from = query.from ? await getVersion(ctx, query.from) : all.find((one) => one.state === 'approved' && one.number < version.number)
      return { from: from?.number ?? null, to: version.number, rows: differences(from?.content ?? null, version.content) }
    })
  },
}
