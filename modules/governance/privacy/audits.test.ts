/** The audit every two years above ten million persons. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed } from '../../../test/people.ts'
import type { Alarm } from '../audit/contract.ts'
import { auditDueOn, sweepAudits } from './audits.ts'

let desk: TestDesk
let people: Staffed
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
})
afterAll(() => desk?.close())

test.each([[10_000_000, null, null], [10_000_001, null, '2027-05-01'], [10_000_001, '2024-01-01', '2027-05-01'], [20_000_000, '2026-03-01', '2028-03-01']])('P16 54 %i persons, last audit %s: due %s', (persons, audited, due) => { expect(auditDueOn(persons, audited)).toBe(due) })

test('P16 54 ninety days before, and when it is late, an alarm; each once; a new audit ends it', async () => {
  await desk.app.pool`update pg_class set reltuples = 12000000 where oid = 'customers.customer'::regclass`
  const alarms = async () => {
    await sweepAudits(desk.app)
    await sweepAudits(desk.app)
    return (await desk.call<{ rows: Alarm[] }>('GET', '/api/alarms', { token: people.admin.token })).body.rows.map((row) => `${row.kind} ${row.target}`)
  }
  expect(await alarms()).toEqual([])
  desk.clock.advance(Date.parse('2027-03-01T00:00:00Z') - desk.clock.now().getTime())
  expect(await alarms()).toEqual(['audit-due 2027-05-01'])
  desk.clock.advance(62 * 86_400_000)
  expect((await alarms()).sort()).toEqual(['audit-due 2027-05-01', 'audit-late 2027-05-01'])
  const put = (auditedOn: string) => desk.call<{ auditedOn?: string; fault?: { code: string } }>('PUT', '/api/privacy-settings', { token: people.admin.token, body: { law: 'pipl', remindDays: 5, officer: '林保護 02-2345-0000', auditedOn } })
  expect((await put('2031-01-01')).body.fault?.code).toBe('governance.privacy.audit-ahead')
  expect((await put('2027-04-20')).body.auditedOn).toBe('2027-04-20')
  expect(await alarms()).toHaveLength(2)
})
