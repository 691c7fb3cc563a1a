/** Attacks by mail and on who a requester is: raw mails through the gate, answers out to a real SMTP server. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { signMessageId } from '../../lib/mail/index.ts'
import { closeTransports } from '../../modules/channels/mail/send.ts'
import { takeIn } from '../../modules/channels/mail/take.ts'
import { letter, mailboxFor, settleAll, type SmtpPeer, startSmtp } from '../../modules/channels/mail/testing/peers.ts'
import { openDesk, type TestDesk } from '../harness.ts'
import { type Staffed, staffed } from '../people.ts'

let desk: TestDesk
let people: Staffed
let smtp: SmtpPeer
let boxId: string
let politeId: string
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  smtp = await startSmtp()
  await desk.app.pool`insert into platform.setting (key, value, at) values ('channels.network', ${desk.app.pool.json({ mailPorts: [smtp.port], privateWebhooks: true } as never)}, ${desk.clock.now()})`
  boxId = (await mailboxFor(desk, smtp.port, { acknowledges: false })).id
  politeId = (await mailboxFor(desk, smtp.port, { address: 'polite@desk.example' })).id
})
afterAll(async () => { closeTransports(desk.app); await desk.close(); await smtp.stop() })
beforeEach(() => { smtp.got.length = 0 })

const bring = (raw: Buffer, mailboxId = boxId) => takeIn(desk.app, mailboxId, raw)
const admin = <T = Record<string, never>>(method: string, path: string, body?: unknown) => desk.call<T>(method, path, { token: people.admin.token, body })
interface Shown { linkedFrom: { id: string; kind: string } | null; customer: { id: string; name: string; isVerified: boolean } }
const requestOf = async (id: string | null) => (await admin<Shown>('GET', `/api/requests/${id}`)).body
interface Words { rows: { kind: string; authorKind: string; body: string; oddities: string[] }[] }
const messagesOf = async (id: string | null) => (await admin<Words>('GET', `/api/requests/${id}/messages`)).body.rows

async function answer(requestId: string | null, text = '已經派員檢查。'): Promise<void> {
  expect((await admin('POST', `/api/requests/${requestId}/messages`, { kind: 'reply', text })).status).toBe(201)
  await settleAll(desk, 11_000)
}
const ask = async (given: Record<string, unknown> = {}) => (await desk.call<{ number: number; token: string }>('POST', '/api/portal/requests', { body: {
  key: crypto.randomUUID(), visitor: crypto.randomUUID().replaceAll('-', ''), name: '陳美玲', email: 'asker@customer.example', subject: '帳單', text: '請幫我看一下', locale: 'zh-Hant', ...given } })).body
/** Everything of the mails that went out, as bytes and as a mail program reads them. */
const wire = (): string => smtp.got.map(({ raw, mail }) => [raw, mail.subject, mail.text, mail.html ?? ''].join('\n')).join('\n')
const headersOf = (raw: string): string[] => raw.slice(0, raw.indexOf('\r\n\r\n')).split(/\r\n(?![ \t])/)

test('A01 A02 a victim’s address, a number in the subject, a plus address and an own copy open no thread and show nothing', async () => {
  const first = await bring(letter({ from: 'victim@customer.example', text: 'VICTIM-CANARY' }))
  const { body: { number } } = await admin<{ number: number }>('GET', `/api/requests/${first.requestId}`)
  for (const forged of [
    letter({ from: 'victim@customer.example', subject: `Re: [#${number}]`, headers: { Cc: 'thief@evil.example' } }),
    letter({ from: 'victim@customer.example', to: `support+id${number}@desk.example`, headers: { Cc: 'thief@evil.example' } }),
    letter({ from: 'thief@evil.example', to: `support+${first.requestId}@desk.example`, subject: `案件 ${number}` }),
  ]) {
    const taken = await bring(forged)
    expect(taken.requestId).not.toBe(first.requestId)
    expect((await requestOf(taken.requestId)).linkedFrom).toBeNull()
    await answer(taken.requestId, 'ANSWER')
  }
  expect(await messagesOf(first.requestId)).toHaveLength(1)
  expect(smtp.got.map((one) => one.to)).toEqual([['victim@customer.example'], ['victim@customer.example'], ['thief@evil.example']])
  expect(wire()).toContain('ANSWER')
  expect(wire()).not.toMatch(/VICTIM-CANARY|^Cc:/m)
})

test('A03 forged Message-IDs in every thread header open no thread, and nobody outside is ever an agent', async () => {
  const first = await bring(letter({ from: 'victim@customer.example' }))
  await answer(first.requestId)
  const ours = smtp.got[0]!.mail.messageId!
  const foreign = signMessageId(first.messageId!, 'desk.example', Buffer.alloc(32, 1))
  for (const id of [foreign, ours.replace(/\.[^.@]+@/, '.aaaaaaaaaaaaaaaa@'), `<notify-${first.requestId}-${people.admin.id}@desk.example>`, `<${first.requestId}@desk.example>`]) {
    const taken = await bring(letter({ from: 'victim@customer.example', headers: { 'In-Reply-To': id, References: id, 'Thread-Index': id } }))
    expect(taken.requestId, id).not.toBe(first.requestId)
    const [message] = await messagesOf(taken.requestId)
    expect(message).toMatchObject({ kind: 'customer', authorKind: 'customer' })
  }
  await settleAll(desk)
  expect(smtp.got).toHaveLength(1)
})

test('A04 a mail under an agent’s address is a stranger’s: unverified, never an answer, never relayed', async () => {
  const first = await bring(letter({ from: 'victim@customer.example' }))
  await answer(first.requestId)
  const mark = smtp.got[0]!.mail.replyTo[0]!.address
  for (const to of ['support@desk.example', mark]) {
    const taken = await bring(letter({ from: '林志明 <lin@example.com>', to, text: '請把密碼寄給我' }))
    expect(taken.requestId).not.toBe(first.requestId)
    expect((await requestOf(taken.requestId)).customer.isVerified).toBe(false)
    expect((await messagesOf(taken.requestId))[0]).toMatchObject({ kind: 'customer', authorKind: 'customer' })
  }
  await settleAll(desk)
  expect(smtp.got).toHaveLength(1)
})

test('A05 a third party’s confirmation mail to a reply address is never shown to who holds that address', async () => {
  const { token, number } = await ask({ email: 'thief@evil.example' })
  const [row] = await desk.app.pool<{ id: string }[]>`select id from requests.request where number = ${number}`
  await answer(row!.id)
  const address = smtp.got[0]!.mail.replyTo[0]!.address
  const taken = await bring(letter({ from: 'noreply@workspace.example', to: address, subject: 'Join the company', text: 'https://workspace.example/join/CODE-CANARY' }))
  expect(taken.requestId).not.toBe(row!.id)
  const shown = JSON.stringify([await desk.call('GET', `/api/portal/requests/${token}`), await desk.call('GET', `/api/portal/requests/${token}/rating`)])
  expect(shown).toContain('請幫我看一下')
  expect(shown).not.toContain('CODE-CANARY')
})

test('A08 headers of a sign-in proxy are nobody’s word', async () => {
  for (const name of ['x-forwarded-user', 'remote-user', 'x-remote-user', 'remote_user', 'x-auth-request-email', 'x-forwarded-email', 'x-webauth-user', 'x-authenticated-userid', 'x-original-user', 'x-ms-client-principal-name']) {
    expect((await desk.call('GET', '/api/me', { headers: { [name]: 'admin@example.com' } })).status, name).toBe(401)
    expect((await desk.call('GET', '/api/people', { headers: { [name]: people.admin.id } })).status, name).toBe(401)
  }
})

test('A09 a form filled with a victim’s address sends nothing; by mail at most one fixed text an hour', async () => {
  for (let round = 0; round < 12; round++) await ask({ email: 'bombed@victim.example', subject: 'SPAM-CANARY', text: 'SPAM-CANARY https://evil.example', name: 'SPAM-CANARY' })
  await settleAll(desk, 60_000)
  expect(smtp.got).toHaveLength(0)
  for (let round = 0; round < 12; round++) await bring(letter({ from: '"SPAM-CANARY" <bombed@victim.example>', to: 'polite@desk.example', subject: 'SPAM-CANARY', text: 'SPAM-CANARY' }), politeId)
  await settleAll(desk, 60_000)
  expect(smtp.got.map((one) => one.to)).toEqual([['bombed@victim.example']])
  expect(wire()).not.toContain('SPAM-CANARY')
})

test('A13 line ends in subject, name, file name and list headers add no header and no recipient on the wire', async () => {
  const evil = 'x\r\nBcc: thief@evil.example\r\nX-Evil: 1\r\n\r\nbody'
  const word = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`
  const taken = await bring(letter({ from: `${word(evil)} <crlf@customer.example>`, subject: word(evil), headers: { 'List-Unsubscribe': `<mailto:${word(evil)}>`, 'Reply-To': `${word(evil)} <crlf@customer.example>` } }))
  expect(taken.verdict).toBe('request')
  await answer(taken.requestId)
  const form = new FormData()
  form.set('file', new Blob(['x']), 'a\r\nBcc: thief@evil.example\r\n.txt')
  const upload = await (await fetch(`${desk.url}/api/attachments`, { method: 'POST', headers: { authorization: `Bearer ${people.admin.token}` }, body: form })).json() as { id: string }
  expect((await admin('POST', `/api/requests/${taken.requestId}/messages`, { kind: 'reply', text: evil, attachmentIds: [upload.id] })).status).toBe(201)
  await settleAll(desk, 11_000)
  expect(smtp.got).toHaveLength(2)
  for (const { raw, to, from } of smtp.got) {
    expect(to).toEqual(['crlf@customer.example'])
    expect(from).toBe('support@desk.example')
    expect(headersOf(raw).map((line) => line.split(':')[0]!.toLowerCase()).filter((name) => ['bcc', 'x-evil', 'cc'].includes(name))).toEqual([])
    expect(raw.split('\r\n').filter((line) => /^(Bcc|X-Evil):/i.test(line) && raw.indexOf(line) < raw.indexOf('\r\n\r\n'))).toEqual([])
  }
  for (const field of ['subject', 'name'] as const) expect((await desk.call('POST', '/api/portal/requests', { body: { key: crypto.randomUUID(), visitor: '0'.repeat(32), name: 'x', email: 'a@b.example', subject: 'x', text: 'x', locale: 'en', [field]: evil } })).status).toBe(422)
  expect((await desk.call('POST', '/api/portal/requests', { body: { key: crypto.randomUUID(), visitor: '0'.repeat(32), name: 'x', email: 'a@b.example\r\nBcc: t@evil.example', subject: 'x', text: 'x', locale: 'en' } })).status).toBe(422)
})

test('A14 an address that reads in two ways goes to nobody else than it shows', async () => {
  const froms = ['"victim@corp.example x"@evil.example', '"victim@corp.example"@evil.example', 'victim@corp.example(@evil.example)', 'victim(@evil.example)@corp.example', '<victim@corp.example>, <thief@evil.example>',
    'victim@corp.example <thief@evil.example>', 'thief@evil.example <victim@corp.example>', '"a\\"@corp.example" <thief@evil.example>', '@corp.example:thief@evil.example', 'victim@corp.example\u0000@evil.example', 'group: victim@corp.example, thief@evil.example;', 'victim%corp.example@evil.example', 'victim@corp.example.@evil.example', 'vic tim@corp.example']
  for (const from of froms) {
    smtp.got.length = 0
    const taken = await bring(letter({ from, headers: { 'Return-Path': '' } }))
    if (taken.verdict === 'quarantined') continue
    expect(taken.verdict, from).toBe('request')
    const { customer } = await requestOf(taken.requestId)
    const identities = (await admin<{ identities: { kind: string; shown: string }[] }>('GET', `/api/customers/${customer.id}`)).body.identities
    const shown = identities.filter((one) => one.kind === 'email').map((one) => one.shown)
    await answer(taken.requestId)
    expect(smtp.got.flatMap((one) => one.to), from).toEqual(shown)
    for (const { to, raw } of smtp.got) {
      expect(to[0]!.split('@'), from).toHaveLength(2)
      expect(/^To: .*$/m.exec(raw)![0], from).toContain(to[0])
    }
  }
})

test('A15 a second From line is held; several names in one and a differing Sender are shown', async () => {
  expect((await bring(letter({ headers: { 'X-First': 'x\r\nFrom: other@evil.example' } }))).verdict).toBe('quarantined')
  const several = await bring(letter({ from: 'a@corp.example, b@evil.example' }))
  expect((await messagesOf(several.requestId))[0]!.oddities).toContain('from-several')
  const behalf = await bring(letter({ from: 'boss@corp.example', headers: { Sender: 'thief@evil.example' } }))
  expect((await messagesOf(behalf.requestId))[0]!.oddities).toContain('sender-differs')
})

test('A17 nothing a caller writes becomes a file or an address for the mailer to read', async () => {
  const { requestId } = await bring(letter({ from: 'a17@customer.example' }))
  for (const more of [{ attachments: [{ path: '/etc/passwd' }] }, { html: { path: '/etc/passwd' } }, { text: { path: '/etc/passwd' } }, { text: { href: 'http://127.0.0.1/' } }, { raw: 'x' }, { attachmentIds: [{ path: '/etc/passwd' }] }])
    expect((await admin('POST', `/api/requests/${requestId}/messages`, { kind: 'reply', text: 'x', ...more })).status).toBe(422)
  const form = new FormData()
  form.set('file', new Blob(['HARMLESS']), 'file:///etc/passwd')
  const upload = await (await fetch(`${desk.url}/api/attachments`, { method: 'POST', headers: { authorization: `Bearer ${people.admin.token}` }, body: form })).json() as { id: string }
  await admin('POST', `/api/requests/${requestId}/messages`, { kind: 'reply', text: '{"path":"/etc/passwd"}', attachmentIds: [upload.id] })
  await settleAll(desk, 11_000)
  expect(smtp.got).toHaveLength(1)
  expect(smtp.got[0]!.mail.attachments.map((one) => Buffer.from(one.content).toString())).toEqual(['HARMLESS'])
  expect(smtp.got[0]!.raw).not.toContain('root:')
})

test('A18 a note reaches no wire that leads outside: mail, follow page, rating, chat stream, webhook', async () => {
  const told: string[] = []
  const receiver: Server = createServer((request, response) => { request.on('data', (chunk: Buffer) => told.push(chunk.toString())); request.on('end', () => response.end()) })
  await new Promise<void>((ready) => receiver.listen(0, '127.0.0.1', ready))
  const { eventTypes } = await import('../../modules/channels/webhooks/contract.ts')
  const hook = await admin<{ id: string }>('POST', '/api/webhooks', { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`, types: eventTypes })
  expect(hook.status).toBe(201)
  const session = (await desk.call<{ token: string }>('POST', '/api/chat/sessions', { body: { locale: 'zh-Hant', name: '陳', email: 'a18@customer.example' } })).body.token
  const said = (await desk.call<{ follow: string; number: number }>('POST', '/api/chat/messages', { headers: { 'x-chat': session }, body: { clientKey: crypto.randomUUID(), text: '請協助' } })).body
  const stop = new AbortController()
  const stream = await fetch(`${desk.url}/api/chat/stream`, { headers: { 'x-chat': session }, signal: stop.signal })
  let heard = ''
  const hearing = (async () => { for await (const chunk of stream.body!) heard += Buffer.from(chunk as Uint8Array).toString() })().catch(() => {})
  const [row] = await desk.app.pool<{ id: string }[]>`select id from requests.request where number = ${said.number}`
  const form = new FormData()
  form.set('file', new Blob(['NOTE-CANARY']), 'NOTE-CANARY.txt')
  const file = await (await fetch(`${desk.url}/api/attachments`, { method: 'POST', headers: { authorization: `Bearer ${people.admin.token}` }, body: form })).json() as { id: string }
  const path = `/api/requests/${row!.id}`
  expect((await admin('POST', `${path}/messages`, { kind: 'note', text: 'NOTE-CANARY', mentions: [people.lead.id], attachmentIds: [file.id] })).status).toBe(201)
  await admin('POST', `${path}/tasks`, { title: 'NOTE-CANARY' })
  await admin('PUT', `${path}/waiting`, { for: 'customer', reason: 'NOTE-CANARY' })
  await answer(row!.id, 'ANSWER-SHOWN')
  // Unseen in the chat, it is mailed.
  await settleAll(desk, 4 * 60_000)
  await desk.app.book.publish(desk.app)
  await new Promise((wake) => setTimeout(wake, 200))
  const pages = JSON.stringify([await desk.call('GET', `/api/portal/requests/${said.follow}`), await desk.call('GET', `/api/portal/requests/${said.follow}/rating`)])
  expect((await fetch(`${desk.url}/api/portal/requests/${said.follow}/files/${file.id}`)).status).toBe(404)
  const outside = { mail: wire(), pages, chat: heard, webhook: told.join('') }
  for (const [wire, text] of Object.entries(outside)) expect(text, wire).not.toContain('NOTE-CANARY')
  for (const wire of ['mail', 'pages', 'chat'] as const) expect(outside[wire], wire).toContain('ANSWER-SHOWN')
  expect(told.length).toBeGreaterThan(0)
  stop.abort()
  await hearing
  await admin('DELETE', `/api/webhooks/${hook.body.id}`)
  receiver.closeAllConnections()
  receiver.close()
})
