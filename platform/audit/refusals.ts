/**
 * What was refused at the door or at a lock stands in the audit too. The first of a kind (who, what, why) is written
 * before the caller hears of it; repetitions are counted and told together, so that a volley can't fill the audit.
 */
import type { Actor } from '../access/index.ts'
import { type App, run } from '../context.ts'
import { emit } from '../events/write.ts'
import type { Fault } from '../fault.ts'
import type { Endpoint } from '../http/contract.ts'
import type { Origin } from '../origin.ts'

export interface Refused { actor: Actor; origin: Origin; endpoint: Endpoint; fault: Fault; object: string | null; hasCredential: boolean }

const GATHER_MS = 10_000
const MOST_KINDS = 300
/** Steps of an ordinary sign-in, not refusals. */
const ORDINARY = new Set(['staff.code-needed', 'access.too-many'])
/** Proofs that failed, though the answer is 422. */
const PROOFS = new Set(['staff.password-wrong', 'staff.code-wrong'])

/** Whether a refusal concerns access: denied, not proven, spent, or somebody's guess at what is not theirs. */
function concernsAccess({ actor, endpoint, fault, hasCredential }: Refused): boolean {
  if (ORDINARY.has(fault.code)) return false
  if (fault.code === 'access.sign-in-first') return hasCredential
  if (fault.status === 404) return actor.id !== null && actor.kind !== 'customer' && endpoint.params !== undefined
  return fault.status === 401 || fault.status === 403 || fault.status === 429 || PROOFS.has(fault.code)
}

interface Kind { refused: Refused; more: number }
const kinds = new WeakMap<App, Map<string, Kind>>()

/** Resolves when the first of its kind is written; the answer never waits for a database that is away. */
export async function noteRefusal(app: App, refused: Refused): Promise<void> {
  if (!concernsAccess(refused)) return
  let known = kinds.get(app)
  if (!known) kinds.set(app, (known = new Map()))
  const { actor, origin, endpoint, fault } = refused
  const own = `${actor.id ?? origin.source} ${endpoint.method} ${endpoint.path} ${fault.code}`
  const key = known.has(own) || known.size < MOST_KINDS ? own : fault.code
  const kind = known.get(key)
  if (kind) { kind.more++; kind.refused = refused; return }
  const fresh: Kind = { refused, more: 0 }
  known.set(key, fresh)
  setTimeout(() => {
    known.delete(key)
    if (fresh.more) void write(app, fresh.refused, fresh.more)
  }, GATHER_MS).unref()
  await write(app, refused, 1)
}

const write = (app: App, { actor, origin, endpoint, fault, object }: Refused, count: number): Promise<unknown> =>
  run(app, { actor, origin }, (ctx) => emit(ctx, 'access.refused', {
    subject: object, data: { call: `${endpoint.method} ${endpoint.path}`, code: fault.code, ...(fault.args.permission ? { permission: fault.args.permission } : {}), count },
  })).catch(() => {})
