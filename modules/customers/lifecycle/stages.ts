/** Which stage an event brings a customer into. Pure. */
import type { Stage } from './contract.ts'

export type Rule = Pick<Stage, 'id' | 'begins' | 'fromIds' | 'fromNone' | 'serviceIds'>
/** A request was accepted or closed; or there was no contact for as long as the stage says. */
export type Happened = { kind: 'accepted' | 'closed'; serviceId: string | null } | { kind: 'quiet'; stageId: string }

/** Whether a stage may be entered from where somebody is now; null: in none. */
export const opensTo = ({ id, fromIds, fromNone }: Pick<Rule, 'id' | 'fromIds' | 'fromNone'>, now: string | null): boolean => now === null ? fromNone : now !== id && (fromIds.length === 0 || fromIds.includes(now))

const names = (serviceIds: readonly string[], serviceId: string | null): boolean => serviceIds.length === 0 || (serviceId !== null && serviceIds.includes(serviceId))

/**
 * The stage to go to, null to stay. `accepted` asks for a service of the stage that begins, `closed` for one of the stage
 * the customer is in; a stage without services takes any. Where several stages begin, the one furthest along is entered.
 */
export function nextStage<S extends Rule>(stages: readonly S[], now: string | null, what: Happened): S | null {
  const here = stages.find((one) => one.id === now)
  return stages.findLast((one) => one.begins === what.kind && opensTo(one, now) && (
    what.kind === 'quiet' ? one.id === what.stageId : names(what.kind === 'accepted' ? one.serviceIds : here?.serviceIds ?? [], what.serviceId))) ?? null
}
