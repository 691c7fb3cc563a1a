/** A real OpenLDAP server on free loopback ports, with a certificate and people of its own; for tests. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certificate, hasCertificates } from './certificate.ts'
import { freePort, untilListening } from '../../../../platform/testing/ports.ts'

const find = (paths: string[]): string | null => paths.find((path) => existsSync(path)) ?? null
export const slapdPath = find(['/usr/sbin/slapd', '/usr/local/libexec/slapd', '/usr/libexec/slapd'])
const schema = '/etc/ldap/schema'
export const hasDirectory = slapdPath !== null && hasCertificates && existsSync(`${schema}/core.schema`)

export const BASE = 'dc=example,dc=com'
export const READER = { dn: `cn=reader,${BASE}`, password: '讀者-only' }

export interface Directory {
  port: number
  tlsPort: number
  /** PEM of the authority that signed the server's certificate, which is itself. */
  authority: string
  /** Of a server nobody asked for. */
  otherAuthority: string
  log(): string
  stop(): Promise<void>
}

/** Starts it with the entries of `ldif` below `BASE`; the reader may search, everybody may bind. */
export async function startDirectory(ldif: string): Promise<Directory> {
  const folder = mkdtempSync(join(tmpdir(), 'ld-slapd-'))
  const [port, tlsPort] = [await freePort(), await freePort()]
  const [authority, otherAuthority] = [certificate(folder, 'directory').cert, certificate(folder, 'other').cert]
  mkdirSync(join(folder, 'db'))
  writeFileSync(join(folder, 'slapd.conf'), `
${['core', 'cosine', 'inetorgperson'].map((name) => `include ${schema}/${name}.schema`).join('\n')}
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/slapd.pid
TLSCertificateFile ${folder}/directory.crt
TLSCertificateKeyFile ${folder}/directory.key
database mdb
suffix "${BASE}"
rootdn "cn=root,${BASE}"
directory ${folder}/db
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${READER.dn}" read by * none
`)
  writeFileSync(join(folder, 'entries.ldif'), `dn: ${BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n\ndn: ${READER.dn}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\nuserPassword:: ${Buffer.from(READER.password).toString('base64')}\n\n${ldif}`)
  execFileSync(slapdPath!, ['-T', 'add', '-f', join(folder, 'slapd.conf'), '-l', join(folder, 'entries.ldif')], { stdio: 'pipe' })
  let log = ''
  // Level 256 writes down every operation: a test can see what was asked, and that nothing was asked without TLS.
  const child: ChildProcess = spawn(slapdPath!, ['-d', '256', '-f', join(folder, 'slapd.conf'), '-h', `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${tlsPort}`], { stdio: ['ignore', 'ignore', 'pipe'] })
  child.stderr!.on('data', (part) => { log += String(part) })
  await untilListening(port)
  return {
    port, tlsPort, authority, otherAuthority, log: () => log,
    async stop() {
      const ended = new Promise<void>((done) => child.once('exit', () => done()))
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
