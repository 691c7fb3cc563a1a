/** One person's data planted in every store, copied out whole, then erased: no byte of it is left in a live row or file, and the figures are as before. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sealEvents } from '../../../platform/audit/seal.ts'
import { verifyEvents } from '../../../platform/audit/verify.ts'
import type { Customer } from '../../customers/contract.ts'
import { closeTransports } from '../../channels/mail/send.ts'
import { takeIn } from '../../channels/mail/take.ts'
import { letter, mailboxFor, openPorts, report, settleAll, type SmtpPeer, startSmtp } from '../../channels/mail/testing/peers.ts'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { type Staffed, staffed } from '../../../test/people.ts'
import type { Copy } from './copy.ts'
import type { PersonRequest, Scope } from './contract.ts'

const MAIL = 'kanari.mail@kanari-mail.example'
const OTHER_MAIL = 'somebody.else@third-party.example'
/** What was planted where; each word stands nowhere else. */
const planted = {
  name: '卡娜莉', mail: MAIL, phone: '0955-123-987', external: 'kanari-external-1', company: 'kanaricompany', region: 'kanariregion', note: 'kanarinote', subject: 'kanarisubject', text: 'kanaritext', mailSubject: 'kanarimailsubject', mailText: 'kanarimailtext',
  attachmentName: 'kanarifile', attachment: 'kanaricontents', colleagueNote: 'kanaricolleague', reply: 'kanarireply', task: 'kanaritask', draft: 'kanaridraft', wait: 'kanariwait', result: 'kanariresult', comment: 'kanaricomment', why: 'kanariwhy', merge: 'kanarimerge',
  look: 'kanarilook', portal: 'kanariportal', wish: 'kanariwish', handOver: 'kanarihandover', chat: 'kanarichat', quarantined: 'kanariquarantined', bounce: 'kanaribounce',
}
/** Not for the person: a colleague’s unsent draft, and an address that is not known to be theirs. */
const NOT_COPIED = new Set<keyof typeof planted>(['draft', 'bounce'])
const SIGNS = ['kanari', '卡娜莉', '0955-123-987', '0955123987']

let desk: TestDesk
let people: Staffed
let smtp: SmtpPeer
let customerId = ''
let otherId = ''
let mailRequest = ''
let ratedToken = ''

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  smtp = await startSmtp()
  await openPorts(desk, [smtp.port])
  const box = await mailboxFor(desk, smtp.port)
  const admin = { token: people.admin.token }
  const post = async <T>(path: string, body: unknown, method = 'POST', token = people.admin.token, headers: Record<string, string> = {}): Promise<T> => {
    const answer = await desk.call<T>(method, path, { token, body, headers })
    expect(answer.status, `${method} ${path} ${JSON.stringify(answer.body)}`).toBeLessThan(300)
    return answer.body
  }

  const made = await post<Customer>('/api/customers', { name: planted.name, email: MAIL, phone: '0955-123-987', external: planted.external, company: planted.company, region: planted.region, note: planted.note }, 'POST', people.admin.token, { 'idempotency-key': 'kanari-made' })
  customerId = made.id
  const folded = await post<Customer>('/api/customers', { name: `${planted.name}二`, phone: '0955-000-111' })
  await post(`/api/customers/${customerId}/merges/${folded.id}`, { reason: planted.merge }, 'PUT')
  otherId = (await post<Customer>('/api/customers', { name: '旁人', email: OTHER_MAIL })).id
  await post(`/api/customers/${customerId}/revelations`, { fields: ['phone'], reason: planted.look }, 'POST', people.outsider.token)

  const opened = await post<{ id: string; holder: { id: string } }>('/api/requests', { subject: planted.subject, text: `${planted.text} 副本給 ${OTHER_MAIL} 或 0911-222-333`, customer: { email: MAIL, name: planted.name } }, 'POST', people.intake.token, { 'idempotency-key': 'kanari-key-1' })
  const { id } = opened
  const at = <T = unknown>(path: string, body: unknown, method = 'POST') => post<T>(`/api/requests/${id}${path}`, body, method)
  await post(`/api/requests/${id}/assignment/acceptance`, undefined, 'PUT', [...people.agents, people.lead].find((one) => one.id === opened.holder.id)!.token)
  const form = new FormData()
  form.set('file', new Blob([planted.attachment], { type: 'text/plain' }), `${planted.attachmentName}.txt`)
  const upload = await (await fetch(`${desk.url}/api/attachments`, { method: 'POST', headers: { authorization: `Bearer ${people.admin.token}` }, body: form })).json() as { id: string }
  await at('/messages', { kind: 'note', text: planted.colleagueNote, attachmentIds: [upload.id] })
  await at('/messages', { kind: 'reply', text: planted.reply })
  await settleAll(desk, 11_000)
  await at('/tasks', { title: planted.task })
  await at('/drafts', { kind: 'reply', text: planted.draft }, 'PUT')
  await at('/waiting', { for: 'third-party', reason: planted.wait }, 'PUT')
  await at('/assignment', { agentId: people.agents.find((one) => one.id !== opened.holder.id)!.id, reason: planted.handOver }, 'PUT')
  await desk.call('DELETE', `/api/requests/${id}/waiting`, admin)
  const { rows: [task] } = (await desk.call<{ rows: { id: string; version: number }[] }>('GET', `/api/requests/${id}/tasks`, admin)).body
  await at(`/tasks/${task!.id}`, { isDone: true, version: task!.version }, 'PATCH')
  await at('/submission', { result: planted.result }, 'PUT')
  await settleAll(desk, 11_000)

  const taken = await takeIn(desk.app, box.id, letter({ from: `${planted.name} <${MAIL}>`, subject: planted.mailSubject, text: planted.mailText, headers: { 'Return-Path': `<${MAIL}>` } }))
  mailRequest = taken.requestId!
  await post(`/api/requests/${mailRequest}/messages`, { kind: 'reply', text: planted.reply })
  await settleAll(desk, 11_000)
  const sent = smtp.got.find((one) => one.raw.includes(planted.mailSubject) || one.mail.subject.includes(planted.mailSubject))!
  await takeIn(desk.app, box.id, report({ messageId: sent.mail.messageId!, recipient: `${planted.bounce}@kanari-mail.example` }))
  // A mail the gate holds back, from the same address.
  await takeIn(desk.app, box.id, letter({ from: MAIL, subject: planted.quarantined, text: planted.quarantined, headers: { 'Return-Path': `<${MAIL}>`, 'X-Spam-Flag': 'YES' } }))
  await post('/api/chat/sessions', { name: planted.chat, email: MAIL.toUpperCase(), locale: 'zh-Hant', page: 'https://shop.example/kanari' })
  await desk.app.pool`insert into platform.job (id, queue, payload, run_at, failed_at, error, created_at) values (gen_random_uuid(), 'channels.send-mail', ${desk.app.pool.json({ to: MAIL })}, ${desk.clock.now()}, ${desk.clock.now()}, ${`550 ${MAIL}`}, ${desk.clock.now()})`

  // By the portal the same address is not proven: a record of its own, joined by a person who knows.
  const asked = await post<{ number: number; token: string }>('/api/portal/requests', { key: 'kanari-portal-key-1', visitor: 'b'.repeat(32), name: planted.name, email: MAIL, subject: planted.portal, text: planted.portal, locale: 'zh-Hant' })
  const [contact] = await desk.app.pool<{ id: string; customerId: string }[]>`select id, customer_id from requests.request where number = ${asked.number}`
  await post(`/api/customers/${customerId}/merges/${contact!.customerId}`, { reason: planted.merge }, 'PUT')
  ratedToken = asked.token
  await post(`/api/requests/${contact!.id}/submission`, { result: planted.result }, 'PUT')
  await settleAll(desk, 11_000)
  await post(`/api/portal/requests/${ratedToken}/rating`, { score: 4, reasons: [], comment: planted.comment }, 'PUT')
  await settleAll(desk, 1_000)
  for (const row of await desk.app.pool<{ id: string }[]>`select r.id from requests.request r join customers.customer c on c.id = r.customer_id where r.stage <> 'closed' and ${customerId} in (c.id, c.merged_into)`) {
    await post(`/api/requests/${row.id}/closure`, { reason: planted.why }, 'PUT')
  }
  await settleAll(desk, 1_000)
  await sealEvents(desk.app)
}, 120_000)
afterAll(async () => { closeTransports(desk.app); await desk?.close(); await smtp?.stop() })

/** Every table as a dump would have it, with binary columns as they are: which of them holds one of the signs. */
async function tablesWith(signs: readonly string[]): Promise<string[]> {
  const tables = await desk.app.pool<{ name: string; binary: string[] }[]>`
    select table_schema || '.' || table_name as name, coalesce(array_agg(column_name) filter (where data_type = 'bytea'), '{}') as binary from information_schema.columns where table_schema not in ('pg_catalog', 'information_schema') group by 1 order by 1`
  const found: string[] = []
  for (const { name, binary } of tables) {
    const rows = await desk.app.pool.unsafe(`select t::text as text, concat_ws('', ${['null', ...binary.map((column) => `encode(t.${column}, 'hex')`)].join(', ')}) as hex from ${name} t`) as unknown as { text: string; hex: string }[]
    for (const { text, hex } of rows) {
      const bytes = Buffer.from(hex, 'hex').toString('utf8')
      const unpacked = Buffer.from(bytes.replace(/[^A-Za-z0-9+/=]/g, ''), 'base64').toString('utf8')
      if (signs.some((sign) => `${text}\n${bytes}\n${unpacked}`.toLowerCase().includes(sign))) found.push(name)
    }
  }
  return [...new Set(found)]
}
function* filesOf(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* filesOf(path)
    else yield path
  }
}
const ask = async (kind: string): Promise<PersonRequest> => (await desk.call<PersonRequest>('POST', '/api/person-requests', { token: people.admin.token, body: { customerId, kind, law: 'tw-pdpa', wish: planted.wish } })).body
const put = async (request: PersonRequest, act: string, body: Record<string, unknown> = {}) => desk.call<PersonRequest & { fault?: { code: string } }>('PUT', `/api/person-requests/${request.id}/${act}`, { token: people.admin.token, body: { ...body, version: request.version } })
const figures = async () => desk.app.pool`
  select count(*)::int as requests, sum(r.number)::int as numbers, count(r.closed_at)::int as closed, sum(r.score)::int as score, sum(extract(epoch from r.first_response_at))::text as first, sum(extract(epoch from r.closed_at))::text as ended,
    (select count(*)::int from requests.message) as messages, (select count(*)::int from channels.mail) as mails, (select sum(score)::int from quality.rating) as ratings, (select count(*)::int from requests.assignment) as assignments from requests.request r`

test('P10 P11 45 the copy holds everything that was planted, and nobody else’s address', async () => {
  const dumped = await tablesWith(SIGNS)
  // Only what colleagues gave as reasons, the region, the page a visitor came from, a key of the caller's own and what the test itself put there stands as it is; everything else is sealed.
  expect(dumped).toEqual(['channels.chat_session', 'customers.customer', 'customers.merge', 'customers.revelation', 'platform.event', 'platform.job', 'requests.assignment', 'requests.intake', 'requests.request'])
  let request = await ask('copy')
  expect((await desk.call('POST', `/api/person-requests/${request.id}/copies`, { token: people.admin.token, body: { format: 'json' } })).status).toBe(409)
  request = (await put(request, 'verification', { how: 'called-back' })).body
  request = (await put(request, 'grant')).body
  expect(request.stage).toBe('granted')
  const made = await desk.call<{ name: string; text: string }>('POST', `/api/person-requests/${request.id}/copies`, { token: people.admin.token, body: { format: 'json' } })
  expect(made.status).toBe(201)
  const copy = JSON.parse(made.body.text) as Copy
  expect(copy.format).toBe('loopdesk.personal-copy/1')
  const files = (copy.stores['platform.file'] ?? []).map((file) => Buffer.from(String(file['bytes']), 'base64').toString())
  const whole = `${made.body.text}\n${files.join('\n')}`
  const missing = Object.entries(planted).filter(([place, word]) => !NOT_COPIED.has(place as keyof typeof planted) && !whole.includes(word))
  expect(missing).toEqual([])
  expect(whole).not.toContain(OTHER_MAIL)
  expect(whole).not.toContain('0911-222-333')
  expect(whole).toContain('s***@third-party.example')
  expect(copy.leftOut).toContainEqual({ what: 'requests.search.tokens', why: 'derived' })

  const page = (await desk.call<{ text: string }>('POST', `/api/person-requests/${request.id}/copies`, { token: people.admin.token, body: { format: 'html' } })).body.text
  for (const word of [planted.subject, planted.reply, planted.name, MAIL, '訊息']) expect(page).toContain(word)
  expect(page).not.toMatch(/<script|https?:\/\/(?!shop\.example)|third-party\.example.*somebody/)
  const events = await desk.app.pool<{ data: unknown }[]>`select data from platform.event where type = 'privacy.copy-made' and subject = ${request.id} order by seq`
  expect(events.map((event) => event.data)).toEqual([{ customer: customerId, kind: 'copy', format: 'json' }, { customer: customerId, kind: 'copy', format: 'html' }])
  expect((await put(request, 'completion', { outcome: planted.wish })).body.stage).toBe('done')
})

test('P11 what a person takes along holds what they provided and not what we thought of them', async () => {
  let request = await ask('move')
  request = (await put(request, 'verification', { how: 'document' })).body
  request = (await put(request, 'grant')).body
  const { body } = await desk.call<{ text: string }>('POST', `/api/person-requests/${request.id}/copies`, { token: people.admin.token, body: { format: 'json' } })
  expect(body.text).toContain(planted.mailText)
  for (const word of [planted.note, planted.task, planted.look]) expect(body.text).not.toContain(word)
  await put(request, 'completion', { outcome: planted.wish })
})

test('7.3-c P13 47 nothing of the person is left in a live row or a file, the figures stay, and the chain verifies', async () => {
  const before = await figures()
  let request = await ask('erase')
  expect((await put(request, 'grant')).body.fault?.code).toBe('governance.privacy.identity-first')
  request = (await put(request, 'verification', { how: 'answered-by-mail' })).body

  const scope = (await desk.call<Scope>('GET', `/api/person-requests/${request.id}/scope`, { token: people.admin.token })).body
  expect(scope).toMatchObject({ openRequests: 0, hold: null, alike: [] })
  expect(scope.tables.find((one) => one.table === 'requests.request')!.rows).toBe(before[0]!.requests)

  await desk.call('PUT', `/api/customers/${customerId}/hold`, { token: people.admin.token, body: { reason: planted.why } })
  expect((await put(request, 'grant')).body.fault?.code).toBe('governance.privacy.held')
  await desk.call('PUT', `/api/customers/${customerId}/hold/end`, { token: people.admin.token, body: { reason: planted.why } })

  const granted = await put(request, 'grant')
  expect(granted.body.stage).toBe('granted')
  await settleAll(desk, 1_000)
  const done = (await desk.call<PersonRequest>('GET', `/api/person-requests/${request.id}`, { token: people.admin.token })).body
  expect(done).toMatchObject({ stage: 'done', wish: '' })
  expect(done.report!['requests.message']).toBeGreaterThan(5)

  expect(await tablesWith(SIGNS)).toEqual([])
  for (const path of filesOf(desk.app.config.dataDir)) expect(SIGNS.filter((sign) => readFileSync(path).includes(sign)), path).toEqual([])
  expect(await figures()).toEqual(before)
  // Somebody else, who wrote to nobody, is untouched.
  expect((await desk.call<Customer>('GET', `/api/customers/${otherId}`, { token: people.admin.token })).body).toMatchObject({ name: '旁人', identities: [{ shown: OTHER_MAIL }] })

  // Nothing is sealed past a transaction that is open anywhere on the server, a neighbour's test among them.
  await expect.poll(async () => { await sealEvents(desk.app); return verifyEvents(desk.app) }).toMatchObject({ damage: null, removed: 0, unsealed: 0 })
  expect((await verifyEvents(desk.app)).blanked).toBeGreaterThan(5)
  // A second erasure of what is no longer there changes nothing.
  await desk.app.pool`update governance.person_request set stage = 'granted' where id = ${request.id}`
  await desk.app.pool`insert into platform.job (id, queue, payload, run_at, created_at) values (gen_random_uuid(), 'governance.erase', ${desk.app.pool.json({ id: request.id })}, ${desk.clock.now()}, ${desk.clock.now()})`
  await settleAll(desk, 1_000)
  await sealEvents(desk.app)
  expect((await verifyEvents(desk.app)).damage).toBeNull()
})

test('P13 the pages of the erased person’s requests still open, with nothing to read', async () => {
  const rows = (await desk.call<{ rows: { id: string; subject: string }[] }>('GET', '/api/requests?view=all', { token: people.admin.token })).body.rows
  expect(rows.length).toBeGreaterThan(2)
  for (const { id, subject } of rows) {
    expect(subject).toMatch(/^（已刪除）$|^\(erased\)$/)
    for (const path of ['', '/messages', '/events', '/assignments', '/verifications', '/tasks']) expect((await desk.call('GET', `/api/requests/${id}${path}`, { token: people.admin.token })).status, path).toBe(200)
  }
  expect((await desk.call('GET', `/api/customers/${customerId}`, { token: people.admin.token })).status).toBe(200)
  expect((await desk.call('GET', `/api/portal/requests/${ratedToken}`)).status).toBe(200)
  // The same mail again is still known as having come; a new word of theirs begins a new record.
  const again = await desk.call<{ customerId: string }>('POST', '/api/requests', { token: people.intake.token, body: { subject: '新的', text: '您好', customer: { email: MAIL } } })
  expect(again.status).toBe(201)
  expect(again.body.customerId).not.toBe(customerId)
})
