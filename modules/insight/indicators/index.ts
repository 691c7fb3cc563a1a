/** The service-quality index: indicators of the catalogue with owner, target and weight, a formula with versions, and its figures. */
import type { Module } from '../../../platform/module.ts'
import { qualityIndex } from './contract.ts'
import { qualityIndexOf } from './count.ts'
import { approveIndex, dropIndex, listVersions, proposeIndex } from './versions.ts'

export const indicatorsPart: Omit<Module, 'name'> = {
  contract: qualityIndex,
  routes: (mount) => {
    mount(qualityIndex.qualityIndex, (ctx, { query }) => qualityIndexOf(ctx, query))
    mount(qualityIndex.indexVersions, (ctx) => listVersions(ctx))
    mount(qualityIndex.proposeIndex, (ctx, { body }) => proposeIndex(ctx, body))
    mount(qualityIndex.approveIndex, (ctx, { params }) => approveIndex(ctx, params.id))
    mount(qualityIndex.dropIndex, (ctx, { params, query }) => dropIndex(ctx, params.id, query.reason))
  },
}
