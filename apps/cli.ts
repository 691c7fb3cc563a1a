/** loopdesk <command>: demo · token create · audit verify · keys · comply · migrate · doctor. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { assemble, type Installation } from './assemble.ts'
import { makeDemo, removeDemo } from './demo/index.ts'
import { diagnose } from './doctor.ts'
import { configOrEnd, openDatabase } from './open.ts'
import { rooms } from './rooms.ts'
import { countsOf, packOf, runChecks, wordsOf } from '../modules/governance/index.ts'
import { authenticator, createToken } from '../modules/staff/index.ts'
import { type App, reading, run } from '../platform/context.ts'
import { countWrapped, destroyMaster, rewrapKeys } from '../platform/crypto/vault.ts'
import { emit } from '../platform/events/book.ts'
import { loadKeys } from '../platform/crypto/index.ts'
import { explainRefusal, StartRefusal, terminalLocale } from '../platform/database/refusals.ts'
import { Fault } from '../platform/fault.ts'
import { type Damage, verifyEvents } from '../platform/audit/verify.ts'

const usage = `loopdesk <command>
  demo [--days 30] [--requests 4000] [--seed N] [--json]   fill an empty installation with the demonstration company
  demo --remove                                            take it away again
  token create --name NAME [--role intake]                 make an API token; it is shown once
  audit verify [--json]                                    hold every event against the chain of seals; names the first bad row
  keys [list] [--json]                                     the master keys and what each of them wraps
  keys rotate                                              make a new master key and wrap every data key by it, while the program serves
  keys destroy ID                                          destroy a master key that wraps nothing any more, and with it every backup of its time
  comply [--json] [--pack FOLDER]                          ask this installation what level 3 and personal information law want
  migrate                                                  bring the database to this version
  doctor                                                   look for trouble and say how to mend it`

const config = configOrEnd()
const quiet = { info() {}, warn() {}, error: (what: unknown) => { process.stderr.write(`${JSON.stringify(what)}\n`) } }
const print = (line: string): void => { process.stdout.write(`${line}\n`) }

async function withDesk<T>(work: (desk: Installation, databaseUrl: string) => Promise<T>): Promise<T> {
  const database = await openDatabase(config, { log: () => {}, share: true })
  try {
    const desk = await assemble({ config, databaseUrl: database.url, keys: await loadKeys(config.dataDir), rooms, authenticate: authenticator, log: quiet, serve: false, work: false, poolSize: 4 })
    try { return await work(desk, database.url) } finally { await desk.close() }
  } finally {
    await database.stop()
  }
}

async function demo(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { days: { type: 'string', default: '30' }, requests: { type: 'string', default: '4000' }, seed: { type: 'string' }, json: { type: 'boolean' }, remove: { type: 'boolean' } } })
  if (values.remove) return withDesk(({ app }) => removeDemo(app))
  const options = { days: whole(values.days, 1, 366), requests: whole(values.requests, 1, 200_000), seed: values.seed ? whole(values.seed, 0, 2 ** 32) : undefined }
  const began = Date.now()
  let shown = ''
  const people = await withDesk(({ app }, url) => makeDemo(app, url, options, (done, total) => {
    if (!process.stderr.isTTY) return
    const part = Math.round((done / total) * 40)
    const bar = `\r[${'█'.repeat(part)}${'·'.repeat(40 - part)}] ${done} / ${total}`
    if (bar !== shown) process.stderr.write((shown = bar))
  }))
  if (process.stderr.isTTY) process.stderr.write('\n')
  if (values.json) { print(JSON.stringify({ url: config.publicUrl, people })); return }
  print(`${options.requests} requests over ${options.days} days in ${((Date.now() - began) / 1000).toFixed(1)} s. Sign in once by one of these links:`)
  for (const person of people) print(`  ${person.role.padEnd(14)} ${person.name}  ${person.signInUrl ?? person.token}`)
}

function whole(text: string, low: number, high: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < low || value > high) throw new Error(`${text}: a whole number from ${low} to ${high} is needed`)
  return value
}

async function token(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { name: { type: 'string' }, role: { type: 'string', default: 'intake' } } })
  if (positionals[0] !== 'create' || !values.name) throw new Error(usage)
  print((await withDesk(({ app }) => run(app, {}, (ctx) => createToken(ctx, { name: values.name!, role: values.role })))).token)
}

async function audit(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } })
  if (positionals[0] !== 'verify') throw new Error(usage)
  const verdict = await withDesk(({ app }) => verifyEvents(app))
  if (verdict.damage) process.exitCode = 1
  if (values.json) { print(JSON.stringify(verdict)); return }
  const { damage } = verdict
  print(damage ? `WRONG ${explainDamage(damage)} ${verdict.events} events before it are as they were sealed.`
    : `ok    ${verdict.events} events under ${verdict.seals} seals are as they were sealed${verdict.lastSealAt ? `, the last at ${verdict.lastSealAt}` : ''}; ${verdict.removed} were taken out by an act that says so, ${verdict.blanked} had a person’s words taken out; ${verdict.unsealed} are not sealed yet`)
}

function explainDamage(damage: Damage): string {
  const seal = `seal ${damage.seal}`
  switch (damage.kind) {
    case 'changed': return `Event ${damage.event} (${damage.type}, ${damage.at}, ${seal}) is not what was sealed.`
    case 'inserted': return `Event ${damage.event} (${damage.type}, ${damage.at}) stands where ${seal} has none: it was inserted or moved.`
    case 'missing': return `Event ${damage.event} of ${seal} is gone.`
    case 'seal-missing': return `The chain has a gap: ${seal} is gone.`
    case 'seal-changed': return `The mark of ${seal} does not fit its contents or the seal before it.`
    case 'head-cut': return `The end of the chain is gone: from ${seal} on there are heads in audit-anchor.jsonl and no seals.`
    case 'head-changed': return `The mark of ${seal} is another than audit-anchor.jsonl wrote down.`
    case 'removal-changed': return `Events of ${seal} are said to have been taken out, but no event says so of exactly these.`
    case 'blanking-changed': return `Events of ${seal} are said to have had their words taken out, but no event vouches for exactly what is left.`
  }
}

async function keys(args: string[]): Promise<void> {
  const { values, positionals: [act = 'list', id] } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } })
  if (!['list', 'rotate', 'destroy'].includes(act) || (act === 'destroy') !== (id !== undefined)) throw new Error(usage)
  const masters = await withDesk(async ({ app }) => {
    if (act === 'rotate') await rotate(app)
    if (act === 'destroy') {
      await destroyMaster(app, id!)
      await run(app, {}, (ctx) => emit(ctx, 'platform.master-key-destroyed', { data: { master: id! } }))
    }
    return countWrapped(app)
  })
  if (values.json) { print(JSON.stringify(masters)); return }
  for (const one of masters) print(`${one.id}  wraps ${one.wraps} data keys${one.isCurrent ? '  newest' : one.wraps ? '' : '  may be destroyed once no backup of its time is needed'}`)
}

async function rotate(app: App): Promise<void> {
  await app.vault.masters.add()
  const done = await rewrapKeys(app, (count, total) => { if (process.stderr.isTTY) process.stderr.write(`\r${count} / ${total}`) })
  if (process.stderr.isTTY) process.stderr.write('\n')
  await run(app, {}, (ctx) => emit(ctx, 'platform.master-key-changed', { data: { master: app.vault.masters.current().id, rewrapped: done } }))
}

async function comply(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' }, pack: { type: 'string' } } })
  const locale = terminalLocale()
  const t = wordsOf(locale)
  await withDesk(async ({ app }) => {
    const checks = await runChecks(app)
    if (values.pack) {
      const files = await packOf(reading(app, { locale }), checks, app.clock.now().toISOString(), locale)
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(values.pack, name)), { recursive: true })
        await writeFile(join(values.pack, name), text)
      }
    }
    if (values.json) { print(JSON.stringify({ counts: countsOf(checks), checks })); return }
    for (const check of checks) {
      print(`${check.id}  ${t(`governance.verdict.${check.verdict}`)}  ${t(`governance.check.${check.id}`)} (${check.clause})`)
      for (const { result, what, args: about } of check.evidence) print(`       ${result === 'ok' ? '✓' : result === 'bad' ? '✗' : '·'} ${t(`governance.found.${what}`, about)}`)
      for (const { why, what } of check.open) print(`       ${t(`governance.why.${why}`)} ${t(`governance.open.${what}`)}`)
    }
    print(Object.entries(countsOf(checks)).map(([verdict, count]) => `${t(`governance.verdict.${verdict}`)}: ${count}`).join(' · '))
    print(t('governance.compliance.claims'))
  })
}

const commands: Record<string, (args: string[]) => Promise<void>> = {
  demo,
  token,
  audit,
  keys,
  comply,
  migrate: () => withDesk(async () => { print('The database is at the version of this program.') }),
  doctor: async () => { if (!(await diagnose(config, print))) process.exitCode = 1 },
}

const [name = '', ...args] = process.argv.slice(2)
const command = commands[name]
if (!command) {
  print(usage)
  process.exit(name ? 2 : 0)
}
command(args).catch((error: unknown) => {
  const text = error instanceof StartRefusal ? explainRefusal(error) : error instanceof Fault ? `${error.code} ${JSON.stringify(error.args)}` : (error as Error).message
  process.stderr.write(`${text}\n${process.env.LOG_LEVEL === 'debug' ? (error as Error).stack : ''}`)
  process.exit(1)
})
