/** Whom the installation speaks with: a mail server for answers, a mailbox customers write to, a program that is told. Each writes down what it took. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import { dovecotPath, startDovecot } from '../../modules/channels/mail/testing/dovecot.ts'
import { letter } from '../../modules/channels/mail/testing/peers.ts'
import { openPool } from '../../platform/database/index.ts'
import type { Journal } from './journal.ts'
import type { Site } from './site.ts'

export interface Peers {
  /** False where no Dovecot is installed: then no mail comes in. */
  readonly hasMailbox: boolean
  /** A new customer's mail. */
  write(subject: string): Promise<void>
  close(): Promise<void>
}

const MAILBOX = 'support@desk.example'

/** A server that takes every mail, writes it down, and lets the sender wait for the answer: where a kill hurts most. */
async function startSmtp(journal: Journal, random: () => number): Promise<{ port: number; stop(): Promise<void> }> {
  const server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS'], disableReverseLookup: true, logger: false, closeTimeout: 100,
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => { chunks.push(chunk) })
      stream.on('end', () => {
        const id = /^message-id:\s*(<[^>]+>)/im.exec(Buffer.concat(chunks).toString('latin1'))?.[1] ?? ''
        void Promise.all(session.envelope.rcptTo.map(({ address }) => journal.write({ what: 'mail-out', id, to: address }))).then(() => sleep(random() < 0.85 ? 20 + random() * 60 : 500 + random() * 1_000)).then(() => { done() })
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((ready) => { server.listen(0, '127.0.0.1', ready) })
  return { port: (server.server.address() as AddressInfo).port, stop: () => new Promise((done) => { server.close(() => { done() }) }) }
}

async function startReceiver(journal: Journal, random: () => number): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => { chunks.push(chunk) })
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const { type, data } = JSON.parse(body) as { type: string; data: { id: string } }
      void journal.write({ what: 'webhook', id: String(request.headers['webhook-id']), type, subject: data.id, body }).then(() => sleep(random() * 150)).then(() => { response.writeHead(200).end() })
    })
  })
  await new Promise<void>((ready) => { server.listen(0, '127.0.0.1', ready) })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/told`, async stop() { server.closeAllConnections(); await new Promise((done) => { server.close(done) }) } }
}

/** Starts them and makes the installation know them, by its own API. */
export async function meetPeers(site: Site, journal: Journal, random: () => number): Promise<Peers> {
  const [smtp, receiver, imap] = await Promise.all([startSmtp(journal, random), startReceiver(journal, random), dovecotPath ? startDovecot() : null])
  const db = openPool(site.databaseUrl(), { max: 1, name: 'faults-setup' })
  // Only the database's own tools may let it into the inner network.
  await db`insert into platform.setting (key, value, at) values ('channels.network', ${db.json({ mailPorts: [smtp.port, ...(imap ? [imap.port] : [])], privateWebhooks: true } as never)}, now()) on conflict (key) do update set value = excluded.value`
  await db.end()
  const ask = async (path: string, body: unknown, method = 'POST'): Promise<{ rows?: { id: string; isDefault: boolean; version: number }[] }> => {
    const response = await fetch(`${site.servers[0]!.url}${path}`, { method, headers: { authorization: `Bearer ${site.company.administrator.token}`, ...(body ? { 'content-type': 'application/json' } : {}) }, body: body ? JSON.stringify(body) : undefined })
    const answer = await response.json() as { rows?: { id: string; isDefault: boolean; version: number }[] }
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`)
    return answer
  }
  await ask('/api/mailboxes', {
    name: '客服中心', address: MAILBOX, trustsSenders: true, smtp: { host: '127.0.0.1', port: smtp.port, tls: 'none', user: '' },
    ...(imap ? { imap: { host: '127.0.0.1', port: imap.port, tls: 'none', user: 'desk', password: imap.password } } : {}),
  })
  await ask('/api/webhooks', { url: receiver.url, types: ['request.accepted', 'request.replied', 'request.verified'] })
  // A second person verifies, so that every stage of the loop is walked.
  const standard = (await ask('/api/services', undefined, 'GET')).rows!.find((one) => one.isDefault)!
  await ask(`/api/services/${standard.id}`, { verification: 'person', version: standard.version }, 'PATCH')
  let count = 0
  return {
    hasMailbox: imap !== null,
    async write(subject) {
      if (!imap) return
      const id = `<${++count}.${subject.replace(/\W/g, '')}@customer.example>`
      // Two of each, so that there is an order to keep.
      const from = `writer-${Math.ceil(count / 2)}@customer.example`
      // Written down first: a mail that lies in the mailbox has been acknowledged by the server that took it.
      await journal.write({ what: 'mail-in', id, from })
      imap.deliver([letter({ from: `陳美玲 <${from}>`, subject, id, headers: { 'Return-Path': `<${from}>`, Date: new Date().toUTCString() } })])
    },
    async close() { await Promise.all([smtp.stop(), receiver.stop(), imap?.stop()]) },
  }
}
