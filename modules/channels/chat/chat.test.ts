/** The customers' side over HTTP: portal, follow links and chat, against a real database. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed, type Staffed } from '../../../test/people.ts'
import { followToken } from './tokens.ts'

let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk.close())

const hex = (n = 32) => Array.from(crypto.getRandomValues(new Uint8Array(n / 2)), (byte) => byte.toString(16).padStart(2, '0')).join('')
interface Asked { number: number; token: string }
interface Sent { id: string; number: number; follow: string; isFollowUp?: boolean }
interface Shown { number: number; step: string; messages: { id: string; from: string; text: string; author: string; files: { id: string; name: string }[] }[]; mayScore: boolean; asksYou: boolean; canReopen: boolean; holderName: string | null }
const ask = (over: Record<string, unknown> = {}) => desk.call<Asked & { fault: { code: string; fields: { path: string; code: string }[] } }>('POST', '/api/portal/requests', {
  body: { key: hex(), visitor: hex(), name: '陳美玲', email: `${hex(8)}@example.com`, subject: '寬頻斷線', text: '從早上開始無法連線', locale: 'zh-Hant', ...over } })
const follow = (token: string) => desk.call<Shown>('GET', `/api/portal/requests/${token}`)
const start = async (body: Record<string, unknown> = {}) => (await desk.call<{ token: string }>('POST', '/api/chat/sessions', { body: { locale: 'zh-Hant', ...body } })).body.token
const say = (token: string, text: string, clientKey = hex()) => desk.call<Sent>('POST', '/api/chat/messages', { headers: { 'x-chat': token }, body: { clientKey, text } })
const requestOf = async (number: number) => {
  const [row] = await desk.app.pool<{ id: string; channel: string; customerId: string; stage: string; holderId: string | null; linkedFrom: string | null; linkKind: string | null }[]>`select id, channel, customer_id, stage, holder_id, linked_from, link_kind from requests.request where number = ${number}`
  return row!
}
/** The holder's colleague view of a person by id. */
const tokenOf = (id: string | null) => [...people.agents, people.lead].find((person) => person.id === id)!.token

test('4.1-a a question on the portal becomes one request, however often it is sent', async () => {
  const body = { key: hex(), visitor: hex(), email: 'once@example.com' }
  const answers = await Promise.all([ask(body), ask(body), ask(body), ask(body)])
  expect(answers.map((one) => one.status)).toEqual([201, 201, 201, 201])
  expect(new Set(answers.map((one) => one.body.token)).size).toBe(1)
  const [row] = await desk.app.pool`select count(*)::int as count from requests.request where number = ${answers[0]!.body.number}`
  expect(row).toMatchObject({ count: 1 })
  const shown = await follow(answers[0]!.body.token)
  expect(shown.body).toMatchObject({ number: answers[0]!.body.number, step: 'assigned', messages: [{ from: 'you', text: '從早上開始無法連線' }] })
  expect(JSON.stringify(shown.body)).not.toContain('once@example.com')
  expect(await requestOf(shown.body.number)).toMatchObject({ channel: 'portal' })
})

test('4.1-a what is missing is named by field', async () => {
  expect((await ask({ email: undefined })).body.fault).toMatchObject({ code: 'channels.chat.address-needed', fields: [{ path: 'email' }] })
  expect((await ask({ subject: ' ' })).body.fault.fields).toEqual([{ path: 'subject', code: 'input.empty' }])
  expect((await ask({ role: 'admin' })).status).toBe(422)
  expect((await ask({ text: 'x'.repeat(20_001) })).status).toBe(422)
})

test('3.1-a a follow token opens its own request and nothing else', async () => {
  const one = (await ask()).body
  const two = (await ask()).body
  const forged = one.token.slice(0, 21) + two.token.slice(21)
  const bytes = Buffer.from(one.token, 'base64url')
  bytes[31]! ^= 1
  for (const token of [forged, bytes.toString('base64url'), 'a'.repeat(43), followToken(desk.app, '0190a0a0-0000-7000-8000-000000000000')]) expect((await follow(token)).status).toBe(404)
  const spelled = one.token.slice(0, -1) + String.fromCharCode(one.token.charCodeAt(42) + 1)
  expect((await follow(spelled)).status).toBe(404)
  const visitor = hex()
  const form = new FormData()
  form.append('file', new Blob(['機密']), '../帳單\u202egpj.html')
  const uploaded = await fetch(`${desk.url}/api/portal/files`, { method: 'POST', body: form, headers: { 'x-visitor': visitor } })
  expect(uploaded.status).toBe(201)
  const file = (await uploaded.json()) as { id: string; name: string }
  // Another browser that learned the id can't send it as its own.
  expect((await ask({ attachmentIds: [file.id] })).status).toBe(422)
  const three = (await ask({ visitor, attachmentIds: [file.id] })).body
  const fetched = await fetch(`${desk.url}/api/portal/requests/${three.token}/files/${file.id}`)
  expect(fetched.status).toBe(200)
  expect(fetched.headers.get('content-disposition')).toMatch(/^attachment/)
  expect(fetched.headers.get('content-type')).toBe('application/octet-stream')
  expect(fetched.headers.get('content-security-policy')).toContain('sandbox')
  expect((await fetch(`${desk.url}/api/portal/requests/${one.token}/files/${file.id}`)).status).toBe(404)
})
