/** Alarms and notices by mail, to a real SMTP server. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../platform/context.ts'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { type Staffed, staffed, type TestPerson } from '../../test/people.ts'
import { mailboxFor, openPorts, settleAll, type SmtpPeer, startSmtp } from '../channels/mail/testing/peers.ts'
import { closeTransports } from '../channels/mail/send.ts'
import { createPerson, createRole, createToken } from '../staff/index.ts'
import type { Alarm } from './audit/contract.ts'
import type { NoticeReport } from './notices/contract.ts'

let desk: TestDesk
let people: Staffed
let smtp: SmtpPeer
let guards: TestPerson[]
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  smtp = await startSmtp()
  await openPorts(desk, [smtp.port])
  await mailboxFor(desk, smtp.port)
  guards = await run(desk.app, {}, async (ctx) => {
    const role = await createRole(ctx, { key: 'guard', name: 'guard', permissions: ['alarms.handle', 'alarms.read'], scope: 'all' })
    return Promise.all(['guard', 'second'].map(async (name) => {
      const { id } = await createPerson(ctx, { name, login: `${name}@example.com`, roleId: role.id, locale: 'en', zone: 'Asia/Taipei' })
      return { id, name, token: (await createToken(ctx, { name, personId: id })).token }
    }))
  })
})
afterAll(async () => { closeTransports(desk.app); await desk.close(); await smtp.stop() })

const PATHS = ['/api/tokens', '/api/audit/events', '/api/alarms', '/api/audit/chain', '/api/audit/retention', '/api/alarm-limits', '/api/webhooks']
const probe = async (token: string) => { for (const path of PATHS) expect((await desk.call('GET', path, { token })).status).toBe(403) }
const settle = async (ms: number) => { await settleAll(desk, ms); await desk.settle() }
const got = () => smtp.got.splice(0).map(({ to, mail, raw }) => ({ to: to[0], subject: mail.subject, text: mail.text, raw })).sort((a, b) => (a.to! < b.to! ? -1 : 1))
const send = async (more: object = {}) => (await desk.call<NoticeReport>('POST', '/api/internal-notices', { token: people.lead.token, body: { title: '陳小姐的退款', text: '請聯絡 0912345678', dueAt: new Date(desk.clock.now().getTime() + 3_600_000).toISOString(), teamIds: [people.teamId], ...more } })).body

test('C21 an alarm is told its owner by mail once, and whoever takes it over; the mail names nobody and leads to the alarm', async () => {
  await desk.call('PUT', '/api/alarm-limits', { token: guards[0]!.token, body: { failures: 3, denials: 3, reads: 10 } })
  await probe(people.agents[1]!.token)
  await settle(12_000)
  const [alarm] = (await desk.call<{ rows: Alarm[] }>('GET', '/api/alarms?state=open', { token: guards[0]!.token })).body.rows
  const owner = guards.find((one) => one.id === alarm!.owner!.id)!
  const [first, ...more] = got()
  expect([first!.to, first!.subject, more]).toEqual([`${owner.name}@example.com`, 'Loopdesk: a security alarm', []])
  expect(first!.text!.trim().split(/\s*\n\s*/)).toEqual(['An alarm waits for you: permissions probed. What is known of it, and where to acknowledge it:', `${desk.url}/governance/alarms?alarm=${alarm!.id}`])
  expect(first!.raw).toMatch(/^Auto-Submitted: auto-/im)
  // The same alarm counts on without a further mail.
  await probe(people.agents[1]!.token)
  await settle(12_000)
  expect(got()).toEqual([])
  const other = guards.find((one) => one.id !== owner.id)!
  expect((await desk.call('PUT', `/api/alarms/${alarm!.id}/owner`, { token: other.token, body: { personId: other.id } })).status).toBe(200)
  await settle(1_000)
  expect(got().map((one) => one.to)).toEqual([`${other.name}@example.com`])
})

test('7.2-b a notice is told by mail to each who must confirm it, in their language and without its words, unless they want none', async () => {
  const [lin, wang] = people.agents as [TestPerson, TestPerson]
  const byMail = (token: string, isOn?: boolean) => desk.call<{ isOn: boolean }>(isOn === undefined ? 'GET' : 'PUT', '/api/internal-notices/by-mail', { token, ...(isOn === undefined ? {} : { body: { isOn } }) })
  expect((await byMail(wang.token)).body).toEqual({ isOn: true })
  for (let nr = 0; nr < 2; nr++) expect((await byMail(wang.token, false)).body).toEqual({ isOn: false })
  expect(await desk.app.pool`select from platform.event where type = 'notice.mail-changed'`).toHaveLength(1)
  await send()
  await settle(1_000)
  const mails = got()
  expect(mails.map((one) => [one.to, one.subject])).toEqual([['lin@example.com', 'Loopdesk：有通知待確認']])
  expect(mails[0]!.text).toContain(`${desk.url}/governance/notices`)
  for (const word of ['陳小姐', '0912345678', 'lead', 'lin']) expect(mails[0]!.text).not.toContain(word)
  // Switched off for notices, not for what guards the house.
  await byMail(guards[0]!.token, false)
  await desk.app.pool`update governance.alarm set acknowledged_at = now()`
  await probe(lin.token)
  await settle(12_000)
  await desk.app.pool`update governance.alarm set acknowledged_at = now()`
  await probe(people.outsider.token)
  await settle(12_000)
  expect(got().map((one) => one.subject)).toEqual(['Loopdesk: a security alarm', 'Loopdesk: a security alarm'])
  // Confirmed before the mail went out: none goes.
  smtp.manner = { code: 451, at: 'rcpt' }
  const late = await send()
  await settle(1_000)
  await desk.call('PUT', `/api/internal-notices/${late.id}/confirmation`, { token: lin.token })
  smtp.manner = 'take'
  await settle(3_600_000 * 2)
  expect(got().filter((one) => one.to === 'lin@example.com')).toEqual([])
})

test('7.2-b a server that is busy gets the mail later, the same one and only once', async () => {
  smtp.manner = { code: 451, at: 'data' }
  const { id } = await send({ teamIds: [], personIds: [people.agents[0]!.id] })
  await settle(1_000)
  expect(got()).toEqual([])
  smtp.manner = 'take'
  for (let round = 0; round < 8; round++) await settle(60_000)
  expect(got().map((one) => one.to)).toEqual(['lin@example.com'])
  const [told] = await desk.app.pool<{ sentAt: string | null }[]>`select sent_at from governance.told where object_id = ${id}`
  expect(told!.sentAt).not.toBeNull()
  // A job that comes back after a crash finds it done.
  const { tellByMail } = await import('./tell.ts')
  await tellByMail(desk.app, { id: 'x', queue: 'governance.tell', lane: '', attempts: 1, runAt: '', payload: { kind: 'notice', id, personId: people.agents[0]!.id } })
  expect(got()).toEqual([])
})
