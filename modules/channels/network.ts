/**
 * Where the channels may connect to. The setting `channels.network` widens it: `{"mailPorts": [1143], "clearText": true,
 * "privateWebhooks": true}`; it is written with the database's own tools, so a stolen session can't open the inner network.
 */
import type { Ctx } from '../../platform/context.ts'
import { readSetting } from '../../platform/setting.ts'

export { isLoopbackName, isPublicAddress } from '../../lib/network/index.ts'

export interface Network { mailPorts: readonly number[]; clearText: boolean; privateWebhooks: boolean }
const KEY = 'channels.network'
const IMAP_AND_SMTP = [25, 143, 465, 587, 993, 2525]

export async function readNetwork(ctx: Pick<Ctx, 'db'>): Promise<Network> {
  const set = await readSetting<Network>(ctx, KEY)
  return { mailPorts: [...IMAP_AND_SMTP, ...(set?.mailPorts ?? [])], clearText: set?.clearText === true, privateWebhooks: set?.privateWebhooks === true }
}
