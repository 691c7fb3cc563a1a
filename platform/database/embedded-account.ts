/** The operating system's user that PostgreSQL runs as: it refuses to run as root. */
import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { userInfo } from 'node:os'

/** `spawn` holds what child_process needs to become this user: nothing when we are that user already. */
export interface Account { name: string; spawn: { uid?: number; gid?: number } }

export const isRoot = (): boolean => process.getuid?.() === 0

export const ownName = (): string => { try { return userInfo().username } catch { return String(process.getuid?.() ?? '') } }

interface PasswdLine { name: string; uid: number; gid: number }

function passwd(): PasswdLine[] {
  return readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':')).filter((cells) => cells.length > 3)
    .map(([name, , uid, gid]) => ({ name: name!, uid: Number(uid), gid: Number(gid) }))
}

const asAccount = ({ name, uid, gid }: PasswdLine): Account => ({ name, spawn: { uid, gid } })

/** As root: the owner of an existing cluster, else `loopdesk-db` (created when missing), else a user every system has. */
export function databaseAccount(cluster: string): Account {
  if (!isRoot()) return { name: ownName(), spawn: {} }
  const owner = statSync(cluster, { throwIfNoEntry: false })
  if (owner && owner.uid !== 0) return asAccount({ name: passwd().find((line) => line.uid === owner.uid)?.name ?? String(owner.uid), uid: owner.uid, gid: owner.gid })
  const found = passwd().find((line) => line.name === 'loopdesk-db') ?? createUser() ??
    passwd().find((line) => line.name === 'postgres') ?? passwd().find((line) => line.name === 'nobody')
  return asAccount(found ?? { name: 'nobody', uid: 65534, gid: 65534 })
}

function createUser(): PasswdLine | undefined {
  const ways = [
    ['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'loopdesk-db'],
    ['adduser', '-S', '-D', '-H', 'loopdesk-db'],
  ] as const
  for (const [program, ...args] of ways) {
    try {
      execFileSync(program, args, { stdio: 'ignore' })
    } catch { /* not on this system; the next way, or another user, serves as well */ }
    const made = passwd().find((line) => line.name === 'loopdesk-db')
    if (made) return made
  }
  return undefined
}

/** `path` and the folders above it, outermost first. */
export const withParents = (path: string): string[] => (dirname(path) === path ? [path] : [...withParents(dirname(path)), path])

/**
 * The first path the account may not use: `enter` folders it must pass through, `read` what it must read.
 * Asked of the system itself (as that user), so that groups, ACLs and read-only mounts are counted.
 */
export function findBlocked(account: Account, enter: string[], read: string[] = []): string | undefined {
  if (account.spawn.uid === undefined) {
    const blocked = (path: string, mode: number): boolean => { try { accessSync(path, mode); return false } catch { return true } }
    return enter.find((path) => blocked(path, constants.X_OK)) ?? read.find((path) => blocked(path, constants.R_OK))
  }
  const script = 'm=-x; for p; do if [ "$p" = -r ]; then m=-r; elif ! test $m "$p"; then printf %s "$p"; exit 1; fi; done'
  const asked = spawnSync('/bin/sh', ['-c', script, 'sh', ...enter, '-r', ...read], { ...account.spawn, cwd: '/', encoding: 'utf8' })
  return asked.status === 0 ? undefined : asked.stdout || enter[0]
}
