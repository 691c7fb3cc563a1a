/** Twelve months of a million requests by fifty people: every report of the catalogue beside one reading of the table that holds them. */
import { assemble } from '../../apps/assemble.ts'
import { rooms } from '../../apps/rooms.ts'
import { metricKeys, type MetricKey } from '../../lib/metrics/index.ts'
import { effectOf } from '../../modules/insight/channels/effect.ts'
import type { Asked } from '../../modules/insight/metrics/contract.ts'
import { figuresOf } from '../../modules/insight/metrics/report.ts'
import { authenticator } from '../../modules/staff/index.ts'
import type { Actor } from '../../platform/access/index.ts'
import { reading } from '../../platform/context.ts'
import { readConfig } from '../../platform/config.ts'
import { loadKeys } from '../../platform/crypto/index.ts'
import { openPool, type Pool } from '../../platform/database/index.ts'
import type { Company } from '../company.ts'
import { median } from './load.ts'

const BATCH = 100_000
const DAYS = 365
/** Facts spread over a year and fifty people, a quarter as many customers; one in two hundred is still open. Nine hours a working day of each of them in quarters. */
export async function addFacts(db: Pool, count: number): Promise<void> {
  for (let from = 0; from < count; from += BATCH) await db`
    insert into insight.fact (id, number, customer_id, team_id, holder_id, answerable_id, service_id, channel, priority, type, tier, opened_at, accepted_at, first_response_at, resolution_at, closed_at, scored_at,
      acceptance_s, first_response_s, handling_s, resolution_s, first_response_late, resolution_late, score, transfers, reopened, failed_verifications, asked, deadlines, missed, follow_ups, follow_ups_missed)
    select uuidv7(), 10000000 + n, ('01890000-0000-7000-8000-' || lpad((hashint4(n)::bigint % ${Math.floor(count / 4)}::int + ${count}::int)::text, 12, '0'))::uuid,
      ('01890000-0000-7000-8001-' || lpad((n % 50 % 6)::text, 12, '0'))::uuid, ('01890000-0000-7000-8002-' || lpad((n % 50)::text, 12, '0'))::uuid, ('01890000-0000-7000-8002-' || lpad((n % 50)::text, 12, '0'))::uuid,
      ('01890000-0000-7000-8003-' || lpad((n % 7)::text, 12, '0'))::uuid, (array['email', 'chat', 'portal', 'phone', 'api'])[1 + n % 5], (array['urgent', 'normal', 'routine'])[1 + n % 3], case when n % 11 = 0 then 'complaint' end, (array['standard', 'silver', 'gold'])[1 + n % 3],
      at, at + w * interval '10 minutes', at + w * interval '1 hour', case when n % 200 > 0 then at + w * interval '20 hours' end, case when n % 200 > 0 then at + w * interval '30 hours' end, case when n % 3 = 0 then at + w * interval '40 hours' end,
      (w * 600)::int, (w * 3000)::int, case when n % 200 > 0 then (w * 20000)::int end, case when n % 200 > 0 then (w * 30000)::int end, w > 1.7, w > 1.8, case when n % 3 = 0 then 1 + n % 5 end, n % 4 / 3, n % 20 / 19, n % 17 / 16, 1 + n % 3, 3, (w > 1.7)::int, n % 2, 0
    from (select n, now() - (${DAYS}::float8 * n / ${count}::int) * interval '1 day' as at, 2 * random() as w from generate_series(${from + 1}::int, ${Math.min(count, from + BATCH)}::int) n) f`
  await db`update insight.fact f set back_at = n.back_at from (select o.id, (select min(n.opened_at) from insight.fact n where n.customer_id = o.customer_id and n.opened_at > o.closed_at) as back_at from insight.fact o where o.closed_at is not null) n where n.id = f.id`
  await db`
    insert into insight.quarter (person_id, start_at, team_id, present_s, occupied_s)
    select ('01890000-0000-7000-8002-' || lpad(p::text, 12, '0'))::uuid, d + q * interval '15 minutes', ('01890000-0000-7000-8001-' || lpad((p % 6)::text, 12, '0'))::uuid, 900, (random() * 900)::int
    from generate_series(date_trunc('day', now()) - ${DAYS} * interval '1 day', now(), interval '1 day') d, generate_series(0, 49) p, generate_series(36, 71) q where extract(isodow from d) < 6`
  await db`vacuum analyze insight.fact, insight.quarter`
}

/** What a person waits for a report. */
const MOST_MS = 1_000
const day = (daysAgo: number): string => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10)

export async function measureReports({ url, dataDir, company, count }: { url: string; dataDir: string; company: Company; count: number }) {
  const log = { info() {}, warn() {}, error: (what: unknown) => console.error(what) }
  const desk = await assemble({ config: readConfig({ DATA_DIR: dataDir }), databaseUrl: url, keys: await loadKeys(dataDir), rooms, authenticate: authenticator, log, serve: false, work: false, poolSize: 4 })
  const filler = openPool(url, { max: 1, name: 'bench-facts', parameters: { statement_timeout: '0', synchronous_commit: 'off' }, silentMs: null })
  const actor: Actor = { kind: 'agent', id: company.lead.id, name: 'director', permissions: new Set(['*', 'insight.read', 'requests.read']), scope: 'all', teamIds: [] }
  const ctx = reading(desk.app, { actor })
  const took = async (work: () => Promise<unknown>): Promise<number> => {
    const times: number[] = []
    for (let nr = 0; nr < 3; nr++) { const began = performance.now(); await work(); times.push(performance.now() - began) }
    return median(times)
  }
  try {
    await addFacts(filler, count)
    const bare = await took(() => filler`select date_trunc('month', opened_at) as month, count(*), sum(first_response_s) from insight.fact group by 1`)
    const ask = (metric: MetricKey, more: Partial<Asked>): Promise<unknown> => figuresOf(ctx, { metric, by: 'time', bucket: 'month', compare: 'none', from: day(DAYS - 1), to: day(0), ...more } as Asked)
    const kinds: [string, Partial<Asked>][] = [['by month', {}], ['by person', { by: 'person' }], ['by day', { bucket: 'day' }]]
    const lines: { what: string; figures: string; ratio?: number; most?: number }[] = [{ what: `${count.toLocaleString('en')} facts read once, bare SQL`, figures: `${bare.toFixed(0)} ms` }]
    for (const [what, more] of kinds) {
      const all: { metric: MetricKey; ms: number }[] = []
      for (const metric of metricKeys) all.push({ metric, ms: await took(() => ask(metric, more)) })
      all.sort((a, b) => b.ms - a.ms)
      const [slowest, next] = all as [typeof all[0], typeof all[0]]
      lines.push({ what: `a year's report ${what}, ${metricKeys.length} metrics`, figures: `median ${median(all.map((one) => one.ms)).toFixed(0)} ms, ${next.metric} ${next.ms.toFixed(0)}, slowest ${slowest.metric} ${slowest.ms.toFixed(0)}; of ${MOST_MS} ms`, ratio: slowest.ms / MOST_MS, most: 1 })
      lines.push({ what: `${what}, beside the bare reading`, figures: `median ${median(all.map((one) => one.ms)).toFixed(0)} ms, bare ${bare.toFixed(0)} ms`, ratio: median(all.map((one) => one.ms)) / bare })
    }
    const effect = await took(() => effectOf(ctx, { from: day(29), to: day(0), compare: 'previous' } as Parameters<typeof effectOf>[1]))
    lines.push({ what: 'channel effect, thirty days beside thirty', figures: `${effect.toFixed(0)} ms, bare ${bare.toFixed(0)} ms`, ratio: effect / bare })
    return lines
  } finally {
    await filler.end()
    await desk.close()
  }
}
