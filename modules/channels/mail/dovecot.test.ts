/** The whole way with a real Dovecot and a real SMTP server: mails in, answers out, and every break in between. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { opened } from '../../../platform/crypto/vault.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed, type Staffed } from '../../../test/people.ts'
import type { Service } from '../../../platform/module.ts'
import type { Mailbox } from './contract.ts'
import { startReceiving } from './receive.ts'
import { closeTransports } from './send.ts'
import { type Dovecot, dovecotPath, startDovecot } from './testing/dovecot.ts'
import { letter, mailboxFor, openPorts, report, settleAll, type SmtpPeer, startSmtp } from './testing/peers.ts'

const withDovecot = test.skipIf(dovecotPath === null)
let desk: TestDesk
let people: Staffed
let smtp: SmtpPeer
let imap: Dovecot
let box: Mailbox
let receiving: Service
const log = { info() {}, warn() {}, error() {} }

beforeAll(async () => {
  if (!dovecotPath) return
  desk = await openDesk()
  people = await staffed(desk)
  smtp = await startSmtp()
  imap = await startDovecot()
  await openPorts(desk, [smtp.port, imap.port])
  receiving = await startReceiving(desk.app, log)
  box = await mailboxFor(desk, smtp.port, { acknowledges: false, takesExisting: true, imap: { host: '127.0.0.1', port: imap.port, tls: 'none', user: 'desk', password: imap.password } })
})
afterAll(async () => {
  if (!dovecotPath) return
  await receiving.stop()
  await desk.close()
  closeTransports(desk.app)
  await Promise.all([smtp.stop(), imap.stop()])
})

interface MailRecord { id: string; verdict: string; requestId: string | null; messageId: string | null; subject: string; uid: number }
const mails = () => opened({ app: desk.app, db: desk.app.pool }, desk.app.pool<MailRecord[]>`select id, verdict, request_id, message_id, subject, uid from channels.mail where direction = 'in' order by id`, { subject: ['channels.mail/subject', 'id'] })
const count = async (verdict?: string) => (await mails()).filter((one) => !verdict || one.verdict === verdict).length
async function until(what: () => Promise<boolean>, ms = 20_000): Promise<number> {
  const began = performance.now()
  while (!(await what())) {
    if (performance.now() - began > ms) throw new Error('it did not happen in time')
    await new Promise((wake) => setTimeout(wake, 20))
  }
  return performance.now() - began
}
const requests = async () => (await desk.app.pool<{ count: number }[]>`select count(*)::int as count from requests.request`)[0]!.count

withDovecot('4.1-a a mail waiting in the box becomes a request, the answer leaves, what comes back is the same request', async () => {
  imap.deliver([letter({ from: 'mei@customer.example', subject: '第一封', id: '<j1@customer.example>' })])
  await until(async () => (await count()) === 1)
  const [first] = await mails()
  expect(first).toMatchObject({ verdict: 'request', subject: '第一封' })
  await until(async () => imap.flagsOf().join('') === 'S')
  const [row] = await desk.app.pool<{ holderId: string }[]>`select holder_id from requests.request where id = ${first!.requestId}`
  const token = [...people.agents, people.lead].find((one) => one.id === row!.holderId)!.token
  const { body } = await desk.call<{ id: string }>('POST', `/api/requests/${first!.requestId}/messages`, { token, body: { kind: 'reply', text: '請重新開機。' } })
  await settleAll(desk, 11_000)
  expect(smtp.got).toHaveLength(1)
  const { mail } = smtp.got[0]!
  // While the box is idle, new mail is taken within moments.
  imap.deliver([letter({ from: 'mei@customer.example', to: mail.replyTo[0]!.address, subject: `Re: ${mail.subject}`, text: '已重新開機，還是不行。' })])
  const ms = await until(async () => (await count('message')) === 1)
  console.log(`idle to stored: ${Math.round(ms)} ms`)
  imap.deliver([letter({ from: 'other@customer.example', subject: mail.subject }), report({ messageId: mail.messageId!, recipient: 'mei@customer.example' })])
  await until(async () => (await count()) === 4)
  const all = await mails()
  expect(all.find((one) => one.verdict === 'message')).toMatchObject({ requestId: first!.requestId })
  expect(all.filter((one) => one.verdict === 'request').map((one) => one.requestId)).not.toHaveLength(1)
  expect(all.find((one) => one.verdict === 'bounce')).toMatchObject({ messageId: body.id })
  const [failed] = await desk.app.pool`select state from requests.message where id = ${body.id}`
  expect(failed).toMatchObject({ state: 'failed' })
}, 60_000)

withDovecot('4.1-a a cut line is taken up again and nothing that came meanwhile is missed', async () => {
  const before = await count()
  imap.cut()
  imap.deliver([letter({ from: 'meanwhile@customer.example', subject: '斷線期間' })])
  await new Promise((wake) => setTimeout(wake, 500))
  expect(await count()).toBe(before)
  imap.mend()
  await until(async () => (await count()) === before + 1)
  imap.deliver([letter({ from: 'meanwhile@customer.example', subject: '恢復之後' })])
  await until(async () => (await count()) === before + 2, 5_000)
  const [row] = await desk.app.pool<{ state: string }[]>`select state from channels.mailbox where id = ${box.id}`
  expect(row!.state).toBe('ok')
}, 60_000)

withDovecot('4.1-a 2,000 mails become 2,000 requests; delivered five times, 10,000 in all, and renumbered, none becomes a second', async () => {
  const many = Array.from({ length: 2_000 }, (_, index) => letter({ from: `c${index % 300}@many.example`, subject: `大量 ${index}`, text: `第 ${index} 封` }))
  const before = { mails: await count(), requests: await requests() }
  imap.deliver(many)
  let began = performance.now()
  await until(async () => (await requests()) === before.requests + many.length, 120_000)
  const rate = many.length / ((performance.now() - began) / 1000)
  began = performance.now()
  for (let time = 0; time < 4; time++) imap.deliver(many)
  const duplicates = async () => (await desk.app.pool<{ count: number }[]>`select count(*)::int as count from channels.mail where verdict = 'duplicate'`)[0]!.count
  await until(async () => (await duplicates()) === 4 * many.length, 60_000)
  const again = (4 * many.length) / ((performance.now() - began) / 1000)
  expect(await requests()).toBe(before.requests + many.length)
  const rows = await count()
  began = performance.now()
  await imap.renumber()
  const validity = async () => (await desk.app.pool<{ lastUid: number; uidValidity: number }[]>`select last_uid, uid_validity from channels.mailbox where id = ${box.id}`)[0]!
  const old = await validity()
  await until(async () => { const now = await validity(); return now.uidValidity !== old.uidValidity && now.lastUid >= 5 * many.length }, 90_000)
  console.log(`intake by IMAP: ${Math.round(rate)} mails/s; known by contents: ${Math.round(again)} mails/s; ${rows} renumbered in ${Math.round(performance.now() - began)} ms`)
  expect(await requests()).toBe(before.requests + many.length)
  imap.deliver([letter({ from: 'after@customer.example', subject: '重新編號之後' })])
  await until(async () => (await requests()) === before.requests + many.length + 1)
}, 300_000)

withDovecot('4.1-a one process reads a box; when it goes another takes over', async () => {
  const holder = async () => (await desk.app.pool<{ leasedBy: string | null }[]>`select leased_by from channels.mailbox where id = ${box.id}`)[0]!.leasedBy
  const before = { requests: await requests(), holder: await holder() }
  const second = await startReceiving(desk.app, log)
  expect(await holder()).toBe(before.holder)
  await receiving.stop()
  receiving = second
  imap.deliver([letter({ from: 'successor@customer.example', subject: '換手之後' })])
  await until(async () => (await requests()) === before.requests + 1)
  expect(await holder()).not.toBe(before.holder)
}, 60_000)

withDovecot('4.1-a a wrong password is shown, and a box connected anew leaves what it held alone and misses nothing that came before the first look', async () => {
  const token = people.admin.token
  const boxes = await desk.call<{ rows: Mailbox[] }>('GET', '/api/mailboxes', { token })
  const { version } = boxes.body.rows.find((one) => one.id === box.id)!
  const server = { host: '127.0.0.1', port: imap.port, tls: 'none', user: 'desk' }
  const tested = await desk.call('POST', '/api/mailboxes/test', { token, body: { imap: { ...server, password: imap.password } } })
  expect(tested.body).toEqual({ imap: 'ok', smtp: null })
  expect((await desk.call('POST', '/api/mailboxes/test', { token, body: { imap: { ...server, password: 'wrong' } } })).body).toEqual({ imap: 'failed', smtp: null })
  const changed = await desk.call<Mailbox>('PATCH', `/api/mailboxes/${box.id}`, { token, body: { imap: { ...server, password: 'wrong' }, version } })
  expect(changed.status).toBe(200)
  const state = async (id: string) => (await desk.app.pool<{ state: string; stateWhy: string | null; uidValidity: number | null }[]>`select state, state_why, uid_validity from channels.mailbox where id = ${id}`)[0]!
  await until(async () => (await state(box.id)).state === 'failing')
  expect((await state(box.id)).stateWhy).toBe('channels.mail.failing-sign-in')
  await desk.call('PATCH', `/api/mailboxes/${box.id}`, { token, body: { isActive: false, version: changed.body.version } })
  const before = await requests()
  // The server dates arrivals by the world's clock, in whole seconds.
  await new Promise((wake) => setTimeout(wake, 1_100))
  desk.clock.set(Date.now())
  await receiving.stop()
  const fresh = await mailboxFor(desk, null, { address: 'fresh@desk.example', imap: { ...server, tls: 'none', password: imap.password } })
  imap.deliver([letter({ from: 'early@customer.example', subject: '連上之前' })])
  receiving = await startReceiving(desk.app, log)
  await until(async () => (await state(fresh.id)).state === 'ok')
  imap.deliver([letter({ from: 'new@customer.example', subject: '新郵件' })])
  await until(async () => (await requests()) === before + 2)
  await new Promise((wake) => setTimeout(wake, 300))
  expect(await requests()).toBe(before + 2)
}, 60_000)
