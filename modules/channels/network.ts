/**
 * Where the channels may connect to. The setting `channels.network` widens it: `{"mailPorts": [1143], "clearText": true,
 * "privateWebhooks": true}`; it is written with the database's own tools, so a stolen session can't open the inner network.
 */
import type { Ctx } from '../../platform/context.ts'

export { isLoopbackName, isPublicAddress } from '../../lib/network/index.ts'

export interface Network { mailPorts: readonly number[]; clearText: boolean; privateWebhooks: boolean }
const IMAP_AND_SMTP = [25, 143, 465, 587, 993, 2525]

export async function readNetwork(ctx: Pick<Ctx, 'db'>): Promise<Network> {
  const [row] = await ctx.db<{ value: Partial<Network> | null }[]>`select value from platform.setting where key = 'channels.network'`
  return { mailPorts: [...IMAP_AND_SMTP, ...(row?.value?.mailPorts ?? [])], clearText: row?.value?.clearText === true, privateWebhooks: row?.value?.privateWebhooks === true }
}
