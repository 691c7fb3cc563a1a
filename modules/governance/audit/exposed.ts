/**
 * What the audit shows of an event. Settings and the people who work here are shown with what stood there before and
 * after; of requests and customers only which object, which step and which fields: never their words.
 */
export interface Part { field: string; before: string | null; after: string | null; isCovered: boolean }
export interface Exposed { difference: Part[]; details: { field: string; value: string }[] }
type Data = Record<string, unknown>

/** Events about the house itself. A mail is somebody's, whatever room tells of it. */
const ofHouse = /^(?:access|staff|standard|customers|channels|requests|routing|quality|audit|alarm|compliance|platform)\.(?!mail-)|^customer\.tiers-/
/** Parts of other events that name things by id, number or one of our own words. */
const harmless = new Set([
  'to', 'from', 'by', 'byKind', 'how', 'for', 'team', 'number', 'count', 'kind', 'isPaused', 'isFirst', 'isInTime', 'isVerified', 'dueAt', 'until', 'sendAt', 'because', 'service', 'priority', 'channel',
  'score', 'message', 'task', 'owner', 'holder', 'other', 'fields', 'asks', 'customer', 'mail', 'role', 'recipients', 'kept', 'call', 'code',
])
const comparable = new Set(['service', 'type', 'priority', 'team'])
const secret = /password|secret|token$|hash$|totpSecret/i
const codeLike = /^[\w.:+-]{1,60}$/

const isRecord = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value)
const isHarmless = (value: unknown): boolean => value === null || ['number', 'boolean'].includes(typeof value) || (typeof value === 'string' && codeLike.test(value)) || (Array.isArray(value) && value.every(isHarmless))

function shown(value: unknown): string | null {
  if (value === undefined || value === null) return null
  const text = typeof value === 'string' ? value : Array.isArray(value) && value.every((one) => typeof one !== 'object') ? value.join(', ') : JSON.stringify(value)
  return text.length > 500 ? `${text.slice(0, 500)}…` : text
}

/** Before and after, however the event says it; `rest`: what is not part of the difference. */
function pairsOf(data: Data): { pairs: [string, unknown, unknown][]; rest: Data } {
  const { changes, before, after, from, to, ...rest } = data
  if (isRecord(changes)) return { pairs: Object.entries(changes).map(([field, change]) => [field, (change as Data)?.from, (change as Data)?.to]), rest }
  if (isRecord(before) || isRecord(after)) return { pairs: union(before, after), rest: { ...rest, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) } }
  if (isRecord(from) && isRecord(to)) return { pairs: union(from, to), rest }
  if (before !== undefined || after !== undefined) return { pairs: [['value', before, after]], rest }
  return { pairs: [], rest: data }
}
function union(before: unknown, after: unknown): [string, unknown, unknown][] {
  const [old, fresh] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}]
  return [...new Set([...Object.keys(old), ...Object.keys(fresh)])].filter((field) => JSON.stringify(old[field]) !== JSON.stringify(fresh[field])).map((field) => [field, old[field], fresh[field]])
}

export function exposed(type: string, data: Data): Exposed {
  const isOfHouse = ofHouse.test(type)
  const { pairs, rest } = pairsOf(data)
  const difference = pairs.map(([field, before, after]): Part => {
    const isCovered = secret.test(field) || !(isOfHouse || (comparable.has(field) && isHarmless(before ?? null) && isHarmless(after ?? null)))
    return { field, before: isCovered ? null : shown(before), after: isCovered ? null : shown(after), isCovered }
  })
  const details = Object.entries(rest)
    .filter(([field, value]) => value !== null && value !== undefined && !secret.test(field) && (isOfHouse || (harmless.has(field) && isHarmless(value))))
    .map(([field, value]) => ({ field, value: shown(value)! }))
  return { difference, details }
}
