/** Pages that people look at all day, beside the bare SQL for the same rows, with few and with many requests. */
import { assemble } from '../../apps/assemble.ts'
import { rooms } from '../../apps/rooms.ts'
import { authenticator } from '../../modules/staff/index.ts'
import { openPool } from '../../platform/database/index.ts'
import { readConfig } from '../../platform/config.ts'
import { loadKeys } from '../../platform/crypto/index.ts'
import type { Actor } from '../../platform/access/index.ts'
import { type App, type Ctx, reading, run } from '../../platform/context.ts'
import { coverWords } from '../../platform/crypto/words.ts'
import { countViews, listRequests } from '../../modules/requests/lists.ts'
import { listEvents, listMessages, viewRequest } from '../../modules/requests/view.ts'
import { todayOf } from '../../modules/insight/store.ts'
import type { Company } from '../company.ts'
import type { Program } from '../program.ts'
import { p50, p50OfBoth, sender } from './load.ts'
import { addRequests, bareReads, RARE } from './reads.ts'
import { sealRequests } from './seal.ts'

export interface ReadOptions { url: string; product: Program; bare: Program; company: Company; few: number; many: number; times: number }
type Page = 'inbox' | 'request' | 'events'
interface Times { own: number; least: number; http: number; leastHttp: number }

export async function measureReads(options: ReadOptions) {
  const { url, company, few, many, times } = options
  const log = { info() {}, warn() {}, error: (what: unknown) => console.error(what) }
  const desk = await assemble({ config: readConfig({ DATA_DIR: options.product.dataDir }), databaseUrl: url, keys: await loadKeys(options.product.dataDir), rooms, authenticate: authenticator, log, serve: false, work: false, poolSize: 4 })
  const cover = (words: string[]): string[] => coverWords(desk.app.vault.index, words)
  const filler = openPool(url, { max: 1, parameters: { statement_timeout: '0' } })
  const actor: Actor = { kind: 'agent', id: company.agents[0]!.id, name: 'agent-1', permissions: new Set(['requests.read', 'requests.work']), scope: 'team', teamIds: [company.teamId] }
  const ctx = reading(desk.app, { actor })
  try {
    await addRequests(filler, 0, few, cover)
    const before = await measurePages(ctx, options, times)
    await addRequests(filler, few, many, cover)
    const after = await measurePages(ctx, options, times)
    const ms = (value: number): string => value.toFixed(2)
    const lines: { what: string; figures: string; ratio?: number; most?: number }[] = []
    for (const page of ['inbox', 'request', 'events'] as const) {
      const [less, more] = [before[page], after[page]]
      lines.push(
        { what: `${page} at ${many} requests, beside bare SQL`, figures: `${ms(more.own)} ms, bare ${ms(more.least)} ms`, ratio: more.own / more.least, most: 3 },
        { what: `${page} over HTTP, beside bare SQL over HTTP`, figures: `${ms(more.http)} ms, bare ${ms(more.leastHttp)} ms`, ratio: more.http / more.leastHttp },
        { what: `${page} at ${many}, beside ${few} requests`, figures: `${ms(more.own)} ms, before ${ms(less.own)} ms`, ratio: more.own / less.own, most: 1.3 })
    }
    lines.push(...await measurePolicies(desk.app, actor, times))
    for (const [what, search] of [['rare', RARE], ['common', '退款']] as const) {
      const rows = (await listRequests(ctx, { view: 'all', limit: 40, search })).rows.length
      lines.push({ what: `search for a ${what} two-character word`, figures: `${ms(await p50(times / 4, () => listRequests(ctx, { view: 'all', limit: 40, search })))} ms, ${rows} rows at ${many} requests` })
    }
    return lines
  } finally {
    await filler.end()
    await desk.close()
  }
}

/** What a page costs more because the database holds to the rule itself; the two connections take turns. */
const MOST_BY_POLICIES = 2
async function measurePolicies(app: App, actor: Actor, times: number) {
  if (!app.viewer) throw new Error('no row policies stand')
  const kept = reading(app, { actor })
  const open = reading({ ...app, viewer: null }, { actor })
  const page = (await listRequests(open, { view: 'open', limit: 40 })).rows.map((row) => row.id)
  const works: Record<string, (ctx: Ctx, number: number) => Promise<unknown>> = {
    inbox: (ctx) => listRequests(ctx, { view: 'open', limit: 40 }),
    request: (ctx, number) => viewRequest(ctx, page[number % page.length]!),
    messages: (ctx, number) => listMessages(ctx, page[number % page.length]!, { limit: 50 }),
    events: (ctx, number) => listEvents(ctx, page[number % page.length]!, { after: 0, limit: 200 }),
    counts: (ctx) => countViews(ctx),
    'search, common word': (ctx) => listRequests(ctx, { view: 'all', limit: 40, search: '退款' }),
    'today': (ctx) => todayOf(ctx, {}),
  }
  const lines: { what: string; figures: string; ratio: number; most: number }[] = []
  for (const [what, work] of Object.entries(works)) {
    const [own, least] = await p50OfBoth(what === 'counts' || what.startsWith('search') || what === 'today' ? times / 4 : times, (number) => work(kept, number), (number) => work(open, number))
    lines.push({ what: `${what} with row policies, beside without`, figures: `${own.toFixed(2)} ms, without ${least.toFixed(2)} ms`, ratio: own / least, most: MOST_BY_POLICIES })
  }
  return lines
}

async function measurePages(ctx: Ctx, { product, bare, company }: ReadOptions, times: number): Promise<Record<Page, Times>> {
  const page = (await listRequests(ctx, { view: 'open', limit: 40 })).rows.map((row) => row.id)
  // The rows were made plain by the database itself.
  await run(ctx.app, {}, (writing) => sealRequests(writing, page))
  const own: Record<Page, (number: number) => Promise<unknown>> = {
    inbox: () => listRequests(ctx, { view: 'open', limit: 40 }),
    request: (number) => viewRequest(ctx, page[number % page.length]!),
    events: (number) => listEvents(ctx, page[number % page.length]!, { after: 0, limit: 200 }),
  }
  const paths: Record<Page, (id: string) => string> = { inbox: () => '/api/requests?view=open', request: (id) => `/api/requests/${id}`, events: (id) => `/api/requests/${id}/events` }
  const real = sender(product.url, 1)
  const least = sender(bare.url, 1)
  const get = async (from: ReturnType<typeof sender>, path: string): Promise<void> => {
    const { status, text } = await from.send('GET', path, { token: company.agents[0]!.token })
    if (status !== 200) throw new Error(`${path}: ${status} ${text.slice(0, 200)}`)
  }
  const result = {} as Record<Page, Times>
  for (const name of ['inbox', 'request', 'events'] as const) {
    const idsOf = (number: number): string[] => (name === 'inbox' ? page : [page[number % page.length]!])
    result[name] = {
      own: await p50(times, own[name]),
      least: await p50(times, (number) => bareReads[name](ctx.app.pool, idsOf(number))),
      http: await p50(times, (number) => get(real, paths[name](idsOf(number)[0]!))),
      leastHttp: await p50(times, (number) => get(least, `/bare/${name}/${idsOf(number).join(',')}`)),
    }
  }
  real.close()
  least.close()
  return result
}
