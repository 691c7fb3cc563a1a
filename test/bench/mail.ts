/** Mails a second through the whole gate: a real Dovecot with a full mailbox, read by the running program. */
import { setTimeout as sleep } from 'node:timers/promises'
import { dovecotPath, startDovecot } from '../../modules/channels/mail/testing/dovecot.ts'
import { letter } from '../../modules/channels/mail/testing/peers.ts'
import { openPool } from '../../platform/database/index.ts'

const LEAST_A_SECOND = 200
const TEXT = '您好，家裡的寬頻從今天早上八點開始就一直斷線，重開數據機也沒有用，燈號是紅色的，麻煩盡快派人處理，我下午要開線上會議。\r\n\r\n謝謝，陳美玲'

/** Null when there is no Dovecot. `token` is an administrator's. */
export async function measureMail(url: string, databaseUrl: string, token: string, count: number): Promise<{ what: string; figures: string; ratio: number; most: number } | null> {
  if (!dovecotPath) return null
  const db = openPool(databaseUrl, { max: 1, name: 'bench-mail' })
  const imap = await startDovecot()
  try {
    imap.deliver(Array.from({ length: count }, (_, number) => letter({ from: `陳美玲 <customer-${number % 1000}@customer.example>`, subject: `寬頻斷線 ${number}`, text: TEXT, id: `<bench-${number}@customer.example>` })))
    await db`insert into platform.setting (key, value, at) values ('channels.network', ${db.json({ mailPorts: [imap.port] })}, now()) on conflict (key) do update set value = excluded.value`
    const answer = await fetch(`${url}/api/mailboxes`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({
      name: '客服中心', address: 'support@desk.example', smtp: null, acknowledges: false, takesExisting: true, imap: { host: '127.0.0.1', port: imap.port, tls: 'none', user: 'desk', password: imap.password } }) })
    if (answer.status !== 201) throw new Error(`mailbox: ${answer.status} ${await answer.text()}`)
    const arrived = async (): Promise<number> => (await db<{ count: number }[]>`select count(*)::int as count from channels.mail where verdict = 'request'`)[0]!.count
    let began = 0
    let first = 0
    const deadline = performance.now() + 120_000
    for (;;) {
      const now = await arrived()
      if (now && !began) { began = performance.now(); first = now }
      if (now >= count) break
      if (performance.now() > deadline) throw new Error(`only ${now} of ${count} mails became requests`)
      await sleep(20)
    }
    const rate = ((count - first) * 1000) / (performance.now() - began)
    return { what: `${count} mails from a mailbox to requests`, figures: `${rate.toFixed(0)} a second, bound ${LEAST_A_SECOND} a second`, ratio: LEAST_A_SECOND / rate, most: 1 }
  } finally {
    await imap.stop()
    await db.end()
  }
}
