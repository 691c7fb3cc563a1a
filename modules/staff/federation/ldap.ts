/** A company's directory: the person is searched for by the search account and proved by binding with their password, over TLS only. */
import { type Socket, connect } from 'node:net'
import { Client, type Entry } from 'ldapts'
import type { App } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import { goOutside } from '../../../platform/outside.ts'
import type { LdapSettings } from './contract.ts'
import type { Vouched } from './flow.ts'
import { TIMEOUT_MS, checkDirectory, readNetwork } from './network.ts'
import type { OpenProvider } from './providers.ts'

type Provider = OpenProvider<LdapSettings>
const unreachable = (): Fault => new Fault('staff.federation.unreachable', 502)

/** RFC 4515: what was typed is a value, never a part of the filter. */
export const escapeFilter = (value: string): string => Buffer.from(value.normalize('NFC')).reduce((text, byte) => text + (/[A-Za-z0-9@._-]/.test(String.fromCharCode(byte)) && byte < 128 ? String.fromCharCode(byte) : `\\${byte.toString(16).padStart(2, '0')}`), '')

/** One connection for one question, closed whatever happens. */
async function connected<T>(app: App, { settings }: Provider, work: (client: Client) => Promise<T>): Promise<T> {
  checkDirectory(settings.url, settings.startTls, await readNetwork({ db: app.pool }))
  await goOutside(app, 'directory', new URL(settings.url).hostname)
  const tls = { rejectUnauthorized: true, minVersion: 'TLSv1.2' as const, ...(settings.authority ? { ca: [settings.authority] } : {}) }
  const isSecure = settings.url.startsWith('ldaps:')
  let isUsed = false
  // The library connects again by itself when a connection was lost, and would then send the password without TLS.
  const once = (port: number, host: string): Socket => {
    if (isUsed) throw new Error('the connection was lost')
    isUsed = true
    return connect(port, host)
  }
  const client = new Client({ url: settings.url, createConnection: once as typeof connect, timeout: TIMEOUT_MS, connectTimeout: TIMEOUT_MS, strictDN: true, ...(isSecure ? { tlsOptions: tls } : {}) })
  try {
    // A certificate is made out to a name; an address says nothing of whose it is.
    if (!isSecure) await client.startTLS({ ...tls, host: new URL(settings.url).hostname.replace(/^\[|\]$/g, ''), servername: /^[\d.]+$|:/.test(new URL(settings.url).hostname) ? undefined : new URL(settings.url).hostname })
    return await work(client)
  } finally {
    await client.unbind().catch(() => {})
  }
}

async function asSearcher(client: Client, { settings, secret }: Provider): Promise<void> {
  // An empty password is an anonymous bind, which succeeds for every name.
  if (settings.bindDn && !secret) throw unreachable()
  if (settings.bindDn) await client.bind(settings.bindDn, secret!)
}

const MOST_AT_ONCE = 16
let busy = 0

/** Whose login and password these are; null for a wrong one. Throws 502 `staff.federation.unreachable`. Outside any transaction. */
export async function askDirectory(app: App, provider: Provider, login: string, password: string): Promise<Vouched | null> {
  if (!login.trim() || !password || password.includes('\0') || login.includes('\0') || Buffer.byteLength(password) > 1_024) return null
  if (busy >= MOST_AT_ONCE) throw new Fault('staff.busy', 503)
  busy++
  try {
    const entry = await connected(app, provider, async (client) => {
      await asSearcher(client, provider)
      return find(client, provider, login.trim())
    })
    if (!entry) return null
    // On a connection of its own: the search account's rights end here.
    const isRight = await connected(app, provider, (client) => client.bind(entry.dn, password).then(() => true, (error: unknown) => {
      if (isRefusal(error)) return false
      throw error
    }))
    return isRight ? vouchedBy(provider, entry) : null
  } catch {
    throw unreachable()
  } finally {
    busy--
  }
}

// Result codes of RFC 4511 that mean “not this person now”; the rest means that the directory is not well.
const REFUSALS = new Set([32, 34, 48, 49, 50, 53, 19])
const isRefusal = (error: unknown): boolean => REFUSALS.has((error as { code?: number }).code ?? -1)

/** The one entry of the login; two are none. */
async function find(client: Client, { settings }: Provider, login: string): Promise<Entry | null> {
  const { searchEntries } = await client.search(settings.baseDn, {
    scope: 'sub', filter: settings.filter.replaceAll('{login}', () => escapeFilter(login)), sizeLimit: 2, timeLimit: TIMEOUT_MS / 1000, derefAliases: 'never',
    attributes: [settings.subjectAttribute, settings.nameAttribute, settings.mailAttribute], explicitBufferAttributes: [settings.subjectAttribute],
  })
  return searchEntries.length === 1 ? searchEntries[0]! : null
}

function vouchedBy({ id, settings }: Provider, entry: Entry): Vouched | null {
  const [subject] = [entry[settings.subjectAttribute] ?? []].flat()
  if (subject === undefined || subject.length === 0) return null
  const word = (name: string): string | null => {
    const [value] = [entry[name] ?? []].flat()
    return value === undefined || value.length === 0 ? null : String(value).slice(0, 300)
  }
  const bytes = Buffer.from(subject as string)
  const isText = /^[\x20-\x7e]+$/.test(bytes.toString('latin1'))
  const mail = word(settings.mailAttribute)
  const name = isText ? bytes.toString('latin1') : bytes.toString('hex')
  return { issuer: `ldap:${id}`, subject: name, account: mail ?? word(settings.nameAttribute) ?? entry.dn, name: word(settings.nameAttribute), email: mail, directoryId: name }
}

/** True when the directory answers, the search account gets in and may look where people are to be found. */
export const checkLdap = (app: App, provider: Provider): Promise<boolean> => connected(app, provider, async (client) => {
  await asSearcher(client, provider)
  await client.search(provider.settings.baseDn, { scope: 'base', filter: '(objectClass=*)', attributes: ['1.1'], sizeLimit: 1 })
  return true
}).catch(() => false)
