/** Attacks by files: what goes in as an upload or an attachment, and how it may leave again. */
import { crc32, deflateRawSync, deflateSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { takeIn } from '../../modules/channels/mail/take.ts'
import { mailboxFor } from '../../modules/channels/mail/testing/peers.ts'
import { openBrowser, type Share } from '../browser.ts'
import { openDesk, type TestDesk } from '../harness.ts'
import { canTravel } from '../journeys/desk.ts'
import { type Staffed, staffed } from '../people.ts'

let desk: TestDesk
let people: Staffed
let browser: Share | undefined
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  if (canTravel) browser = await openBrowser()
})
afterAll(async () => { await browser?.close(); await desk.close() })

interface Stored { id: string; name: string; contentType: string; size: number }
async function upload(bytes: string | Uint8Array, name: string, type = 'application/octet-stream', headers: Record<string, string> = { authorization: `Bearer ${people.admin.token}` }, path = '/api/attachments') {
  const form = new FormData()
  form.set('file', new Blob([bytes as never], { type }), name)
  const response = await fetch(desk.url + path, { method: 'POST', headers, body: form })
  return { status: response.status, body: await response.json() as Stored }
}
const fetchFile = (id: string, query = '', token = people.admin.token, headers: Record<string, string> = {}) => fetch(`${desk.url}/api/attachments/${id}${query}`, { headers: { authorization: `Bearer ${token}`, ...headers } })
const visitor = () => crypto.randomUUID().replaceAll('-', '')
const ask = (attachmentIds: string[], who: string) => desk.call<{ number: number; token: string; fault?: { code: string } }>('POST', '/api/portal/requests', { body: { key: crypto.randomUUID(), visitor: who, name: '陳', email: `${who}@customer.example`, subject: '附件', text: '請看附件', locale: 'zh-Hant', attachmentIds } })

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type), data])
  const head = Buffer.alloc(4); head.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4); sum.writeUInt32BE(crc32(body))
  return Buffer.concat([head, body, sum])
}
/** A real PNG of the given size, black, as small as zlib makes it; `declared` lies about nothing but stands in the header. */
function png(width: number, height: number, extra: Uint8Array = Buffer.alloc(0), rows = height): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0); header.writeUInt32BE(height, 4); header.set([1, 0, 0, 0, 0], 8)
  const line = Buffer.alloc(1 + Math.ceil(width / 8))
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), chunk('IHDR', header), extra, chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: rows }, () => line)))), chunk('IEND', Buffer.alloc(0))])
}
const HTML = '<script>document.title="RAN"</script><img src=x onerror="document.title=\'RAN\'">'
const GIF = Buffer.concat([Buffer.from('GIF89a'), Buffer.from([1, 0, 1, 0, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b])])

const active: [string, string, string | Uint8Array][] = [
  ['page.html', 'text/html', HTML], ['page.htm', 'application/xhtml+xml', `<html xmlns="http://www.w3.org/1999/xhtml"><body>${HTML}</body></html>`], ['drawing.svg', 'image/svg+xml', `<svg xmlns="http://www.w3.org/2000/svg" onload="document.title='RAN'"><script>document.title="RAN"</script></svg>`],
  ['data.xml', 'text/xml', '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#x"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">document.title="RAN"</x:script>'], ['saved.mht', 'multipart/related', `MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n${HTML}`],
  ['link.url', 'application/internet-shortcut', '[InternetShortcut]\nURL=javascript:alert(1)'], ['script.js', 'text/javascript', 'document.title="RAN"'], ['sheet.css', 'text/css', '*{background:url(//evil.example)}'], ['style.xsl', 'application/xslt+xml', '<x/>'],
]
const lies: [string, string, Uint8Array][] = [
  ['png-html.png', 'image/png', Buffer.concat([png(1, 1), Buffer.from(HTML)])], ['png-comment.html', 'text/html', png(1, 1, chunk('tEXt', Buffer.from(`Comment\0${HTML}`)))], ['gif-js.gif', 'image/gif', Buffer.concat([GIF, Buffer.from('=1;document.title="RAN"')])],
  ['html-first.png', 'image/png', Buffer.from(`${HTML}\x89PNG`)], ['pdf.pdf', 'application/pdf', Buffer.from(`%PDF-1.4\n${HTML}`)], ['zip.jpg', 'image/jpeg', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('PK\x03\x04'), Buffer.from(HTML)])], ['utf16.txt', 'text/plain', Buffer.from(`\ufeff${HTML}`, 'utf16le')], ['svg.jpg', 'image/jpeg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')],
]

test('C01f B07 what a browser could run leaves as a download in a sandbox, under no type of the sender’s', async () => {
  for (const [name, type, bytes] of active) {
    const { status, body } = await upload(bytes, name, type)
    expect(status, name).toBe(201)
    for (const query of ['', '?inline=true', '?inline=false']) {
      const { headers } = await fetchFile(body.id, query)
      expect(headers.get('content-type'), name + query).toBe('application/octet-stream')
      expect(headers.get('content-disposition'), name + query).toMatch(/^attachment;/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'; sandbox(?! allow)/)
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    }
    const who = visitor()
    const theirs = await upload(bytes, name, type, { 'x-visitor': who }, '/api/portal/files')
    const { body: asked } = await ask([theirs.body.id], who)
    const { headers } = await fetch(`${desk.url}/api/portal/requests/${asked.token}/files/${theirs.body.id}`)
    expect([headers.get('content-type'), headers.get('content-disposition')!.slice(0, 10), headers.get('content-security-policy')?.includes('sandbox')]).toEqual(['application/octet-stream', 'attachment', true])
  }
})

test('C02f C04f a file with two natures is at most a picture, and nothing of it runs as a page or a script', async () => {
  const context = await browser?.newContext({ extraHTTPHeaders: { authorization: `Bearer ${people.admin.token}` } })
  for (const [name, type, bytes] of lies) {
    const { body } = await upload(bytes, name, type)
    const answer = await fetchFile(body.id, '?inline=true')
    expect(['image/png', 'image/gif', 'image/jpeg', 'application/octet-stream'], name).toContain(answer.headers.get('content-type'))
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    if (!context) continue
    const page = await context.newPage()
    await page.goto(`${desk.url}/api/attachments/${body.id}?inline=true`).catch(() => {})
    expect(await page.title().catch(() => ''), name).not.toBe('RAN')
    await page.goto(`${desk.url}/livez`)
    expect(await page.evaluate((src) => new Promise((done) => { const script = document.createElement('script'); script.onload = () => done('ran'); script.onerror = () => done('refused'); script.src = src; document.head.append(script) }), `/api/attachments/${body.id}?inline=true`), name).toBe('refused')
    await page.close()
  }
  await context?.close()
  for (const name of ['shell.php', 'shell.jsp', 'run.exe', 'run.sh', '.htaccess', 'web.config', 'index.html']) {
    const { body } = await upload('<?php echo 1', name, 'application/x-php')
    for (const path of [`/${body.name}`, `/assets/${body.name}`, `/portal-assets/${body.name}`, `/api/attachments/${body.name}`, `/uploads/${body.name}`, `/api/attachments/${body.id}/${body.name}`]) {
      const answer = await fetch(desk.url + path, { headers: { authorization: `Bearer ${people.admin.token}` } })
      expect(answer.status, path).toBe(404)
    }
  }
})

test('C03f a name is only shown: no path, no line end, no turned text, no end', async () => {
  const names: [string, RegExp][] = [['../../etc/passwd', /^passwd$/], ['..\\..\\windows\\win.ini', /^win\.ini$/], ['a\u0000.png', /^a\.png$/], ['invoice\u202Efdp.exe', /^invoicefdp\.exe$/], ['a\r\nSet-Cookie: x=1\r\n.txt', /^[^\r\n]+$/], ['\u200b.htaccess', /^htaccess$/], ['CON', /^CON$/], [`${'長'.repeat(300)}.txt`, /^.{1,200}$/], ['"; filename="evil.html', /^[^"]+$/], ["a';b=%2e%2e/c.txt", /^c\.txt$/], ['...', /^file$/], ['  ', /^file$/]]
  for (const [name, wanted] of names) {
    const boundary = 'xyz'
    const raw = Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename*=UTF-8''${encodeURIComponent(name)}\r\nContent-Type: text/plain\r\n\r\nx\r\n--${boundary}--\r\n`)
    const response = await fetch(`${desk.url}/api/attachments`, { method: 'POST', headers: { authorization: `Bearer ${people.admin.token}`, 'content-type': `multipart/form-data; boundary=${boundary}` }, body: raw })
    expect([201, 422], name).toContain(response.status)
    if (response.status === 422) continue
    const stored = await response.json() as Stored
    expect(stored.name, JSON.stringify(name)).toMatch(wanted)
    const answer = await fetchFile(stored.id)
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w.!~%-]+$/)
  }
})

const zip = (entries: [string, Buffer][]): Buffer => Buffer.concat(entries.map(([name, data]) => {
  const packed = deflateRawSync(data)
  const head = Buffer.alloc(30)
  head.writeUInt32LE(0x04034b50, 0); head.writeUInt16LE(20, 4); head.writeUInt16LE(8, 8); head.writeUInt32LE(crc32(data), 14); head.writeUInt32LE(packed.length, 18); head.writeUInt32LE(data.length, 22); head.writeUInt16LE(Buffer.byteLength(name), 26)
  return Buffer.concat([head, Buffer.from(name), packed])
}))

test('C05f C06f an archive stays the bytes it is, whatever it would become; what is too large ends early', { timeout: 60_000 }, async () => {
  const rss = process.memoryUsage().rss
  const bomb = zip([['../../../tmp/loopdesk-slipped', Buffer.from('x')], ['zeros', Buffer.alloc(100 * 1024 * 1024)]])
  expect(bomb.length).toBeLessThan(200_000)
  const began = performance.now()
  const { body } = await upload(bomb, 'bomb.zip', 'application/zip')
  const kept = Buffer.from(await (await fetchFile(body.id)).arrayBuffer())
  expect(kept.equals(bomb)).toBe(true)
  const box = await mailboxFor(desk, null)
  const taken = await takeIn(desk.app, box.id, Buffer.from(`From: zip@customer.example\r\nTo: support@desk.example\r\nMessage-ID: <zip@x>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/zip; name="bomb.zip"\r\nContent-Transfer-Encoding: base64\r\n\r\n${bomb.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n--b--\r\n`))
  expect(taken.verdict).toBe('request')
  expect(performance.now() - began).toBeLessThan(8_000)
  expect(process.memoryUsage().rss - rss).toBeLessThan(300 * 1024 * 1024)
  const { existsSync } = await import('node:fs')
  expect(existsSync('/tmp/loopdesk-slipped')).toBe(false)
  const large = Buffer.alloc(25 * 1024 * 1024 + 1)
  expect((await upload(large, 'large.bin')).status).toBe(413)
  expect((await upload(large, 'large.bin', 'x/y', { 'x-visitor': visitor() }, '/api/portal/files')).status).toBe(413)
  // Parts without end, fields without end.
  const many = new FormData()
  for (let index = 0; index < 500; index++) many.append(`field${index}`, 'x')
  many.set('file', new Blob(['x']), 'x')
  const answer = await fetch(`${desk.url}/api/attachments`, { method: 'POST', headers: { authorization: `Bearer ${people.admin.token}` }, body: many })
  expect(answer.status).toBeLessThan(500)
})

test('C08f C15f a file opens to who may see its request and to nobody else, not even by its size', async () => {
  const who = visitor()
  const file = (await upload('SECRET-BYTES', 'secret.txt', 'text/plain', { 'x-visitor': who }, '/api/portal/files')).body
  const { body: asked } = await ask([file.id], who)
  const other = (await ask([], visitor())).body
  const path = `/api/portal/requests/${asked.token}/files/${file.id}`
  expect((await fetch(desk.url + path)).status).toBe(200)
  const denied: [string, Record<string, string>][] = [[`/api/attachments/${file.id}`, {}], [`/api/attachments/${file.id}`, { authorization: `Bearer ${people.outsider.token}` }], [`/api/portal/requests/${other.token}/files/${file.id}`, {}], [`/api/portal/requests/${asked.token.slice(0, -1)}A/files/${file.id}`, {}], [`/api/portal/files/${file.id}`, { 'x-visitor': who }]]
  for (const [address, headers] of denied) {
    for (const more of [{}, { range: 'bytes=0-3' }, { 'if-none-match': '*' }, { 'if-modified-since': 'Mon, 02 Mar 2026 00:00:00 GMT' }, { 'if-range': '"x"', range: 'bytes=0-' }] as Record<string, string>[]) for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(desk.url + address, { method, headers: { ...headers, ...more } })
      expect([401, 404], `${method} ${address}`).toContain(answer.status)
      for (const name of ['etag', 'last-modified', 'content-range', 'accept-ranges']) expect(answer.headers.get(name), name).toBeNull()
      expect(answer.headers.get('content-length')).not.toBe(String(file.size))
      expect(await answer.text()).not.toContain('SECRET')
    }
  }
  expect((await fetch(desk.url + path)).headers.get('cache-control')).toBe('private, no-store')
})

test('C09f C10f ids of other people’s uploads are neither claimed nor read nor guessed', async () => {
  const [mine, theirs] = [visitor(), visitor()]
  const file = (await upload('THEIRS', 'theirs.txt', 'text/plain', { 'x-visitor': theirs }, '/api/portal/files')).body
  expect((await ask([file.id], mine)).status).toBe(422)
  const staffFile = (await upload('STAFF', 'staff.txt')).body
  expect((await ask([staffFile.id], mine)).status).toBe(422)
  const opened = await desk.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, body: { subject: 'x', text: 'x', channel: 'api', customer: { email: 'c09@customer.example' }, attachmentIds: [file.id] } })
  expect(opened.status).toBe(422)
  expect((await fetchFile(staffFile.id, '', people.agents[0]!.token)).status).toBe(404)
  const session = (await desk.call<{ token: string }>('POST', '/api/chat/sessions', { body: { locale: 'en' } })).body.token
  expect((await desk.call('POST', '/api/chat/messages', { headers: { 'x-chat': session }, body: { clientKey: crypto.randomUUID(), text: 'x', attachmentIds: [file.id] } })).status).toBe(422)
  // Once it belongs to a message it can't be taken along into another one, even by its owner.
  expect((await ask([file.id], theirs)).status).toBe(201)
  expect((await ask([file.id], theirs)).status).toBe(422)
  expect((await desk.call('DELETE', `/api/attachments/${file.id}`, { token: people.admin.token })).status).toBe(404)
  // 74 random bits behind the millisecond, and of no use without the owner's own 128.
  const ids = await Promise.all(Array.from({ length: 20 }, async () => (await upload('x', 'x')).body.id.slice(14)))
  expect(new Set(ids).size).toBe(20)
})

test('C12f no word of a caller becomes a path', async () => {
  const words = ['../../../../etc/passwd', '..%2f..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/etc/passwd', '....//....//etc/passwd', '..%252f..%252fetc%252fpasswd', '%c0%ae%c0%ae/etc/passwd', '..\\..\\etc\\passwd', '/etc/passwd', 'file:///etc/passwd', '%00/etc/passwd', '.git/config', 'node_modules/.package-lock.json', 'package.json', 'data/loopdesk.key']
  for (const base of ['/api/attachments/', '/assets/', '/portal-assets/', '/', '/r/', '/api/mails/']) for (const word of words) {
    const answer = await fetch(desk.url + base + word, { headers: { authorization: `Bearer ${people.admin.token}` } })
    const text = await answer.text()
    expect(text, base + word).not.toMatch(/root:|"lockfileVersion"|\[core\]|"dependencies"/)
    expect(answer.status, base + word).toBeLessThan(500)
  }
})

const exif = (): Buffer => {
  // Little-endian TIFF: orientation and a pointer to a GPS block with a latitude of 25°2'.
  const tiff = Buffer.alloc(120)
  tiff.write('II*\0', 0, 'latin1'); tiff.writeUInt32LE(8, 4)
  tiff.writeUInt16LE(2, 8)
  const entry = (at: number, tag: number, type: number, count: number, value: number): void => { tiff.writeUInt16LE(tag, at); tiff.writeUInt16LE(type, at + 2); tiff.writeUInt32LE(count, at + 4); tiff.writeUInt32LE(value, at + 8) }
  entry(10, 0x0112, 3, 1, 6); entry(22, 0x8825, 4, 1, 38)
  tiff.writeUInt16LE(2, 38)
  entry(40, 1, 2, 2, 'N'.charCodeAt(0)); entry(52, 2, 5, 3, 70)
  for (const [index, part] of [25, 1, 2, 1, 4242, 100].entries()) tiff.writeUInt32LE(part, 70 + index * 4)
  return tiff
}
const segment = (marker: number, data: Buffer): Buffer => { const head = Buffer.from([0xff, marker, 0, 0]); head.writeUInt16BE(data.length + 2, 2); return Buffer.concat([head, data]) }
const jpeg = (...segments: Buffer[]): Buffer => Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments, segment(0xc0, Buffer.from([8, 0, 1, 0, 1, 1, 1, 0x11, 0])), segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])), Buffer.from([0x55, 0xff, 0xd9])])

test('C13f where a picture was taken is taken out, and how it is turned stays', async () => {
  const gps = exif().subarray(70, 94)
  const xmp = Buffer.from('http://ns.adobe.com/xap/1.0/\0<x exif:GPSLatitude="25,2.4242N" exif:GPSLongitude="121,33E"/>')
  const pictures: [string, Buffer][] = [
    ['photo.jpg', jpeg(segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif()])), segment(0xe1, xmp))],
    ['photo.png', png(1, 1, Buffer.concat([chunk('eXIf', exif()), chunk('iTXt', Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\0\0\0\0'), xmp]))]))],
  ]
  const who = visitor()
  for (const [name, bytes] of pictures) {
    expect(bytes.includes(gps), 'the sample has a place').toBe(true)
    const file = (await upload(bytes, name, 'image/jpeg', { 'x-visitor': who }, '/api/portal/files')).body
    const { body: asked } = await ask([file.id], who)
    const kept = Buffer.from(await (await fetch(`${desk.url}/api/portal/requests/${asked.token}/files/${file.id}`)).arrayBuffer())
    expect(kept.includes(gps), name).toBe(false)
    expect(kept.toString('latin1'), name).not.toMatch(/GPSLatitude|25,2\.4242/)
    // Orientation 6: a quarter turn to the right.
    expect(kept.includes(Buffer.from([0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0])), name).toBe(true)
    expect(kept.length).toBe(bytes.length)
  }
  // What only looks like one, or breaks off anywhere, stays as it is or loses nothing but zeros; nothing throws.
  const [, whole] = pictures[0]!
  for (let end = 2; end < whole.length; end += 3) expect((await upload(whole.subarray(0, end), 'cut.jpg', 'image/jpeg')).status).toBe(201)
})

test('C14f a flood of pixels is no picture to show', async () => {
  for (const [name, bytes] of [['flood.png', png(60_000, 60_000, undefined, 1)], ['flood.gif', Buffer.concat([Buffer.from('GIF89a'), Buffer.from([0x60, 0xea, 0x60, 0xea, 0, 0, 0]), Buffer.alloc(10)])], ['flood.jpg', Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xc0, Buffer.from([8, 0xea, 0x60, 0xea, 0x60, 1, 1, 0x11, 0]))])]] as const) {
    const { body } = await upload(bytes, name, 'image/png')
    expect((await fetchFile(body.id, '?inline=true')).headers.get('content-type'), name).toBe('application/octet-stream')
  }
  const { body } = await upload(png(2_000, 1_000), 'usual.png', 'image/png')
  expect((await fetchFile(body.id, '?inline=true')).headers.get('content-type')).toBe('image/png')
})
