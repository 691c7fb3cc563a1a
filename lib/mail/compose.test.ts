import { createTransport } from 'nodemailer'
import { test, expect } from 'vitest'
import { composeMail, type Composition } from './compose.ts'
import { parseMail } from './parse.ts'

const base: Composition = {
  from: { name: '客服中心', address: 'support@example.com' }, to: [{ name: '', address: 'a@b.test' }], subject: '退款已處理', text: '您好，\n退款已完成。', messageId: '<1@example.com>', date: new Date('2026-03-01T02:20:00Z'),
}

async function onTheWire(composition: Composition): Promise<string> {
  const transport = createTransport({ streamTransport: true, buffer: true })
  const sent = await transport.sendMail(composeMail(composition))
  return (sent.message as Buffer).toString('utf8')
}

test('what is composed is what a mail program reads', async () => {
  const raw = await onTheWire({ ...base, references: ['<0@example.com>'], inReplyTo: '<0@example.com>', attachments: [{ name: '明細.pdf', contentType: 'application/pdf', content: Buffer.from('x') }] })
  const mail = await parseMail(Buffer.from(raw))
  expect(mail).toMatchObject({ from: [base.from], to: base.to, subject: base.subject, messageId: base.messageId, inReplyTo: ['<0@example.com>'] })
  expect(mail.text.trim()).toBe(base.text)
  expect(mail.html).toContain('您好，<br>')
  expect(mail.attachments[0]?.name).toBe('明細.pdf')
  expect(mail.date?.toISOString()).toBe('2026-03-01T02:20:00.000Z')
})

test.each([
  { subject: 'x\r\nBcc: evil@x.test' }, { subject: 'x\u2028Bcc: evil@x.test\0' }, { from: { name: 'x\r\nBcc: evil@x.test', address: 'support@example.com' } },
  { attachments: [{ name: 'x"\r\nBcc: evil@x.test.pdf', contentType: 'application/pdf', content: Buffer.from('x') }] },
])('A13 no header line and no recipient is added by %j', async part => {
  const raw = await onTheWire({ ...base, ...part })
  expect(raw.split(/\r?\n/).filter(line => /^(?:bcc|cc):/i.test(line))).toEqual([])
  const mail = await parseMail(Buffer.from(raw))
  expect([...mail.to, ...mail.cc].map(mailbox => mailbox.address)).toEqual(['a@b.test'])
})

test.each([
  { to: [{ name: '', address: '"victim@corp x"@evil.test' }] }, { to: [{ name: '', address: 'a@b.test\r\nBcc: c@d.test' }] }, { to: [{ name: '', address: 'a@b.test, c@d.test' }] }, { to: [{ name: '', address: 'Ann <a@b.test>' }] },
  { messageId: '<1@x>\r\nBcc: c@d.test' }, { inReplyTo: 'x' }, { attachments: [{ name: 'x', contentType: 'a/b\r\nBcc: c', content: Buffer.from('x') }] },
])('A14 refused rather than guessed: %j', part => {
  expect(() => composeMail({ ...base, ...part })).toThrow(TypeError)
})

test('B08 own markup is cleaned too, the mark of an automatic answer is set', () => {
  const mail = composeMail({ ...base, html: '<p>x</p><img src="cid:logo"><img src="https://example.com/l.png"><script>alert(1)</script>', isAutomatic: true })
  expect(mail.html).toBe('<p>x</p><img src="cid:logo" /><img src="https://example.com/l.png" />')
  expect(mail.headers).toMatchObject({ 'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'All' })
})
