import fc from 'fast-check'
import iconv from 'iconv-lite'
import { test, expect } from 'vitest'
import { parseMail } from './parse.ts'
import { readTnef, rtfToText, unpackRtf } from './tnef.ts'

const u16 = (value: number): Buffer => { const buffer = Buffer.alloc(2); buffer.writeUInt16LE(value); return buffer }
const u32 = (value: number): Buffer => { const buffer = Buffer.alloc(4); buffer.writeUInt32LE(value); return buffer }

function attribute(level: number, id: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([level]), u32(id), u32(data.length), data, u16(data.reduce((sum, byte) => (sum + byte) & 0xffff, 0))])
}

function property(type: number, id: number, data: Buffer): Buffer {
  return Buffer.concat([u16(type), u16(id), u32(1), u32(data.length), data, Buffer.alloc((4 - (data.length % 4)) % 4)])
}

const stream = (...attributes: Buffer[]): Buffer => Buffer.concat([u32(0x223e9f78), u16(1), ...attributes])
const wide = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le')

const winmail = stream(
  attribute(1, 0x00069007, Buffer.concat([u32(936), u32(0)])),
  attribute(1, 0x0002800c, Buffer.concat([iconv.encode('合同已附上', 'gbk'), Buffer.from([0])])),
  attribute(2, 0x00069002, Buffer.alloc(14)),
  attribute(2, 0x00018010, Buffer.concat([iconv.encode('HETONG~1.DOC', 'gbk'), Buffer.from([0])])),
  attribute(2, 0x0006800f, Buffer.from('contents of the file')),
  attribute(2, 0x00069005, Buffer.concat([u32(3), u16(3), u16(0x3705), u32(1), property(0x1f, 0x3707, wide('合同 二〇二五.docx')), property(0x1e, 0x370e, Buffer.from('application/msword\0'))])),
)

test('winmail.dat gives its files and, when the mail has no text, its body', async () => {
  expect(readTnef(winmail)).toMatchObject({ text: '合同已附上', isBroken: false, attachments: [{ name: '合同 二〇二五.docx', contentType: 'application/msword' }] })
  const mail = await parseMail(Buffer.from(`From: a@b.test\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n${winmail.toString('base64')}`))
  expect(mail.text).toBe('合同已附上')
  expect(mail.attachments.map(({ name, size }) => ({ name, size }))).toEqual([{ name: '合同 二〇二五.docx', size: 20 }])
  expect(mail.oddities.map(oddity => oddity.code)).toContain('tnef-unpacked')
})

test('a stream that breaks off keeps what came before and the whole file', async () => {
  const cut = winmail.subarray(0, winmail.length - 30)
  expect(readTnef(cut)).toMatchObject({ isBroken: true, text: '合同已附上' })
  const mail = await parseMail(Buffer.from(`From: a@b.test\r\nContent-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n${cut.toString('base64')}`))
  expect(mail.attachments.length).toBe(2)
  expect(mail.oddities.map(oddity => oddity.code)).toContain('tnef-broken')
})

test('compressed RTF: the example of the specification, and Chinese text', () => {
  // [MS-OXRTFCP] 4.1.1: "{\rtf1 WXYZWXYZWXYZWXYZWXYZ}" refers back into what it has just written.
  const packed = Buffer.from('1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0', 'hex')
  expect(unpackRtf(packed)).toBe('{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}')
  const rtf = "{\\rtf1\\ansi\\ansicpg936{\\fonttbl{\\f0 SimSun;}}{\\*\\generator x;}\\f0\\pard \\'ba\\'cf\\'cd\\'ac\\par \\u24037?\\u21333?\\tab a\\{b\\}}"
  expect(rtfToText(rtf)).toBe('合同\n工单\ta{b}')
  const plain = Buffer.concat([u32(rtf.length + 12), u32(rtf.length), Buffer.from('MELA'), u32(0), Buffer.from(rtf, 'latin1')])
  const body = stream(attribute(1, 0x00069003, Buffer.concat([u32(1), property(0x102, 0x1009, plain)])))
  expect(readTnef(body)?.text).toBe('合同\n工单\ta{b}')
})

test('property: no bytes make it throw or grow', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2_000 }), bytes => {
    readTnef(Buffer.concat([u32(0x223e9f78), u16(0), bytes]))
    unpackRtf(Buffer.concat([u32(0), u32(0xffffffff), Buffer.from('LZFu'), u32(0), bytes]))
    rtfToText(Buffer.from(bytes).toString('latin1'))
  }), { numRuns: 200 })
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(winmail.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 10 }), edits => {
    const bytes = Buffer.from(winmail)
    for (const [at, byte] of edits) bytes[at] = byte
    readTnef(bytes)
  }), { numRuns: 1_000 })
})
