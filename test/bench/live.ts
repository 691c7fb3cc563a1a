/** How long a word takes from one screen to the other: a visitor's to the agent, an agent's to the visitor, beside a bare notification of the same database. */
import { setTimeout as sleep } from 'node:timers/promises'
import { openPool } from '../../platform/database/index.ts'
import type { Company } from '../company.ts'
import { median } from './load.ts'

const MOST_MS = 300

interface Told { event: string; data: string }
/** A stream of events that tells whoever waits. */
async function hear(url: string, headers: Record<string, string>): Promise<{ next(is: (told: Told) => boolean): Promise<Told>; each(tell: (told: Told) => void): void; end(): void }> {
  const stop = new AbortController()
  const response = await fetch(url, { headers, signal: stop.signal })
  if (response.status !== 200) throw new Error(`${url}: ${response.status}`)
  const waiting = new Set<(told: Told) => void>()
  const read = async (): Promise<void> => {
    let rest = ''
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n')
      rest = blocks.pop()!
      for (const block of blocks) {
        const told = { event: /^event: (.*)$/m.exec(block)?.[1] ?? '', data: /^data: (.*)$/m.exec(block)?.[1] ?? '' }
        for (const tell of waiting) tell(told)
      }
    }
  }
  read().catch(() => {})
  return {
    end: () => stop.abort(),
    each: (tell) => { waiting.add(tell) },
    next: (is) => new Promise((done, fail) => {
      const late = setTimeout(() => fail(new Error('not heard within 30 s')), 30_000)
      const tell = (told: Told): void => { if (is(told)) { clearTimeout(late); waiting.delete(tell); done(told) } }
      waiting.add(tell)
    }),
  }
}

/** Milliseconds of a notification from one connection to another, `times` times. */
async function bareMs(url: string, times: number): Promise<number[]> {
  const [one, other] = [openPool(url, { max: 1 }), openPool(url, { max: 1, silentMs: null })]
  let heard: () => void = () => {}
  try {
    await other.listen('bench', () => heard())
    const taken: number[] = []
    for (let time = 0; time < times; time++) {
      const arrives = new Promise<void>((done) => { heard = done })
      const began = performance.now()
      await one`select pg_notify('bench', '')`
      await arrives
      taken.push(performance.now() - began)
    }
    return taken
  } finally {
    await one.end()
    await other.end()
  }
}

const ninetieth = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.9)]!

export async function measureLive({ url, databaseUrl, company, times }: { url: string; databaseUrl: string; company: Company; times: number }) {
  const call = async <T>(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<T> => {
    const response = await fetch(url + path, { method, headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${(await response.text()).slice(0, 200)}`)
    return await response.json() as T
  }
  const admin = { authorization: `Bearer ${company.administrator.token}` }
  const { token } = await call<{ token: string }>('POST', '/api/chat/sessions', {}, { locale: 'zh-Hant', name: '訪客' })
  const visitor = { 'x-chat': token }
  const say = (text: string) => call<{ number: number }>('POST', '/api/chat/messages', visitor, { clientKey: crypto.randomUUID().replaceAll('-', ''), text })
  const { number } = await say('請問營業時間')
  const [row] = (await call<{ rows: { id: string }[] }>('GET', `/api/requests?view=all&search=${number}`, admin)).rows
  const messages = () => call<{ rows: { body: string; state: string }[] }>('GET', `/api/requests/${row!.id}/messages`, admin)
  const [desk, page] = [await hear(`${url}/api/live`, admin), await hear(`${url}/api/chat/stream?have=0`, visitor)]
  try {
    const [toAgent, toVisitor]: [number[], number[]] = [[], []]
    for (let time = 0; time < times; time++) {
      const arrives = desk.next(({ event, data }) => event === 'event' && data.includes('request.customer-wrote') && data.includes(row!.id))
      const began = performance.now()
      await Promise.all([say(`再問一次 ${time}`), arrives])
      if (!(await messages()).rows.some(({ body }) => body === `再問一次 ${time}`)) throw new Error('told of a message that is not there')
      toAgent.push(performance.now() - began)
      await sleep(50)
    }
    // A reply is held for ten seconds; from the moment it goes, which is its event's, to the visitor's page.
    const released: number[] = []
    desk.each(({ event, data }) => { if (event === 'event' && data.includes('request.replied') && data.includes(row!.id)) released.push(Date.parse((JSON.parse(data) as { at: string }).at)) })
    const came: Promise<number>[] = []
    for (let time = 0; time < Math.min(times, 20); time++) {
      came.push(page.next(({ event, data }) => event === 'messages' && data.includes(`答覆 ${time} 號`)).then(() => Date.now()))
      await call('POST', `/api/requests/${row!.id}/messages`, admin, { kind: 'reply', text: `答覆 ${time} 號` })
      await sleep(200)
    }
    const arrived = await Promise.all(came)
    for (const [nr, at] of arrived.entries()) toVisitor.push(at - released[nr]!)
    const bare = await bareMs(databaseUrl, times)
    const line = (what: string, taken: readonly number[]) => ({
      what, figures: `median ${median(taken).toFixed(0)} ms, nine in ten within ${ninetieth(taken).toFixed(0)} ms; bare notification ${median(bare).toFixed(1)} ms; bound ${MOST_MS} ms`, ratio: ninetieth(taken) / MOST_MS, most: 1,
    })
    return [line('from the visitor to the agent’s page', toAgent), line('from a reply that went out to the visitor', toVisitor)]
  } finally {
    desk.end()
    page.end()
  }
}
