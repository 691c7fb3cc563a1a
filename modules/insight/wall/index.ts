/** Wallboards: a read-only link for the wall that shows figures and no one's name. */
import { limiter } from '../../../platform/http/limits.ts'
import type { Module } from '../../../platform/module.ts'
import { wallboards } from './contract.ts'
import { wallOf } from './figures.ts'
import { listWallboards, makeWallboard, revokeWallboard } from './links.ts'

export const wallPart: Omit<Module, 'name'> = {
  contract: wallboards,
  routes: (mount, app) => {
    // A hall of screens behind one address, and no more guesses than that.
    const reads = limiter({ burst: 1_000, perSecond: 40 })
    mount(wallboards.wallboards, (ctx) => listWallboards(ctx))
    mount(wallboards.makeWallboard, (ctx, { body }) => makeWallboard(ctx, body))
    mount(wallboards.revokeWallboard, (ctx, { params }) => revokeWallboard(ctx, params.id))
    mount(wallboards.wall, (_, { params, request }) => { reads(request); return wallOf(app, params.token) })
  },
}
