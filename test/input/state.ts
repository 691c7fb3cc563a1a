/** What an installation has stored, as one figure a table: equal before and after means nothing was written. */
import type { App } from '../../platform/context.ts'

// Signs of use and of attempts, which a refused call may leave as well.
const NOTED = new Set(['staff.session', 'staff.token', 'staff.last_use', 'staff.passkey_challenge', 'staff.attempt', 'staff.sign_in_attempt', 'channels.chat_limit', 'platform.cursor'])

/** Table → rows and a sum over their contents; for tables that note attempts nothing. */
export async function fingerprint(app: App): Promise<Record<string, string>> {
  const tables = await app.pool<{ name: string }[]>`
    select schemaname || '.' || tablename as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1`
  const result: Record<string, string> = {}
  for (const { name } of tables) {
    if (NOTED.has(name) || /attempt|limit/.test(name)) continue
    const [row] = await app.pool.unsafe(`select count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) as sum from ${name} t ${name === 'platform.event' ? "where type not like 'access.%'" : ''}`) as unknown as { sum: string }[]
    result[name] = row!.sum
  }
  return result
}
