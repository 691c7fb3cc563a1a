/** Mail through the real gate and out to a real SMTP server, against a real database. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openPool } from '../../../platform/database/index.ts'
import { newId } from '../../../lib/id/index.ts'
import { signMessageId, signReplyAddress } from '../../../lib/mail/index.ts'
import { run } from '../../../platform/context.ts'
import { opened } from '../../../platform/crypto/vault.ts'
import { fileColumns, type FileRow, openFiles } from '../../../platform/files.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed, type Staffed } from '../../../test/people.ts'
import { acceptRequest } from '../../requests/index.ts'
import { NAME, sealedMessage } from '../../requests/kept.ts'
import type { Mailbox } from './contract.ts'
import { markKey } from './mailboxes.ts'
import { acknowledge, closeTransports, sendMail } from './send.ts'
import { takeIn } from './take.ts'
import { letter, mailboxFor, openPorts, report, settleAll, type SmtpPeer, startSmtp } from './testing/peers.ts'

let desk: TestDesk
let people: Staffed
let smtp: SmtpPeer
let box: Mailbox
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  smtp = await startSmtp()
  await openPorts(desk, [smtp.port])
  box = await mailboxFor(desk, smtp.port, { acknowledges: false })
})
afterAll(async () => { closeTransports(desk.app); await desk.close(); await smtp.stop() })
beforeEach(() => { smtp.got.length = 0; smtp.manner = 'take' })

const bring = (raw: Buffer, mailboxId = box.id) => takeIn(desk.app, mailboxId, raw)
const reader = () => ({ app: desk.app, db: desk.app.pool })
interface Row { number: number; channel: string; customerId: string; linkedFrom: string | null; linkKind: string | null; holderId: string | null; language: string; stage: string }
const requestOf = async (id: string | null) => (await desk.app.pool<Row[]>`select number, channel, customer_id, linked_from, link_kind, holder_id, language, stage from requests.request where id = ${id}`)[0]!
interface Message { id: string; kind: string; body: string; quoted: string | null; html: string | null; state: string; stateWhy: string | null; oddities: string[] }
const messagesOf = (id: string | null) => opened(reader(), desk.app.pool<(Message & { authorName: string })[]>`select id, kind, author_name, body, quoted, html, state, state_why, oddities from requests.message where request_id = ${id} order by id`, sealedMessage)
const holderToken = async (id: string | null) => { const { holderId } = await requestOf(id); return [...people.agents, people.lead].find((one) => one.id === holderId)?.token ?? people.agents[0]!.token }

async function reply(requestId: string | null, text = '已經派員檢查，請稍候。'): Promise<string> {
  const answer = await desk.call<{ id: string }>('POST', `/api/requests/${requestId}/messages`, { token: await holderToken(requestId), body: { kind: 'reply', text } })
  expect(answer.status).toBe(201)
  await settleAll(desk, 11_000)
  return answer.body.id
}

test('4.1-a a mail becomes one request with customer, text and history, however often and at once it is delivered', async () => {
  const raw = letter({ subject: '=?big5?B?pNGksA==?=', text: '數據機一直閃紅燈。\r\n\r\n在 2026年3月1日 週日 下午3:00，客服 <support@desk.example> 寫道：\r\n> 您好' })
  const taken = await Promise.all([bring(raw), bring(raw), bring(raw), bring(raw)])
  expect(new Set(taken.map((one) => one.requestId)).size).toBe(1)
  expect(taken.filter((one) => one.verdict === 'request')).toHaveLength(1)
  const again = await bring(Buffer.concat([Buffer.from('Received: from elsewhere by here; later\r\n'), raw]))
  expect(again).toMatchObject({ verdict: 'duplicate', requestId: taken[0]!.requestId })
  expect(await messagesOf(taken[0]!.requestId)).toMatchObject([{ kind: 'customer', body: '數據機一直閃紅燈。', quoted: expect.stringContaining('您好') }])
  expect(await requestOf(taken[0]!.requestId)).toMatchObject({ channel: 'email', language: 'zh-Hant', stage: 'assign' })
})

test('4.1-a attachments and pictures come with the mail, its HTML is cleaned, and the original is kept', async () => {
  const parts = ['--p', 'Content-Type: text/html; charset=utf-8', '', '<p onclick="x()">看圖<img src="cid:pic@x"><img src="https://tracker.example/a.gif"></p><script>alert(1)</script>', '--p',
    'Content-Type: image/png; name="=?utf-8?B?5bi/5ZauLnBuZw==?="', 'Content-ID: <pic@x>', 'Content-Transfer-Encoding: base64', '', 'iVBORw0KGgo=', '--p', 'Content-Type: application/pdf', 'Content-Disposition: attachment; filename="../../a.pdf"', '', '%PDF', '--p--', '']
  const raw = letter({ from: 'pictures@customer.example', text: parts.join('\r\n'), headers: { 'Content-Type': 'multipart/related; boundary=p', 'MIME-Version': '1.0' } })
  const { requestId, messageId } = await bring(raw)
  const [message] = await messagesOf(requestId)
  expect(message!.body).toContain('看圖')
  expect(message!.html).toContain('data-cid="pic@x"')
  expect(message!.html).not.toMatch(/script|onclick| src="https/)
  const files = (await opened(reader(), desk.app.pool<{ id: string; name: string; contentId: string | null }[]>`select id, name, content_id from requests.attachment where message_id = ${messageId} order by id`, { name: [NAME, 'id'] })).map(({ id: _, ...file }) => file)
  expect(files).toMatchObject([{ contentId: 'pic@x' }, { name: 'a.pdf', contentId: null }])
  const [kept] = await openFiles(reader(), desk.app.pool<FileRow[]>`select ${fileColumns({ db: desk.app.pool })} from requests.message m join platform.file f on f.id = m.raw_file_id where m.id = ${messageId}`)
  expect(kept!.bytes.equals(raw)).toBe(true)
})

test('4.1-a the same Message-ID under other contents is another mail of another person', async () => {
  const id = '<same@customer.example>'
  const one = await bring(letter({ id, from: 'a@customer.example', text: '第一封' }))
  const two = await bring(letter({ id, from: 'b@customer.example', text: '第二封' }))
  expect([one.verdict, two.verdict]).toEqual(['request', 'request'])
  expect(one.requestId).not.toBe(two.requestId)
})

test('4.1-a an answer leaves by SMTP with signed marks, and what comes back to them is the same request', async () => {
  const first = await bring(letter({ from: 'thread@customer.example', id: '<first@customer.example>' }))
  const messageId = await reply(first.requestId)
  expect(smtp.got).toHaveLength(1)
  const { mail, to } = smtp.got[0]!
  const { number } = await requestOf(first.requestId)
  expect(to).toEqual(['thread@customer.example'])
  expect(mail.subject).toContain(String(number))
  expect(mail.inReplyTo).toEqual(['<first@customer.example>'])
  expect(mail.references).toEqual(['<first@customer.example>'])
  expect(mail.replyTo[0]!.address).toBe(signReplyAddress('support@desk.example', first.requestId!, markKey(desk.app)))
  expect(mail.messageId).toBe(signMessageId(messageId, 'desk.example', markKey(desk.app)))
  expect(mail.text).toContain('已經派員檢查')
  expect((await messagesOf(first.requestId))[1]).toMatchObject({ kind: 'reply', state: 'sent', stateWhy: null })
  const byAddress = await bring(letter({ from: 'thread@customer.example', to: mail.replyTo[0]!.address, text: '謝謝，還是不行。' }))
  const byReferences = await bring(letter({ from: 'Thread@CUSTOMER.example', headers: { References: `<x@y.example> ${mail.messageId}` }, text: '補充。' }))
  expect([byAddress, byReferences]).toMatchObject([{ verdict: 'message', requestId: first.requestId }, { verdict: 'message', requestId: first.requestId }])
  await reply(first.requestId, '第二次回覆')
  expect(smtp.got[1]!.mail.references.slice(0, 2)).toEqual(['<first@customer.example>', mail.messageId])
})

test('4.1-a a number in the subject, a guessed or foreign mark, or somebody else holding a true one leads nowhere (A01 A02 A05 A18)', async () => {
  const first = await bring(letter({ from: 'victim@customer.example', text: '秘密內容' }))
  const { number } = await requestOf(first.requestId)
  const address = signReplyAddress('support@desk.example', first.requestId!, markKey(desk.app))
  const foreign = signReplyAddress('support@desk.example', first.requestId!, Buffer.alloc(32, 1))
  const bySubject = await bring(letter({ from: 'thief@evil.example', subject: `Re: 寬頻斷線（案件 ${number}）`, headers: { Cc: 'thief2@evil.example' } }))
  const byGuess = await bring(letter({ from: 'victim@customer.example', to: foreign }))
  expect(await requestOf(bySubject.requestId)).toMatchObject({ linkedFrom: null })
  expect(await requestOf(byGuess.requestId)).toMatchObject({ linkedFrom: null })
  const byMark = await bring(letter({ from: 'noreply@shop.example', to: address, subject: 'Your code', text: 'code 123456' }))
  expect(byMark.verdict).toBe('request')
  expect(await requestOf(byMark.requestId)).toMatchObject({ linkedFrom: first.requestId, linkKind: 'unknown-sender' })
  expect((await messagesOf(byMark.requestId))[0]!.oddities).toContain('unknown-sender')
  expect(await messagesOf(first.requestId)).toHaveLength(1)
  await reply(first.requestId, '只給您看')
  expect(smtp.got.flatMap((one) => one.to)).toEqual(['victim@customer.example'])
  const notes = await desk.call('POST', `/api/requests/${first.requestId}/messages`, { token: await holderToken(first.requestId), body: { kind: 'note', text: 'NOTE-CANARY' } })
  expect(notes.status).toBe(201)
  await settleAll(desk, 11_000)
  expect(smtp.got.map((one) => one.raw).join('')).not.toContain('NOTE-CANARY')
})

test('4.1-a A01 only the receiving server of the mailbox can prove a sender, and its refusal keeps a mail out of the thread', async () => {
  const strict = await mailboxFor(desk, smtp.port, { address: 'strict@desk.example', trustedAuthServer: 'mx.desk.example', acknowledges: false })
  const verified = async (id: string | null) => (await desk.app.pool<{ is: boolean }[]>`select exists (select 1 from customers.identity i join requests.request r on r.customer_id = i.customer_id where r.id = ${id} and i.verified_at is not null) as is`)[0]!.is
  const proven = await bring(letter({ from: 'real@bank.example', to: strict.address, headers: { 'Authentication-Results': 'mx.desk.example; spf=pass; dmarc=pass (p=reject) header.from=bank.example' } }), strict.id)
  const claimed = await bring(letter({ from: 'real2@bank.example', to: strict.address, headers: { 'Authentication-Results': 'mx.evil.example; dmarc=pass header.from=bank.example' } }), strict.id)
  const other = await bring(letter({ from: 'real3@bank.example', to: strict.address, headers: { 'Authentication-Results': 'mx.desk.example; dmarc=pass header.from=evil.example' } }), strict.id)
  expect([await verified(proven.requestId), await verified(claimed.requestId), await verified(other.requestId)]).toEqual([true, false, false])
  const address = signReplyAddress(strict.address, proven.requestId!, markKey(desk.app))
  const forged = await bring(letter({ from: 'real@bank.example', to: address, headers: { 'Authentication-Results': 'mx.desk.example; dmarc=fail header.from=bank.example' } }), strict.id)
  expect(forged.verdict).toBe('request')
  expect((await messagesOf(forged.requestId))[0]!.oddities).toContain('dmarc-fail')
})

test('4.1-a A11 a bounce fails the message it belongs to; a delay, a forged or an unknown one changes nothing', async () => {
  const first = await bring(letter({ from: 'gone@customer.example' }))
  const messageId = await reply(first.requestId)
  const mark = smtp.got[0]!.mail.messageId!
  const before = await bring(report({ messageId: mark, recipient: 'gone@customer.example', action: 'delayed', status: '4.4.1' }))
  expect(before.verdict).toBe('bounce')
  const forged = await bring(report({ messageId: `<${messageId}.aaaaaaaaaaaaaaaa@desk.example>`, recipient: 'gone@customer.example' }))
  expect(forged).toMatchObject({ verdict: 'bounce', messageId: null })
  expect((await messagesOf(first.requestId))[1]!.state).toBe('sent')
  const bounce = await bring(report({ messageId: mark, recipient: 'gone@customer.example' }))
  expect(bounce).toMatchObject({ verdict: 'bounce', messageId, requestId: first.requestId })
  expect((await messagesOf(first.requestId))[1]).toMatchObject({ state: 'failed', stateWhy: '5.1.1 550 user unknown' })
  const again = await desk.call('PUT', `/api/requests/${first.requestId}/messages/${messageId}/sending`, { token: await holderToken(first.requestId) })
  expect(again.status).toBe(200)
  await settleAll(desk)
  expect(smtp.got).toHaveLength(2)
  expect(smtp.got[1]!.mail.messageId).toBe(mark)
})

test('4.1-a A09 A10 A12 own mail, automatic replies and lists start no storm; a new sender hears once an hour and nothing of his own words', async () => {
  const polite = await mailboxFor(desk, smtp.port, { address: 'polite@desk.example' })
  const count = async () => (await desk.app.pool<{ count: number }[]>`select count(*)::int as count from requests.request`)[0]!.count
  const before = await count()
  const own = await bring(letter({ from: 'polite@desk.example' }), polite.id)
  const ownReply = await bring(letter({ from: signReplyAddress('polite@desk.example', people.lead.id, markKey(desk.app)) }), polite.id)
  const away = await bring(letter({ from: 'away@customer.example', subject: '自動回覆：我在休假', headers: { 'Auto-Submitted': 'auto-replied' } }), polite.id)
  expect([own.verdict, ownReply.verdict, away.verdict]).toEqual(['own-loop', 'own-loop', 'quarantined'])
  expect(await count()).toBe(before)
  const first = await bring(letter({ from: 'robot@loop.example', subject: 'SPAM-CANARY', text: 'SPAM-CANARY' }), polite.id)
  await settleAll(desk)
  expect(smtp.got).toHaveLength(1)
  const ack = smtp.got[0]!
  expect(ack.raw).not.toContain('SPAM-CANARY')
  expect(ack.mail.headers.get('auto-submitted')).toEqual(['auto-replied'])
  expect(ack.mail.text).toContain(String((await requestOf(first.requestId)).number))
  // A machine that marks nothing answers every mail of ours with a new one.
  for (let round = 0; round < 20; round++) {
    const last = smtp.got.at(-1)!
    await bring(letter({ from: 'robot@loop.example', subject: `Thank you ${round}`, ...(round % 2 ? { to: last.mail.replyTo[0]!.address } : {}) }), polite.id)
    await settleAll(desk)
  }
  expect(smtp.got.length).toBeLessThanOrEqual(3)
  // One that does is only written down.
  const replies = await bring(letter({ from: 'robot@loop.example', to: ack.mail.replyTo[0]!.address, subject: 'Out of office', headers: { 'Auto-Submitted': 'auto-replied' } }), polite.id)
  expect(replies).toMatchObject({ verdict: 'auto-reply', requestId: first.requestId })
  const list = await bring(letter({ from: 'list@news.example', headers: { 'List-Id': '<news.example>' } }), polite.id)
  await settleAll(desk)
  expect(list.verdict).toBe('request')
  expect(smtp.got.some((one) => one.to.includes('list@news.example'))).toBe(false)
  await settleAll(desk, 3_600_000)
  await bring(letter({ from: 'robot@loop.example', subject: 'an hour later' }), polite.id)
  await settleAll(desk)
  expect(smtp.got.length).toBeLessThanOrEqual(3)
})

test('5.2-a what a server refuses for now is tried later, for good fails with its words, and a broken hand-over says so', async () => {
  const first = await bring(letter({ from: 'slow@customer.example' }))
  smtp.manner = { code: 451, at: 'data' }
  await reply(first.requestId)
  const state = async () => (await messagesOf(first.requestId)).at(-1)!
  expect(await state()).toMatchObject({ state: 'queued' })
  smtp.manner = 'take'
  await settleAll(desk, 30_000)
  expect(smtp.got).toHaveLength(0)
  await settleAll(desk, 40_000)
  expect(smtp.got).toHaveLength(1)
  expect(await state()).toMatchObject({ state: 'sent', stateWhy: null })

  smtp.manner = { code: 550, at: 'rcpt' }
  await reply(first.requestId)
  expect(await state()).toMatchObject({ state: 'failed', stateWhy: expect.stringContaining('5.1.1 no such user') })

  smtp.manner = 'drop-after-data'
  await reply(first.requestId)
  expect(await state()).toMatchObject({ state: 'queued' })
  await settleAll(desk, 61_000)
  expect(await state()).toMatchObject({ state: 'sent', stateWhy: 'channels.mail.delivery-uncertain' })
  const [, one, two] = smtp.got
  expect(one!.mail.messageId).toBe(two!.mail.messageId)

  smtp.manner = { code: 421, at: 'rcpt' }
  await reply(first.requestId)
  for (let hour = 0; hour < 60; hour += 3) await settleAll(desk, 3 * 3_600_000)
  expect(await state()).toMatchObject({ state: 'failed', stateWhy: 'channels.mail.given-up' })
  const [tries] = await desk.app.pool`select count(*)::int as count from channels.attempt where message_id = ${(await state()).id}`
  expect(tries!.count).toBeGreaterThan(10)
}, 60_000)

test('5.2-a a program killed between the server taking a mail and our record sends it again under the same identifier and says so', async () => {
  const first = await bring(letter({ from: 'crash@customer.example' }))
  const answer = await desk.call<{ id: string }>('POST', `/api/requests/${first.requestId}/messages`, { token: await holderToken(first.requestId), body: { kind: 'reply', text: '請確認' } })
  await desk.app.pool`insert into channels.attempt (id, message_id, mailbox_id, at) values (gen_random_uuid(), ${answer.body.id}, ${box.id}, ${desk.clock.now()})`
  await settleAll(desk, 11_000)
  expect(smtp.got.filter((one) => one.to.includes('crash@customer.example')).map((one) => one.mail.messageId)).toEqual([signMessageId(answer.body.id, 'desk.example', markKey(desk.app))])
  expect((await messagesOf(first.requestId)).at(-1)).toMatchObject({ state: 'sent', stateWhy: 'channels.mail.delivery-uncertain' })
})

test('5.2-a F04 of two tries that met, one because its process stood still, one line is written, and it says so, whichever ends first', async () => {
  for (const first of ['still', 'taken-over'] as const) {
    const request = await bring(letter({ from: `${first}@customer.example` }))
    const answer = await desk.call<{ id: string }>('POST', `/api/requests/${request.requestId}/messages`, { token: await holderToken(request.requestId), body: { kind: 'reply', text: '請確認' } })
    const gone = (): number => smtp.got.filter((one) => one.to.includes(`${first}@customer.example`)).length
    const job = { payload: { messageId: answer.body.id } } as never
    Object.assign(smtp, { manner: 'held', held: [] })
    const tries: { done: Promise<unknown>; letGo(): void }[] = []
    for (const count of [1, 2]) {
      const done: Promise<unknown> = count === 1 ? settleAll(desk, 11_000) : sendMail(desk.app, job)
      while (smtp.held.length < count) await new Promise((wake) => setTimeout(wake, 10))
      tries.push({ done, letGo: smtp.held[count - 1]! })
    }
    for (const { letGo, done } of first === 'still' ? tries : tries.toReversed()) { letGo(); await done }
    smtp.manner = 'take'
    await settleAll(desk)
    expect(gone()).toBe(2)
    expect((await desk.app.pool<{ reason: string | null }[]>`select reason from channels.mail where message_id = ${answer.body.id} and direction = 'out'`).map((row) => row.reason), first).toEqual(['channels.mail.delivery-uncertain'])
    expect((await messagesOf(request.requestId)).at(-1), first).toMatchObject({ state: 'sent', stateWhy: 'channels.mail.delivery-uncertain' })
  }
})

/** A reply whose first try has sent it and stands in the middle of writing that down, because somebody holds the message. */
async function standing(sender: string) {
  const request = await bring(letter({ from: sender }))
  const { body: { id: messageId } } = await desk.call<{ id: string }>('POST', `/api/requests/${request.requestId}/messages`, { token: await holderToken(request.requestId), body: { kind: 'reply', text: '請確認' } })
  Object.assign(smtp, { manner: 'held', held: [] })
  const first = settleAll(desk, 11_000)
  while (smtp.held.length < 1) await new Promise((wake) => setTimeout(wake, 10))
  const pool = openPool(desk.databaseUrl, { max: 1, name: 'holder' })
  const holder = await pool.reserve()
  await holder`begin`
  await holder`select 1 from requests.message where id = ${messageId} for no key update`
  smtp.held[0]!()
  await expect.poll(async () => (await desk.app.pool`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).length).toBeGreaterThan(0)
  return {
    requestId: request.requestId, messageId,
    goOn: async () => { await holder`commit`; holder.release(); await pool.end(); await first },
    reasons: async () => (await desk.app.pool<{ reason: string | null }[]>`select reason from channels.mail where message_id = ${messageId} and direction = 'out'`).map((row) => row.reason),
  }
}

test('5.2-a F04 while a try writes down that it was sent, the one that took its job over waits for it, and sends nothing', async () => {
  const { messageId, goOn, reasons } = await standing('writing@customer.example')
  desk.clock.advance(20_000)
  smtp.manner = 'take'
  const second = sendMail(desk.app, { payload: { messageId } } as never)
  await expect.poll(async () => (await desk.app.pool`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).length).toBe(2)
  await goOn()
  await second
  expect(smtp.got.filter((one) => one.to.includes('writing@customer.example'))).toHaveLength(1)
  expect(await reasons()).toEqual([null])
}, 60_000)

test('5.2-a F04 a try that wrote that it was sent while the one that took its job over was killed: whoever takes that job next says that it may have gone out twice', async () => {
  const { requestId, messageId, goOn, reasons } = await standing('unsaid@customer.example')
  // The other began after the first had looked who else was at it, sent, and was killed.
  await desk.app.pool`insert into channels.attempt (id, message_id, mailbox_id, at) values (${newId()}, ${messageId}, ${box.id}, ${desk.clock.now()})`
  await goOn()
  smtp.manner = 'take'
  for (let nr = 0; nr < 2; nr++) await sendMail(desk.app, { payload: { messageId } } as never)
  expect(smtp.got.filter((one) => one.to.includes('unsaid@customer.example'))).toHaveLength(1)
  expect(await reasons()).toEqual(['channels.mail.delivery-uncertain'])
  expect((await messagesOf(requestId)).at(-1)).toMatchObject({ state: 'sent', stateWhy: 'channels.mail.delivery-uncertain' })
}, 60_000)

test('5.2-a a confirmation that may have gone out twice says so, whether the line broke or the program was killed', async () => {
  const recorded = async (requestId: string | null) => (await desk.app.pool<{ reason: string | null }[]>`select reason from channels.mail where request_id = ${requestId} and verdict = 'acknowledgement'`).map((row) => row.reason)
  const polite = await mailboxFor(desk, smtp.port, { address: 'confirming@desk.example' })
  const plain = await bring(letter({ from: 'plain@customer.example' }), polite.id)
  await settleAll(desk)
  expect(await recorded(plain.requestId)).toEqual([null])

  smtp.manner = { code: 451, at: 'data' }
  const later = await bring(letter({ from: 'later@customer.example' }), polite.id)
  await settleAll(desk)
  expect(await recorded(later.requestId)).toEqual([])
  smtp.manner = 'take'
  await settleAll(desk, 10_000)
  expect(await recorded(later.requestId)).toEqual([null])

  smtp.manner = 'drop-after-data'
  const broken = await bring(letter({ from: 'broken@customer.example' }), polite.id)
  await settleAll(desk)
  await settleAll(desk, 10_000)
  const both = smtp.got.filter((one) => one.to.includes('broken@customer.example'))
  expect(new Set(both.map((one) => one.mail.messageId)).size).toBe(1)
  expect(both).toHaveLength(2)
  expect(await recorded(broken.requestId)).toEqual(['channels.mail.delivery-uncertain'])

  // Killed after the server took it: the job is leased again with nothing of the first try but what was written before it.
  const killed = await bring(letter({ from: 'killed@customer.example' }), polite.id)
  const [job] = await desk.app.pool<{ id: string; queue: string; payload: Record<string, string> }[]>`select * from platform.job where queue = 'channels.acknowledge' and key = ${killed.requestId}`
  smtp.manner = 'silent'
  acknowledge(desk.app, job as never).catch(() => {})
  while (!smtp.got.some((one) => one.to.includes('killed@customer.example'))) await new Promise((wake) => setTimeout(wake, 10))
  smtp.manner = 'take'
  await settleAll(desk)
  expect(smtp.got.filter((one) => one.to.includes('killed@customer.example'))).toHaveLength(2)
  expect(await recorded(killed.requestId)).toEqual(['channels.mail.delivery-uncertain'])
}, 60_000)

test('5.2-a F04 a try that stood still and ends after all finds that another took its job over: the mark stays, whatever became of the other', async () => {
  const polite = await mailboxFor(desk, smtp.port, { address: 'still@desk.example' })
  Object.assign(smtp, { manner: 'held', held: [] })
  const confirmed = await takeIn(desk.app, polite.id, letter({ from: 'stood@customer.example' }))
  const [job] = await desk.app.pool<{ id: string; queue: string; payload: Record<string, string> }[]>`select * from platform.job where queue = 'channels.acknowledge' and key = ${confirmed.requestId}`
  const reason = async () => (await desk.app.pool<{ reason: string | null }[]>`select reason from channels.mail where request_id = ${confirmed.requestId} and verdict = 'acknowledgement'`).map((row) => row.reason)
  const still = acknowledge(desk.app, job as never)
  while (smtp.held.length < 1) await new Promise((wake) => setTimeout(wake, 10))
  expect(await reason()).toEqual(['channels.mail.under-way'])
  const over = acknowledge(desk.app, job as never)
  while (smtp.held.length < 2) await new Promise((wake) => setTimeout(wake, 10))
  smtp.held[1]!()
  await over
  smtp.held[0]!()
  await still
  expect(await reason()).toEqual(['channels.mail.delivery-uncertain'])

  // The other sent a reply and was killed before it could say so.
  smtp.manner = 'take'
  await settleAll(desk)
  Object.assign(smtp, { manner: 'held', held: [] })
  const answer = await desk.call<{ id: string }>('POST', `/api/requests/${confirmed.requestId}/messages`, { token: await holderToken(confirmed.requestId), body: { kind: 'reply', text: '請確認' } })
  const first = settleAll(desk, 11_000)
  while (smtp.held.length < 1) await new Promise((wake) => setTimeout(wake, 10))
  await desk.app.pool`insert into channels.attempt (id, message_id, mailbox_id, at) values (${newId()}, ${answer.body.id}, ${box.id}, ${desk.clock.now()})`
  smtp.held[0]!()
  await first
  smtp.manner = 'take'
  await settleAll(desk)
  expect((await messagesOf(confirmed.requestId)).at(-1)).toMatchObject({ state: 'sent', stateWhy: 'channels.mail.delivery-uncertain' })
}, 60_000)

test('5.2-a a result asks for the rating in the language of the request; portal and API answers go by mail where there is an address', async () => {
  const ask = (channel: 'api' | 'phone', email?: string) => run(desk.app, {}, (ctx) => acceptRequest(ctx, { source: 'test', key: crypto.randomUUID(), channel, subject: 'Broken line', text: 'My line has been broken since this morning, please help me soon.', language: 'en', customer: { name: 'Ann', email, verified: false, channel } }))
  const one = await ask('api', 'ann@customer.example')
  const token = await holderToken(one.id)
  await desk.call('PUT', `/api/requests/${one.id}/holder`, { token })
  await desk.call('PUT', `/api/requests/${one.id}/submission`, { token, body: { result: 'Line repaired.' } })
  const lead = await desk.call('PUT', `/api/requests/${one.id}/verification`, { token: people.lead.token, body: { verdict: 'passed' } })
  await settleAll(desk, 11_000)
  const sent = smtp.got.find((each) => each.to.includes('ann@customer.example'))
  expect(sent, JSON.stringify(lead.body)).toBeDefined()
  expect(sent!.mail.text).toContain('Line repaired.')
  expect(sent!.mail.text.match(/\/rate\/[\w-]{43}\?score=[1-5]/g)).toHaveLength(5)
  expect(sent!.mail.html!.match(/\/rate\/[\w-]{43}\?score=[1-5]/g)!.length).toBeGreaterThanOrEqual(5)
  expect(sent!.mail.text).toContain('Very satisfied')
  const two = await ask('phone')
  await reply(two.id)
  expect((await messagesOf(two.id)).at(-1)).toMatchObject({ state: 'sent', stateWhy: 'channels.mail.told-in-person' })
})

test('4.1-a A15 quarantine shows why, releases into a request, or discards', async () => {
  const token = people.admin.token
  const doubtful = await bring(letter({ from: '', text: '我是誰', headers: { From: '' } }))
  const twice = await bring(letter({ headers: { 'X-First': 'x\r\nFrom: other@evil.example' } }))
  expect([doubtful.verdict, twice.verdict]).toEqual(['quarantined', 'quarantined'])
  const list = await desk.call<{ rows: { id: string; reason: string }[] }>('GET', '/api/mails?verdict=quarantined', { token })
  expect(list.body.rows.find((row) => row.id === twice.mailId)).toMatchObject({ reason: 'channels.mail.from-repeated' })
  const shown = await desk.call<{ text: string; headers: unknown[] }>('GET', `/api/mails/${doubtful.mailId}`, { token })
  expect(shown.body.text).toContain('我是誰')
  const raw = await fetch(`${desk.url}/api/mails/${doubtful.mailId}/raw`, { headers: { authorization: `Bearer ${token}` } })
  expect(raw.headers.get('content-disposition')).toContain('attachment')
  const released = await desk.call<{ requestId: string }>('PUT', `/api/mails/${doubtful.mailId}/release`, { token, body: { email: 'who@customer.example' } })
  expect(released.status).toBe(200)
  expect((await messagesOf(released.body.requestId))[0]!.body).toBe('我是誰')
  expect((await desk.call('PUT', `/api/mails/${doubtful.mailId}/release`, { token, body: {} })).status).toBe(409)
  expect((await desk.call('DELETE', `/api/mails/${twice.mailId}`, { token })).status).toBe(204)
  expect((await bring(letter({ headers: { 'X-First': 'x\r\nFrom: other@evil.example' } }))).verdict).toBe('quarantined')
  expect((await desk.call('GET', '/api/mails', { token: people.intake.token })).status).toBe(403)
})

test('3.1-a D11 F03a passwords never come back, follow no other host, and ports outside the list are refused', async () => {
  const token = people.admin.token
  interface Shown { id: string; version: number; imap: { hasPassword: boolean }; fault?: { code: string } }
  const imap = { host: 'imap.desk.example', port: 993, tls: 'tls', user: 'u', password: 'SECRET-CANARY' }
  const added = await desk.call<Shown>('POST', '/api/mailboxes', { token, body: { name: 'x', address: 'other@desk.example', imap } })
  expect(added).toMatchObject({ status: 201, body: { imap: { hasPassword: true } } })
  expect(JSON.stringify((await desk.call('GET', '/api/mailboxes', { token })).body)).not.toContain('CANARY')
  const [row] = await desk.app.pool<{ imapSecret: Buffer; all: string }[]>`select imap_secret, m::text as all from channels.mailbox m where id = ${added.body.id}`
  expect(row!.imapSecret.toString('latin1') + row!.all).not.toContain('CANARY')
  const { password: _, ...without } = imap
  const moved = await desk.call<Shown>('PATCH', `/api/mailboxes/${added.body.id}`, { token, body: { imap: { ...without, host: 'imap.evil.example' }, version: added.body.version } })
  expect(moved.body.imap.hasPassword).toBe(false)
  for (const [change, code] of [[{ port: 6379 }, 'channels.mail.port-refused'], [{ tls: 'none' }, 'channels.mail.needs-tls']] as const)
    expect((await desk.call<Shown>('POST', '/api/mailboxes/test', { token, body: { imap: { ...imap, ...change } } })).body.fault).toMatchObject({ code })
  expect((await desk.call<Shown>('POST', '/api/mailboxes', { token, body: { name: 'x', address: `${'l'.repeat(23)}@desk.example` } })).body.fault).toMatchObject({ code: 'channels.mail.address-too-long' })
  const tried = await desk.call('POST', '/api/mailboxes/test', { token, body: { smtp: { host: '127.0.0.1', port: smtp.port, tls: 'none', user: '' } } })
  expect(tried.body).toEqual({ imap: null, smtp: 'ok' })
  await desk.call('PATCH', `/api/mailboxes/${added.body.id}`, { token, body: { isActive: false, version: moved.body.version } })
})

const corpora = ['mail', 'security/hostile', 'security/injection'].map((name) => new URL(`../../../../shared/data/${name}/`, import.meta.url).pathname)
const filesBelow = (folder: string): string[] => readdirSync(folder).flatMap((name) => { const path = join(folder, name); return statSync(path).isDirectory() ? filesBelow(path) : [path] })

test.skipIf(!existsSync(corpora[0]!))('4.1-a every mail of the corpora becomes one request, a bounce or a quarantined item, each within two seconds', async () => {
  const files = corpora.filter((folder) => existsSync(folder)).flatMap(filesBelow).filter((path) => !/\.(md|json|txt)$/i.test(path) || /mail\//.test(path))
  const target = await mailboxFor(desk, null, { address: 'corpus@desk.example' })
  const tally: Record<string, number> = {}
  let slowest = 0
  for (const path of files) {
    const began = performance.now()
    const taken = await bring(readFileSync(path), target.id)
    slowest = Math.max(slowest, performance.now() - began)
    tally[taken.verdict] = (tally[taken.verdict] ?? 0) + 1
    expect(['request', 'message', 'bounce', 'quarantined', 'auto-reply', 'own-loop', 'duplicate'], path).toContain(taken.verdict)
    if (taken.verdict === 'request') expect(taken.requestId, path).not.toBeNull()
  }
  const [stored] = await desk.app.pool<{ mails: number; requests: number }[]>`select count(*)::int as mails, count(distinct request_id) filter (where verdict = 'request')::int as requests from channels.mail where mailbox_id = ${target.id}`
  console.log(`corpora: ${files.length} files, ${JSON.stringify(tally)}, slowest ${Math.round(slowest)} ms`)
  expect(stored!.mails).toBe(files.length - (tally['duplicate'] ?? 0))
  expect(stored!.requests).toBe(tally['request'])
  expect(slowest).toBeLessThan(2_500)
}, 120_000)
