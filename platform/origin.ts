/** Where an act comes from: the caller's address and the id of the call. HTTP sets it once, and every transaction the call opens has it. */
import { AsyncLocalStorage } from 'node:async_hooks'

export interface Origin {
  /** The caller's address, as far as proxies we trust tell it. */
  source: string
  call: string
}

const present = new AsyncLocalStorage<Origin | null>()
export const presentOrigin = (): Origin | null => present.getStore() ?? null
/** For handlers that open their transactions themselves; null for what a call sets going and is not the call's own. */
export const withOrigin = <T>(origin: Origin | null, work: () => T): T => present.run(origin, work)
