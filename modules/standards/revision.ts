import type { Ctx } from '../../platform/context.ts'

/** Tells every process that its copy of services and rules is old. */
export const revised = (ctx: Ctx): void => ctx.later(ctx.db`update standards.revision set revision = revision + 1`)
