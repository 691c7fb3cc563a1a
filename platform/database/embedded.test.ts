import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { locales } from '../../lib/text/index.ts'
import { isRoot } from './embedded-account.ts'
import { startOf } from './embedded-processes.ts'
import { findRunningDatabase, removeData, startEmbeddedDatabase, type EmbeddedDatabase, type EmbeddedOptions } from './embedded.ts'
import { openPool } from './index.ts'
import { StartRefusal, explainRefusal, startupText, terminalLocale } from './refusals.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => { for (const clean of cleanUps.splice(0).reverse()) await clean() })

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'loopdesk-embedded-'))
  cleanUps.push(() => removeData(folder))
  return folder
}

async function start(dataDir: string, options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedDatabase> {
  const database = await startEmbeddedDatabase({ dataDir, ...options })
  cleanUps.push(() => database.stop())
  return database
}

async function ask<T>(url: string, sql: string): Promise<T[]> {
  const pool = openPool(url, { max: 1 })
  try {
    return await pool.unsafe(sql) as unknown as T[]
  } finally {
    await pool.end()
  }
}

/** Another program on the same folder; resolves with the first line it says. */
async function startElsewhere(dataDir: string, { command = [process.execPath], code = '' } = {}): Promise<{ child: ChildProcess; line: string }> {
  const source = `
    import { startEmbeddedDatabase } from ${JSON.stringify(new URL('embedded.ts', import.meta.url).href)}
    try {
      const database = await startEmbeddedDatabase({ dataDir: ${JSON.stringify(dataDir)} })
      ${code}
      console.log(database.url)
      process.once('SIGTERM', async () => { await database.stop(); process.exit(0) })
    } catch (error) { console.log(error.code, JSON.stringify(error.args)); process.exit(3) }`
  const [program, ...words] = command
  const child = spawn(program!, [...words, '--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/' })
  const line = await new Promise<string>((resolve) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
    child.once('exit', (status) => resolve(`ended with ${status}`))
  })
  return { child, line }
}

const ended = (child: ChildProcess): Promise<void> => new Promise((resolve) => (child.exitCode ?? child.signalCode) === null ? child.once('exit', () => resolve()) : resolve())

const refusalOf = (starting: Promise<unknown>): Promise<StartRefusal> =>
  starting.then(() => { throw new Error('it started') }, (error: unknown) => { expect(error).toBeInstanceOf(StartRefusal); return error as StartRefusal })

async function within(milliseconds: number, isSo: () => boolean | Promise<boolean>): Promise<number> {
  const began = performance.now()
  while (!await isSo()) {
    if (performance.now() - began > milliseconds) throw new Error(`not within ${milliseconds} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return Math.round(performance.now() - began)
}

test('the first start makes a cluster that knows Chinese letters, the second finds it at once', async () => {
  const dataDir = freshFolder()
  let began = performance.now()
  const first = await start(dataDir)
  const firstMs = Math.round(performance.now() - began)
  expect(await ask(first.url, `select lower('ÄÖ退款') as lower, datctype, datlocprovider, encoding, current_setting('fsync') as fsync from pg_database where datname = current_database()`))
    .toEqual([{ lower: 'äö退款', datctype: 'C.UTF-8', datlocprovider: 'c', encoding: 6, fsync: 'on' }])
  expect(statSync(first.socketDir).mode & 0o777).toBe(0o700)
  expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8')).not.toMatch(/IPv[46]/)
  await ask(first.url, 'create table kept as select 退款 from (values (42)) v(退款)')
  await first.stop()
  expect(existsSync(join(dataDir, 'loopdesk.lock'))).toBe(false)

  began = performance.now()
  const second = await start(dataDir)
  const secondMs = Math.round(performance.now() - began)
  expect(await ask(second.url, 'select * from kept')).toEqual([{ 退款: 42 }])
  console.log(`embedded PostgreSQL: first start ${firstMs} ms, second ${secondMs} ms`)
  expect(secondMs).toBeLessThan(3_000)
})

test('kill -9 of the program: the next start takes over and every acknowledged row is there', async () => {
  const dataDir = freshFolder()
  const { child, line: url } = await startElsewhere(dataDir)
  await ask(url, 'create table ack(n int)')
  for (let n = 0; n < 20; n++) await ask(url, `insert into ack values (${n})`)
  // A client in the middle of a statement must not hold up the next start.
  const busy = openPool(url, { max: 1 })
  const broken = expect(busy.unsafe('select pg_sleep(60)')).rejects.toThrow()
  child.kill('SIGKILL')
  await ended(child)
  const left = findRunningDatabase(dataDir)!
  expect(startOf(left.pid)).toBeDefined()

  const began = performance.now()
  const database = await start(dataDir)
  console.log(`taking over after kill -9: ${Math.round(performance.now() - began)} ms`)
  expect(startOf(left.pid)).toBeUndefined()
  expect(await ask(database.url, 'select count(*)::int from ack')).toEqual([{ count: 20 }])
  await broken
  await busy.end({ timeout: 0 })
})

test('kill -9 of program and database at once: the next start recovers', async () => {
  const dataDir = freshFolder()
  const { child, line: url } = await startElsewhere(dataDir)
  await ask(url, 'create table ack as select generate_series(1, 1000) as n')
  const { pid } = findRunningDatabase(dataDir)!
  child.kill('SIGKILL')
  process.kill(pid, 'SIGKILL')
  const began = performance.now()
  const database = await start(dataDir)
  console.log(`recovering after kill -9 of both: ${Math.round(performance.now() - began)} ms`)
  expect(await ask(database.url, 'select count(*)::int from ack')).toEqual([{ count: 1000 }])
})

test('kill -9 of the database: it is back under the same address within 10 s, open work or not', async () => {
  const lines: string[] = []
  const database = await start(freshFolder(), { log: (line) => lines.push(line) })
  const states: string[] = []
  database.onState((state) => states.push(state))
  const { url } = database
  await ask(url, 'create table ack as select generate_series(1, 1000) as n')
  const busy = openPool(url, { max: 1 })
  const broken = expect(busy.unsafe('select count(*) from generate_series(1, 1e9)')).rejects.toThrow()
  await new Promise((resolve) => setTimeout(resolve, 200))
  for (let round = 0; round < 2; round++) {
    const { pid } = database
    process.kill(pid, 'SIGKILL')
    const ms = await within(10_000, () => ask(url, 'select count(*)::int from ack').then(() => database.pid !== pid, () => false))
    console.log(`back after kill -9 of the database: ${ms} ms`)
  }
  expect(states).toEqual(['restarting', 'running', 'restarting', 'running'])
  expect(lines[0]).toBe(startupText('start.database-lost'))
  await broken
  await busy.end({ timeout: 0 })
})

test('a shutdown of the database from outside does not end it either', async () => {
  const database = await start(freshFolder())
  const { pid } = database
  process.kill(pid, 'SIGINT')
  await within(10_000, () => ask(database.url, 'select 1').then(() => database.pid !== pid, () => false))
})

test('a second program on the same folder is refused with the first one’s number; a stopping one is waited for', async () => {
  const dataDir = freshFolder()
  const { child, line } = await startElsewhere(dataDir)
  expect(line).toMatch(/^postgres:/)
  const refusal = await refusalOf(startEmbeddedDatabase({ dataDir }))
  expect(refusal).toMatchObject({ code: 'start.data-in-use', args: { path: dataDir, pid: child.pid } })
  expect(explainRefusal(refusal, 'zh-Hant')).toContain(`處理程序 ${child.pid}`)
  expect(await ask(line, 'select 1 as n')).toEqual([{ n: 1 }])
  child.kill('SIGTERM')
  await start(dataDir)
})

test('a lock whose process number now belongs to somebody else does not hold', async () => {
  const dataDir = freshFolder()
  const first = await start(dataDir)
  const lock = JSON.parse(readFileSync(join(dataDir, 'loopdesk.lock'), 'utf8')) as object
  await first.stop()
  for (const stale of [{ ...lock, start: '1' }, { ...lock, pid: 4_000_000 }, { ...lock, machine: 'another boot' }]) {
    writeFileSync(join(dataDir, 'loopdesk.lock'), JSON.stringify(stale))
    await (await start(dataDir)).stop()
  }
  writeFileSync(join(dataDir, 'loopdesk.lock'), '{"pid":')
  await start(dataDir)
})

test('a postmaster.pid whose number now belongs to somebody else, and a zombie’s, do not hold', async () => {
  const dataDir = freshFolder()
  await (await start(dataDir)).stop()
  const file = join(dataDir, 'postgres/postmaster.pid')
  // A parent that never collects its child leaves a zombie.
  const parent = spawn('/bin/sh', ['-c', 'true & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
  cleanUps.push(() => parent.kill('SIGKILL'))
  const zombie = await new Promise<string>((resolve) => parent.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())))
  for (const pid of [process.pid, zombie]) {
    writeFileSync(file, `${pid}\n${realpathSync(dataDir)}/postgres\n1700000000\n5432\n/nowhere\n\n  1 1\nready   \n`)
    const owner = statSync(join(dataDir, 'postgres'))
    if (isRoot()) execFileSync('chown', [`${owner.uid}:${owner.gid}`, file])
    expect(findRunningDatabase(dataDir)).toBeUndefined()
    await (await start(dataDir)).stop()
  }
})

test('a first start that was interrupted is begun anew', async () => {
  const dataDir = freshFolder()
  mkdirSync(join(dataDir, 'postgres.new/base'), { recursive: true })
  writeFileSync(join(dataDir, 'postgres.new/PG_VERSION'), '18\n')
  await start(dataDir)
  expect(existsSync(join(dataDir, 'postgres.new'))).toBe(false)
})

test('a folder whose path is too long for a socket works all the same', async () => {
  const parent = freshFolder()
  chmodSync(parent, 0o711)
  const dataDir = join(parent, 'a-folder-with-a-long-name'.repeat(6), '資料 夾')
  cleanUps.push(() => removeData(dataDir))
  const database = await start(dataDir)
  expect(Buffer.byteLength(join(database.socketDir, '.s.PGSQL.5432'))).toBeLessThan(104)
  expect(await ask(database.url, 'select 1 as n')).toEqual([{ n: 1 }])
})

test('data of a newer PostgreSQL are left alone', async () => {
  const dataDir = freshFolder()
  await (await start(dataDir)).stop()
  writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '19\n')
  expect(await refusalOf(startEmbeddedDatabase({ dataDir }))).toMatchObject({ code: 'start.database-newer', args: { found: 'PostgreSQL 19', known: 'PostgreSQL 18' } })
})

test('a broken setting is refused with PostgreSQL’s own reason, and leaves the folder free', async () => {
  const dataDir = freshFolder()
  const refusal = await refusalOf(startEmbeddedDatabase({ dataDir, settings: { shared_buffers: 'plenty' } }))
  expect(refusal).toMatchObject({ code: 'start.database-failed', args: { reason: expect.stringContaining('shared_buffers') as string } })
  await start(dataDir)
})

test.skipIf(!isRoot())('as root, a folder in one the database’s user may not enter is refused, or moved when nobody chose it', async () => {
  const closed = freshFolder()
  writeFileSync(join(closed, 'a letter'), '')
  const dataDir = join(closed, 'data')
  const refusal = await refusalOf(startEmbeddedDatabase({ dataDir }))
  expect(refusal).toMatchObject({ code: 'start.data-unreadable', args: { path: closed } })
  expect(statSync(closed).mode & 0o777).toBe(0o700)

  const lines: string[] = []
  const moved = await start(dataDir, { mayMove: true, log: (line) => lines.push(line) })
  const cluster = realpathSync(join(dataDir, 'postgres'))
  cleanUps.push(() => rmSync(join(cluster, '..'), { recursive: true }))
  expect(cluster).toMatch(/^\/var\/lib\/loopdesk\//)
  expect(lines[0]).toContain('/var/lib/loopdesk/')
  expect(await ask(moved.url, 'select 1 as n')).toEqual([{ n: 1 }])
  await moved.stop()
  expect(await ask((await start(dataDir)).url, 'select 1 as n')).toEqual([{ n: 1 }])
})

test.skipIf(!isRoot() || spawnSync('setpriv', ['--version']).status !== 0)('works as an ordinary user, and then as root on the same folder', async () => {
  const dataDir = freshFolder()
  chmodSync(dataDir, 0o777)
  const command = ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', process.execPath]
  const { child, line } = await startElsewhere(dataDir, { command, code: 'if (process.getuid() === 0) throw new Error("still root")' })
  expect(line).toMatch(/^postgres:/)
  expect(statSync(join(dataDir, 'postgres')).uid).toBe(65534)
  child.kill('SIGTERM')
  await ended(child)
  await (await start(dataDir)).stop()
  const again = await startElsewhere(dataDir, { command })
  expect(again.line).toMatch(/^postgres:/)
  again.child.kill('SIGTERM')
  await ended(again.child)

  const closed = freshFolder()
  expect((await startElsewhere(join(closed, 'data'), { command })).line).toContain('start.data-unreadable')
})

const canMount = (): boolean => isRoot() && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt']).status === 0 && spawnSync('umount', ['/mnt']).status === 0

test.skipIf(!canMount())('a full disk is named before anything is written', async () => {
  const dataDir = freshFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=50m,mode=755', 'tmpfs', dataDir])
  cleanUps.push(() => execFileSync('umount', [dataDir]))
  expect(await refusalOf(startEmbeddedDatabase({ dataDir }))).toMatchObject({ code: 'start.disk-full', args: { path: dataDir, needMb: 120 } })
})

test('every text of starting is one sentence in three languages with the same arguments', () => {
  const [hant, hans, en] = locales.map((locale) => JSON.parse(readFileSync(new URL(`../text/startup.${locale}.json`, import.meta.url), 'utf8')) as Record<string, string>)
  const namesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort()
  expect(Object.keys(hant!).sort()).toEqual(Object.keys(en!).sort())
  expect(Object.keys(hans!).sort()).toEqual(Object.keys(en!).sort())
  for (const [key, text] of Object.entries(en!)) for (const other of [hant!, hans!]) expect(namesOf(other[key]!), key).toEqual(namesOf(text))
})

test.each([
  [{ LANG: 'zh_TW.UTF-8' }, 'zh-Hant'], [{ LANG: 'zh_HK' }, 'zh-Hant'], [{ LANG: 'zh_CN.UTF-8' }, 'zh-Hans'], [{ LANG: 'zh_SG@x' }, 'zh-Hans'],
  [{ LANG: 'zh_TW', LC_ALL: 'C.UTF-8' }, 'en'], [{ LC_ALL: 'zh_CN.GB18030', LANG: 'en_US' }, 'zh-Hans'], [{ LANG: 'C' }, 'en'], [{}, 'en'],
])('the terminal of %o reads %s, before and after installing', (env, locale) => {
  expect(terminalLocale(env)).toBe(locale)
  const early = spawnSync(process.execPath, ['--input-type=module', '-e', `import { words } from ${JSON.stringify(new URL('../../bin/words.mjs', import.meta.url).href)}; console.log(words('start.building'))`], { env, encoding: 'utf8' })
  expect(early.stdout.trim()).toBe(startupText('start.building', {}, locale as 'en'))
})
