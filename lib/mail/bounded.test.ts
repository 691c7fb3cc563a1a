import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, test, expect } from 'vitest'
import { cleanHtmlBounded, closeMailWorkers, parseMailBounded } from './bounded.ts'

afterAll(closeMailWorkers)

const shared = new URL('../../../shared/data/', import.meta.url)
const ordinary = (index: number): Buffer => Buffer.from(`From: =?gb2312?B?1cXOsA==?= <a${index}@b.test>\r\nTo: support@example.com\r\nSubject: =?utf-8?B?6YCA5qy+?= ${index}\r\nMessage-ID: <${index}@b.test>\r\nDate: Sat, 1 Mar 2025 10:20:30 +0800\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n5oKo5aW977yM5oiR6KaB55Sz6K+36YCA5qy+\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>=E6=82=A8=E5=A5=BD</p>\r\n--b--\r\n`)
const large = Buffer.from(`From: a@b.test\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n\r\n${`${'QUJD'.repeat(19)}\r\n`.repeat(300_000)}`)

test('intake: at least 200 ordinary mails a second', async () => {
  const mails = Array.from({ length: 1_000 }, (_, index) => ordinary(index))
  const start = performance.now()
  for (const raw of mails) expect(await parseMailBounded(raw)).toHaveProperty('mail.from.0.name', '张伟')
  const rate = Math.round(mails.length / ((performance.now() - start) / 1_000))
  console.log(`parsed ${rate} ordinary mails a second`)
  expect(rate).toBeGreaterThan(200)
})

test('a large mail is read in a worker, the caller keeps its bytes', async () => {
  const answer = await parseMailBounded(large)
  expect(answer).toHaveProperty('mail.attachments.0.size', 17_100_000)
  expect(large.length).toBeGreaterThan(0)
}, 20_000)

test('time-out and lack of memory quarantine the mail, end the worker and nothing else', async () => {
  expect(await parseMailBounded(large, { ms: 1 })).toEqual({ quarantined: 'time-out' })
  expect(await parseMailBounded(large, { megabytes: 8 })).toEqual({ quarantined: 'out-of-memory' })
  expect(await parseMailBounded(large, { maxBytes: 1_000 })).toEqual({ quarantined: 'too-large' })
  const answers = await Promise.all([1, 2, 3, 4].map(() => parseMailBounded(large, { ms: 5_000 })))
  for (const answer of answers) expect(answer).toHaveProperty('mail')
}, 60_000)

test('long HTML is cleaned in a worker; the text stands in when it fails', async () => {
  const html = `${'<p style="color:red">您好</p>'.repeat(5_000)}<script>alert(1)</script>`
  const clean = await cleanHtmlBounded(html, {}, '您好')
  expect(clean.html).toContain('<p style="color:red">您好</p>')
  expect(clean.html).not.toContain('script')
  expect(await cleanHtmlBounded(html, {}, '<您好>', { ms: 1 })).toMatchObject({ html: '<div>&lt;您好&gt;</div>', fallback: 'cleaner-failed' })
}, 20_000)

test.skipIf(!existsSync(shared))('I02 every shared mail through the bounded gate: at most 2 s each', async () => {
  let count = 0
  let quarantined = 0
  let slowest = 0
  for (const folder of ['mail/stalwart/legacy/', 'mail/stalwart/malformed/', 'mail/stalwart/rfc/', 'mail/stalwart/thirdparty/', 'mail/mailparser/', 'mail/php-imap/', 'security/hostile/']) {
    const at = new URL(folder, shared)
    for (const name of readdirSync(at).filter(file => /\.(?:eml|mht)$/.test(file))) {
      const raw = readFileSync(new URL(name, at))
      const start = performance.now()
      const answer = await parseMailBounded(raw)
      const took = performance.now() - start
      slowest = Math.max(slowest, took)
      expect(took, name).toBeLessThan(2_000)
      count++
      if ('quarantined' in answer) quarantined++
    }
  }
  console.log(`${count} shared mails, ${quarantined} out of bounds, slowest ${Math.round(slowest)} ms`)
  expect(quarantined).toBe(0)
}, 60_000)
