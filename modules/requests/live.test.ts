/** The stream itself, without a desk behind it: what a line may owe before it is given up. */
import Fastify from 'fastify'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from 'vitest'
import type { Actor } from '../../platform/access/index.ts'
import type { StoredEvent } from '../../platform/events/book.ts'
import { concerns, openStream, type Stream } from './live.ts'

test('1.3-c 7.2-b whoever a thing is taken from or given to hears of it, whatever else they may not hear', () => {
  const lead: Actor = { kind: 'agent', id: 'lead', name: '', permissions: new Set(['requests.read']), scope: 'team', teamIds: ['t'] }
  const event = (data: Record<string, unknown>): StoredEvent => ({ id: 'e', type: 'alarm.owner-changed', subject: 'a', teamId: null, actorKind: 'system', actorId: null, at: '', data, seq: 1, xid: '1' })
  expect(concerns(lead, event({ before: { owner: 'lead' }, after: { owner: 'admin' } }))).toBe(true)
  expect(concerns(lead, event({ before: { owner: 'admin' }, after: { owner: 'lead' } }))).toBe(true)
  expect(concerns(lead, event({ kind: 'metric', owner: 'lead' }))).toBe(true)
  expect(concerns(lead, event({ kind: 'metric', owner: 'admin', before: null, note: { by: 'lead' } }))).toBe(false)
  expect(concerns({ ...lead, kind: 'system', id: null }, event({ owner: null }))).toBe(false)
})

test('7.2-a a slow line gets a long first answer to its end, and is cut off when more and more waits behind it', async () => {
  const server = Fastify()
  let stream!: Stream
  server.get('/', (request, reply) => { stream = openStream(request, reply) })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1').pause()
  socket.on('error', () => {})
  try {
    socket.write('GET / HTTP/1.1\r\nhost: desk.example\r\n\r\n')
    await expect.poll(() => stream).toBeDefined()
    let hasEnded = false
    stream.onEnd(() => { hasEnded = true })
    // More than the kernel holds for a socket that nobody reads.
    const first = 'x'.repeat(24 * 1024 * 1024)
    stream.send('first', first)
    stream.send('next', 'y'.repeat(100 * 1024))
    expect(hasEnded).toBe(false)
    let read = 0
    let tail = ''
    socket.on('data', (part: Buffer) => { read += part.length; tail = (tail + part.toString('latin1')).slice(-300 * 1024) })
    socket.resume()
    await expect.poll(() => tail.includes('event: next'), { timeout: 20_000 }).toBe(true)
    expect(read).toBeGreaterThan(first.length)
    socket.pause()
    for (let count = 0; count < 400 && !hasEnded; count++) { stream.send('more', 'z'.repeat(100 * 1024)); await new Promise(setImmediate) }
    expect(hasEnded).toBe(true)
  } finally {
    socket.destroy()
    await server.close()
  }
})
