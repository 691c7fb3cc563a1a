/** The live side of the chat: what arrives at a connected page, when, and after a gap. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../../test/harness.ts'
import { staffed, type Staffed } from '../../../test/people.ts'
import type { ChatState, NewMessages } from './contract.ts'

let desk: TestDesk
let people: Staffed
beforeAll(async () => { desk = await openDesk(); people = await staffed(desk) })
afterAll(() => desk.close())
// A test that fails half-way leaves no page behind for the next to count.
const open = new Set<Listening>()
afterEach(() => { for (const page of open) page.end(); open.clear() })

interface Heard { event: string; data: unknown; at: number }
interface Listening { heard: Heard[]; until<T>(event: string, is?: (data: T) => boolean): Promise<Heard & { data: T }>; end(): void }
async function listen(token: string, have = 0): Promise<Listening> {
  const stop = new AbortController()
  const response = await fetch(`${desk.url}/api/chat/stream?have=${have}`, { headers: { 'x-chat': token }, signal: stop.signal })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const heard: Heard[] = []
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  const read = async () => {
    let rest = ''
    for (;;) {
      const { value: chunk, done } = await reader.read()
      if (done) return
      const blocks = (rest + chunk).split('\n\n')
      rest = blocks.pop()!
      for (const block of blocks) heard.push({ event: /^event: (.*)$/m.exec(block)![1]!, data: JSON.parse(/^data: (.*)$/m.exec(block)![1]!), at: performance.now() })
    }
  }
  read().catch(() => {})
  const page: Listening = {
    heard,
    // The client's abort signal is forgotten once its request is collected; giving up the body is not.
    end: () => { stop.abort(); reader.cancel().catch(() => {}) },
    async until(event, is = () => true) {
      for (let i = 0; i < 500; i++) {
        const found = heard.find((one) => one.event === event && is(one.data as never))
        if (found) return found as never
        await new Promise((wake) => setTimeout(wake, 10))
      }
      throw new Error(`${event} was not heard; only ${JSON.stringify(heard)}`)
    },
  }
  open.add(page)
  return page
}
const hex = () => crypto.randomUUID().replaceAll('-', '')
const start = async () => (await desk.call<{ token: string }>('POST', '/api/chat/sessions', { body: { locale: 'zh-Hant', page: 'https://shop.example/a?secret=1#x' } })).body.token
const say = (token: string, text: string) => desk.call<{ id: string; number: number }>('POST', '/api/chat/messages', { headers: { 'x-chat': token }, body: { clientKey: hex(), text } })
const request = async (number: number) => (await desk.app.pool<{ id: string; holderId: string }[]>`select id, holder_id from requests.request where number = ${number}`)[0]!
const tokenOf = (id: string) => [...people.agents, people.lead].find((person) => person.id === id)!.token

test('4.1-b an answer reaches the visitor as it is released, a note never, and is known as read', async () => {
  const token = await start()
  const page = await listen(token)
  expect((await page.until<ChatState>('state')).data).toMatchObject({ request: null, availability: { isOpen: true } })
  const { body } = await say(token, '請問帳單')
  await page.until<NewMessages>('messages', ({ rows: [first] }) => first?.text === '請問帳單')
  expect((await page.until<ChatState>('state', (state) => state.request !== null)).data).toMatchObject({ queue: { place: 1, waitMinutes: null }, request: { number: body.number } })
  const { id, holderId } = await request(body.number)
  await desk.call('PUT', `/api/requests/${id}/viewing`, { token: tokenOf(holderId), body: { typing: 'note' } })
  await desk.call('PUT', `/api/requests/${id}/viewing`, { token: tokenOf(holderId), body: { typing: 'reply' } })
  await page.until<{ name: string | null }>('typing', ({ name }) => name !== null)
  expect(page.heard.filter((one) => one.event === 'typing').map((one) => (one.data as { name: string | null }).name !== null)).toEqual([false, true])
  await desk.call('POST', `/api/requests/${id}/messages`, { token: tokenOf(holderId), body: { kind: 'note', text: 'canary' } })
  await desk.call('POST', `/api/requests/${id}/messages`, { token: tokenOf(holderId), body: { kind: 'reply', text: '您好，本月帳單已寄出' } })
  await say(token, '還有一件事')
  desk.clock.advance(10_000)
  const released = performance.now()
  await desk.settle()
  // What the visitor said a moment ago may come along.
  const { data, at } = await page.until<NewMessages>('messages', ({ rows }) => rows.some((row) => row.from === 'us'))
  expect(at - released).toBeLessThan(1_500)
  const answers = data.rows.filter((row) => row.from === 'us')
  expect(answers).toMatchObject([{ text: '您好，本月帳單已寄出' }])
  const [answer] = answers as [NewMessages['rows'][number]]
  expect(people.agents.concat(people.lead).map((person) => person.name)).toContain(answer.author)
  await page.until<ChatState>('state', (state) => state.request !== null && state.queue === null)
  const state = async () => (await desk.app.pool<{ state: string }[]>`select state from requests.message where id = ${answer.id}`)[0]!.state
  expect(await state()).toBe('sent')
  await desk.call('PUT', '/api/chat/seen', { headers: { 'x-chat': token }, body: { ids: [answer.id], isRead: false } })
  expect(await state()).toBe('delivered')
  await desk.call('PUT', '/api/chat/seen', { headers: { 'x-chat': token }, body: { ids: [answer.id], isRead: true } })
  expect(await state()).toBe('read')
  expect(JSON.stringify(page.heard)).not.toContain('canary')
  page.end()
  expect((await desk.app.pool`select page from channels.chat_session where request_id = ${id}`)[0]).toEqual({ page: 'https://shop.example/a' })
})

test('4.1-b a page that was away gets what it missed, and nothing again that it has', async () => {
  const token = await start()
  const { body } = await say(token, '一')
  const { id, holderId } = await request(body.number)
  await desk.call('POST', `/api/requests/${id}/messages`, { token: tokenOf(holderId), body: { kind: 'reply', text: '二' } })
  await say(token, '三')
  const first = await listen(token, 2)
  await first.until('state')
  expect(first.heard.some((one) => one.event === 'messages')).toBe(false)
  first.end()
  // The reply was written before the third word and released after it: it is older and still new.
  await desk.pass(10_000)
  const second = await listen(token, 2)
  expect((await second.until<NewMessages>('messages')).data.rows.map((row) => row.text)).toEqual(['一', '二', '三'])
  second.end()
})

test('4.1-b when nobody is there the visitor is told until when, and told again when somebody comes', async () => {
  const { run } = await import('../../../platform/context.ts')
  const { setPresence } = await import('../../staff/index.ts')
  const everybody = [...people.agents, people.lead]
  const presence = (to: 'online' | 'offline') => run(desk.app, {}, async (ctx) => { for (const person of everybody) await setPresence(ctx, person.id, to) })
  const token = await start()
  const page = await listen(token)
  await page.until<ChatState>('state', (state) => state.availability.isOpen)
  await presence('offline')
  await page.until<ChatState>('state', (state) => !state.availability.isOpen)
  await presence('online')
  page.heard.length = 0
  await page.until<ChatState>('state', (state) => state.availability.isOpen)
  desk.clock.set(Date.parse('2026-03-06T12:00:00.000Z'))
  const closed = await desk.call<{ isOpen: boolean; opensAt: string }>('GET', '/api/chat/availability')
  expect(closed.body).toEqual({ isOpen: false, opensAt: '2026-03-09T01:00:00.000Z' })
  page.end()
})

const everybodyGone = async () => {
  for (let i = 0; desk.app.book.subscribers && i < 500; i++) await new Promise((wake) => setTimeout(wake, 10))
  expect(desk.app.book.subscribers).toBe(0)
}

test('4.1-b who leaves while connecting is forgotten, and takes nobody along', async () => {
  const token = await start()
  const leave = async (ms: number) => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), ms)
    await fetch(`${desk.url}/api/chat/stream`, { headers: { 'x-chat': token }, signal: stop.signal }).catch(() => {})
  }
  await Promise.all(Array.from({ length: 60 }, (_, i) => leave(i / 4)))
  await everybodyGone()
  const [, stays] = await Promise.all([leave(3), listen(token), leave(5)])
  await stays.until('state')
  expect(desk.app.book.subscribers).toBe(1)
  stays.end()
  await everybodyGone()
})

test('4.1-b five hundred connected visitors hold one subscription', async () => {
  const pages = await Promise.all(Array.from({ length: 500 }, async () => listen(await start())))
  expect(desk.app.book.subscribers).toBe(1)
  expect(pages).toHaveLength(500)
  for (const page of pages) page.end()
  await everybodyGone()
})
