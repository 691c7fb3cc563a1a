/** The protocol's own forms, RFC 7643 and 7644: schemas, filters, patches and lists by the library, refusals as ours. */
import SCIMMY from 'scimmy'
import type { App } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import type { ScimList } from './contract.ts'
import type { Condition, Found } from './store.ts'

export const { User, Group } = SCIMMY.Schemas
const SCHEMA = 'urn:ietf:params:scim:schemas:'
const MESSAGE = 'urn:ietf:params:scim:api:messages:2.0:'
export const baseOf = (app: App): string => `${app.config.publicUrl}/scim/v2`
export const MOST_ROWS = 200
export type Resource = Record<string, unknown>

/** A refusal of the protocol; `detail` is the library's English sentence, for the directory's log. */
export const scimFault = (type: string, status = 400, detail = ''): Fault => new Fault(`staff.scim.${type}`, status, detail ? { detail: detail.slice(0, 300) } : {})
const TYPES: Record<string, string> = { invalidFilter: 'invalid-filter', invalidPath: 'invalid-path', invalidValue: 'invalid-value', noTarget: 'no-target', mutability: 'mutability', invalidSyntax: 'invalid-syntax' }
function understood<T>(work: () => T): T {
  try { return work() } catch (error) { throw asFault(error) }
}
function asFault(error: unknown): unknown {
  if (error instanceof Fault) return error
  const { scimType, message, name } = error as { scimType?: string; message: string; name?: string }
  // The library says what is wrong with what was sent by these; anything else is ours.
  return scimType || name === 'TypeError' ? scimFault(TYPES[scimType ?? 'invalidValue'] ?? 'invalid-syntax', 400, message) : error
}

const BOOLEANS = new Map([['true', true], ['false', false]])
/** Microsoft writes “False” where the protocol has false. */
const settled = (name: string, value: unknown): unknown => (name === 'active' && typeof value === 'string' ? (BOOLEANS.get(value.toLowerCase()) ?? value) : value)
function settledObject(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, settled(name, part)]))
}

type Schema = typeof User | typeof Group
/** What was sent as a resource of the schema; refuses what does not fit it. */
export const readResource = (schema: Schema, body: Resource): Resource => understood(() => ({ ...new schema(settledObject(body) as never, 'in') }) as Resource)

/** Attributes of the protocol that nobody here has a place for: changes of these are taken and not kept. */
const NOT_KEPT = /^(?:phoneNumbers|addresses|title|nickName|profileUrl|userType|ims|photos|entitlements|roles|x509Certificates|password|urn:ietf:params:scim:schemas:extension:)/i
interface Operation { op?: unknown; path?: unknown; value?: unknown }
function keptOf(operation: Operation): Operation | null {
  if (typeof operation !== 'object' || operation === null) throw scimFault('invalid-syntax')
  const { path, value } = operation
  if (typeof path === 'string') return NOT_KEPT.test(path) ? null : { ...operation, value: settled(path, value) }
  const object = settledObject(value)
  if (typeof object !== 'object' || object === null) return operation
  const parts = Object.entries(object).filter(([name]) => !NOT_KEPT.test(name))
  return parts.length ? { ...operation, value: Object.fromEntries(parts) } : null
}
/** The resource after the operations; null when they change nothing. */
export async function patched(schema: Schema, current: Resource, body: Resource): Promise<Resource | null> {
  const { Operations: operations, schemas } = body as { Operations?: unknown; schemas?: unknown }
  if (!Array.isArray(schemas) || !schemas.includes(`${MESSAGE}PatchOp`) || !Array.isArray(operations) || operations.length === 0 || operations.length > 1_000) throw scimFault('invalid-syntax')
  const kept = (operations as Operation[]).map(keptOf).filter((one) => one !== null)
  if (!kept.length) return null
  let result: Resource | null = null
  try {
    await new SCIMMY.Messages.PatchOp({ schemas, Operations: kept } as never).apply(new schema(current as never, 'out') as never, (async (value: unknown) => { result = { ...(value as Resource) }; return new schema({ ...(value as object), id: current.id } as never, 'out') }) as never)
  } catch (error) {
    throw asFault(error)
  }
  return result
}

/** A filter of comparisons by `eq`, joined by `and` and `or`: what directories ask. Throws 400 `staff.scim.invalid-filter`. */
export function conditionOf(text: string | undefined, attributes: ReadonlySet<string>): Condition | null {
  if (text === undefined || text.trim() === '') return null
  const wrong = () => scimFault('invalid-filter')
  const filter = (() => { try { return [...new SCIMMY.Types.Filter(text)] as Record<string, unknown>[] } catch { throw wrong() } })()
  const byLower = new Map([...attributes].map((name) => [name.toLowerCase(), name]))
  const compared = (name: string, value: unknown): Condition => {
    const column = byLower.get(name.toLowerCase())
    if (column && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const parts = Object.entries(value)
      if ((column === 'members' || column === 'emails') && parts.length === 1 && parts[0]![0] === 'value') return compared(column, parts[0]![1])
      throw wrong()
    }
    if (!column || !Array.isArray(value) || value.length !== 2 || String(value[0]).toLowerCase() !== 'eq' || !['string', 'boolean'].includes(typeof value[1]) || String(value[1]).includes('\0')) throw wrong()
    return { column, value: value[1] as string | boolean }
  }
  if (!filter.length || filter.length > 20) throw wrong()
  return { is: 'or', of: filter.map((all) => {
    const parts = Object.entries(all)
    if (!parts.length || parts.length > 20) throw wrong()
    return { is: 'and', of: parts.map(([name, value]) => compared(name, value)) }
  }) }
}

export interface Chosen { attributes?: string; excludedAttributes?: string }
/** Only what was asked for; `schemas` and `id` always. */
export function chosen(resource: Resource, { attributes, excludedAttributes }: Chosen): Resource {
  const names = (text: string | undefined) => new Set((text ?? '').split(',').map((one) => one.trim().split(/[.:[]/)[0]!.toLowerCase()).filter(Boolean))
  const [wanted, left] = [names(attributes), names(excludedAttributes)]
  return Object.fromEntries(Object.entries(resource).filter(([name]) => name === 'schemas' || name === 'id' || (!left.has(name.toLowerCase()) && (wanted.size === 0 || wanted.has(name.toLowerCase())))))
}

export const pageOf = ({ startIndex, count }: ScimList): { offset: number; limit: number } => ({ offset: Math.max(startIndex, 1) - 1, limit: Math.min(Math.max(count, 0), MOST_ROWS) })
export const listOf = <T>({ total, rows }: Found<T>, query: ScimList, form: (row: T) => Resource): Resource => ({
  schemas: [`${MESSAGE}ListResponse`], totalResults: total, startIndex: pageOf(query).offset + 1, itemsPerPage: rows.length, Resources: rows.map((row) => chosen(form(row), query)),
})

export const providerConfig = (app: App): Resource => ({
  schemas: [`${SCHEMA}core:2.0:ServiceProviderConfig`], documentationUri: `${app.config.publicUrl}/docs`,
  patch: { supported: true }, bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 }, filter: { supported: true, maxResults: MOST_ROWS }, changePassword: { supported: false }, sort: { supported: false }, etag: { supported: false },
  authenticationSchemes: [{ type: 'oauthbearertoken', name: 'Bearer token', description: 'A token of this directory, made on its settings page.', primary: true }],
  meta: { resourceType: 'ServiceProviderConfig', location: `${baseOf(app)}/ServiceProviderConfig` },
})
const everything = (resources: Resource[]): Resource => ({ schemas: [`${MESSAGE}ListResponse`], totalResults: resources.length, startIndex: 1, itemsPerPage: resources.length, Resources: resources })
export const resourceTypes = (app: App): Resource => everything([['User', 'Users'], ['Group', 'Groups']].map(([name, path]) => ({
  schemas: [`${SCHEMA}core:2.0:ResourceType`], id: name, name, endpoint: `/${path}`, schema: `${SCHEMA}core:2.0:${name}`, meta: { resourceType: 'ResourceType', location: `${baseOf(app)}/ResourceTypes/${name}` },
})))
/** Only the attributes that are kept: a directory that reads this maps nothing into the void. */
const KEPT: Record<string, string[]> = { User: ['userName', 'name', 'displayName', 'preferredLanguage', 'timezone', 'active', 'emails', 'groups'], Group: ['displayName', 'members'] }
export const schemas = (app: App): Resource => everything([User, Group].map((schema) => {
  const described = { ...(schema.definition.describe(`${baseOf(app)}/Schemas`) as unknown as Resource) }
  const kept = KEPT[described.name as string]!
  return { ...described, attributes: (described.attributes as { name: string }[]).filter(({ name }) => kept.includes(name)) }
}))
export const schemaOf = (name: 'User' | 'Group'): string[] => [`${SCHEMA}core:2.0:${name}`]

/** A refusal in the protocol's form, with our own beside it. */
export function errorOf(fault: { code: string; args: Record<string, string | number> }, status: number, detail: string): Resource {
  const type = Object.entries(TYPES).find(([, code]) => fault.code === `staff.scim.${code}`)?.[0] ?? (fault.code === 'staff.scim.uniqueness' || fault.code === 'staff.login-taken' ? 'uniqueness' : fault.code === 'input.not-json' ? 'invalidSyntax' : fault.code === 'input.invalid' ? 'invalidValue' : undefined)
  return { schemas: [`${MESSAGE}Error`], status: String(status), ...(type ? { scimType: type } : {}), detail, fault }
}
