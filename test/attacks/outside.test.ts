/** Attacks through the API and on what goes out: addresses, bodies, queries, methods, keys, races, logs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { settleAll } from '../../modules/channels/mail/testing/peers.ts'
import { closeTransports } from '../../modules/channels/mail/send.ts'
import { openDesk, type TestDesk } from '../harness.ts'
import { fill, type Operation, readOperations, sample, send } from '../input/api.ts'
import { fingerprint } from '../input/state.ts'
import { type Staffed, staffed } from '../people.ts'
import { isFull } from './payloads.ts'

const injections = new URL('../../../shared/data/security/injection/sqli/', import.meta.url)
let desk: TestDesk
let people: Staffed
let operations: Operation[]
let port: number
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  operations = await readOperations(desk)
  port = Number(new URL(desk.url).port)
})
afterAll(async () => { closeTransports(desk.app); await desk.close() })

interface Refusal { fault?: { code: string } }
const admin = <T = Record<string, never>>(method: string, path: string, body?: unknown, headers?: Record<string, string>) => desk.call<T>(method, path, { token: people.admin.token, body, headers })
const open = async (more: Record<string, unknown> = {}, headers: Record<string, string> = {}) => (await admin<{ id: string; number: number; customerId: string }>('POST', '/api/requests', { subject: '斷線', text: '請協助', channel: 'api', customer: { name: '王', email: `${crypto.randomUUID()}@customer.example` }, ...more }, headers)).body

/** A port that counts who knocks. */
async function listening(answer = ''): Promise<{ port: number; hits(): number; close(): void }> {
  let hits = 0
  const server = createServer((socket) => { hits++; socket.on('error', () => {}); socket.on('data', () => {}); if (answer) socket.write(answer) })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return { port: (server.address() as AddressInfo).port, hits: () => hits, close: () => server.close() }
}

test('F01a F04a a webhook knocks at no inner door, however the address is written', async () => {
  const door = await listening()
  const hosts = ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '2130706433', '0x7f000001', '0177.0.0.1', '127.1', '0', '0.0.0.0', '[::]', '169.254.169.254', '[fd00:ec2::254]', '10.0.0.1', '192.168.0.1', '172.16.0.1', '100.64.0.1', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', 'metadata.google.internal', 'x.localhost', 'printer.local', '①②⑦.⓪.⓪.①', '127。0。0。1', 'user:pass@example.com', 'example.com@127.0.0.1', '127.0.0.1.', '%31%32%37.0.0.1', '{{host}}']
  const accepted: string[] = []
  for (const host of hosts) for (const scheme of ['https', 'http']) {
    const { status, body } = await admin<{ id: string }>('POST', '/api/webhooks', { url: `${scheme}://${host}:${door.port}/hook`, types: ['request.accepted'] })
    if (status === 201) { accepted.push(`${scheme}://${host}`); await open(); await settleAll(desk); await admin('DELETE', `/api/webhooks/${body.id}`) } else expect(status, host).toBe(422)
  }
  for (const url of ['file:///etc/passwd', 'ftp://example.com/', 'gopher://127.0.0.1:25/', 'javascript:alert(1)', 'https:///x', '//evil.example']) expect((await admin('POST', '/api/webhooks', { url, types: ['request.accepted'] })).status, url).toBe(422)
  expect(door.hits()).toBe(0)
  expect(accepted).toEqual([])
  door.close()
})

test('F03a trying a mailbox is no way to search the inner network: fixed ports, one answer, no words of the other side', async () => {
  const door = await listening('220 SECRET-BANNER\r\n')
  const tryServer = (part: string, host: string, at: number) => admin<Refusal & { smtp?: string }>('POST', '/api/mailboxes/test', { [part]: { host, port: at, tls: 'none', user: 'x', password: 'x' } })
  for (const part of ['imap', 'smtp']) for (const at of [door.port, 22, 80, 6379, 5432, 11211]) expect((await tryServer(part, '127.0.0.1', at)).body.fault?.code).toBe('channels.mail.port-refused')
  expect(door.hits()).toBe(0)
  expect((await tryServer('smtp', '10.0.0.1', 25)).body.fault?.code).toBe('channels.mail.needs-tls')
  const answers = await Promise.all([25, 465, 587].map((at) => tryServer('smtp', '127.0.0.1', at)))
  expect(new Set(answers.map((one) => `${one.status} ${JSON.stringify(one.body)}`)).size).toBe(1)
  for (const who of [people.lead, people.agents[0]!]) expect((await desk.call('POST', '/api/mailboxes/test', { token: who.token, body: {} })).status).toBe(403)
  door.close()
})

test('F07a no spelling of the content type gets a body past its check', async () => {
  const bad = JSON.stringify({ subject: 5, text: null, role: 'administrator' })
  const before = await fingerprint(desk.app)
  for (const type of ['application/json\t; charset=utf-8', 'Application/JSON', 'application/json;', 'application/json; charset=utf-7', 'application/json;;', 'application/ json', 'application/json, text/plain', 'text/json', 'application/vnd.api+json', 'application/json\u00a0', 'application/x-json', '*/*', ' application/json', 'application/json; boundary=x']) {
    const status = await new Promise<number>((done) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(`POST /api/requests HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${people.admin.token}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(bad)}\r\n\r\n${bad}`, 'latin1'))
      let text = ''
      socket.on('data', (chunk) => { text += chunk.toString() })
      socket.on('error', () => done(0))
      socket.on('close', () => done(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)))
    })
    expect([400, 415, 422], `${type}: ${status}`).toContain(status)
  }
  expect(await fingerprint(desk.app)).toEqual(before)
})

const sqli: readonly string[] = ["'", "''", "' or '1'='1", "'; select pg_sleep(2)--", "1; select pg_sleep(2)", "') or pg_sleep(2) is null--", '" or ""="', "\\'; select pg_sleep(2)--", "' union select password_hash from staff.person--", '$$; select pg_sleep(2)$$', "%' or '%'='", '_%', "'||pg_sleep(2)||'", '(select pg_sleep(2))', "1' and 1=(select count(*) from pg_tables)--", 'id; drop table requests.request', "{'$gt':''}", "a'::tsquery", "!!'", "<-> & | ! :*", 'created_at desc, (select 1)', "->>'x'", "'\u02bc"]

test('F08a words of a database do nothing in any text, filter, search, cursor or path', { timeout: 90_000 }, async () => {
  const words = [...sqli, ...(isFull && existsSync(injections) ? readdirSync(injections).flatMap((name) => readFileSync(new URL(name, injections), 'utf8').split('\n').filter(Boolean)) : [])]
  const { id } = await open()
  const wrong: string[] = []
  const rows = async () => JSON.stringify(await desk.app.pool`select (select count(*)::int from requests.request) as requests, (select count(*)::int from staff.person) as people, (select count(*)::int from staff.token) as tokens, (select count(*)::int from customers.customer) as customers`)
  const before = await rows()
  const ask = async (method: string, path: string, body?: string): Promise<void> => {
    const began = performance.now()
    const answer = await send(desk, method, path, { token: people.admin.token, body })
    if (answer.status >= 500) wrong.push(`${method} ${path} ${body ?? ''}: ${answer.status} ${answer.text.slice(0, 100)}`)
    if (performance.now() - began > 1_500) wrong.push(`${method} ${path} ${body ?? ''}: ${Math.round(performance.now() - began)} ms`)
    if (/password_hash|syntax error|pg_catalog|relation "/i.test(answer.text)) wrong.push(`${path}: tells ${answer.text.slice(0, 100)}`)
  }
  for (const word of words) {
    for (const operation of operations) {
      if (operation.method !== 'GET' || operation.access === 'public' || operation.name.includes('live')) continue
      for (const { name } of operation.query) await ask('GET', `${fill(operation.path, id)}?${name}=${encodeURIComponent(word)}`)
    }
    await ask('GET', `/api/requests/${encodeURIComponent(word)}`)
    await ask('POST', '/api/rules/try', JSON.stringify({ subject: word, text: word, channel: word.slice(0, 20), customerTier: word.slice(0, 40), draft: { name: 'x', condition: { field: word.slice(0, 60), op: word.slice(0, 30), value: word }, outcome: { priority: 'urgent' } } }))
    await ask('PATCH', '/api/customer-tiers', JSON.stringify({ rows: [{ key: word }] }))
  }
  expect(wrong).toEqual([])
  expect(await rows()).toBe(before)
})

test('F09a doubled keys and parameters, prototypes and numbers without end are refused or mean one thing', async () => {
  const raw = (body: string, path = '/api/requests') => send(desk, 'POST', path, { token: people.admin.token, body })
  for (const body of ['{"__proto__":{"isAdmin":true},"subject":"x","text":"x","customer":{}}', '{"constructor":{"prototype":{"isAdmin":true}},"subject":"x","text":"x","customer":{}}', '{"subject":"x","text":"x","customer":{"__proto__":{"isAdmin":true}}}', '{"subject":"x","text":"x","customer":{},"priority":{"__proto__":1}}']) {
    expect([400, 422]).toContain((await raw(body)).status)
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  }
  for (const query of ['view=all&view=open', 'limit=1&limit=100', 'limit[]=5', 'search[a]=b', 'limit=1e999', 'limit=9007199254740993', 'limit=-1', '__proto__[x]=1', 'constructor=1', 'teamId=x&teamId=y']) expect((await send(desk, 'GET', `/api/requests?${query}`, { token: people.admin.token })).status, query).toBe(422)
  for (const number of ['1e999', '-1e999', '9007199254740993', '1.5', '"1"', 'true', 'NaN', '01']) expect([400, 422], number).toContain((await send(desk, 'PUT', '/api/revelation-limit', { token: people.admin.token, body: `{"perDay":${number}}` })).status)
  const { body: limit } = await admin<{ perDay: number }>('GET', '/api/revelation-limit')
  await send(desk, 'PUT', '/api/revelation-limit', { token: people.admin.token, body: '{"perDay":7,"perDay":8}' })
  expect((await admin<{ perDay: number }>('GET', '/api/revelation-limit')).body.perDay).toBe(8)
  await admin('PUT', '/api/revelation-limit', limit)
})

test('F10a only the methods of the contract exist', async () => {
  const has = new Set(operations.map((operation) => `${operation.method} ${operation.path}`))
  const wrong: string[] = []
  for (const path of new Set(operations.map((operation) => operation.path))) for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'SEARCH', 'LOCK']) {
    if (has.has(`${method} ${path}`) || (method === 'HEAD' && has.has(`GET ${path}`))) continue
    const { status } = await fetch(desk.url + fill(path, '01890000-0000-7000-8000-000000000000'), { method, headers: { authorization: `Bearer ${people.admin.token}` } })
    if (status !== 404 && status !== 405 && !(status === 401 || status === 400)) wrong.push(`${method} ${path}: ${status}`)
  }
  expect(wrong).toEqual([])
  const trace = await new Promise<string>((done) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('TRACE /api/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer SECRET\r\n\r\n'))
    let text = ''
    socket.on('data', (chunk) => { text += chunk.toString() })
    socket.on('close', () => done(text))
    socket.on('error', () => done(text))
  })
  expect(trace).not.toContain('SECRET')
  expect(trace).toMatch(/^HTTP\/1\.1 (40[045])/)
})

test('F11a a server that fails takes no password and no secret into a log, a message or an answer', async () => {
  const lines: unknown[] = []
  const secret = 'SMTP-SECRET-CANARY'
  const echo = createServer((socket) => {
    socket.on('error', () => {})
    socket.write('220 hello\r\n')
    socket.on('data', (chunk) => {
      const line = chunk.toString()
      const said = /^AUTH PLAIN (.*)\r/.exec(line)?.[1]
      if (/^EHLO/.test(line)) socket.write('250-hello\r\n250 AUTH PLAIN\r\n')
      // A server that repeats what it was told.
      else socket.write(`535 5.7.8 refused ${said ? Buffer.from(said, 'base64').toString('latin1').replaceAll('\0', ' ') : line.trim()}\r\n`)
    })
  })
  await new Promise<void>((ready) => echo.listen(0, '127.0.0.1', ready))
  const { port: smtpPort } = echo.address() as AddressInfo
  await desk.app.pool`insert into platform.setting (key, value, at) values ('channels.network', ${desk.app.pool.json({ mailPorts: [smtpPort], clearText: true } as never)}, ${desk.clock.now()}) on conflict (key) do update set value = excluded.value`
  const box = await admin<{ id: string; version: number } & Refusal>('POST', '/api/mailboxes', { name: 'x', address: 'failing@desk.example', smtp: { host: '127.0.0.1', port: smtpPort, tls: 'none', user: 'robot', password: secret } })
  expect(box.status).toBe(201)
  const { id } = await open()
  await admin('PUT', `/api/requests/${id}/holder`)
  await admin('POST', `/api/requests/${id}/messages`, { kind: 'reply', text: '您好' })
  await settleAll(desk, 11_000)
  for (let round = 0; round < 4; round++) await settleAll(desk, 15 * 60_000)
  lines.push(await admin('POST', '/api/mailboxes/test', { id: box.body.id, smtp: { host: '127.0.0.1', port: smtpPort, tls: 'none', user: 'robot' } }), (await admin('GET', `/api/requests/${id}/messages`)).body, (await admin('GET', '/api/mailboxes')).body, (await admin('GET', '/api/mails')).body)
  lines.push(await desk.app.pool`select * from channels.attempt`, await desk.app.pool`select queue, payload, error from platform.job`, await desk.app.pool`select data from platform.event`, await desk.app.pool`select state_why from requests.message where state_why is not null`)
  const told = JSON.stringify(lines)
  // As it is, and as AUTH PLAIN sends it.
  expect(told).toContain('5.7.8')
  for (const spelling of [secret, Buffer.from(secret).toString('base64'), Buffer.from(`\0robot\0${secret}`).toString('base64')]) expect(told).not.toContain(spelling)
  await admin('PATCH', `/api/mailboxes/${box.body.id}`, { isActive: false, version: box.body.version })
  echo.close()
})

test('F12a no answer sends anybody to another place', async () => {
  for (const path of ['//evil.example', '/\\evil.example', '/%2f%2fevil.example', '/sign-in?next=https://evil.example', '/sign-in?redirect=//evil.example', '/rate/x?return=https://evil.example', '/..//evil.example', '/api//evil.example', '///evil.example/%2e%2e', '/r/x?url=https://evil.example']) {
    const answer = await fetch(desk.url + path, { redirect: 'manual' })
    expect(answer.headers.get('location'), path).toBeNull()
    expect(answer.status, path).not.toBeGreaterThanOrEqual(500)
    expect([301, 302, 303, 307, 308], path).not.toContain(answer.status)
  }
})

test('F13a a key belongs to its caller and to one body', async () => {
  const key = { 'idempotency-key': 'the-same-key' }
  const body = { subject: '第一', text: '內容', channel: 'api', customer: { name: '甲', email: 'f13@customer.example' } }
  const first = await desk.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, headers: key, body })
  const again = await desk.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, headers: key, body })
  expect(again.body.id).toBe(first.body.id)
  expect((await desk.call<Refusal>('POST', '/api/requests', { token: people.intake.token, headers: key, body: { ...body, text: '別的' } })).status).toBe(422)
  const other = await desk.call<{ id: string }>('POST', '/api/requests', { token: people.admin.token, headers: key, body })
  expect([other.status, other.body.id === first.body.id]).toEqual([201, false])
  const team = { name: '組', memberIds: [] }
  const made = await admin<{ id: string }>('POST', '/api/teams', team, key)
  expect((await admin<{ id: string }>('POST', '/api/teams', team, key)).body.id).toBe(made.body.id)
  expect((await admin('POST', '/api/teams', { name: '別組' }, key)).status).toBe(422)
  expect((await admin('POST', '/api/skills', { key: 'k', name: 'k' }, key)).status).toBe(422)
  expect((await desk.call('POST', '/api/teams', { token: people.lead.token, headers: key, body: team })).status).toBe(403)
})

test('F14a of fifty at once one takes effect: taking, closing, merging, rating, claiming a link', { timeout: 60_000 }, async () => {
  const fifty = <T>(work: (index: number) => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 50 }, (_, index) => work(index)))
  const count = async (type: string, subject: string) => (await desk.app.pool<{ count: number }[]>`select count(*)::int as count from platform.event where type = ${type} and subject = ${subject}`)[0]!.count
  const one = await open()
  const closed = await fifty(() => admin<Refusal>('PUT', `/api/requests/${one.id}/closure`, { reason: '重複' }))
  expect(closed.filter((answer) => answer.status === 200)).toHaveLength(1)
  for (const answer of closed) expect([200, 409]).toContain(answer.status)
  expect(await count('request.closed', one.id)).toBe(1)

  const two = await open()
  const everybody = [people.admin, people.lead, ...people.agents]
  const taken = await fifty((index) => desk.call('PUT', `/api/requests/${two.id}/holder`, { token: everybody[index % everybody.length]!.token }))
  for (const answer of taken) expect([200, 409, 503]).toContain(answer.status)
  expect(await desk.app.pool`select 1 from requests.assignment where request_id = ${two.id} and state = 'accepted' and ended_at is null`).toHaveLength(1)

  const [three, four] = [await open(), await open()]
  const merged = await fifty((index) => admin('PUT', `/api/customers/${index % 2 ? three.customerId : four.customerId}/merges/${index % 2 ? four.customerId : three.customerId}`, { reason: '同一人' }))
  expect(merged.filter((answer) => answer.status === 200)).toHaveLength(1)
  for (const answer of merged) expect([200, 409]).toContain(answer.status)

  const { body: asked } = await desk.call<{ number: number; token: string }>('POST', '/api/portal/requests', { body: { key: crypto.randomUUID(), visitor: '1'.repeat(32), name: '陳', email: 'f14@customer.example', subject: '帳單', text: '請看一下', locale: 'zh-Hant' } })
  const [row] = await desk.app.pool<{ id: string }[]>`select id from requests.request where number = ${asked.number}`
  await admin('PUT', `/api/requests/${row!.id}/holder`)
  await admin('PUT', `/api/requests/${row!.id}/submission`, { result: '已處理' })
  await desk.call('PUT', `/api/requests/${row!.id}/verification`, { token: people.lead.token, body: { verdict: 'passed' } })
  const rated = await fifty(() => desk.call('PUT', `/api/portal/requests/${asked.token}/rating`, { body: { score: 1 } }))
  for (const answer of rated) expect([200, 409, 429]).toContain(answer.status)
  await settleAll(desk)
  expect(await desk.app.pool`select 1 from quality.rating where request_id = ${row!.id}`).toHaveLength(1)
  expect(await desk.app.pool`select 1 from quality.recovery where request_id = ${row!.id}`).toHaveLength(1)
})

test('C19 every endpoint of the contract is in the document the negative tests are made from, streams, uploads and the customers’ own included', () => {
  const named = new Set(operations.map((operation) => operation.name))
  expect([...desk.endpoints.keys()].filter((name) => !named.has(name))).toEqual([])
  for (const name of ['requests.live', 'requests.upload', 'channels.stream', 'channels.upload', 'channels.ask', 'channels.say', 'quality.rate', 'staff.signIn']) expect(named.has(name), name).toBe(true)
  for (const operation of operations) if (operation.body) expect(sample(operation.body), operation.name).toBeTypeOf('object')
})
