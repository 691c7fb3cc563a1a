/** OpenAPI 3.1 from the contracts, so the document can't say anything else than the code does. */
import { z } from 'zod'
import type { Endpoint, Shape } from './contract.ts'

type Json = Record<string, unknown>

function schemaOf(shape: Shape | undefined, io: 'input' | 'output'): Json {
  if (!shape) return {}
  const { $schema: _, ...schema } = z.toJSONSchema(shape as never, { io, unrepresentable: 'any' }) as Json
  return schema
}

function parameters(endpoint: Endpoint): Json[] {
  const list: Json[] = [...endpoint.path.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
  const query = schemaOf(endpoint.query, 'input') as { properties?: Record<string, Json>; required?: string[] }
  for (const [name, schema] of Object.entries(query.properties ?? {})) list.push({ name, in: 'query', required: query.required?.includes(name) ?? false, schema })
  if (endpoint.method !== 'GET' && endpoint.idempotency !== 'none') list.push({ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', maxLength: 200 } })
  return list
}

function operation(endpoint: Endpoint, name: string): Json {
  const status = String(endpoint.status ?? (endpoint.response ? 200 : 204))
  const fault = { description: ['Refused. Codes:', ...(endpoint.faults ?? []), 'input.invalid', 'access.denied'].join(' '), content: { 'application/json': { schema: { $ref: '#/components/schemas/Fault' } } } }
  return {
    operationId: name, tags: [name.slice(0, name.indexOf('.'))], summary: endpoint.summary ?? name, 'x-access': endpoint.access, ...(endpoint.kind ? { 'x-kind': endpoint.kind } : {}), ...(endpoint.stepUp ? { 'x-step-up': endpoint.stepUp } : {}),
    security: endpoint.access === 'public' ? [] : [{ bearer: [] }, { session: [] }],
    parameters: parameters(endpoint),
    ...(endpoint.kind === 'multipart' ? { requestBody: { content: { 'multipart/form-data': { schema: { type: 'object' } } } } }
      : endpoint.body ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(endpoint.body, 'input') } } } } : {}),
    responses: {
      [status]: endpoint.response ? { description: 'Done.', content: { 'application/json': { schema: schemaOf(endpoint.response, 'output') } } } : { description: 'Done.' },
      '4XX': fault,
    },
  }
}

/** The whole document; `endpoints` maps `room.name` to its contract. */
export function openApi(endpoints: Map<string, Endpoint>, url: string, version: string): Json {
  const paths: Record<string, Json> = {}
  for (const [name, endpoint] of endpoints) {
    const path = endpoint.path.replace(/:([A-Za-z]+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint, name) }
  }
  return {
    openapi: '3.1.0', info: { title: 'Loopdesk', version, license: { name: 'Apache-2.0' } }, servers: [{ url }], paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, session: { type: 'apiKey', in: 'cookie', name: 'loopdesk_session' } },
      schemas: { Fault: { type: 'object', required: ['fault'], properties: { fault: { type: 'object', required: ['code', 'args', 'fields'], properties: {
        code: { type: 'string', description: 'A text key.' }, args: { type: 'object' },
        fields: { type: 'array', items: { type: 'object', properties: { path: { type: 'string' }, code: { type: 'string' } } } } } } } } },
    },
  }
}
