/** The national ciphers for the whole installation: by the setting to the rows, and from one cipher to the other while everybody works. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addMailbox } from '../../modules/channels/index.ts'
import { run } from '../../platform/context.ts'
import { bytesOf, isSealed } from '../../platform/crypto/envelope.ts'
import { countWrapped, rewrapKeys } from '../../platform/crypto/vault.ts'
import { joinDesk, openDesk, type TestDesk } from '../harness.ts'
import { type Staffed, staffed } from '../people.ts'

const [AES, SM4] = [1, 2]
let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk({ env: { LOOPDESK_CIPHER: 'sm4-ctr-hmac-sm3' } }); people = await staffed(desk) })
afterAll(() => desk?.close())

/** Which ciphers the sealed values of the installation were made with, by where they stand. */
async function ciphers(): Promise<Record<string, number[]>> {
  const columns = await desk.app.pool<{ schema: string; table: string; column: string }[]>`
    select table_schema as schema, table_name as table, column_name as column from information_schema.columns c join information_schema.tables t using (table_schema, table_name) where t.table_type = 'BASE TABLE' and data_type = 'text' and table_schema not in ('pg_catalog', 'information_schema')`
  const found: Record<string, number[]> = {}
  for (const { schema, table, column } of columns) {
    const rows = await desk.app.pool<{ value: string }[]>`select distinct ${desk.app.pool(column)} as value from ${desk.app.pool(`${schema}.${table}`)} where ${desk.app.pool(column)} like ${'\u0002%'}`
    const used = new Set(rows.filter((row) => isSealed(row.value)).map((row) => bytesOf(row.value)[1]!))
    if (used.size) found[`${schema}.${table}/${column}`] = [...used].sort()
  }
  for (const [place, rows] of [['platform.data_key/wrapped', await desk.app.pool<{ bytes: Buffer }[]>`select wrapped as bytes from platform.data_key where wrapped is not null`], ['channels.mailbox/secret', await secrets()]] as const) {
    const used = new Set(rows.map((row) => row.bytes[1]!))
    if (used.size) found[place] = [...used].sort()
  }
  return found
}
const secrets = () => desk.app.pool<{ bytes: Buffer }[]>`select smtp_secret as bytes from channels.mailbox where smtp_secret is not null`
interface Opened { id: string; customerId: string }
const ask = async (at: TestDesk, subject: string) => (await at.call<Opened>('POST', '/api/requests', { token: people.intake.token, body: { subject, text: `${subject}的內容`, customer: { name: '歐陽金雀', email: `${subject.length}@example.com` } } })).body
const subjectOf = async (at: TestDesk, id: string) => (await at.call<{ subject: string }>('GET', `/api/requests/${id}`, { token: people.admin.token })).body.subject

test('C24 C25 with the setting, whatever is sealed is sealed by SM4-CTR with HMAC-SM3, the keys that seal it as well, and it is read as before', async () => {
  const first = await ask(desk, '金絲籠破了')
  const settings = { host: '127.0.0.1', port: 25, tls: 'none' as const, user: 'u', password: 'the password' }
  await run(desk.app, {}, (ctx) => addMailbox(ctx, { name: '客服', address: 'support@desk.example', smtp: settings }))
  const used = await ciphers()
  expect(Object.keys(used)).toEqual(expect.arrayContaining(['requests.request/subject', 'requests.message/body', 'customers.customer/name', 'customers.identity/shown', 'platform.data_key/wrapped', 'channels.mailbox/secret']))
  expect(Object.entries(used).filter(([, by]) => by.some((one) => one !== SM4))).toEqual([])
  expect(await subjectOf(desk, first.id)).toBe('金絲籠破了')
  expect((await desk.call<{ name: string }>('GET', `/api/customers/${first.customerId}`, { token: people.admin.token })).body.name).toBe('歐陽金雀')
})

test('C25 from one cipher to the other and back while both kinds of process serve: everything opens everywhere, and the keys are wrapped by the new one', async () => {
  const other = await joinDesk(desk, { config: { ...desk.app.config, cipher: 'aes-256-gcm', port: 0 } })
  try {
    const [byNew, byOld] = [await ask(other, '第二張工單'), await ask(desk, '第三張的工單')]
    for (const at of [desk, other]) expect([await subjectOf(at, byNew.id), await subjectOf(at, byOld.id)]).toEqual(['第二張工單', '第三張的工單'])
    expect((await ciphers())['requests.request/subject']).toEqual([AES, SM4])
    // Rotated by the process of the one setting, then of the other, with arrivals on both in between.
    for (const [by, cipher] of [[other, AES], [desk, SM4]] as const) {
      await by.app.vault.masters.add()
      const arrivals = Promise.all(Array.from({ length: 8 }, (_, nr) => ask(nr % 2 ? desk : other, `輪換中${'，'.repeat(nr)}${cipher}`)))
      await rewrapKeys(by.app)
      const during = await arrivals
      await rewrapKeys(by.app)
      for (const at of [desk, other]) for (const { id } of [byNew, byOld, ...during]) expect((await subjectOf(at, id)).length).toBeGreaterThan(3)
      const wrapped = await desk.app.pool<{ bytes: Buffer }[]>`select wrapped as bytes from platform.data_key where wrapped is not null and master_id = ${by.app.vault.masters.current().id}`
      expect(wrapped.length).toBeGreaterThan(3)
      expect((await countWrapped(by.app)).filter((one) => one.wraps > 0).every((one) => one.isCurrent)).toBe(true)
      if (cipher === SM4) expect(wrapped.some((row) => row.bytes[1] === SM4)).toBe(true)
    }
  } finally { await other.close() }
})
