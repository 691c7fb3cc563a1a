/** The API as its own document describes it: operations, bodies that fit their schemas, and bodies that don't. */
import type { TestDesk } from '../harness.ts'
import { callWire } from '../wire.ts'

export interface Schema {
  type?: string | string[]; properties?: Record<string, Schema>; required?: string[]; items?: Schema; enum?: unknown[]; const?: unknown; anyOf?: Schema[]; oneOf?: Schema[]; allOf?: Schema[]
  format?: string; pattern?: string; minLength?: number; maxLength?: number; minimum?: number; maximum?: number; minItems?: number; additionalProperties?: Schema | boolean; propertyNames?: Schema
}
export interface Operation { name: string; method: string; path: string; access: string; body: Schema | null; isMultipart: boolean; kind: string; query: { name: string; required: boolean; schema: Schema }[] }

interface Described {
  operationId: string; 'x-access': string; 'x-kind'?: string; parameters: { name: string; in: string; required: boolean; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

/** Every operation of /openapi.json, fetched over HTTP. */
export async function readOperations(desk: TestDesk): Promise<Operation[]> {
  const document = await (await fetch(`${desk.url}/openapi.json`)).json() as { paths: Record<string, Record<string, Described>> }
  return Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, described]) => ({
    name: described.operationId, method: method.toUpperCase(), path, access: described['x-access'], body: described.requestBody?.content['application/json']?.schema ?? null,
    isMultipart: described.requestBody?.content['multipart/form-data'] !== undefined, kind: described['x-kind'] ?? 'json', query: described.parameters.filter((one) => one.in === 'query'),
  })))
}

export const NOBODY = '01890000-0000-7000-8000-000000000000'
const PATTERNED = ['k', 'key', 'TW', 'TWD', 'a@example.com', '2026-03-02', '09:00', '2026-03-02T02:00:00Z', 'requests.read', '+886912345678', 'https://example.com/hook', 'example.com', '12345678', 'abcdefghijklmnop', 'a'.repeat(22), 'A'.repeat(32), 'a'.repeat(43)]
// What a schema can't say: time zones are checked by asking the system.
const NAMED: Record<string, unknown> = { zone: 'Asia/Taipei', origin: 'https://example.com', host: 'mail.example.com' }

/** A value that fits the schema; `ids` stands in for every reference. */
export function sample(schema: Schema, name = '', ids: string = NOBODY): unknown {
  if (name in NAMED && schema.type === 'string') return NAMED[name]
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  const options = schema.anyOf ?? schema.oneOf
  if (options) return sample(options.find((option) => option.type !== 'null') ?? options[0]!, name, ids)
  if (schema.allOf) return sample(schema.allOf[0]!, name, ids)
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  switch (type) {
    case 'object': return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([key, value]) => [key, sample(value, key, ids)]))
    case 'array': return Array.from({ length: schema.minItems ?? 0 }, () => sample(schema.items ?? {}, name, ids))
    case 'integer': case 'number': return Math.max(schema.minimum ?? 1, 1) > (schema.maximum ?? Infinity) ? schema.maximum : Math.max(schema.minimum ?? 1, 1)
    case 'boolean': return true
    case 'null': return null
    case 'string': return sampleText(schema, ids)
    default: return 'text'
  }
}
function sampleText({ format, pattern, minLength = 1 }: Schema, ids: string): string {
  if (format === 'uuid') return ids
  if (format === 'date-time') return '2026-03-02T02:00:00Z'
  if (format === 'date') return '2026-03-02'
  if (pattern) return PATTERNED.find((text) => new RegExp(pattern, 'u').test(text)) ?? 'text'
  return 'x'.repeat(Math.max(minLength, 4))
}

const huge = 'x'.repeat(300_000)
const allows = (schema: Schema, type: string): boolean =>
  [schema.type].flat().includes(type) || (schema.anyOf ?? schema.oneOf ?? []).some((option) => allows(option, type)) || (type === 'null' && schema.enum?.includes(null) === true)
const isFree = (schema: Schema): boolean => !schema.type && !schema.anyOf && !schema.oneOf && !schema.enum && schema.const === undefined && !schema.allOf

/** Values that can't fit the schema, with a word on each. */
export function misfits(schema: Schema): [string, unknown][] {
  if (isFree(schema)) return []
  const list: [string, unknown][] = []
  if (!allows(schema, 'null')) list.push(['null', null])
  if (!allows(schema, 'number') && !allows(schema, 'integer')) list.push(['a number', 5], ['a huge number', 1e300])
  else list.push(['more than any limit', 1e300], ['text for a number', '5'], ['a fraction beyond', -0.5e-300])
  if (!allows(schema, 'boolean')) list.push(['true', true])
  if (!allows(schema, 'object')) list.push(['an object', { toString: 'x', length: -1 }])
  if (!allows(schema, 'array')) list.push(['an array', [[]]])
  if (!allows(schema, 'string')) list.push(['text', 'constructor'])
  else if (schema.type === 'string') list.push(['oversized text', huge], ['a NUL', 'a\0b'], ['half a surrogate pair', 'a\ud800b'], ...(schema.format || schema.enum || schema.pattern ? [['a wrong word', '\u202e<script>'] as [string, unknown]] : []))
  if (allows(schema, 'integer') && !allows(schema, 'number')) list.push(['a fraction', 1.5], ['beyond safe integers', 2 ** 60])
  return list.filter(([what]) => what !== 'a fraction beyond' || !allows(schema, 'number'))
}

/** Bodies that must be refused, as raw JSON text with what is wrong about each. */
export function badBodies(schema: Schema, ids: string): [string, string][] {
  const good = sample(schema, '', ids) as Record<string, unknown>
  const list: [string, string][] = [['null', 'null'], ['an array', '[]'], ['text', '"x"'], ['a number', '1e999'], ['nothing', ''], ['half an object', '{"a":'], ['a bare word', 'undefined'], ['bytes', '\ufeff{}x']]
  const mutate = (at: Schema, path: string[]): void => {
    for (const [key, part] of Object.entries(at.properties ?? {})) {
      const where = [...path, key]
      for (const [what, value] of misfits(part)) list.push([`${where.join('.')}: ${what}`, JSON.stringify(replaced(good, where, value))])
      if (at.required?.includes(key)) list.push([`${where.join('.')}: missing`, JSON.stringify(replaced(good, where, undefined))])
      if (path.length < 2 && part.properties) mutate(part, where)
    }
  }
  mutate(schema, [])
  if (schema.additionalProperties === false) {
    list.push(['unknown field', JSON.stringify({ ...good, unknownField: 1 })])
    for (const key of ['__proto__', 'constructor', 'prototype']) list.push([`prototype pollution by ${key}`, `{${JSON.stringify(key)}:{"prototype":{"polluted":1},"polluted":1},${JSON.stringify(good).slice(1)}`.replace(/,}$/, '}')])
  }
  return list
}

function replaced(value: unknown, path: readonly string[], by: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return by
  return { ...(value as object), [key]: replaced((value as Record<string, unknown>)?.[key], rest, by) }
}

/** Paths of the text fields of a schema that take any text, at most two levels deep. */
export function textFields(schema: Schema, path: string[] = []): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, part]) => {
    const where = [...path, key]
    if (part.type === 'object' && path.length < 2) return textFields(part, where)
    return part.type === 'string' && !part.enum && !part.format && !part.pattern ? [where] : []
  })
}
export const withField = (body: unknown, path: readonly string[], value: unknown): unknown => replaced(body, path, value)

export const fill = (path: string, value: string | Record<string, string>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(typeof value === 'string' ? value : value[name] ?? NOBODY))

export interface Raw { status: number; text: string; code: string | null; fields: string[] }
/** Sends bytes as they are; a stream's answer is cut off after its head. */
export async function send(desk: TestDesk, method: string, path: string, options: { token?: string; body?: string | Uint8Array | FormData; type?: string; headers?: Record<string, string> } = {}): Promise<Raw> {
  const form = options.body instanceof FormData ? new Request(desk.url, { method: 'POST', body: options.body }) : null
  const body = form ? new Uint8Array(await form.arrayBuffer()) : options.body as string | Uint8Array | undefined
  const { status, headers, text } = await callWire(desk.url + path, method, {
    ...(options.token ? { authorization: `Bearer ${options.token}` } : {}), ...(body === undefined ? {} : { 'content-type': form?.headers.get('content-type') ?? options.type ?? 'application/json' }), ...options.headers,
  }, body)
  if (headers.get('content-type')?.startsWith('text/event-stream')) return { status, text, code: null, fields: [] }
  let fault: { code: string; fields: { code: string }[] } | undefined
  try { fault = (JSON.parse(text) as { fault?: typeof fault }).fault } catch { /* a page, a file or nothing */ }
  return { status, text, code: fault?.code ?? null, fields: fault?.fields.map((field) => field.code) ?? [] }
}
