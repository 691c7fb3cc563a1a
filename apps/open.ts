/** What every program begins with: the settings, and the database, which is the server DATABASE_URL names or the embedded one beside the data. */
import { type Config, readConfig } from '../platform/config.ts'
import { findRunningDatabase, startEmbeddedDatabase } from '../platform/database/embedded.ts'
import { openPool } from '../platform/database/index.ts'
import { explainRefusal, StartRefusal } from '../platform/database/refusals.ts'

export interface OpenDatabase { url: string; isShared: boolean; stop(): Promise<void> }

/** The settings, with the role of the command line if it has one; a program with a wrong one ends with the sentence that names it. */
export function configOrEnd(role?: string): Config {
  try {
    return readConfig(role === undefined ? process.env : { ...process.env, ROLE: role })
  } catch (error) {
    if (!(error instanceof StartRefusal)) throw error
    process.stderr.write(`${explainRefusal(error)}\n`)
    process.exit(1)
  }
}

/** Throws StartRefusal. With `share`, a server that already runs for this folder is used and left running. */
export async function openDatabase(config: Config, options: { log: (line: string) => void; share?: boolean }): Promise<OpenDatabase> {
  if (config.databaseUrl) {
    await mustAnswer(config.databaseUrl)
    return { url: config.databaseUrl, isShared: true, stop: async () => {} }
  }
  const running = options.share ? findRunningDatabase(config.dataDir) : undefined
  if (running) return { url: running.url, isShared: true, stop: async () => {} }
  const database = await startEmbeddedDatabase({ dataDir: config.dataDir, log: options.log, mayMove: !process.env.DATA_DIR })
  return { url: database.url, isShared: false, stop: () => database.stop() }
}

async function mustAnswer(url: string): Promise<void> {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url.replace(/%2F[^/]*/i, 'socket'))) throw new StartRefusal('start.database-url-wrong', { reason: 'DATABASE_URL is not a postgres:// address' })
  const pool = openPool(url, { max: 1, name: 'loopdesk-check' })
  try {
    const [row] = await pool<{ version: number }[]>`select current_setting('server_version_num')::int as version`
    if (row!.version < 160_000) throw new StartRefusal('start.database-url-wrong', { reason: `PostgreSQL ${Math.floor(row!.version / 10_000)} < 16` })
  } catch (error) {
    if (error instanceof StartRefusal) throw error
    throw new StartRefusal('start.database-url-wrong', { reason: String((error as Error).message || (error as { code?: string }).code) }, error)
  } finally {
    await pool.end({ timeout: 1 })
  }
}
