/** Mail servers for tests: an SMTP server that keeps what it gets or misbehaves as told, and raw mails to bring in. */
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { parseMail, type ParsedMail } from '../../../../lib/mail/index.ts'
import { run } from '../../../../platform/context.ts'
import type { TestDesk } from '../../../../test/harness.ts'
import { addMailbox } from '../mailboxes.ts'
import { eventTypes } from '../../webhooks/contract.ts'
import type { Mailbox, NewMailbox } from '../contract.ts'

export interface Got { from: string; to: string[]; raw: string; mail: ParsedMail }
/** What the server does with the next mails: takes them, or answers a code at RCPT or DATA, or takes one and hangs up without a word, or takes it and never answers, or answers when one of `held` is called. */
export type Manner = 'take' | 'drop-after-data' | 'silent' | 'held' | { code: number; at: 'rcpt' | 'data' }
export interface SmtpPeer { port: number; got: Got[]; manner: Manner; held: (() => void)[]; stop(): Promise<void> }

const refusal = (code: number): Error => Object.assign(new Error(code < 500 ? '4.2.0 try again later' : '5.1.1 no such user'), { responseCode: code })

export async function startSmtp(): Promise<SmtpPeer> {
  const peer: SmtpPeer = { port: 0, got: [], manner: 'take', held: [], stop: () => new Promise((done) => server.close(() => done())) }
  const server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS'], disableReverseLookup: true, logger: false, closeTimeout: 200,
    onRcptTo: (_address, _session, done) => done(typeof peer.manner === 'object' && peer.manner.at === 'rcpt' ? refusal(peer.manner.code) : null),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { manner } = peer
        if (typeof manner === 'object') return done(refusal(manner.code))
        const raw = Buffer.concat(chunks)
        void parseMail(raw).then((mail) => {
          peer.got.push({ from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '', to: session.envelope.rcptTo.map((one) => one.address), raw: raw.toString(), mail })
          if (manner === 'take') return done()
          if (manner === 'silent') return
          if (manner === 'held') return void peer.held.push(done)
          peer.manner = 'take'
          for (const connection of server.connections as unknown as Set<{ _socket: { destroy(): void } }>) connection._socket.destroy()
        })
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  peer.port = (server.server.address() as AddressInfo).port
  return peer
}

/** Lets the desk speak to servers on any of these ports. */
export const openPorts = (desk: TestDesk, ports: number[]) => desk.app.pool`
  insert into platform.setting (key, value, at) values ('channels.network', ${desk.app.pool.json({ mailPorts: ports, privateWebhooks: true } as never)}, ${desk.clock.now()})
  on conflict (key) do update set value = excluded.value`

export const mailboxFor = (desk: TestDesk, smtpPort: number | null, given: Partial<NewMailbox> = {}): Promise<Mailbox> => run(desk.app, {}, (ctx) => addMailbox(ctx, {
  name: '客服中心', address: 'support@desk.example', smtp: smtpPort === null ? null : { host: '127.0.0.1', port: smtpPort, tls: 'none', user: '' }, ...given }))

/**
 * Runs listeners and jobs until this room has heard everything. Events become readable when no older transaction of
 * the whole server is open, and other tests share the server.
 */
export async function settleAll(desk: TestDesk, ms = 0): Promise<void> {
  desk.clock.advance(ms)
  for (;;) {
    await desk.settle()
    const [row] = await desk.app.pool<{ left: number }[]>`select count(*)::int as left from platform.event e join platform.cursor c on c.listener = 'channels'
      where (e.xid, e.seq) > (c.xid, c.seq) and e.type = any(${['request.resent', ...eventTypes]})`
    if (!row!.left) return desk.settle()
    await new Promise((wake) => setTimeout(wake, 20))
  }
}

let count = 0
export interface Letter { from?: string; to?: string; subject?: string; text?: string; id?: string; headers?: Record<string, string> }
export function letter({ from = '陳美玲 <mei@customer.example>', to = 'support@desk.example', subject = '寬頻斷線', text = '從早上開始就無法連線。', id = `<m${++count}.${process.pid}@customer.example>`, headers = {} }: Letter = {}): Buffer {
  const lines = Object.entries({ 'Return-Path': '<mei@customer.example>', From: from, To: to, Subject: subject, 'Message-ID': id, Date: 'Mon, 02 Mar 2026 09:00:00 +0800', 'Content-Type': 'text/plain; charset=utf-8', ...headers })
  return Buffer.from(`${lines.filter(([, value]) => value).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${text}\r\n`)
}

/** A delivery report (RFC 3464) about a message that went out. */
export const report = (about: { messageId: string; recipient: string; status?: string; action?: string }, id = `<b${++count}@relay.example>`): Buffer => Buffer.from([
  'Return-Path: <>', 'From: MAILER-DAEMON@relay.example', 'To: support@desk.example', 'Subject: Undelivered Mail Returned to Sender', `Message-ID: ${id}`, 'Auto-Submitted: auto-replied',
  'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', '', '--b', 'Content-Type: text/plain', '', 'I am sorry.', '--b', 'Content-Type: message/delivery-status', '',
  'Reporting-MTA: dns; relay.example', '', `Final-Recipient: rfc822; ${about.recipient}`, `Action: ${about.action ?? 'failed'}`, `Status: ${about.status ?? '5.1.1'}`, 'Diagnostic-Code: smtp; 550 user unknown', '',
  '--b', 'Content-Type: text/rfc822-headers', '', `Message-ID: ${about.messageId}`, 'Subject: Re: x', '', '--b--', ''].join('\r\n'))
