/** Clients that open requests and answer them while the installation is being killed, and write down what was acknowledged. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Company } from '../company.ts'

/** A sequence of numbers in [0, 1) that is the same for the same seed (mulberry32). */
export function numbersOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface Journal {
  /** Key → id of the request it was acknowledged as. */
  acknowledged: Map<string, string>
  /** Keys that were sent and given up without an answer. */
  abandoned: Set<string>
  /** Message ids of replies that were acknowledged. */
  replies: Set<string>
  attempts: number
  refused: number
  /** What must never be seen, in words. */
  wrong: string[]
}
export const newJournal = (): Journal => ({ acknowledged: new Map(), abandoned: new Set(), replies: new Set(), attempts: 0, refused: 0, wrong: [] })

interface Answer { status: number; body: { id?: string; rows?: { id: string; holder: { id: string } | null }[] } }
async function call(url: string, token: string, method: string, path: string, body?: unknown, key?: string): Promise<Answer | null> {
  try {
    const response = await fetch(url + path, {
      method, signal: AbortSignal.timeout(8_000), body: body === undefined ? undefined : JSON.stringify(body),
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(key ? { 'idempotency-key': key } : {}) },
    })
    return { status: response.status, body: await response.json() as Answer['body'] }
  } catch {
    return null
  }
}

// Whatever the program answers while it or its database is dying must say "try again", nothing else.
const isTransient = (answer: Answer | null): boolean => answer === null || answer.status === 503

/** Opens requests one after the other until `isOver`; retries under the same key, sometimes repeats, sometimes gives up. */
export async function openRequests(url: string, company: Company, journal: Journal, options: { name: string; random: () => number; isOver: () => boolean }): Promise<void> {
  const { name, random, isOver } = options
  for (let number = 1; !isOver(); number++) {
    const key = `${name}-${number}`
    const body = { subject: `寬頻斷線 ${key}`, text: '從早上開始斷線，請協助', channel: 'api', customer: { name: '陳美玲', email: `customer-${Math.floor(random() * 400)}@example.com` } }
    const patience = random() < 0.1 ? 1 : Infinity
    let answer: Answer | null = null
    for (let attempt = 1; attempt <= patience; attempt++) {
      journal.attempts++
      answer = await call(url, company.intakeToken, 'POST', '/api/requests', body, key)
      if (!isTransient(answer)) break
      journal.refused++
      if (isOver() && attempt > 400) break
      await sleep(30 + random() * 120)
    }
    if (isTransient(answer)) { journal.abandoned.add(key); continue }
    if (answer!.status !== 201) { journal.wrong.push(`${key}: status ${answer!.status} ${JSON.stringify(answer!.body)}`); continue }
    journal.acknowledged.set(key, answer!.body.id!)
    if (random() < 0.1) {
      const again = await call(url, company.intakeToken, 'POST', '/api/requests', body, key)
      if (!isTransient(again) && again!.body.id !== answer!.body.id) journal.wrong.push(`${key}: repeated and answered ${again!.status} ${again!.body.id} instead of ${answer!.body.id}`)
    }
    await sleep(random() * 20)
  }
}

/** An agent who accepts what is offered and answers it; every reply waits ten seconds in the queue of jobs. */
export async function answerRequests(url: string, agent: { id: string; token: string }, journal: Journal, isOver: () => boolean): Promise<void> {
  const answered = new Set<string>()
  while (!isOver()) {
    const list = await call(url, agent.token, 'GET', '/api/requests?view=mine&limit=100')
    for (const { id } of list?.body.rows ?? []) {
      if (isOver()) return
      if (answered.has(id)) continue
      const reply = await call(url, agent.token, 'POST', `/api/requests/${id}/messages`, { kind: 'reply', text: '您好，我們正在檢測線路。' }, `reply-${id}`)
      if (isTransient(reply)) break
      answered.add(id)
      if (reply!.status < 300) journal.replies.add(reply!.body.id!)
      else if (reply!.status >= 500) journal.wrong.push(`reply to ${id}: status ${reply!.status} ${JSON.stringify(reply!.body)}`)
    }
    await sleep(150)
  }
}
