/**
 * Who may do what, endpoint by endpoint: every endpoint of every room is called by every role, on what is its own, its
 * team's and another team's. What happens stands in `matrix.txt`, which people review: a change of rights is a change
 * of that file (`vitest run test/access -u`). What the file may say is derived here from the contract and the roles.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addTask } from '../../modules/requests/index.ts'
import { newId } from '../../lib/id/index.ts'
import { run } from '../../platform/context.ts'
import { openDesk, type TestDesk } from '../harness.ts'
import { fill, NOBODY, type Operation, type Raw, readOperations, sample, send } from '../input/api.ts'
import { createWorld, type Player, relations, type Relation, type Thing, type World } from './world.ts'

let desk: TestDesk
let world: World
let operations: Operation[]
const fixed = new Map<string, Thing>()
const thingOf = (player: Player, relation: Relation): Thing => fixed.get(`${player.role} ${relation}`)!

beforeAll(async () => {
  desk = await openDesk({ poolSize: 8 })
  world = await createWorld(desk)
  operations = await readOperations(desk)
  for (const player of world.players) for (const relation of relations) fixed.set(`${player.role} ${relation}`, await world.make(player, relation))
}, 60_000)
afterAll(() => desk?.close())

const isOf = (operation: Operation): 'request' | 'customer' | null =>
  /^\/api\/(requests|attachments)\/\{/.test(operation.path) ? 'request' : operation.path.startsWith('/api/customers/{') ? 'customer' : null
const holds = (player: Player, access: string): boolean => player.permissions.has(access) || player.permissions.has('*')
const mayEnter = (player: Player, { access }: Operation): boolean => access === 'public' || (access === 'signed-in' ? player.kind === 'agent' : holds(player, access))
/** By the role's scope alone: a program sees what it opened, a person what is theirs, their team's, or everything. */
const sees = (player: Player, relation: Relation): boolean =>
  relation === 'own' || (player.scope === 'all' && player.kind === 'agent') || ((player.scope === 'team' || player.scope === 'region') && player.kind === 'agent' && relation === 'team')
const serves = (player: Player, relation: Relation): boolean => holds(player, 'customers.reveal') || (relation === 'own' && player.kind === 'agent')

// More ways to ask the same endpoint: what a list hides, no filter and no search of it may show.
const asked: Record<string, Record<string, (thing: Thing) => string>> = {
  'requests.list': { search: (thing) => thing.subject, customerId: (thing) => thing.customerId, teamId: (thing) => thing.teamId, holderId: (thing) => thing.holderId, view: () => 'all', stage: () => 'execute' },
  'requests.templates': { requestId: (thing) => thing.id },
  'customers.list': { search: (thing) => thing.email },
}

const place = (operation: Operation, thing: Thing, other: Thing): string => fill(operation.path, {
  id: operation.path.startsWith('/api/attachments/') ? thing.fileId : isOf(operation) === 'customer' ? thing.customerId : isOf(operation) === 'request' ? thing.id : NOBODY,
  messageId: thing.messageId, taskId: thing.taskId, identityId: thing.identityId, otherId: other.customerId,
})
async function ask(operation: Operation, path: string, token?: string): Promise<Raw> {
  const upload = new FormData()
  upload.set('file', new Blob(['x']), 'x.txt')
  const body = operation.name === 'customers.changeLimit' ? { perDay: 10_000 } : operation.body ? sample(operation.body) as object : undefined
  return send(desk, operation.method, path, { token, body: operation.isMultipart ? upload : body && JSON.stringify(body) })
}
const isRefused = ({ status, code, text }: Raw, access: string): boolean => status === 403 && code === 'access.denied' && text.includes(`"permission":"${access}"`)

/** y done or shown · m shown with covers · r the object's own rules refuse · h not there for them · . not in the list · - not theirs to do */
function letter(operation: Operation, answer: Raw, thing: Thing): string {
  if (isRefused(answer, operation.access)) return '-'
  if (answer.status >= 500 || answer.status === 401) return '!'
  if (answer.status === 404 && /^(requests|customers)/.test(answer.code ?? '')) return 'h'
  if (answer.status >= 400) return 'r'
  const isCustomers = operation.name.startsWith('customers.')
  if (answer.text.includes(thing.email) || (!isCustomers && (answer.text.includes(thing.id) || answer.text.includes(thing.subject)))) return 'y'
  if (isCustomers && answer.text.includes(thing.customerId)) return 'm'
  return isOf(operation) ? 'y' : '.'
}

// A look shows what was asked for; a record without its address has nothing left to cover.
// D06 Joining records and vouching for addresses is for who works for them.
const NEED_RELATION = new Set(['customers.merge', 'customers.unmerge', 'customers.verifyIdentity', 'customers.removeIdentity'])
// Which stage somebody is in says nothing of who they are, and the reasons are covered.
const ANSWERS_OPENLY = new Set(['customers.reveal', 'customers.removeIdentity', 'customers.line'])

/** What the contract's access and the role's scope allow, letter by letter. */
function allowed(operation: Operation, player: Player, relation: Relation): string {
  if (!mayEnter(player, operation)) return '-'
  if (NEED_RELATION.has(operation.name) && !sees(player, relation) && !holds(player, 'customers.reveal')) return 'r'
  if (ANSWERS_OPENLY.has(operation.name)) return 'ymr'
  if (operation.name.startsWith('customers.') && (isOf(operation) || operation.name === 'customers.list')) return serves(player, relation) ? 'yr' : 'm.r'
  if (operation.name === 'governance.consents' || operation.name === 'governance.optOut' || operation.name === 'governance.brought' || operation.name === 'governance.broughtFile') return sees(player, relation) || holds(player, 'customers.reveal') ? 'yr' : 'h'
  // What other rooms keep of a customer says nothing of who they are, and is open to who may look customers up.
  if (isOf(operation) === 'customer') return 'yr'
  if (isOf(operation) === 'request') return sees(player, relation) ? 'yr' : 'h'
  if (asked[operation.name] || operation.kind === 'stream') return sees(player, relation) ? 'y.' : '.h'
  return sees(player, relation) ? 'yrh.' : 'rh.'
}

interface Row { name: string; operation: Operation; cells: string[] }
const rows: Row[] = []
const wrong: string[] = []

async function probe(operation: Operation, player: Player, path?: (thing: Thing) => string): Promise<string> {
  const isFresh = isOf(operation) !== null && operation.method !== 'GET' && mayEnter(player, operation)
  let cell = ''
  for (const relation of relations) {
    const thing = isFresh ? await world.make(player, relation) : thingOf(player, relation)
    const answer = await ask(operation, path ? path(thing) : place(operation, thing, thingOf(player, 'other')), player.token)
    const found = letter(operation, answer, thing)
    if (!allowed(operation, player, relation).includes(found)) wrong.push(`${operation.name} by ${player.role} on ${relation}: ${found}, not ${allowed(operation, player, relation)} (${answer.status} ${answer.text.slice(0, 160)})`)
    cell += found
    // Without an object in the address one call tells all three.
    if (!isOf(operation) && !path && (found === '-' || operation.method !== 'GET')) return found === '-' ? '-' : 'y'
  }
  if (cell === '---') return '-'
  // The newest of all that happened: which of our three are among them is chance.
  if (operation.name === 'governance.auditEvents') return 'y'
  return !isOf(operation) && /^(\.{3}|r{3}|h{3})$/.test(cell) ? 'y' : cell
}

test('7.3-a D01 C10 every endpoint of the contract is called by every role on own, team’s and others’ objects, and answers as the contract and the role say', { timeout: 300_000 }, async () => {
  const began = performance.now()
  rows.length = wrong.length = 0
  const rowsOf = async (operation: Operation): Promise<Row[]> => {
    if (operation.access === 'public') return [{ name: operation.name, operation, cells: world.players.map(() => 'y') }]
    if (operation.kind === 'stream') return [{ name: operation.name, operation, cells: world.players.map((player) => heard.get(player.role)!) }]
    const found: Row[] = [{ name: operation.name, operation, cells: [] }]
    for (const player of world.players) found[0]!.cells.push(await probe(operation, player))
    for (const [query, value] of Object.entries(asked[operation.name] ?? {})) {
      const row: Row = { name: `${operation.name}?${query}`, operation, cells: [] }
      for (const player of world.players) row.cells.push(await probe(operation, player, (thing) => `${operation.path}?${query}=${encodeURIComponent(value(thing))}`))
      found.push(row)
    }
    return found
  }
  const heard = await listen()
  // Lists are asked before the writing makes them longer than a page.
  const queue = operations.filter((one) => one.method === 'GET')
  const all = new Map<string, Row[]>()
  const work = () => Promise.all(Array.from({ length: 4 }, async () => { for (let one = queue.shift(); one; one = queue.shift()) all.set(one.name, await rowsOf(one)) }))
  await work()
  queue.push(...operations.filter((one) => one.method !== 'GET'))
  await work()
  for (const operation of operations) rows.push(...all.get(operation.name)!)
  console.log(`${operations.length} endpoints × ${world.players.length} roles in ${Math.round((performance.now() - began) / 1000)} s`)
  expect(wrong).toEqual([])
  expect(new Set(rows.map((row) => row.operation.name)).size).toBe(operations.length)
  await expect(table()).toMatchFileSnapshot('./matrix.txt')
})

function table(): string {
  const head = ['endpoint', 'method', 'path', 'access', ...world.players.map((player) => player.role)]
  const lines = [head, ...rows.map(({ name, operation, cells }) => [name, operation.method, operation.path.replace(/\{(\w+)\}/g, ':$1'), operation.access, ...cells])]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  return `Who may do what: what happened when every role called every endpoint. Written by matrix.test.ts, reviewed by people.
Three letters: on what is one's own, one's team's (or region's, for who goes by region), others'. One letter: the endpoint is about no request and no customer.
y done or shown · m shown with covers · r refused by the object's own rules · h not there for them · . not in the answer · - not theirs to do

${lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd()).join('\n')}\n`
}

/** What happened to the request; that somebody was refused it a moment ago is news of its own, and comes when it comes. */
const hears = (stream: string, id: string): boolean => stream.split('\n').some((line) => line.includes(id) && line.includes('"type":"request.'))

/** What each role hears on the live stream when something happens to its three requests. */
async function listen(): Promise<Map<string, string>> {
  const heard = new Map<string, string>()
  const stop = new AbortController()
  const ears = await Promise.all(world.players.map(async (player) => {
    const response = await fetch(`${desk.url}/api/live`, { headers: { authorization: `Bearer ${player.token}` }, signal: stop.signal })
    const ear = { player, isDeaf: response.status === 403, text: '' }
    if (!ear.isDeaf) void (async () => { for await (const part of response.body!.pipeThrough(new TextDecoderStream())) ear.text += part })().catch(() => undefined)
    else await response.body?.cancel()
    return ear
  }))
  await expect.poll(() => ears.every((ear) => ear.isDeaf || ear.text.includes('event: hello'))).toBe(true)
  for (const { player } of ears) for (const relation of relations) await run(desk.app, {}, (ctx) => addTask(ctx, thingOf(player, relation).id, { title: 'heard' }))
  await run(desk.app, {}, (ctx) => addTask(ctx, thingOf(world.players[0]!, 'own').id, { title: 'the last one' }))
  // Who hears everything has heard the last one: then all the others had their chance.
  await expect.poll(() => ears[0]!.text.split(thingOf(world.players[0]!, 'own').id).length, { timeout: 10_000 }).toBeGreaterThan(2)
  await new Promise((wake) => setTimeout(wake, 300))
  stop.abort()
  for (const ear of ears) heard.set(ear.player.role, ear.isDeaf ? '-' : relations.map((relation) => (hears(ear.text, thingOf(ear.player, relation).id) ? 'y' : '.')).join(''))
  for (const { player, isDeaf } of ears) for (const [nr, relation] of relations.entries()) {
    const found = isDeaf ? '-' : heard.get(player.role)![nr]!
    const right = !mayEnter(player, operations.find((one) => one.name === 'requests.live')!) ? '-' : holds(player, 'requests.read') && sees(player, relation) ? 'y' : '.'
    if (found !== right) wrong.push(`requests.live to ${player.role} of ${relation}: ${found}, not ${right}`)
  }
  return heard
}

test('D02 a count is the length of its list, for every role', async () => {
  for (const player of world.players) {
    if (!holds(player, 'requests.read')) continue
    const counts = await desk.call<{ views: Record<string, number> }>('GET', '/api/requests/counts', { token: player.token })
    for (const view of ['open', 'mine', 'stuck'].filter((one) => one in counts.body.views)) {
      let listed = 0
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: { body: { rows: unknown[]; next: string | null } } = await desk.call('GET', `/api/requests?limit=100&view=${view}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, { token: player.token })
        listed += page.body.rows.length
        cursor = page.body.next
      }
      expect(`${player.role} ${view}: ${counts.body.views[view]}`).toBe(`${player.role} ${view}: ${Math.min(listed, 1000)}`)
    }
  }
})

test('D02 what colleagues have in hand is named to those only who may see it', async () => {
  for (const player of world.players.filter((one) => holds(one, 'staff.read') && holds(one, 'requests.read'))) {
    const { body } = await desk.call<{ people: { current: { id: string } | null }[] }>('GET', '/api/today/board', { token: player.token })
    for (const { current } of body.people) if (current) expect(`${player.role} ${(await desk.call('GET', `/api/requests/${current.id}`, { token: player.token })).status}`).toBe(`${player.role} 200`)
    const rows = (await desk.call<{ rows: { open: number }[] }>('GET', '/api/requests/loads', { token: player.token })).body.rows
    if (player.scope === 'own') expect(rows).toHaveLength(1)
    const teams = (await desk.call<{ teams: { open: number }[] }>('GET', '/api/requests/counts', { token: player.token })).body.teams
    const open = (await desk.call<{ views: Record<string, number> }>('GET', '/api/requests/counts', { token: player.token })).body.views.open!
    for (const team of teams) expect(team.open, player.role).toBeLessThanOrEqual(open)
  }
  for (const program of world.players.filter((one) => one.kind === 'client')) {
    const opened = (await desk.call<{ rows: unknown[] }>('GET', '/api/requests?view=open&limit=100', { token: program.token })).body.rows.length
    expect((await desk.call<{ rows: { open: number }[] }>('GET', '/api/requests/loads', { token: program.token })).body.rows.reduce((sum, row) => sum + row.open, 0)).toBe(opened)
  }
})

test('C09 D02 who may no longer read requests is not told of them by notices from before', async () => {
  for (const player of world.players.filter((one) => one.kind === 'agent')) {
    await desk.app.pool`insert into requests.notice (id, person_id, request_id, kind, at) values (${newId()}, ${player.id}, ${thingOf(player, 'other').id}, 'mention', ${desk.clock.now()})`
    const { body } = await desk.call<{ unread: number; rows: { subject: string }[] }>('GET', '/api/notices', { token: player.token })
    expect(`${player.role} ${body.rows.some((row) => row.subject === thingOf(player, 'other').subject)}`).toBe(`${player.role} ${holds(player, 'requests.read')}`)
  }
})
