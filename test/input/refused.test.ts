import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoRoom } from '../../apps/demo/room.ts'
import { rooms } from '../../apps/rooms.ts'
import { openDesk, type TestDesk } from '../harness.ts'
import { type Staffed, staffed } from '../people.ts'
import { badBodies, fill, NOBODY, type Operation, type Raw, readOperations, sample, send } from './api.ts'
import { fingerprint } from './state.ts'
import { missingTexts } from './texts.ts'

const SUITE = new URL('../../../shared/data/security/json/test_parsing/', import.meta.url).pathname

let desk: TestDesk
let people: Staffed
let operations: Operation[]
let requestId: string
const codes = new Set<string>()
const untold: string[] = []
const textless = missingTexts()

beforeAll(async () => {
  desk = await openDesk({ rooms: [...rooms, demoRoom] })
  people = await staffed(desk)
  operations = await readOperations(desk)
  requestId = (await open('seed')).id
})
afterAll(() => desk.close())

async function open(key: string): Promise<{ id: string }> {
  const { body } = await desk.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, headers: { 'idempotency-key': key }, body: { subject: '斷線', text: '請協助', customer: { name: '陳美玲', email: 'chen@example.com' } } })
  return body
}
const tokenFor = (operation: Operation): string | undefined => operation.access === 'public' ? undefined : people.admin.token
const pathOf = (operation: Operation): string => fill(operation.path, operation.path.startsWith('/api/requests/') ? { id: requestId } : NOBODY)

function note(operation: Operation, what: string, answer: Raw, wanted: (status: number) => boolean = (status) => status >= 400 && status < 500): void {
  if (!wanted(answer.status)) untold.push(`${operation.method} ${operation.path} with ${what}: ${answer.status} ${answer.text.slice(0, 120)}`)
  if (answer.status >= 400) {
    if (!answer.code) untold.push(`${operation.method} ${operation.path} with ${what}: ${answer.status} without a code: ${answer.text.slice(0, 80)}`)
    for (const code of [answer.code, ...answer.fields]) if (code) codes.add(code)
  }
}
/** Runs `work` and expects it to have left no trace and no wrong answer. */
async function leavesNoTrace(work: () => Promise<void>): Promise<void> {
  untold.length = 0
  const before = await fingerprint(desk.app)
  await work()
  expect(untold).toEqual([])
  expect(await fingerprint(desk.app)).toEqual(before)
}

test('C19 F09a wrong, missing, unknown, oversized fields and prototype pollution are refused by every endpoint and change nothing', { timeout: 240_000 }, async () => {
  let sent = 0
  await leavesNoTrace(async () => {
    for (const operation of operations) {
      if (!operation.body) continue
      for (const [what, body] of badBodies(operation.body, NOBODY)) {
        note(operation, what, await send(desk, operation.method, pathOf(operation), { token: tokenFor(operation), body }))
        sent++
      }
    }
  })
  console.log(`${sent} bad bodies to ${operations.filter((operation) => operation.body).length} endpoints`)
})

test('C19 F07a a body of another media type or encoding is refused', { timeout: 60_000 }, async () => {
  await leavesNoTrace(async () => {
    for (const operation of operations) {
      if (!operation.body && !operation.isMultipart) continue
      const body = operation.body ? JSON.stringify(sample(operation.body)) : '{}'
      for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data', 'multipart/form-data; boundary=x', 'application/json; charset=utf-16', '"']) {
        if (type.startsWith('application/json')) note(operation, type, await send(desk, operation.method, pathOf(operation), { token: tokenFor(operation), body: new Uint8Array(Buffer.from(body, 'utf16le')), type }))
        else note(operation, type, await send(desk, operation.method, pathOf(operation), { token: tokenFor(operation), body, type }))
      }
      note(operation, 'bytes that are no UTF-8', await send(desk, operation.method, pathOf(operation), { token: tokenFor(operation), body: new Uint8Array([0x22, 0xc3, 0x28, 0xff, 0x22]) }))
    }
  })
})

test('C19 wrong path parameters and queries are refused', { timeout: 60_000 }, async () => {
  const words = ['x', '0', '-1', 'null', '%00', '..', '%2e%2e%2f', "' or 1=1 --", '%F0%28%8C%28', '%', 'a'.repeat(250), '\u202e', 'constructor', '1e999', '01890000-0000-7000-8000-00000000000g']
  await leavesNoTrace(async () => {
    for (const operation of operations) {
      const token = tokenFor(operation)
      const body = operation.body ? JSON.stringify(sample(operation.body)) : undefined
      if (operation.path.includes('{')) {
        for (const word of words) note(operation, `path parameter ${word.slice(0, 20)}`, await send(desk, operation.method, operation.path.replace(/\{\w+\}/g, word.startsWith('%') ? word : encodeURIComponent(word)), { token, body }))
      }
      if (operation.method !== 'GET') continue
      const path = pathOf(operation)
      if (operation.query.length) note(operation, 'an unknown query', await send(desk, 'GET', `${path}?unknownField=1`, { token }))
      for (const { name, schema } of operation.query) {
        const isText = schema.type === 'string' && !schema.enum && !schema.format && !schema.pattern
        for (const value of isText ? ['%00', `${'x'.repeat(5000)}`] : ['%00', 'x', '-1', '1e999', 'x'.repeat(5000)]) {
          const answer = await send(desk, 'GET', `${path}?${name}=${value}`, { token })
          note(operation, `${name}=${value.slice(0, 10)}`, answer, (status) => status < 500)
        }
      }
    }
  })
})

test('C19 secrets in headers that are none, and uploads that are none, are refused', async () => {
  const words = ['x', '', 'a'.repeat(43), 'A'.repeat(5_000), '../../x', "' or 1=1 --", '%00', '{}', '0'.repeat(31), 'g'.repeat(32)]
  const uploads: [string, string][] = [['multipart/form-data; boundary=b', ''], ['multipart/form-data; boundary=b', '--b\r\n'], ['multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'], ['multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="__proto__"; filename="x"\r\n\r\nx\r\n--b--\r\n'],
    ['multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nx\r\n--b--\r\n'], ['multipart/form-data; boundary=', 'x'], ['multipart/form-data', 'x'], ['multipart/mixed; boundary=b', '--b--'], ['application/json', '{}'], ['text/plain', 'x'], ['multipart/form-data; boundary=b', `--b\r\n${'X: y\r\n'.repeat(3_000)}\r\n--b--`]]
  await leavesNoTrace(async () => {
    for (const operation of operations.filter((one) => one.path.startsWith('/api/chat/') || one.path === '/api/portal/files')) {
      if (['channels.start', 'channels.availability'].includes(operation.name)) continue
      for (const word of words) for (const name of operation.path === '/api/portal/files' ? ['x-chat', 'x-follow', 'x-visitor'] : ['x-chat']) {
        note(operation, `${name}: ${word.slice(0, 12)}`, await send(desk, operation.method, operation.path, { body: operation.body ? JSON.stringify(sample(operation.body)) : undefined, headers: { [name]: word } }))
      }
    }
    for (const operation of operations.filter((one) => one.isMultipart || one.path === '/api/portal/files')) for (const [type, body] of uploads) {
      note(operation, `${type} ${body.slice(0, 20)}`, await send(desk, operation.method, operation.path, { token: tokenFor(operation), body, type, headers: { 'x-visitor': '0'.repeat(32) } }))
    }
  })
})

test('C19 an Idempotency-Key nobody can keep is refused', async () => {
  await leavesNoTrace(async () => {
    for (const operation of operations) {
      if (operation.name !== 'requests.open' && operation.name !== 'customers.add' && operation.name !== 'staff.addTeam') continue
      for (const key of ['x'.repeat(201), 'a b', '', '\u00e9']) {
        note(operation, `key ${key.slice(0, 5)}`, await send(desk, operation.method, operation.path, { token: people.admin.token, body: JSON.stringify(sample(operation.body!)), headers: { 'idempotency-key': key } }))
      }
    }
  })
})

test.skipIf(!existsSync(SUITE))('C19 every file of JSONTestSuite as a body is refused', { timeout: 60_000 }, async () => {
  await leavesNoTrace(async () => {
    const wanted = operations.filter((operation) => ['requests.open', 'requests.write', 'requests.saveDraft', 'standards.addService'].includes(operation.name))
    expect(wanted.length).toBeGreaterThanOrEqual(2)
    for (const file of readdirSync(SUITE).filter((name) => name.endsWith('.json'))) {
      const bytes = new Uint8Array(readFileSync(SUITE + file))
      for (const operation of wanted) note(operation, file, await send(desk, operation.method, pathOf(operation), { token: people.admin.token, body: bytes }))
    }
  })
})

test('C19 a body that fits the schema and names what is not there is answered, never with a fault of ours', { timeout: 120_000 }, async () => {
  untold.length = 0
  for (const operation of operations) {
    // A company that is really loaded plays for a minute: its own test does that.
    if (/sign-?out|session|presence|stream|live|demo/i.test(`${operation.name} ${operation.path}`)) continue
    const body = operation.body ? JSON.stringify(sample(operation.body)) : undefined
    note(operation, 'unknown references', await send(desk, operation.method, pathOf(operation), { token: people.admin.token, body }), (status) => status < 500)
    if (operation.path.startsWith('/api/requests/')) {
      const { id } = await open(`plausible-${operation.name}`)
      note(operation, 'a real request', await send(desk, operation.method, fill(operation.path, { id }), { token: people.admin.token, body: operation.body ? JSON.stringify(sample(operation.body, '', id)) : undefined }), (status) => status < 500)
    }
  }
  expect(untold).toEqual([])
})

test('C19 every code of a refusal has a text in three languages', () => {
  expect(codes.size).toBeGreaterThan(10)
  expect([...codes].flatMap((code) => textless(code).map((locale) => `${code} ${locale}`))).toEqual([])
})
