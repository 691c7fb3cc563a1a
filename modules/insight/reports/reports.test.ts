import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../../platform/context.ts'
import { joinDesk, openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed, type Staffed, type TestPerson } from '../../../test/people.ts'
import { mailboxFor, openPorts, type SmtpPeer, startSmtp } from '../../channels/mail/testing/peers.ts'
import type { Figures } from '../metrics/contract.ts'
import { measure } from '../metrics/measure.ts'
import type { Question, ReportMail, SavedReport } from './contract.ts'
import { nextDay } from './mailing.ts'

// Monday 2026-03-02, 10:00 in Taipei.
let desk: TestDesk
let people: Staffed
let smtp: SmtpPeer
const question = { metric: 'volume', by: 'team', period: 'week', compare: 'none' } satisfies Question
const as = <T>(who: TestPerson, method: string, path: string, body?: unknown) => desk.call<T>(method, path, { token: who.token, ...(body === undefined ? {} : { body }) })
const codeOf = ({ status, body }: { status: number; body: unknown }) => `${status} ${(body as { fault?: { code: string } }).fault?.code ?? ''}`
const save = async (who: TestPerson, given: object = {}) => (await as<SavedReport>(who, 'POST', '/api/saved-reports', { name: '新進工單', question, roleIds: [], teamIds: [], ...given })).body
const mails = async (id: string, who = people.admin) => (await as<{ rows: ReportMail[] }>(who, 'GET', `/api/saved-reports/${id}/sent`)).body.rows
const daily = (...who: TestPerson[]) => ({ rhythm: 'daily', weekday: null, monthDay: null, time: '10:30', attachments: ['xlsx', 'csv'], personIds: who.map((one) => one.id) })

const measureAll = () => run(desk.app, {}, async (ctx) => { await measure(ctx, (await ctx.db<{ id: string }[]>`select id from requests.request`).map((row) => row.id)) })

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  smtp = await startSmtp()
  await openPorts(desk, [smtp.port])
  await mailboxFor(desk, smtp.port, { acknowledges: false })
  const put = async (count: number, teamId: string) => {
    for (let nr = 0; nr < count; nr++) {
      const { body } = await desk.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, body: { subject: '查詢', text: '請協助', channel: 'api', customer: { name: '王', email: `c${teamId.slice(-4)}${nr}@example.com` } } })
      // In nobody's hands: what somebody holds they see whatever its team.
      await desk.app.pool`delete from requests.notice where request_id = ${body.id}`
      await desk.app.pool`delete from requests.assignment where request_id = ${body.id}`
      await desk.app.pool`update requests.request set team_id = ${teamId}, stage = 'accept', holder_id = null, answerable_id = null where id = ${body.id}`
    }
  }
  await put(3, people.teamId)
  await put(2, people.otherTeamId)
  await measureAll()
})
afterAll(async () => { await desk.close(); await smtp.stop() })

test('4.3-b a saved report opens for whom it is shared with, and shows each their own figures', async () => {
  const report = await save(people.admin, { teamIds: [people.teamId] })
  expect(report).toMatchObject({ name: '新進工單', isMine: true, teams: [{ id: people.teamId }], question })
  const seen = (await as<SavedReport>(people.lead, 'GET', `/api/saved-reports/${report.id}`)).body
  expect(seen).toMatchObject({ isMine: false, owner: { name: 'admin' } })
  expect(codeOf(await as(people.outsider, 'GET', `/api/saved-reports/${report.id}`))).toBe('404 insight.saved.not-found')
  const totals = await Promise.all([people.admin, people.lead].map(async (who) => (await as<Figures>(who, 'GET', '/api/reports/figures?metric=volume&by=team&from=2026-03-01&to=2026-03-02')).body.total.value))
  expect(totals).toEqual([5, 3])
  expect(codeOf(await as(people.lead, 'DELETE', `/api/saved-reports/${report.id}`))).toBe('403 insight.saved.not-yours')
  const change = { version: 1, name: '新進', question: { ...question, by: 'channel' }, roleIds: [], teamIds: [] }
  expect((await as<SavedReport>(people.admin, 'PUT', `/api/saved-reports/${report.id}`, change)).body).toMatchObject({ name: '新進', version: 2, teams: [] })
  expect(codeOf(await as(people.admin, 'PUT', `/api/saved-reports/${report.id}`, change))).toBe('409 insight.saved.changed-meanwhile')
  expect(codeOf(await as(people.lead, 'GET', `/api/saved-reports/${report.id}`))).toBe('404 insight.saved.not-found')
  await as(people.admin, 'DELETE', `/api/saved-reports/${report.id}`)
  expect((await as<{ rows: SavedReport[] }>(people.admin, 'GET', '/api/saved-reports')).body.rows).toEqual([])
})

test('4.3-b who sees some teams shares with those, and programs save nothing', async () => {
  expect(codeOf(await as(people.lead, 'POST', '/api/saved-reports', { name: 'x', question, roleIds: [], teamIds: [people.otherTeamId] }))).toBe('403 insight.saved.share-beyond')
  expect(codeOf(await as(people.intake, 'POST', '/api/saved-reports', { name: 'x', question, roleIds: [], teamIds: [] }))).toBe('403 access.denied')
  for (const wrong of [{ ...question, metric: 'luck' }, { ...question, period: 'own' }, { ...question, period: 'own', from: '2026-03-02', to: '2026-03-01' }]) expect((await as(people.lead, 'POST', '/api/saved-reports', { name: 'x', question: wrong, roleIds: [], teamIds: [] })).status).toBe(422)
  const mine = await save(people.lead)
  expect(codeOf(await as(people.lead, 'PUT', `/api/saved-reports/${mine.id}/mailing`, daily(people.agents[0]!)))).toBe('422 insight.saved.not-shared')
  const shared = await save(people.admin, { teamIds: [people.teamId] })
  expect(codeOf(await as(people.lead, 'PUT', `/api/saved-reports/${shared.id}/mailing`, daily(people.agents[0]!)))).toBe('403 insight.saved.only-self')
})

test('4.3-b a mail leaves once for each recipient and due time though two processes look, each with its own figures, and says so in the log', async () => {
  const report = await save(people.admin, { name: '=每日', teamIds: [people.teamId] })
  const set = (await as<SavedReport>(people.admin, 'PUT', `/api/saved-reports/${report.id}/mailing`, daily(people.admin, people.lead))).body
  expect(set.mailing!.recipients.map((one) => one.nextAt)).toEqual(['2026-03-02T02:30:00.000Z', '2026-03-02T02:30:00.000Z'])
  const second = await joinDesk(desk)
  try {
    smtp.got.length = 0
    desk.clock.advance(31 * 60_000)
    await Promise.all([desk.settle(), second.settle(), desk.settle(), second.settle()])
    await desk.settle()
    expect(smtp.got.map((one) => one.to[0]).sort()).toEqual(['admin@example.com', 'lead@example.com'])
    expect(smtp.got[0]!.raw).toContain('Auto-Submitted: auto-generated')
    for (const [who, total] of [['admin@example.com', 5], ['lead@example.com', 3]] as const) {
      const { mail } = smtp.got.find((one) => one.to[0] === who)!
      expect(mail.text).toMatch(new RegExp(`新增工單 · 2026-02-24 – 2026-03-02\\s+${total}\\s`))
      expect(mail.text).toContain('一線\t3')
      expect(mail.text.includes('二線')).toBe(who === 'admin@example.com')
      expect(mail.attachments.map((one) => one.name)).toEqual(['=每日 2026-02-24 2026-03-02.xlsx', '=每日 2026-02-24 2026-03-02.csv'])
      const files = unzipSync(mail.attachments[0]!.content)
      const sheet = Buffer.from(files['xl/worksheets/sheet1.xml']!).toString()
      expect(sheet).toContain(`<v>${total}</v>`)
      expect(sheet).not.toContain('<f>')
      expect(Buffer.from(files['xl/sharedStrings.xml'] ?? files['xl/worksheets/sheet1.xml']!).toString()).toContain('一線')
    }
    expect((await mails(report.id)).map(({ state, dueAt, person }) => [state, dueAt, person.name]).sort()).toEqual([['sent', '2026-03-02T02:30:00.000Z', 'admin'], ['sent', '2026-03-02T02:30:00.000Z', 'lead']])
    expect((await mails(report.id, people.lead)).map((one) => one.person.name)).toEqual(['lead'])
    // A night nothing ran: the mail of the days between is sent once.
    desk.clock.advance(3 * 86_400_000)
    await Promise.all([desk.settle(), second.settle()])
    await desk.settle()
    expect(smtp.got).toHaveLength(4)
  } finally {
    await second.close()
  }
  await as(people.lead, 'DELETE', `/api/saved-reports/${report.id}/mailing/me`)
  await desk.pass(86_400_000)
  expect(smtp.got.slice(4).map((one) => one.to[0])).toEqual(['admin@example.com'])
  await as(people.admin, 'DELETE', `/api/saved-reports/${report.id}/mailing`)
  await desk.pass(86_400_000)
  expect(smtp.got).toHaveLength(5)
})

test('4.3-b who left, or may no longer open it, gets nothing; a busy server gets it later, once', async () => {
  const report = await save(people.admin, { teamIds: [people.teamId, people.otherTeamId] })
  await as(people.admin, 'PUT', `/api/saved-reports/${report.id}/mailing`, { ...daily(people.admin, people.agents[1]!, people.outsider), attachments: [] })
  await desk.app.pool`update staff.person set disabled_at = ${desk.clock.now()} where id = ${people.agents[1]!.id}`
  await desk.app.pool`delete from insight.report_share where report_id = ${report.id} and team_id = ${people.otherTeamId}`
  smtp.got.length = 0
  smtp.manner = { code: 451, at: 'data' }
  await desk.pass(86_400_000)
  expect(smtp.got).toEqual([])
  expect(Object.fromEntries((await mails(report.id)).map((one) => [one.person.name, `${one.state} ${one.why ?? ''}`]))).toMatchObject({ wang: 'skipped insight.saved.has-left', outsider: 'skipped insight.saved.no-longer-open', admin: expect.stringMatching(/^queued 451/) })
  smtp.manner = 'take'
  await desk.pass(20 * 60_000)
  expect(smtp.got.map((one) => one.to[0])).toEqual(['admin@example.com'])
  // Nobody knows whether it arrived: not tried again.
  smtp.got.length = 0
  smtp.manner = 'drop-after-data'
  await desk.pass(86_400_000)
  await desk.pass(3_600_000)
  expect(smtp.got).toHaveLength(1)
  expect((await mails(report.id)).find((one) => one.person.name === 'admin')).toMatchObject({ state: 'failed', why: 'insight.saved.fate-unknown' })
})

test('4.3-b a rhythm falls on its weekday, on its day of the month or the month’s last', () => {
  expect(nextDay({ rhythm: 'weekly', weekday: 1, monthDay: null }, '2026-03-02', true)).toBe('2026-03-02')
  expect(nextDay({ rhythm: 'weekly', weekday: 1, monthDay: null }, '2026-03-02', false)).toBe('2026-03-09')
  expect(nextDay({ rhythm: 'monthly', weekday: null, monthDay: 31 }, '2026-02-10', true)).toBe('2026-02-28')
  expect(nextDay({ rhythm: 'monthly', weekday: null, monthDay: 31 }, '2026-02-28', false)).toBe('2026-03-31')
  expect(nextDay({ rhythm: 'daily', weekday: null, monthDay: null }, '2026-12-31', false)).toBe('2027-01-01')
})
