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
/** Who holds it; the lead may answer what nobody holds. */
const tokenOf = (id: string | null) => ([...people.agents, people.lead].find((person) => person.id === id) ?? people.lead).token

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
  expect((await ask({ text: 'a\0b' })).body.fault.fields).toEqual([{ path: 'text', code: 'input.not-storable' }])
  expect((await ask({ serviceId: crypto.randomUUID() })).body.fault.code).toBe('channels.chat.service-unknown')
  expect((await fetch(`${desk.url}/api/portal/files`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json', 'x-visitor': hex() } })).status).toBe(415)
  const form = new FormData()
  form.append('file', new Blob(['x']), 'x.txt')
  expect((await fetch(`${desk.url}/api/portal/files`, { method: 'POST', body: form })).status).toBe(401)
})

test('3.1-a D04 D16 a follow token opens its own request and nothing else', async () => {
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

test('4.2-b A18 notes and replies still held never reach the customer', async () => {
  const { token, number } = (await ask()).body
  const request = await requestOf(number)
  const by = tokenOf(request.holderId)
  const note = await desk.call('POST', `/api/requests/${request.id}/messages`, { token: by, body: { kind: 'note', text: 'canary-note 客戶信用不佳' } })
  expect(note.status).toBe(201)
  await desk.call('POST', `/api/requests/${request.id}/messages`, { token: by, body: { kind: 'reply', text: 'canary-reply 已派人前往' } })
  expect(JSON.stringify((await follow(token)).body)).not.toContain('canary')
  await desk.pass(10_000)
  const shown = JSON.stringify((await follow(token)).body)
  expect(shown).toContain('canary-reply')
  expect(shown).not.toContain('canary-note')
})

test('4.2-b a customer who answers by link is told once, and a closed request is carried on in a linked one', async () => {
  const { token, number } = (await ask()).body
  const request = await requestOf(number)
  const key = hex()
  const write = (text: string, withKey = hex()) => desk.call<Sent>('POST', `/api/portal/requests/${token}/messages`, { body: { key: withKey, text } })
  const answers = await Promise.all([write('補充一點', key), write('補充一點', key), write('補充一點', key)])
  expect(new Set(answers.map((one) => one.body.id)).size).toBe(1)
  expect((await follow(token)).body.messages.filter((one) => one.text === '補充一點')).toHaveLength(1)
  await desk.call('POST', `/api/requests/${request.id}/messages`, { token: tokenOf(request.holderId), body: { kind: 'reply', text: '好了' } })
  await desk.pass(10_000)
  expect((await desk.call('PUT', `/api/requests/${request.id}/submission`, { token: tokenOf(request.holderId), body: { result: '更換數據機' } })).status).toBe(200)
  await desk.pass(80 * 3_600_000)
  expect((await follow(token)).body).toMatchObject({ step: 'answered', canReopen: true })
  await desk.pass(8 * 86_400_000)
  const late = hex()
  const more = await write('又壞了', late)
  expect(more.body).toMatchObject({ isFollowUp: true })
  expect((await write('又壞了', late)).body).toEqual(more.body)
  const linked = await requestOf(more.body.number)
  expect(linked).toMatchObject({ linkedFrom: request.id, linkKind: 'follow-up', customerId: request.customerId })
  expect((await follow(more.body.follow)).body.messages.map((one) => one.text)).toEqual(['又壞了'])
})

test('3.1-a a stranger who claims a proven address stays outside of its history', async () => {
  const opened = await desk.call<{ id: string; customerId: string }>('POST', '/api/requests', { token: people.intake.token, body: { subject: 'Invoice', text: 'proven words', channel: 'api', customer: { name: 'Proven', email: 'proven@example.com' } } })
  const asked = await ask({ email: 'proven@example.com', name: 'Stranger' })
  const chat = await start({ email: 'Proven@example.com', name: 'Stranger' })
  const said = await say(chat, 'hello there')
  for (const number of [asked.body.number, said.body.number]) expect((await requestOf(number)).customerId).not.toBe(opened.body.customerId)
  expect(JSON.stringify([(await follow(asked.body.token)).body, (await follow(said.body.follow)).body])).not.toContain('proven')
})

test('4.1-b a word in the chat becomes exactly one message under repeated and parallel sending', async () => {
  const token = await start({ name: '王小明' })
  const words = Array.from({ length: 12 }, (_, i) => ({ key: hex(), text: `第 ${i} 句` }))
  const answers = await Promise.all(words.flatMap(({ key, text }) => [say(token, text, key), say(token, text, key), say(token, text, key)]))
  expect(answers.every((one) => one.status === 201)).toBe(true)
  expect(new Set(answers.map((one) => one.body.number)).size).toBe(1)
  const shown = await follow(answers[0]!.body.follow)
  expect(shown.body.messages.map((one) => one.text).sort()).toEqual(words.map((one) => one.text).sort())
  expect(await requestOf(answers[0]!.body.number)).toMatchObject({ channel: 'chat' })
  expect((await say('x'.repeat(43), 'hi')).status).toBe(401)
  const other = await start()
  await say(other, '別人')
  const request = await requestOf(answers[0]!.body.number)
  await desk.call('POST', `/api/requests/${request.id}/messages`, { token: tokenOf(request.holderId), body: { kind: 'reply', text: '回覆' } })
  await desk.pass(10_000)
  const reply = (await follow(answers[0]!.body.follow)).body.messages.find((one) => one.from === 'us')!
  expect((await desk.call('PUT', '/api/chat/seen', { headers: { 'x-chat': other }, body: { ids: [reply.id], isRead: true } })).status).toBe(204)
  expect((await desk.app.pool`select state from requests.message where id = ${reply.id}`)[0]).toEqual({ state: 'sent' })
})

test('4.1-b an answer the visitor did not see is mailed when they left an address, and only then', async () => {
  const unseen = () => desk.app.pool<{ messageId: string }[]>`select payload->>'messageId' as message_id from platform.job where queue = 'channels.send-mail'`
  const chat = async (email?: string) => {
    const token = await start()
    const { body } = await say(token, '請問何時開門')
    if (email) expect((await desk.call('PATCH', '/api/chat/sessions', { headers: { 'x-chat': token }, body: { email } })).status).toBe(204)
    const request = await requestOf(body.number)
    const sent = await desk.call<{ id: string }>('POST', `/api/requests/${request.id}/messages`, { token: tokenOf(request.holderId), body: { kind: 'reply', text: '九點' } })
    return { token, replyId: sent.body.id }
  }
  await desk.app.pool`insert into channels.mailbox (id, address, name, smtp, created_at) values (${crypto.randomUUID()}, 'desk@example.com', 'Desk', ${desk.app.pool.json({ host: '127.0.0.1', port: 1, tls: 'none', user: '' })}, ${desk.clock.now()})`
  const seen = await chat('seen@example.com')
  const left = await chat('left@example.com')
  const nameless = await chat()
  await desk.pass(10_000)
  await desk.call('PUT', '/api/chat/seen', { headers: { 'x-chat': seen.token }, body: { ids: [seen.replyId], isRead: true } })
  desk.clock.advance(180_000)
  await desk.jobs.runDue(1)
  expect((await unseen()).map((job) => job.messageId)).toEqual([left.replyId])
  expect((await desk.app.pool`select state from requests.message where id = ${nameless.replyId}`)[0]).toEqual({ state: 'sent' })
  await desk.app.pool`delete from platform.job where queue = 'channels.send-mail'`
  await desk.app.pool`delete from channels.mailbox`
})

test('4.1-b how long it takes is what it took: no figure before five answers, then their median', async () => {
  const { medianWaitMinutes } = await import('./store.ts')
  const { reading } = await import('../../../platform/context.ts')
  const median = () => medianWaitMinutes(reading(desk.app, {}), people.teamId)
  await desk.app.pool`update requests.request set first_response_at = null where channel = 'chat'`
  for (const minutes of [30, 2, 3, 1, 4]) {
    expect(await median()).toBeNull()
    const { body } = await say(await start(), '等多久')
    await desk.app.pool`update requests.request set first_response_at = opened_at + make_interval(mins => ${minutes}) where number = ${body.number}`
  }
  expect(await median()).toBe(3)
  expect(await medianWaitMinutes(reading(desk.app, {}), people.otherTeamId)).toBeNull()
})
