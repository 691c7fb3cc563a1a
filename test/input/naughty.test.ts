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

/** Sends one string; it must come back as it went in, or be refused as a field. */
async function through(what: string, text: string, method: string, path: string, body: Json, read: (answer: Json) => unknown | Promise<unknown>): Promise<void> {
  const answer = await desk.call<Json>(method, path, { token: people.admin.token, body })
  if (answer.status === 422) {
    const code = at(answer.body, 'fault.code')
    if (code !== 'input.invalid') wrong.push(`${what} ${JSON.stringify(text)}: ${String(code)}`)
    counts.refused++
    return
  }
  if (answer.status >= 300) { wrong.push(`${what} ${JSON.stringify(text)}: status ${answer.status} ${JSON.stringify(answer.body)}`); return }
  const back = await read(answer.body)
  if (back !== text) wrong.push(`${what} ${JSON.stringify(text)} came back as ${JSON.stringify(back)}`)
  else counts.kept++
}
const get = async (path: string): Promise<Json> => (await desk.call<Json>('GET', path, { token: people.admin.token })).body

test.skipIf(!naughty.length)('naughty strings pass through every text field and come back unchanged', { timeout: 240_000 }, async () => {
  const service = (await get('/api/services')).rows as { id: string; name: Json; version: number }[]
  let customerVersion = (await get(`/api/customers/${customerId}`)).version as number
  const sent = new Map<string, string>()
  let serviceVersion = service[0]!.version
  for (const text of naughty) {
    const customer = { name: '陳美玲', email: 'chen@example.com' }
    await through('subject', text, 'POST', '/api/requests', { subject: text, text: '請協助', customer }, async ({ id }) => (await get(`/api/requests/${String(id)}`)).subject)
    await through('text', text, 'POST', '/api/requests', { subject: '斷線', text, customer }, async ({ id }) => ((await get(`/api/requests/${String(id)}/messages`)).rows as Json[])[0]!.body)
    // Blanks around a claimed name are not part of it.
    await through('customer name', text, 'POST', '/api/requests', { subject: '斷線', text: '請協助', customer: { name: text } }, async ({ id }) => at(await get(`/api/requests/${String(id)}`), 'customer.name') === text.trim() ? text : null)
    await through('note', text, 'POST', `/api/requests/${requestId}/messages`, { kind: 'note', text }, ({ body }) => body)
    await through('reply', text, 'POST', `/api/requests/${requestId}/messages`, { kind: 'reply', text }, ({ body }) => body)
    await through('task', text, 'POST', `/api/requests/${requestId}/tasks`, { title: text }, ({ id, title }) => { sent.set(String(id), text); return title })
    await through('draft', text, 'PUT', `/api/requests/${requestId}/drafts`, { kind: 'note', text }, async () => at(await get(`/api/requests/${requestId}/drafts`), 'mine.note') ?? (text.trim() ? null : text))
    await through('template', text, 'POST', '/api/reply-templates', { name: '範本', body: text, locale: 'zh-Hant' }, ({ id, body }) => { sent.set(String(id), text); return body })
    for (const field of ['name', 'company', 'region', 'note']) {
      await through(`customer ${field}`, text, 'PATCH', `/api/customers/${customerId}`, { [field]: text, version: customerVersion }, (answer) => { customerVersion = answer.version as number; return answer[field] })
    }
    await through('service name', text, 'PATCH', `/api/services/${service[0]!.id}`, { name: { ...service[0]!.name, 'zh-Hant': text }, version: serviceVersion }, (answer) => { serviceVersion = answer.version as number; return at(answer, 'name.zh-Hant') })
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
