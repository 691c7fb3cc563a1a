/** What customers say is nowhere in the data folder: files of the database, its log of changes, logs of the program, by any channel. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { assemble, type Installation } from '../../apps/assemble.ts'
import { rooms } from '../../apps/rooms.ts'
import { addMailbox, takeIn } from '../../modules/channels/index.ts'
import { forgetKey } from '../../modules/customers/index.ts'
import { authenticator } from '../../modules/staff/index.ts'
import { verifyEvents } from '../../platform/audit/verify.ts'
import { readConfig } from '../../platform/config.ts'
import { run } from '../../platform/context.ts'
import { loadKeys } from '../../platform/crypto/index.ts'
import { findRunningDatabase } from '../../platform/database/embedded.ts'
import { type Company, foundInstallation } from '../company.ts'
import { freePort, type Program, startProgram } from '../program.ts'
import { formsOf, scanFolder } from './scan.ts'

const person = { name: '歐陽金雀', email: 'canary.bird@nest-egg.example', phone: '+886 912 777 333' }
const said = { subject: '金絲籠破了', text: '籠子的門鎖不上，我的身分證是 A198765432，請打給我。', further: '鳥飛走了，賠我', note: '客人情緒激動', reply: '已經補寄新的籠子', file: 'CANARY-FILE-7c1e 住址：花蓮縣秀林鄉', fileName: '金雀證件.txt' }
/** What must not be found; numbers and addresses in the shapes they are stored in by others. */
const SECRET = ['歐陽金雀', 'canary.bird', 'nest-egg', '912 777 333', '912777333', '金絲籠', '門鎖不上', 'A198765432', '鳥飛走', '情緒激動', '補寄新的', 'CANARY-FILE-7c1e', '秀林鄉', '金雀證件', '不必客氣的評語']

let dataDir: string
let company: Company
let program: Program
let desk: Installation
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'loopdesk-secrecy-'))
  company = await foundInstallation(dataDir, { agents: 2, capacity: 50 })
  program = startProgram({ dataDir, port: await freePort(), env: { LOG_LEVEL: 'debug', LOG_FILE: join(dataDir, 'program.log') } })
  await program.ready(60_000)
  const log = { info() {}, warn() {}, error: (what: unknown) => console.error(what) }
  desk = await assemble({ config: readConfig({ DATA_DIR: dataDir }), databaseUrl: findRunningDatabase(dataDir)!.url, keys: await loadKeys(dataDir), rooms, authenticate: authenticator, log, serve: false, work: false, poolSize: 2 })
}, 120_000)
afterAll(async () => {
  await desk?.close()
  await program?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

interface Answer { id: string; number: number; token: string; customerId: string; holder: { id: string } | null; rows: { id: string; subject: string; number: number; holder: { id: string } | null }[] }
async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<{ status: number; body: Answer }> {
  const response = await fetch(program.url + path, { method, headers: { ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }), ...headers }, body: body === undefined ? undefined : body instanceof FormData ? body : JSON.stringify(body) })
  const text = await response.text()
  return { status: response.status, body: (text ? JSON.parse(text) : {}) as Answer }
}
const as = (token: string, key?: string) => ({ authorization: `Bearer ${token}`, ...(key ? { 'idempotency-key': key } : {}) })
const hex = (): string => crypto.randomUUID().replaceAll('-', '')
const fileForm = (): FormData => { const form = new FormData(); form.append('file', new Blob([said.file]), said.fileName); return form }
async function scan() {
  await desk.app.pool`checkpoint`
  return scanFolder(dataDir, SECRET)
}

test('the scan finds each form of a word in a file, and what really stands in the database', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'loopdesk-scan-'))
  try {
    for (const word of ['歐陽金雀', 'A198765432']) for (const [form, bytes] of formsOf(word)) {
      writeFileSync(join(folder, 'one'), Buffer.concat([Buffer.from('before '), bytes, Buffer.from(' after')]))
      expect(scanFolder(folder, [word]).found, form).not.toEqual([])
    }
    for (const before of ['', 'x', 'xy', 'xyz']) {
      writeFileSync(join(folder, 'one'), Buffer.from(`${before}歐陽金雀 and more`).toString('base64'))
      expect(scanFolder(folder, ['歐陽金雀']).found, before).not.toEqual([])
    }
  } finally { rmSync(folder, { recursive: true, force: true }) }
  await desk.app.pool`checkpoint`
  expect(scanFolder(dataDir, ['agent-1@example.com']).found.map((one) => one.file.split('/')[0])).toContain('postgres')
}, 120_000)

test('C25 P13 name, number, address, identity number, words and files by API, mail, chat and portal: none is in the data folder', async () => {
  const opened = await call('POST', '/api/requests', { subject: said.subject, text: said.text, channel: 'api', customer: person }, as(company.intakeToken, 'once'))
  expect(opened).toMatchObject({ status: 201 })
  const { id, customerId } = opened.body
  const holder = company.agents.find((agent) => agent.id === opened.body.holder?.id)!
  const uploaded = (await call('POST', '/api/attachments', fileForm(), as(holder.token))).body
  const at = (method: string, path: string, body: unknown, token = holder.token) => call(method, `/api/requests/${id}${path}`, body, as(token, hex()))
  for (const [method, path, body] of [['PUT', '/drafts', { kind: 'reply', text: said.reply }], ['POST', '/messages', { kind: 'note', text: said.note }], ['POST', '/tasks', { title: `打給${person.name}` }], ['POST', '/messages', { kind: 'reply', text: said.reply, attachmentIds: [uploaded.id] }]] as const) {
    expect((await at(method, path, body)).status, path).toBeLessThan(300)
  }
  expect((await call('PATCH', `/api/customers/${customerId}`, { note: said.note, company: '金絲籠行', region: '東部', version: 1 }, as(company.lead.token, hex()))).status).toBe(200)

  const mailbox = await run(desk.app, {}, (ctx) => addMailbox(ctx, { name: '客服', address: 'support@desk.example' }))
  const raw = Buffer.from([`From: =?utf-8?B?${Buffer.from(person.name).toString('base64')}?= <${person.email}>`, 'To: support@desk.example', `Subject: =?utf-8?B?${Buffer.from(said.subject).toString('base64')}?=`, 'Message-ID: <m1@elsewhere.example>', 'Date: Mon, 02 Mar 2026 09:00:00 +0800', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=p', '',
    '--p', 'Content-Type: text/html; charset=utf-8', '', `<p>${said.text}</p>`, '--p', 'Content-Type: text/plain', `Content-Disposition: attachment; filename*=utf-8''${encodeURIComponent(said.fileName)}`, 'Content-Transfer-Encoding: base64', '', Buffer.from(said.file).toString('base64'), '--p--', ''].join('\r\n'))
  expect((await takeIn(desk.app, mailbox.id, raw)).verdict).toBe('request')
  expect((await takeIn(desk.app, mailbox.id, Buffer.from(`From: ${person.email}\r\nAuto-Submitted: auto-replied\r\nSubject: ${person.email}\r\n\r\n${said.further}`))).verdict).toBe('quarantined')

  const chat = (await call('POST', '/api/chat/sessions', { name: person.name, email: person.email, locale: 'zh-Hant' })).body.token
  expect((await call('POST', '/api/chat/messages', { clientKey: hex(), text: said.text, attachmentIds: [] }, { 'x-chat': chat })).status).toBe(201)
  const visitor = hex()
  const file = (await call('POST', '/api/portal/files', fileForm(), { 'x-visitor': visitor })).body
  const asked = await call('POST', '/api/portal/requests', { key: hex(), visitor, ...person, subject: said.subject, text: said.text, attachmentIds: [file.id], locale: 'zh-Hant' })
  expect(asked.status).toBe(201)
  expect((await call('POST', `/api/portal/requests/${asked.body.token}/messages`, { key: hex(), text: said.further, attachmentIds: [] })).status).toBe(201)
  // Refused calls and broken ones must not leave it in a log either.
  await call('POST', '/api/requests', { subject: said.subject, text: `${said.text}\0`, customer: { ...person, email: `${person.email} ${person.phone}` } }, as(company.intakeToken, 'once'))
  await call('GET', `/api/customers/${encodeURIComponent(person.name)}`, undefined, as(company.lead.token))
  await call('GET', `/api/requests?view=all&cursor=${encodeURIComponent(person.name)}`, undefined, as(company.lead.token))
  await new Promise((wait) => setTimeout(wait, 12_000))
  const task = (await call('GET', `/api/requests/${id}/tasks`, undefined, as(holder.token))).body.rows[0]!
  expect((await at('PATCH', `/tasks/${task.id}`, { title: `${person.name} 已回電`, isDone: true, version: 1 })).status).toBe(200)
  expect((await at('PUT', '/submission', { result: said.reply })).status).toBe(200)
  for (const search of ['金絲籠', '歐陽', 'A198765432', person.email, '0912777333']) expect((await call('GET', `/api/requests?view=all&search=${encodeURIComponent(search)}`, undefined, as(company.administrator.token))).body.rows.map((row) => row.subject), search).toContain(said.subject)

  const { found, files } = await scan()
  expect(found).toEqual([])
  expect(files).toBeGreaterThan(100)
}, 240_000)

test('C25 no key is in the database, and the master key changes while the program serves', async () => {
  const masters = desk.app.vault.masters.list()
  const keys = masters.flatMap((key) => [key.secret.toString('hex'), key.secret.toString('latin1')])
  const hits = scanFolder(dataDir, keys, (file) => file.startsWith('keys/'))
  expect(hits.found.map((one) => one.file)).toEqual([])
  const cli = startProgram({ dataDir, port: 0, entry: 'apps/cli.ts', args: ['keys', 'rotate', '--json'] })
  await new Promise((ended) => { cli.child.once('exit', ended) })
  const shown = JSON.parse(cli.said().trim().split('\n').at(-1)!) as { id: string; wraps: number; isCurrent: boolean }[]
  expect(shown).toHaveLength(2)
  expect(shown[0]).toMatchObject({ id: masters[0]!.id, wraps: 0, isCurrent: false })
  expect(shown[1]!.wraps).toBeGreaterThan(5)
  const rows = (await call('GET', '/api/requests?view=all', undefined, as(company.administrator.token))).body.rows
  expect(rows.every((row) => row.subject !== '—')).toBe(true)
  const again = await call('POST', '/api/requests', { subject: said.subject, text: said.text, channel: 'api', customer: { name: person.name, email: 'canary.bird.second@nest-egg.example' } }, as(company.intakeToken, hex()))
  expect(again.status).toBe(201)
  const destroy = startProgram({ dataDir, port: 0, entry: 'apps/cli.ts', args: ['keys', 'destroy', masters[0]!.id, '--json'] })
  await new Promise((ended) => { destroy.child.once('exit', ended) })
  expect(JSON.parse(destroy.said().trim().split('\n').at(-1)!)).toHaveLength(1)
  const doctor = startProgram({ dataDir, port: 0, entry: 'apps/cli.ts', args: ['doctor'] })
  await new Promise((ended) => { doctor.child.once('exit', ended) })
  expect(doctor.said()).toMatch(/ok {4}\d+ data keys under 1 master keys/)
}, 120_000)

test('P13 after the key of the person is gone the program shows nothing of them, and the chain of events holds', async () => {
  const customers = await desk.app.pool<{ id: string }[]>`select distinct customer_id as id from requests.request`
  for (const { id } of customers) await run(desk.app, {}, (ctx) => forgetKey(ctx, id))
  await new Promise((wait) => setTimeout(wait, 1_500))
  const { rows } = (await call('GET', '/api/requests?view=all', undefined, as(company.administrator.token))).body
  expect(rows.length).toBeGreaterThanOrEqual(5)
  expect(new Set(rows.map((row) => row.subject))).toEqual(new Set(['—']))
  expect((await call('GET', `/api/requests?view=all&search=${encodeURIComponent('金絲籠')}`, undefined, as(company.administrator.token))).body.rows).toEqual([])
  expect((await verifyEvents(desk.app)).damage).toBeNull()
  expect((await scan()).found).toEqual([])
}, 180_000)
