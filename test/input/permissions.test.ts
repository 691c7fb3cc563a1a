import { afterAll, beforeAll, expect, test } from 'vitest'
import { createToken } from '../../modules/staff/index.ts'
import { run } from '../../platform/context.ts'
import { openDesk, type TestDesk } from '../harness.ts'
import { type Staffed, staffed } from '../people.ts'
import { fill, NOBODY, type Operation, readOperations, sample, send } from './api.ts'
import { fingerprint } from './state.ts'

const SECRET = '內部機密-7f3a9c'
const WORD = '陳美玲獨有的主旨'

let desk: TestDesk
let people: Staffed
let operations: Operation[]
let requestId: string
let messageId: string
let fileId: string
let customerId: string
let stranger: string

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  operations = await readOperations(desk)
  const opened = await desk.call<{ id: string; customerId: string }>('POST', '/api/requests', { token: people.intake.token, body: { subject: WORD, text: '請協助', customer: { name: '陳美玲', email: 'chen@example.com' } } })
  requestId = opened.body.id
  customerId = opened.body.customerId
  const form = new FormData()
  form.set('file', new Blob([SECRET], { type: 'text/plain' }), `${SECRET}.txt`)
  fileId = (JSON.parse((await send(desk, 'POST', '/api/attachments', { token: people.admin.token, body: form })).text) as { id: string }).id
  const noted = await desk.call<{ id: string }>('POST', `/api/requests/${requestId}/messages`, { token: people.admin.token, body: { kind: 'note', text: `${SECRET} 不可外流`, attachmentIds: [fileId] } })
  expect(noted.status).toBe(201)
  messageId = noted.body.id
  stranger = (await run(desk.app, {}, (ctx) => createToken(ctx, { name: 'another program', role: 'intake' }))).token
})
afterAll(() => desk.close())

const bodyOf = (operation: Operation): string | undefined => operation.body ? JSON.stringify(sample(operation.body)) : undefined
const isOfRequest = (operation: Operation): boolean => operation.path.startsWith('/api/requests/{id}')
const place = (operation: Operation): string => fill(operation.path, operation.path.startsWith('/api/attachments/') ? fileId : { id: requestId, messageId })

test('D01 D04 without credentials every endpoint but the public ones answers 401', async () => {
  const open: string[] = []
  const wrong: string[] = []
  for (const operation of operations) {
    if (operation.access === 'public') { open.push(operation.name); continue }
    for (const headers of [{}, { authorization: 'Bearer ldt_0123456789012345678901234567890123456789012' }, { authorization: 'Basic YTpi' }, { cookie: 'loopdesk_session=0123456789012345678901234567890123456789012' }] as Record<string, string>[]) {
      const answer = await send(desk, operation.method, fill(operation.path, NOBODY), { body: bodyOf(operation), headers })
      if (answer.status !== 401 || answer.code !== 'access.sign-in-first') wrong.push(`${operation.method} ${operation.path}: ${answer.status} ${answer.text.slice(0, 80)}`)
    }
  }
  console.log(`${operations.length - open.length} endpoints answer 401; public: ${open.join(', ')}`)
  expect(wrong).toEqual([])
  expect(open.filter((name) => !/^(channels|quality|governance|staff)\.|^insight\.wall$/.test(name))).toEqual([])
})

/** Sends every operation on the request with somebody's token; nothing may answer, nothing may change. */
async function isHiddenFrom(token: string): Promise<void> {
  const wrong: string[] = []
  const before = await fingerprint(desk.app)
  for (const operation of operations) {
    if (operation.access === 'public') continue
    const isTarget = isOfRequest(operation) || operation.path.startsWith('/api/attachments/')
    if (isTarget) {
      const answer = await send(desk, operation.method, place(operation), { token, body: bodyOf(operation) })
      if (answer.status !== 404 && answer.status !== 403) wrong.push(`${operation.method} ${operation.path}: ${answer.status} ${answer.text.slice(0, 100)}`)
    } else if (operation.method === 'GET' && !operation.path.includes('{')) {
      for (const query of operation.path === '/api/requests' ? ['', `?search=${encodeURIComponent(WORD)}`, `?customerId=${customerId}`, `?teamId=${people.teamId}`, '?view=unaccepted', '?limit=100&view=open'] : ['']) {
        const answer = await send(desk, 'GET', operation.path + query, { token })
        if (answer.text.includes(requestId) || answer.text.includes(WORD) || answer.text.includes(SECRET)) wrong.push(`${operation.path}${query} shows it: ${answer.text.slice(0, 100)}`)
      }
    }
  }
  expect(wrong).toEqual([])
  expect(await fingerprint(desk.app)).toEqual(before)
}

test('D01 D02 D03 an agent of another team neither sees nor alters a request by any endpoint', () => isHiddenFrom(people.outsider.token))
test('D01 D02 a program sees only the requests it opened', () => isHiddenFrom(stranger))

test('A18 C08f notes and their files never reach the program that opened the request', async () => {
  const shown: string[] = []
  for (const operation of operations) {
    if (operation.method !== 'GET' || operation.access === 'public') continue
    const path = place(operation)
    const answer = await send(desk, 'GET', path, { token: people.intake.token })
    if (answer.text.includes(SECRET) || answer.text.includes(messageId)) shown.push(`${operation.path}: ${answer.text.slice(0, 200)}`)
  }
  for (const search of [SECRET, '不可外流']) {
    const answer = await send(desk, 'GET', `/api/requests?search=${encodeURIComponent(search)}`, { token: people.intake.token })
    if (answer.text.includes(requestId)) shown.push(`a search for words of the note finds the request: ${search}`)
  }
  expect(shown).toEqual([])
  expect((await send(desk, 'GET', `/api/requests/${requestId}`, { token: people.intake.token })).status).toBe(200)
})
