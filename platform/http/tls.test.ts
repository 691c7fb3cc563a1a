import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request as plainly } from 'node:http'
import { request } from 'node:https'
import { connect } from 'node:tls'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { StartRefusal } from '../database/refusals.ts'
import { createHttp } from './server.ts'
import { followCertificate, readCertificate } from './tls.ts'

const folder = mkdtempSync(join(tmpdir(), 'loopdesk-tls-'))
const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
async function write(name: string): Promise<{ cert: string; private: string }> {
  const made = await generate([{ name: 'commonName', value: name }], { keyType: 'ec', curve: 'P-256' })
  writeFileSync(files.key, made.private)
  writeFileSync(files.cert, made.cert)
  return made
}

const heard: ({ until: string } | { error: unknown })[] = []
let http: ReturnType<typeof createHttp>
let port: number
let unfollow: () => void
beforeAll(async () => {
  await write('first.example')
  http = createHttp({ logError: () => {}, tls: readCertificate(files), isEncrypted: true })
  http.get('/hello', async () => ({ hello: true }))
  await http.listen({ host: '127.0.0.1', port: 0 })
  port = (http.server.address() as AddressInfo).port
  unfollow = followCertificate(http.server as never, files, (outcome) => heard.push(outcome))
})
afterAll(async () => {
  unfollow()
  await http.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Greeting { protocol: string | null; name: string | undefined }
const greet = (options: object = {}): Promise<Greeting> => new Promise((done, fail) => {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options }, () => {
    done({ protocol: socket.getProtocol(), name: socket.getPeerX509Certificate()?.subject })
    socket.destroy()
  })
  socket.on('error', fail)
})

test('7.3-a C05 J03 a browser is offered TLS 1.3, 1.2 still comes in, older ones and weak ciphers do not', async () => {
  expect(await greet()).toEqual({ protocol: 'TLSv1.3', name: 'CN=first.example' })
  expect((await greet({ maxVersion: 'TLSv1.2' })).protocol).toBe('TLSv1.2')
  await expect(greet({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' })).rejects.toThrow()
  await expect(greet({ maxVersion: 'TLSv1.2', ciphers: 'AES256-SHA' })).rejects.toThrow()
})

test('C05 answers by TLS tell browsers to stay with it; a plain request to the same port is neither answered nor led on', async () => {
  const answer = await new Promise<{ status: number | undefined; hsts: unknown }>((done, fail) => {
    request({ host: '127.0.0.1', port, path: '/hello', rejectUnauthorized: false }, (response) => { response.resume(); done({ status: response.statusCode, hsts: response.headers['strict-transport-security'] }) }).on('error', fail).end()
  })
  expect(answer).toEqual({ status: 200, hsts: 'max-age=31536000' })
  await expect(new Promise((done, fail) => { plainly({ host: '127.0.0.1', port, path: '/hello' }, done).on('error', fail).end() })).rejects.toThrow()
})

test('C05 a renewed certificate is taken up without a restart; half a renewal changes nothing', async () => {
  const second = await generate([{ name: 'commonName', value: 'second.example' }], { keyType: 'ec', curve: 'P-256' })
  writeFileSync(files.cert, second.cert)
  await expect.poll(() => heard.some((outcome) => 'error' in outcome), { timeout: 15_000 }).toBe(true)
  expect((await greet()).name).toBe('CN=first.example')
  writeFileSync(files.key, second.private)
  await expect.poll(() => heard.some((outcome) => 'until' in outcome), { timeout: 15_000 }).toBe(true)
  expect((await greet()).name).toBe('CN=second.example')
}, 40_000)

test('C05 a certificate without its key is refused at the start, with the file named', async () => {
  const before = { ...files, key: join(folder, 'missing.pem') }
  expect(() => readCertificate(before)).toThrow(StartRefusal)
  writeFileSync(before.key, (await generate([{ name: 'commonName', value: 'other' }], { keyType: 'ec', curve: 'P-256' })).private)
  expect(() => readCertificate(before)).toThrow(expect.objectContaining({ code: 'start.certificate-unusable', args: expect.objectContaining({ path: files.cert }) }))
})

test('C05 behind a proxy whatever was not encrypted on its way is refused, probes excepted', async () => {
  const behind = createHttp({ logError: () => {}, isEncrypted: true, trustProxy: ['10.0.0.1'] })
  behind.get('/hello', async () => ({ hello: true }))
  behind.get('/livez', async () => ({ ok: true }))
  const call = async (remoteAddress: string, url = '/hello', headers: Record<string, string> = {}): Promise<string> => {
    const { statusCode, body } = await behind.inject({ url, remoteAddress, headers })
    return statusCode === 200 ? '200' : `${statusCode} ${(JSON.parse(body) as { fault: { code: string } }).fault.code}`
  }
  const refused = '403 http.not-encrypted'
  expect(await call('10.0.0.1', '/hello', { 'x-forwarded-proto': 'https' })).toBe('200')
  expect(await call('10.0.0.1', '/hello', { 'x-forwarded-proto': 'http' })).toBe(refused)
  expect(await call('203.0.113.9')).toBe(refused)
  expect(await call('203.0.113.9', '/hello', { 'x-forwarded-proto': 'https' })).toBe(refused)
  expect(await call('203.0.113.9', '/livez')).toBe('200')
  expect(await call('127.0.0.1')).toBe('200')
  expect(await call('127.0.0.1', '/hello', { 'x-forwarded-proto': 'http' })).toBe(refused)
  expect(await call('127.0.0.1', '/hello', { 'x-forwarded-proto': 'https' })).toBe('200')
  await behind.close()
})
