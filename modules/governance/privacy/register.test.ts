import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed } from '../../../test/people.ts'
import type { RegisterRow } from './contract.ts'
import en from '../text/privacy.en.json' with { type: 'json' }
import hans from '../text/privacy.zh-Hans.json' with { type: 'json' }
import hant from '../text/privacy.zh-Hant.json' with { type: 'json' }

let desk: TestDesk
let people: Staffed
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
})
afterAll(() => desk?.close())

test('7.1-a C28 the register names every column of every table, as the database has them', async () => {
  const { status, body } = await desk.call<{ rows: RegisterRow[]; technical: number; impersonal: string[] }>('GET', '/api/personal-data', { token: people.admin.token })
  expect(status).toBe(200)
  const stored = await desk.app.pool<{ table: string; columns: number }[]>`
    select table_schema || '.' || table_name as table, count(*)::int as columns from information_schema.columns
    where table_schema not in ('pg_catalog', 'information_schema') and table_name <> 'migration' group by 1`
  const about = stored.filter((row) => !body.impersonal.includes(row.table))
  expect(about.reduce((sum, row) => sum + row.columns, 0)).toBe(body.rows.length + body.technical)
  expect(new Set(body.rows.map((row) => row.table)).size).toBeGreaterThan(20)
  expect(body.rows.find((row) => row.table === 'customers.identity' && row.column === 'shown')).toEqual({
    room: 'customers', table: 'customers.identity', column: 'shown', class: 'personal', purpose: 'contact', basis: 'contract', retention: 'as-customer', source: 'channel', readers: 'work',
  })
})

test('7.1-a C28 a field that is not declared is refused by the API', async () => {
  const given = { name: '陳美玲', birthday: '1990-01-01' }
  expect((await desk.call<{ fault: { fields: { path: string }[] } }>('POST', '/api/customers', { token: people.admin.token, body: given }))).toMatchObject({ status: 422, body: { fault: { fields: [{ path: 'birthday', code: 'input.unknown-field' }] } } })
  expect((await desk.call('GET', '/api/personal-data', { token: people.lead.token })).status).toBe(403)
})

test('7.1-a C28 the officer reads names, in three languages, and never what the database calls a field', async () => {
  const { body } = await desk.call<{ rows: RegisterRow[] }>('GET', '/api/personal-data', { token: people.admin.token })
  for (const words of [hant, hans, en] as Record<string, string>[]) {
    expect(body.rows.flatMap((row) => [`governance.privacy.table.${row.table}`, `governance.privacy.column.${row.column}`]).filter((key) => !words[key])).toEqual([])
  }
})
