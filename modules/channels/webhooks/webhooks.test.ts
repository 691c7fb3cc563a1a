/** Webhooks against a real HTTP server, and against addresses that must never be reached. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook as Verifier } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed, type Staffed } from '../../../test/people.ts'
import { settleAll } from '../mail/testing/peers.ts'
import { isPublicAddress } from '../network.ts'
import type { Webhook, WebhookDelivery } from './contract.ts'
import { forgetWebhooks, sendWebhook } from './deliver.ts'
import { checkUrl } from './post.ts'

interface Got { headers: IncomingHttpHeaders; body: string; path: string }
let desk: TestDesk
let people: Staffed
let receiver: Server
let base: string
let got: Got[] = []
let answer: (path: string) => { status: number; location?: string; after?: Promise<void> } = () => ({ status: 204 })

beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(chunks).toString(), path: request.url ?? '' })
      const { status, location, after } = answer(request.url ?? '')
      void Promise.resolve(after).then(() => { response.writeHead(status, location ? { location } : {}).end() })
    })
  })
  await new Promise<void>((ready) => receiver.listen(0, '127.0.0.1', ready))
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
})
afterAll(async () => { await desk.close(); receiver.closeAllConnections(); await new Promise((done) => receiver.close(done)) })
// What an attempt that was cut off left behind would be told of as well.
beforeEach(async () => { await desk.app.pool`delete from channels.webhook`; forgetWebhooks(desk.app); got = []; answer = () => ({ status: 204 }) })

const call = <T = Record<string, never>>(method: string, path: string, body?: unknown) => desk.call<T>(method, path, { token: people.admin.token, body })
const allowPrivate = async (is: boolean) => { await desk.app.pool`insert into platform.setting (key, value, at) values ('channels.network', ${desk.app.pool.json({ privateWebhooks: is } as never)}, ${desk.clock.now()}) on conflict (key) do update set value = excluded.value` }
const add = async (path = '/', types = ['request.accepted']) => (await call<Webhook & { secret: string }>('POST', '/api/webhooks', { url: base + path, types })).body
const open = async () => {
  const { body } = await desk.call<{ id: string; number: number }>('POST', '/api/requests', { token: people.intake.token, body: { subject: 'TEXT-CANARY', text: 'TEXT-CANARY', channel: 'api', customer: { name: 'NAME-CANARY', email: 'canary@customer.example' } }, headers: { 'idempotency-key': crypto.randomUUID() } })
  await settleAll(desk)
  return body
}
const deliveries = async (id: string) => (await call<{ rows: WebhookDelivery[] }>('GET', `/api/webhooks/${id}/deliveries`)).body.rows
const jobOf = (deliveryId: string) => ({ id: crypto.randomUUID(), queue: 'channels.send-webhook', lane: '', attempts: 1, runAt: '', payload: { deliveryId } })
const off = async (webhook: Webhook) => { await call('DELETE', `/api/webhooks/${webhook.id}`) }

test('3.2-a 3.1-a an event is told once, signed, without a word of anybody', async () => {
  await allowPrivate(true)
  const webhook = await add()
  expect(webhook.secret).toMatch(/^whsec_/)
  const request = await open()
  await settleAll(desk)
  expect(got).toHaveLength(1)
  const [{ headers, body }] = got as [Got]
  expect(new Verifier(webhook.secret).verify(body, headers as Record<string, string>)).toMatchObject({ type: 'request.accepted', data: { id: request.id, number: request.number, priority: expect.any(String), stage: expect.any(String), url: expect.stringContaining(request.id) } })
  expect(Object.keys(JSON.parse(body)).sort()).toEqual(['data', 'timestamp', 'type'])
  expect(body).not.toContain('CANARY')
  expect(() => new Verifier(webhook.secret).verify(body.replace(request.id, webhook.id), headers as Record<string, string>)).toThrow()
  expect((await call<{ rows: Webhook[] }>('GET', '/api/webhooks')).body.rows[0]).not.toHaveProperty('secret')
  expect(await deliveries(webhook.id)).toMatchObject([{ state: 'delivered', attempts: 1, lastStatus: 204 }])
  await off(webhook)
})

test('3.1-a F04 a try that stood still and ends after another delivered does not call the delivery back', async () => {
  await allowPrivate(true)
  const webhook = await add('/slow')
  let letGo: () => void = () => {}
  const held = new Promise<void>((resolve) => { letGo = resolve })
  answer = () => (got.length === 1 ? { status: 503, after: held } : { status: 204 })
  await desk.call('POST', '/api/requests', { token: people.intake.token, body: { subject: 'slow', text: 'slow', channel: 'api', customer: { name: '陳美玲', email: 'slow@customer.example' } } })
  await desk.app.book.dispatch(desk.app)
  const [{ id }] = await desk.app.pool<{ id: string }[]>`select id from channels.webhook_delivery where webhook_id = ${webhook.id}` as unknown as [{ id: string }]
  const first = sendWebhook(desk.app, jobOf(id))
  await expect.poll(() => got.length).toBe(1)
  await settleAll(desk)
  expect(await deliveries(webhook.id)).toMatchObject([{ state: 'delivered', attempts: 1, lastStatus: 204 }])
  letGo()
  await first
  expect(await deliveries(webhook.id)).toMatchObject([{ state: 'delivered', attempts: 1, lastStatus: 204 }])
  expect((await call<{ rows: Webhook[] }>('GET', '/api/webhooks')).body.rows).toContainEqual(expect.objectContaining({ id: webhook.id, state: 'ok' }))
  await off(webhook)
})

test('3.1-a what is refused is tried for a day, then kept as failed, and can be sent again under the same id', { timeout: 120_000 }, async () => {
  const webhook = await add('/down')
  answer = () => ({ status: 503 })
  await open()
  expect(got).toHaveLength(1)
  await settleAll(desk, 4_000)
  expect(got).toHaveLength(1)
  await settleAll(desk, 1_500)
  expect(got).toHaveLength(2)
  let hours = 0
  for (; hours < 30 && (await deliveries(webhook.id))[0]!.state === 'waiting'; hours += 0.25) await settleAll(desk, 900_000)
  expect(hours).toBeGreaterThan(20)
  expect(hours).toBeLessThanOrEqual(24)
  const [failed] = await deliveries(webhook.id)
  expect(failed).toMatchObject({ state: 'failed', lastStatus: 503, lastWhy: 'channels.webhooks.refused' })
  const tries = got.length
  expect(tries).toBeGreaterThanOrEqual(8)
  answer = () => ({ status: 200 })
  expect((await call('PUT', `/api/webhooks/${webhook.id}/deliveries/${failed!.id}/sending`)).status).toBe(200)
  await settleAll(desk)
  expect((await deliveries(webhook.id))[0]).toMatchObject({ state: 'delivered', lastStatus: 200 })
  expect(got).toHaveLength(tries + 1)
  expect(new Set(got.map((one) => one.headers['webhook-id'])).size).toBe(1)
  await off(webhook)
})

test('3.1-a F01a redirects are not followed and 410 ends it', async () => {
  const webhook = await add('/moved')
  answer = (path) => (path === '/moved' ? { status: 302, location: `${base}/elsewhere` } : { status: 410 })
  await open()
  expect(got.map((one) => one.path)).toEqual(['/moved'])
  const gone = await add('/gone')
  await open()
  const shown = (await call<{ rows: Webhook[] }>('GET', '/api/webhooks')).body.rows.find((row) => row.id === gone.id)
  expect(shown).toMatchObject({ isActive: false, state: 'gone' })
  expect(await deliveries(gone.id)).toMatchObject([{ state: 'failed', attempts: 1 }])
  await off(webhook)
  await off(gone)
})

test('3.1-a F01a a webhook leads to no inner address: not by number, name, spelling, or a name that changes its mind', async () => {
  const webhook = await add('/inner')
  await allowPrivate(false)
  for (const url of ['http://example.com/', 'https://127.0.0.1/', 'https://0x7f.1/', 'https://2130706433/', 'https://[::1]/', 'https://[::ffff:10.0.0.1]/', 'https://169.254.169.254/latest', 'https://localhost/', 'https://db.internal/', 'https://user:pass@example.com/', 'ftp://example.com/'])
    expect((await call<{ fault: { code: string } }>('POST', '/api/webhooks', { url, types: ['request.accepted'] })).status, url).toBe(422)
  for (const address of ['10.1.2.3', '172.31.0.1', '192.168.1.1', '100.64.0.1', '0.0.0.0', '224.0.0.1', '::1', '::', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '64:ff9b::a00:1', '2002:7f00:1::']) expect(isPublicAddress(address), address).toBe(false)
  for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1111']) expect(isPublicAddress(address), address).toBe(true)
  expect(checkUrl('https://hooks.example.com/x', { mailPorts: [], clearText: false, privateWebhooks: false }).host).toBe('hooks.example.com')
  await open()
  expect(got).toHaveLength(0)
  expect(await deliveries(webhook.id)).toMatchObject([{ state: 'waiting', lastStatus: null, lastWhy: 'channels.webhooks.address-refused' }])
  await off(webhook)
  await allowPrivate(true)
})

test('3.1-a only wanted events of after the webhook are told, and a slow receiver holds up no other', async () => {
  const early = await open()
  const rated = await add('/rated', ['request.closed', 'request.taken'])
  forgetWebhooks(desk.app)
  const request = await open()
  const holder = await desk.call('PUT', `/api/requests/${request.id}/holder`, { token: people.agents[0]!.token })
  expect(holder.status).toBe(200)
  await settleAll(desk)
  const told = got.map((one) => JSON.parse(one.body) as { type: string; data: { id: string } })
  expect(told.every((one) => one.type === 'request.taken' && one.data.id === request.id)).toBe(true)
  expect(told.some((one) => one.data.id === early.id)).toBe(false)
  expect((await desk.call('GET', '/api/webhooks', { token: people.agents[0]!.token })).status).toBe(403)
  await off(rated)
})
