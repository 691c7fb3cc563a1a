/**
 * The door to other people's servers. A room that goes out asks here: once when the connection is set up, and before
 * each time it goes. Who answers stands on the right and fills the port (decision 028); without an answer all may go.
 */
import type { App, Ctx } from './context.ts'

export type Way = 'mail-in' | 'mail-out' | 'webhook' | 'sign-in' | 'directory'
/** Not allowed to go there; `code` is a text key. */
export class OutsideRefused extends Error {
  readonly code: string
  constructor(code: string) { super(code); this.name = 'OutsideRefused'; this.code = code }
}

export const OUTSIDE = 'platform.outside'
export interface Outside {
  /** In the transaction that sets it up. Throws a Fault, 422, that names the way out. */
  connect(ctx: Ctx, way: Way, host: string): Promise<void>
  /** Outside any transaction. Throws OutsideRefused; whoever answers has told somebody. */
  go(app: App, way: Way, host: string): Promise<void>
  /** Something about this customer, or the customer of this request, has been sent there. */
  went(ctx: Ctx, host: string, aboutId: string): Promise<void>
}

const port = (app: App): Outside | undefined => app.ports.get(OUTSIDE) as Outside | undefined
/** As it is compared: lower case, without brackets and the last dot. */
export const plainHost = (host: string): string => host.toLowerCase().replace(/^\[|\]$/g, '').replace(/\.$/, '')
export const hostOfUrl = (url: string): string => plainHost(new URL(url).hostname)

export const connectOutside = async (ctx: Ctx, way: Way, host: string): Promise<void> => { await port(ctx.app)?.connect(ctx, way, plainHost(host)) }
export const goOutside = async (app: App, way: Way, host: string): Promise<void> => { await port(app)?.go(app, way, plainHost(host)) }
export const wentOutside = async (ctx: Ctx, host: string, aboutId: string): Promise<void> => { await port(ctx.app)?.went(ctx, plainHost(host), aboutId) }
