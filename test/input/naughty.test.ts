import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../harness.ts'
import { type Staffed, staffed } from '../people.ts'

const LIST = new URL('../../../shared/data/security/blns.json', import.meta.url).pathname
const naughty: string[] = existsSync(LIST) ? JSON.parse(readFileSync(LIST, 'utf8')) as string[] : []

let desk: TestDesk
let people: Staffed
let requestId: string
let customerId: string
const wrong: string[] = []
const counts = { kept: 0, refused: 0 }

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  const { body } = await desk.call<{ id: string; customerId: string }>('POST', '/api/requests', { token: people.intake.token, body: { subject: '斷線', text: '請協助', customer: { name: '陳美玲', email: 'chen@example.com' } } })
  requestId = body.id
  customerId = body.customerId
})
afterAll(() => desk.close())

type Json = Record<string, unknown>
const at = (value: unknown, path: string): unknown => path.split('.').reduce<unknown>((part, key) => (part as Json | undefined)?.[key], value)
const get = async (path: string): Promise<Json> => (await desk.call<Json>('GET', path, { token: people.admin.token })).body

interface Way { what: string; method: string; path: string; fields: string[]; body: (put: (field: string) => unknown) => Json; read: (answer: Json, field: string) => unknown }

/** Sends one string in all fields at once; where that is refused, each field by itself. What comes back must be what went in. */
async function through(way: Way, text: string): Promise<void> {
  if (!(await attempt(way, text, way.fields)) && way.fields.length > 1) for (const field of way.fields) await attempt(way, text, [field])
}
async function attempt(way: Way, text: string, fields: string[]): Promise<boolean> {
  const answer = await desk.call<Json>(way.method, way.path, { token: people.admin.token, body: way.body((field) => (fields.includes(field) ? text : undefined)) })
  if (answer.status === 422 && at(answer.body, 'fault.code') === 'input.invalid') {
    if (fields.length === 1) counts.refused++
    return false
  }
  if (answer.status >= 300) { wrong.push(`${way.what} ${JSON.stringify(text)}: status ${answer.status} ${JSON.stringify(answer.body)}`); return true }
  for (const field of fields) {
    const back = await way.read(answer.body, field)
    // Blanks around a name somebody claims are not part of it.
    if (back !== text && !(field === 'customer.name' && back === text.trim())) wrong.push(`${way.what} ${field} ${JSON.stringify(text)} came back as ${JSON.stringify(back)}`)
    else counts.kept++
  }
  return true
}

test.skipIf(!naughty.length)('naughty strings pass through every text field and come back unchanged', { timeout: 240_000 }, async () => {
  const [service] = (await get('/api/services')).rows as { id: string; name: Json; version: number }[]
  let customerVersion = (await get(`/api/customers/${customerId}`)).version as number
  let serviceVersion = service!.version
  const sent = new Map<string, string>()
  const note = (answer: Json, field: string): unknown => { sent.set(String(answer.id), String(answer[field])); return answer[field] }
  const opened: Way = {
    what: 'request', method: 'POST', path: '/api/requests', fields: ['subject', 'text', 'customer.name'],
    body: (put) => ({ subject: put('subject') ?? '斷線', text: put('text') ?? '請協助', customer: { name: put('customer.name') ?? '陳美玲' } }),
    read: async ({ id }, field) => (field === 'text' ? ((await get(`/api/requests/${String(id)}/messages`)).rows as Json[])[0]!.body : at(await get(`/api/requests/${String(id)}`), field)),
  }
  const ways: Way[] = [
    opened,
    ...['note', 'reply'].map((kind): Way => ({ what: kind, method: 'POST', path: `/api/requests/${requestId}/messages`, fields: ['text'], body: (put) => ({ kind, text: put('text') }), read: ({ body }) => body })),
    { what: 'task', method: 'POST', path: `/api/requests/${requestId}/tasks`, fields: ['title'], body: (put) => ({ title: put('title') }), read: note },
    { what: 'template', method: 'POST', path: '/api/reply-templates', fields: ['name', 'body'], body: (put) => ({ name: put('name') ?? '範本', body: put('body') ?? '內容', locale: 'zh-Hant' }), read: (answer, field) => (field === 'body' ? note(answer, field) : answer[field]) },
    { what: 'customer', method: 'PATCH', path: `/api/customers/${customerId}`, fields: ['name', 'company', 'region', 'note'],
      body: (put) => ({ ...Object.fromEntries(['name', 'company', 'region', 'note'].filter((field) => put(field) !== undefined).map((field) => [field, put(field)])), version: customerVersion }),
      read: (answer, field) => { customerVersion = answer.version as number; return answer[field] } },
    { what: 'service', method: 'PATCH', path: `/api/services/${service!.id}`, fields: ['name.zh-Hant'], body: (put) => ({ name: { ...service!.name, 'zh-Hant': put('name.zh-Hant') }, version: serviceVersion }),
      read: (answer, field) => { serviceVersion = answer.version as number; return at(answer, field) } },
  ]
  for (const [number, text] of naughty.entries()) {
    for (const way of ways) await through(way, text)
    if (number % 3) continue
    for (const path of ['/api/requests', '/api/customers']) {
      const found = await desk.call('GET', `${path}?search=${encodeURIComponent(text.slice(0, 200).toWellFormed())}`, { token: people.admin.token })
      if (found.status !== 200 && found.status !== 422) wrong.push(`search in ${path} for ${JSON.stringify(text)}: ${found.status}`)
    }
  }
  for (const row of (await get(`/api/requests/${requestId}/tasks`)).rows as Json[]) if (row.title !== sent.get(String(row.id))) wrong.push(`task listed as ${JSON.stringify(row.title)}`)
  for (const row of (await get('/api/reply-templates')).rows as Json[]) if (sent.has(String(row.id)) && row.body !== sent.get(String(row.id))) wrong.push(`template listed as ${JSON.stringify(row.body)}`)
  console.log(`${naughty.length} strings: ${counts.kept} came back unchanged, ${counts.refused} refused`)
  expect(wrong).toEqual([])
  expect(counts.kept).toBeGreaterThan(naughty.length * 8)
})
