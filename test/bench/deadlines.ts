/** What a million open deadlines cost a program that has nothing to do: the sweep reads what is due, and nothing is. */
import { setTimeout as sleep } from 'node:timers/promises'
import { openPool } from '../../platform/database/index.ts'
import { cpuMs } from './machine.ts'

const BATCH = 50_000
/** Adds requests that wait for next year, each with a clock, until there are as many. */
export async function addDeadlines(url: string, count: number): Promise<void> {
  const db = openPool(url, { max: 1, name: 'bench-deadlines', parameters: { statement_timeout: '0', synchronous_commit: 'off' } })
  await db`insert into customers.customer (id, name, created_at, words) values ('00000000-0000-7000-8000-00000000dead', '', now(), '') on conflict do nothing`
  for (let done = 0; done < count; done += BATCH) {
    const size = Math.min(BATCH, count - done)
    await db`
      with put as (insert into requests.request (id, subject, stage, stage_since, priority, service_id, channel, language, customer_id, opened_by_kind, opened_at, next_due_at, last_message_at)
        select uuidv7(), '', 'execute', now(), 'normal', (select id from standards.service limit 1), 'api', 'zh-Hant', '00000000-0000-7000-8000-00000000dead', 'client', now(), now() + interval '1 year', now() from generate_series(1, ${size}::int) returning id)
      insert into requests.clock (id, request_id, kind, run, version_id, clause, target_ms, calendar_version, state, started_at, used_ms, since, due_at, wake_at)
      select uuidv7(), id, 'resolution', 1, (select id from standards.version limit 1), 'resolution-normal', 31536000000, 0, 'running', now(), 0, now(), now() + interval '1 year', now() + interval '1 year' + random() * interval '30 days' from put`
  }
  await db`vacuum analyze requests.clock`
  await db`vacuum analyze requests.request`
  await db.end()
}

/** Of one core, in the product and its database together. */
const MOST_OF_CORE = 0.05
const WATCHED_MS = 30_000

export async function measureDeadlines(url: string, pids: () => number[], count: number) {
  const used = async (): Promise<number> => {
    const before = cpuMs(pids())
    await sleep(WATCHED_MS)
    return (cpuMs(pids()) - before) / WATCHED_MS
  }
  await sleep(5_000)
  const without = await used()
  await addDeadlines(url, count)
  await sleep(10_000)
  const share = await used()
  return { what: `${count.toLocaleString('en')} open deadlines, at rest (CPU)`, figures: `${(share * 100).toFixed(1)} % of a core, without them ${(without * 100).toFixed(1)} %, bound ${MOST_OF_CORE * 100} %`, ratio: share / MOST_OF_CORE, most: 1 }
}
