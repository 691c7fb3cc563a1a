/** Attacks on time and memory: patterns, depths, floods, slow and silent callers. */
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cleanHtml, foldQuoted, foldQuotedHtml, htmlToText } from '../../lib/mail/index.ts'
import { readAddresses } from '../../lib/mail/addresses.ts'
import { decodeHeader, readParameters } from '../../lib/mail/headers.ts'
import { plainFileName, plainText, visualise } from '../../lib/mail/visible.ts'
import { isAddress, maskForeign } from '../../lib/masking/index.ts'
import { compileRules } from '../../lib/rules/index.ts'
import { highlight, searchTokens, toTsquery } from '../../lib/search/index.ts'
import { pickLocale } from '../../lib/text/index.ts'
import { foldEmail, foldPhone } from '../../modules/customers/index.ts'
import { sayInChat } from '../../modules/channels/chat/speak.ts'
import { displayName } from '../../modules/requests/index.ts'
import { createPerson } from '../../modules/staff/index.ts'
import { hashPassword } from '../../modules/staff/password.ts'
import { detectLanguage } from '../../modules/standards/index.ts'
import { run } from '../../platform/context.ts'
import { openDesk, type TestDesk } from '../harness.ts'
import { type Staffed, staffed } from '../people.ts'

let desk: TestDesk
let people: Staffed
let port: number
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  port = Number(new URL(desk.url).port)
})
afterAll(() => desk.close())

const LENGTH = 50_000
/** Longer and longer runs of whatever a pattern may repeat, with an end it does not expect. */
const evil: readonly string[] = ['a', ' ', '\t', '\n', '\u00a0', '\u3000', '.', ',', ';', ':', '=', '*', '-', '_', '(', ')', '[', '<', '>', '"', "'", '/', '\\', '@', '#', '?', '&', '%', '+', '0', '1', '你', '\u0000', '\u202e', 'ﷺ',
  '%.', '+.', 'a.', 'a@', '@a.', '<a', '</', '<a ', '<a="', '&#', '&a', '=?', '=?utf-8?q?', '?=', '\n>', '> ', '\r\n', ' \n', '\n\t', '0.', '1:', '--', '在', '在 ', '於 寫', 'On ', 'wrote:', '<style>', '<head><a', 'class=', '-----', '發自', 'Sent from ', '。', 'a b', '"a', '(a', ';q=', 'zh;', '"\\', '<div>', '<blockquote>',
]
const evilOf = (part: string, length: number): string[] => { const run = part.repeat(Math.ceil(length / part.length)).slice(0, length); return [`x${run}x`, `${run}\n!`] }

test('I01 fifty kilobytes of any evil pattern cost whatever reads strangers’ words next to nothing', { timeout: 120_000 }, () => {
  const rules = compileRules([{ id: 'r', name: 'r', when: { any: [{ field: 'subject', op: 'contains', value: 'aaaaaaaaab' }, { field: 'text', op: 'matches-words', value: ['aab', '你你好', 'a b c'] }] }, outcome: { tier: 'x' } }])
  const readers: Record<string, (text: string) => unknown> = {
    displayName, foldEmail, foldPhone, isAddress, detectLanguage, plainText, visualise, foldQuoted, foldQuotedHtml, htmlToText,
    plainFileName: (text) => plainFileName(text, 'x'), pickLocale,
    // What their callers hand to them at most.
    searchTokens: (text) => searchTokens(text.slice(0, 8_000)), toTsquery: (text) => toTsquery(text.slice(0, 200)), highlight: (text) => highlight(text.slice(0, 2_000), text.slice(0, 200)), maskForeign: (text) => maskForeign(text, ['a@customer.example']),
    cleanHtml: (text) => cleanHtml(text), readAddresses: (text) => readAddresses(text, 'from'), decodeHeader: (text) => decodeHeader(text), readParameters: (text) => readParameters(text), rules: (text) => rules.evaluate({ subject: text.slice(0, 300), text }),
  }
  const slow: string[] = []
  for (const [name, read] of Object.entries(readers)) {
    read('warm up, please')
    // The short ones first: what grows with the square is found before it takes minutes.
    for (const length of [5_000, LENGTH]) for (const text of evil.flatMap((part) => evilOf(part, length).slice(0, length < LENGTH ? 2 : 1))) {
      // Each is below 50 ms of this thread's own time, which others on the machine can stretch but not take; what is slow is slow three times.
      const limit = length < LENGTH ? 100 : 250
      let best = Infinity
      for (let round = 0; round < 3 && best > limit; round++) { const began = process.threadCpuUsage(); read(text); best = Math.min(best, process.threadCpuUsage(began).user / 1000) }
      if (best > limit) slow.push(`${name} ${length} of ${JSON.stringify(text.slice(0, 12))}: ${Math.round(best)} ms`)
      if (slow.length > 10) break
    }
  }
  expect(slow).toEqual([])
})

const timed = async (path = '/api/me', token = people.admin.token): Promise<number> => {
  const began = performance.now()
  const answer = await fetch(desk.url + path, { headers: { authorization: `Bearer ${token}` } })
  await answer.text()
  expect(answer.status).toBe(200)
  return performance.now() - began
}
const raw = (head: string, { ends = true, ms = 3_000 }: { ends?: boolean; ms?: number } = {}): Promise<string> => new Promise((done) => {
  const socket = connect(port, '127.0.0.1', () => { socket.write(head, 'latin1'); if (ends) setTimeout(() => socket.destroy(), ms).unref() })
  let text = ''
  socket.on('data', (chunk) => { text += chunk.toString('latin1') })
  socket.on('error', () => done(text))
  socket.on('close', () => done(text))
})

test('I03 a body of a hundred thousand levels or a hundred thousand keys is refused in a blink', async () => {
  const deep = (open: string, close: string, count: number): string => open.repeat(count) + close.repeat(count)
  const bodies = [deep('[', ']', 100_000), `{"a":${deep('{"a":', '}', 90_000).replace('}', '1}')}}`, `{"subject":"x","text":"x","customer":${deep('[', ']', 50_000)}}`, `{${Array.from({ length: 100_000 }, (_, index) => `"${index}":1`).join(',')}}`, `{"condition":${deep('{"not":', '}', 20_000).replace('}', '{}}')},"name":"x","outcome":{}}`]
  for (const body of bodies) for (const path of ['/api/requests', '/api/rules', '/api/portal/requests']) for (const headers of [{}, { 'idempotency-key': crypto.randomUUID() }] as Record<string, string>[]) {
    const began = performance.now()
    const { status } = await fetch(desk.url + path, { method: 'POST', headers: { authorization: `Bearer ${people.admin.token}`, 'content-type': 'application/json', ...headers }, body })
    expect([400, 413, 422], `${path} ${body.slice(0, 20)} ${status}`).toContain(status)
    expect(performance.now() - began).toBeLessThan(2_000)
  }
})

test('I04 slow callers hold nobody up, and a request has one length', { timeout: 60_000 }, async () => {
  const idle: Socket[] = []
  for (let count = 0; count < 400; count++) { const socket = connect(port, '127.0.0.1'); socket.on('error', () => {}); idle.push(socket) }
  const slow: Socket[] = []
  const begin = (head: string): void => { const socket = connect(port, '127.0.0.1', () => socket.write(head)); socket.on('error', () => {}); slow.push(socket) }
  for (let count = 0; count < 20; count++) {
    begin('POST /api/requests HTTP/1.1\r\nHost: x\r\nX-A: ')
    begin(`POST /api/requests HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${people.admin.token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"subject":`)
    // An upload that never ends must not hold a connection to the database: there are five.
    begin(`POST /api/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${people.admin.token}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nslow`)
  }
  await new Promise((wake) => setTimeout(wake, 300))
  for (let round = 0; round < 5; round++) expect(await timed('/api/requests')).toBeLessThan(1_500)
  for (const socket of [...idle, ...slow]) socket.destroy()
  const inner = 'GET /api/smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
  for (const head of [`Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`, `Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${inner}`, `Content-Length: 0\r\nContent-Length: 40\r\n\r\n${inner}`, `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`, `Content-Length: +0\r\n\r\n${inner}`, `Content-Length : 0\r\n\r\n${inner}`, `Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n${inner}`]) {
    const answer = await raw(`POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${head}`)
    expect(answer.match(/^HTTP\/1\.1 (\d+)/)?.[1], head).toBe('400')
    expect(answer.match(/HTTP\/1\.1 /g), head).toHaveLength(1)
  }
  const long = await raw(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(40_000)}\r\n\r\n`)
  expect(long).toMatch(/^HTTP\/1\.1 431/)
})

test('I05 no statement runs for ever, and no search is dear', async () => {
  const [row] = await desk.app.pool<{ statement: string; lock: string; idle: string }[]>`select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock, current_setting('idle_in_transaction_session_timeout') as idle`
  expect(row).toEqual({ statement: '30s', lock: '10s', idle: '1min' })
  for (const search of ['%'.repeat(200), '_'.repeat(200), 'a '.repeat(100), '你'.repeat(200), '"'.repeat(200), '* '.repeat(100), '!'.repeat(200), 'ﷺ'.repeat(200)]) for (const path of ['/api/requests', '/api/customers', '/api/people', '/api/mails']) {
    const began = performance.now()
    const { status } = await fetch(`${desk.url}${path}?search=${encodeURIComponent(search.slice(0, path === '/api/people' ? 100 : 200))}`, { headers: { authorization: `Bearer ${people.admin.token}` } })
    expect(status).toBe(200)
    expect(performance.now() - began).toBeLessThan(1_500)
  }
})

test('I06 streams are bounded by the person, and one that never reads is cut off', { timeout: 180_000 }, async () => {
  const stops: AbortController[] = []
  let ended = 0
  for (let count = 0; count < 60; count++) {
    const stop = new AbortController()
    stops.push(stop)
    const stream = await fetch(`${desk.url}/api/live`, { headers: { authorization: `Bearer ${people.lead.token}` }, signal: stop.signal })
    void (async () => { for await (const _ of stream.body!); ended++ })().catch(() => {})
  }
  await new Promise((wake) => setTimeout(wake, 300))
  expect(ended).toBeGreaterThanOrEqual(60 - 32)
  expect(desk.app.book.subscribers).toBeLessThan(40)
  for (const stop of stops) stop.abort()

  // More than the system's own buffers take, whatever this machine gives: what is left over is ours to hold, or not.
  const text = '長'.repeat(20_000)
  const most = ['tcp_wmem', 'tcp_rmem'].reduce((sum, name) => sum + Number(readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8').trim().split(/\s+/).at(-1)), 0)
  const session = (await desk.call<{ token: string }>('POST', '/api/chat/sessions', { body: { locale: 'zh-Hant' } })).body.token
  // Past the gate that counts a visitor's messages.
  for (let said = 0; said < (most * 1.2) / Buffer.byteLength(text);) await run(desk.app, {}, async (ctx) => { for (let turn = 0; turn < 40; turn++, said++) await sayInChat(ctx, session, { clientKey: crypto.randomUUID(), text, attachmentIds: [] }) })
  const arrived = new Promise<Socket>((done) => desk.http!.server.once('connection', done))
  const deaf = connect(port, '127.0.0.1', () => { deaf.pause(); deaf.write(`GET /api/chat/stream HTTP/1.1\r\nHost: x\r\nX-Chat: ${session}\r\n\r\n`) })
  deaf.on('error', () => {})
  const theirs = await arrived
  expect(await Promise.race([new Promise((done) => theirs.once('close', () => done('cut off'))), new Promise((done) => setTimeout(() => done('still held'), 60_000))])).toBe('cut off')
  deaf.destroy()
})

test('I07 I08 a megabyte of password costs nothing, and a flood at the door leaves the house open', { timeout: 60_000 }, async () => {
  const passwordHash = await hashPassword('four quiet winter rivers')
  await run(desk.app, {}, (ctx) => createPerson(ctx, { name: 'Mei', login: 'mei@example.com', role: 'agent', locale: 'zh-Hant', zone: 'Asia/Taipei', languages: ['zh'], passwordHash }))
  const enter = (login: string, password: string) => fetch(`${desk.url}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ login, password }) }).then(async (answer) => { await answer.text(); return answer.status })
  for (const password of ['x'.repeat(1_000_000), '長'.repeat(4_096), '\u0301'.repeat(4_000)]) {
    const began = performance.now()
    expect([401, 413, 422]).toContain(await enter('mei@example.com', password))
    expect(performance.now() - began).toBeLessThan(1_000)
  }
  const flood = Promise.all(Array.from({ length: 140 }, (_, index) => enter(`flood${index}@example.com`, 'a password of some length')))
  const waits: number[] = []
  for (let round = 0; round < 15; round++) waits.push(await timed())
  const answered = await flood
  for (const status of answered) expect([401, 429, 503]).toContain(status)
  waits.sort((a, b) => a - b)
  expect(waits[waits.length >> 1]!).toBeLessThan(500)
  expect(answered.filter((status) => status === 503).length).toBeGreaterThan(40)
})
