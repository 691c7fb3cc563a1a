/** Servers of the mail providers most small companies here use, so that the address alone fills the form in. */
import type { ServerIn } from '../mail/contract.ts'

type Place = Pick<ServerIn, 'host' | 'port' | 'tls'>
export interface Provider { imap: Place; smtp: Place; /** The provider wants a password made for programs, not the person's own. */ needsAppPassword: boolean }

const at = (imap: string, smtp: string, needsAppPassword = true): Provider => ({ imap: { host: imap, port: 993, tls: 'tls' }, smtp: { host: smtp, port: 465, tls: 'tls' }, needsAppPassword })

const known: Record<string, Provider> = {
  'gmail.com': at('imap.gmail.com', 'smtp.gmail.com'),
  'yahoo.com': at('imap.mail.yahoo.com', 'smtp.mail.yahoo.com'), 'yahoo.com.tw': at('imap.mail.yahoo.com', 'smtp.mail.yahoo.com'),
  'qq.com': at('imap.qq.com', 'smtp.qq.com'), 'foxmail.com': at('imap.qq.com', 'smtp.qq.com'),
  '163.com': at('imap.163.com', 'smtp.163.com'), '126.com': at('imap.126.com', 'smtp.126.com'), 'yeah.net': at('imap.yeah.net', 'smtp.yeah.net'),
  'sina.com': at('imap.sina.com', 'smtp.sina.com'), 'aliyun.com': at('imap.aliyun.com', 'smtp.aliyun.com', false),
}

/** The provider of an address; null for a company's own domain, whose servers nobody can guess. */
export const guess = (address: string): Provider | null => known[address.split('@')[1]?.trim().toLowerCase() ?? ''] ?? null
