/** A real Dovecot on a free loopback port, with mails in a folder of its own; for tests. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { freePort, untilListening } from '../../../../platform/testing/ports.ts'

export const dovecotPath = ['/usr/sbin/dovecot', '/usr/local/sbin/dovecot', '/opt/homebrew/sbin/dovecot'].find((path) => existsSync(path)) ?? null

export interface Dovecot {
  /** Of a relay before the server, so that a test can cut the line. */
  port: number
  password: string
  /** Puts mails into the inbox as a delivery would. */
  deliver(mails: Buffer[]): void
  /** The same mails under a new numbering, as after a restored backup. */
  renumber(): Promise<void>
  /** Ends every connection; new ones are refused until `mend`. */
  cut(): void
  mend(): void
  flagsOf(): string[]
  stop(): Promise<void>
}

export async function startDovecot(): Promise<Dovecot> {
  const folder = mkdtempSync(join(tmpdir(), 'ld-dovecot-'))
  const inner = await freePort()
  const password = 'wächter-42'
  const isRoot = process.getuid?.() === 0
  const user = isRoot ? 'nobody' : userInfo().username
  const [uid, gid] = isRoot ? ['nobody', 'nogroup'] : [user, execFileSync('id', ['-gn']).toString().trim()]
  const inbox = join(folder, 'mail', 'desk')
  for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(inbox, name), { recursive: true })
  writeFileSync(join(folder, 'users'), `desk:{PLAIN}${password}::::::\n`)
  writeFileSync(join(folder, 'dovecot.conf'), `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
ssl = no
disable_plaintext_auth = no
protocols = imap
listen = 127.0.0.1
default_login_user = ${user}
default_internal_user = ${user}
default_internal_group = ${gid}
first_valid_uid = 1
mail_location = maildir:${folder}/mail/%u
mail_max_userip_connections = 100
passdb {
  driver = passwd-file
  args = scheme=plain ${folder}/users
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${folder}/mail/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${inner}
  }
  inet_listener imaps {
    port = 0
  }
}
auth_failure_delay = 0
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
`)
  // What the server has already seen it renames under our hands: only new files are given to it.
  const numbers = isRoot ? (['-u', '-g'] as const).map((which) => Number(execFileSync('id', [which, user]).toString())) : null
  const own = (path: string): void => { if (numbers) chownSync(path, numbers[0]!, numbers[1]!) }
  for (const path of ['mail', 'mail/desk', ...['cur', 'new', 'tmp'].map((name) => `mail/desk/${name}`)]) own(join(folder, path))
  execFileSync('chmod', ['755', folder])
  const child: ChildProcess = spawn(dovecotPath!, ['-F', '-c', join(folder, 'dovecot.conf')], { stdio: 'ignore' })
  await untilListening(inner)
  const relay = await startRelay(inner)
  let count = 0
  return {
    port: relay.port, password,
    deliver(mails) {
      // Written aside and moved, so that the server never sees half a mail.
      for (const mail of mails) {
        const name = `${1e9 + ++count}.M${process.pid}.test`
        writeFileSync(join(inbox, 'tmp', name), mail)
        own(join(inbox, 'tmp', name))
        renameSync(join(inbox, 'tmp', name), join(inbox, 'new', name))
      }
    },
    async renumber() {
      relay.cut()
      for (const name of readdirSync(inbox)) if (name.startsWith('dovecot')) rmSync(join(inbox, name), { force: true })
      // The validity is made from the clock's seconds.
      await new Promise((wake) => setTimeout(wake, 1_100))
      relay.mend()
    },
    cut: relay.cut, mend: relay.mend,
    flagsOf: () => readdirSync(join(inbox, 'cur')).map((name) => name.split(':2,')[1] ?? ''),
    async stop() {
      relay.close()
      const ended = new Promise<void>((done) => child.once('exit', () => done()))
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startRelay(inner: number): Promise<{ port: number; cut(): void; mend(): void; close(): void }> {
  const sockets = new Set<Socket>()
  let isCut = false
  const server: Server = createServer((outside) => {
    if (isCut) return void outside.destroy()
    const inside = connect(inner, '127.0.0.1')
    for (const socket of [outside, inside]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => { sockets.delete(socket); outside.destroy(); inside.destroy() })
    }
    outside.pipe(inside).pipe(outside)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const drop = (): void => { for (const socket of sockets) socket.destroy() }
  return {
    port: (server.address() as { port: number }).port,
    cut() { isCut = true; drop() },
    mend() { isCut = false },
    close() { server.close(); drop() },
  }
}
