/**
 * Single logout. Which session of a provider's a session of ours came from is kept beside it: whoever signs out here is sent
 * there to end that too, and what ends there ends here, on every node.
 */
import type { App, Ctx } from '../../../platform/context.ts'
import { run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import type { TheirSession, Vouched } from './flow.ts'
import { oidcFarewell } from './oidc.ts'
import { type OpenProvider, isOidc, isSaml, openProvider } from './providers.ts'
import { samlFarewell } from './saml.ts'
import { seal, unseal } from './secrets.ts'
import * as store from './store.ts'

const owner = (sessionId: string): string => `session:${sessionId}`
export function noteTheirs(ctx: Ctx, providerId: string, sessionId: string, { issuer, subject, session }: Vouched): void {
  if (!session) return
  ctx.later(store.insertTheirs(ctx, { sessionId, providerId, issuer, subject, sid: session.sid, kept: seal(ctx.app, owner(sessionId), JSON.stringify(session)) }))
}

export interface Farewell { providerId: string; subject: string; session: TheirSession }
/** What has to be said to the provider; asked before the session is gone. */
export async function findFarewell(ctx: Ctx, sessionHash: Buffer): Promise<Farewell | null> {
  const row = await store.selectTheirs(ctx, sessionHash)
  return row ? { providerId: row.providerId, subject: row.subject, session: JSON.parse(unseal(ctx.app, owner(row.sessionId), row.kept)) as TheirSession } : null
}

/** Nobody who leaves waits longer for a provider that does not answer. */
const PATIENCE_MS = 3_000
/** Where the browser goes on to; null when the provider has nothing to be told, or can't be. Outside any transaction. */
export async function farewellUrl(app: App, { providerId, subject, session }: Farewell): Promise<string | null> {
  const find = async (): Promise<string | null> => {
    const provider = await openProvider({ app, db: app.pool }, providerId, true)
    if (isOidc(provider)) return oidcFarewell(app, provider, session.idToken)
    return isSaml(provider) ? samlFarewell(app, provider, subject, session) : null
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((give) => { timer = setTimeout(() => give(null), PATIENCE_MS) })
  return Promise.race([find().catch(() => null), late]).finally(() => clearTimeout(timer))
}

export interface Over { messageId: string; issuer: string; subject: string | null; sid: string | null; expiresAt: Date }
/** Ends what came from a session that is over there. The same message again changes nothing. */
export async function endFrom(app: App, provider: Pick<OpenProvider, 'id' | 'name'>, over: Over): Promise<void> {
  await run(app, {}, async (ctx) => {
    if (!(await store.hearOnce(ctx, provider.id, over.messageId, over.expiresAt))) return
    for (const { personId, count } of await store.deleteFrom(ctx, provider.id, over.issuer, over)) await emit(ctx, 'staff.session-ended', { subject: personId, data: { count, provider: provider.name } })
  })
}
