/**
 * People and programs at work while things break. Each behaves as a careful client does: the same key for the same
 * command, another node when one does not answer, and a line in the journal for whatever was acknowledged.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CompanyPerson } from '../company.ts'
import { type Journal, numbersOf, type Verb } from './journal.ts'
import type { Peers } from './peers.ts'
import type { Site } from './site.ts'

interface Row { id: string; stage: string; channel: string; holder: { id: string } | null }
interface Answer { status: number; body: { id?: string; number?: number; stage?: string; rows?: Row[]; fault?: { code: string } } }

/** What callers went through since the last `reset`; of a call under way then, only what came after it. */
export interface Trouble {
  since: number
  calls: number
  /** Tries that brought no answer, or 503. */
  refused: number
  /** The most tries that one call needed after its first. */
  mostRetries: number
  /** What each try of that call met: the server's number, milliseconds, a code. */
  met: readonly string[]
  /** The longest that one call took from its first try, or the reset, to its answer. */
  longestMs: number
}
const noTrouble = (): Trouble => ({ since: performance.now(), calls: 0, refused: 0, mostRetries: 0, met: [], longestMs: 0 })

export interface Load {
  trouble: Trouble
  /** Calls answered since the beginning. */
  readonly answered: number
  reset(): void
  /** Ends after what is under way. */
  stop(): Promise<void>
}
export interface LoadOptions { seed: number; programs: number; mailEveryMs: number }

const NO_ANSWER = 0
// Whatever is answered while the program or its database is dying must say "try again", nothing else.
const isTransient = (answer: Answer): boolean => answer.status === NO_ANSWER || answer.status === 503

export function startLoad(site: Site, journal: Journal, peers: Peers, options: LoadOptions): Load {
  const { seed } = options
  const company = site.company
  let isOver = false
  let turn = 0
  const load = { trouble: noTrouble(), answered: 0, reset() { load.trouble = noTrouble() }, stop }

  async function once(token: string, method: string, path: string, body: unknown, key?: string, node?: number): Promise<Answer> {
    try {
      const { url } = site.servers[(node ?? turn++) % site.servers.length]!
      const response = await fetch(url + path, {
        method, signal: AbortSignal.timeout(20_000), body: body === undefined ? undefined : JSON.stringify(body),
        headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(key ? { 'idempotency-key': key } : {}) },
      })
      return { status: response.status, body: await response.json() as Answer['body'] }
    } catch (error) {
      const { cause, name } = error as Error & { cause?: { code?: string } }
      return { status: NO_ANSWER, body: { fault: { code: cause?.code ?? name } } }
    }
  }

  /** Null: given up. The first retry goes to the other node at once, as a balancer would send it. */
  async function call(random: () => number, token: string, method: string, path: string, body?: unknown, key?: string, patience = Infinity): Promise<Answer | null> {
    const began = performance.now()
    const first = turn++
    let { trouble } = load
    let met: string[] = []
    for (let attempt = 0; ; attempt++) {
      const tried = performance.now()
      const answer = await once(token, method, path, body, key, first + attempt)
      if (trouble !== load.trouble) { ({ trouble } = load); met = [] }
      met.push(`${(first + attempt) % site.servers.length} ${Math.round(performance.now() - tried)} ${answer.body.fault?.code ?? answer.status}`)
      if (!isTransient(answer)) {
        load.answered++
        trouble.calls++
        if (met.length - 1 > trouble.mostRetries) Object.assign(trouble, { mostRetries: met.length - 1, met })
        trouble.longestMs = Math.max(trouble.longestMs, performance.now() - Math.max(began, trouble.since))
        return answer
      }
      trouble.refused++
      if (attempt + 1 >= patience || (isOver && performance.now() - began > 60_000)) return null
      if (attempt > 0) await sleep(30 + random() * 120)
    }
  }
  const wrong = (says: string): Promise<void> => journal.write({ what: 'wrong', says })

  /** A program that opens requests, repeats some, and loses patience with some. */
  async function openRequests(name: string, random: () => number): Promise<void> {
    for (let number = 1; !isOver; number++) {
      const key = `${name}-${number}`
      const body = { subject: `寬頻斷線 ${key}`, text: '從早上開始斷線，請協助', channel: 'api', customer: { name: '陳美玲', email: `customer-${Math.floor(random() * 400)}@example.com` } }
      const answer = await call(random, company.intakeToken, 'POST', '/api/requests', body, key, random() < 0.1 ? 1 : Infinity)
      if (!answer) { await journal.write({ what: 'given-up', key }); continue }
      if (answer.status !== 201) { await wrong(`opening ${key} answered ${answer.status} ${JSON.stringify(answer.body)}`); continue }
      await journal.write({ what: 'request', key, id: answer.body.id!, number: answer.body.number! })
      if (random() < 0.1) {
        const again = await once(company.intakeToken, 'POST', '/api/requests', body, key)
        if (!isTransient(again) && again.body.id !== answer.body.id) await wrong(`${key} repeated answered ${again.status} ${again.body.id} instead of ${answer.body.id}`)
      }
      await sleep(150 * (0.5 + random()))
    }
  }

  async function command(random: () => number, who: CompanyPerson, verb: Verb, row: Row, method: string, path: string, body?: Record<string, unknown>): Promise<Answer | null> {
    const key = `s${seed}-${verb}-${row.id}`
    const answer = await call(random, who.token, method, `/api/requests/${row.id}/${path}`, body, key, random() < 0.05 ? 1 : Infinity)
    if (!answer) await journal.write({ what: 'given-up', key })
    else if (answer.status < 300) await journal.write({ what: 'command', key, verb, request: row.id, by: who.id, made: verb === 'reply' ? answer.body.id! : null })
    // Somebody, often the same person before an answer got lost, was quicker: that is said with a reason.
    else if (answer.status !== 409) await wrong(`${key} answered ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer
  }

  /** An agent: accepts what is offered, answers it, and hands some results in. */
  async function work(agent: CompanyPerson, random: () => number): Promise<void> {
    const done = new Set<string>()
    while (!isOver) {
      const list = await call(random, agent.token, 'GET', '/api/requests?view=mine&limit=100')
      for (const row of list?.body.rows ?? []) {
        if (isOver) return
        if (done.has(row.id) || !['assign', 'execute'].includes(row.stage)) continue
        done.add(row.id)
        if (row.stage === 'assign') await command(random, agent, 'accept', row, 'PUT', 'assignment/acceptance')
        if (row.channel === 'email' || random() < 0.5) await command(random, agent, 'reply', row, 'POST', 'messages', { kind: 'reply', text: `您好，我們正在檢測線路。[reply ${row.id}]` })
        if (random() < 0.4) await command(random, agent, 'submit', row, 'PUT', 'submission', { result: `線路已修復，請重新開機。[result ${row.id}]` })
        await sleep(150 * (0.5 + random()))
      }
      await sleep(150)
    }
  }

  async function verify(random: () => number): Promise<void> {
    const done = new Set<string>()
    while (!isOver) {
      const list = await call(random, company.lead.token, 'GET', '/api/requests?view=to-verify&limit=100')
      for (const row of list?.body.rows ?? []) {
        if (isOver || done.has(row.id)) continue
        done.add(row.id)
        await command(random, company.lead, 'verify', row, 'PUT', 'verification', { verdict: 'passed' })
      }
      await sleep(300)
    }
  }

  /** Somebody with a made-up token: refused whatever the state of things, or told to come back. */
  async function intrude(): Promise<void> {
    while (!isOver) {
      const answer = await once(`ldt_${'x'.repeat(43)}`, 'GET', '/api/requests?view=all', undefined)
      if (!isTransient(answer) && answer.status !== 401) await wrong(`a made-up token was answered ${answer.status}`)
      await sleep(200)
    }
  }

  async function writeMails(random: () => number): Promise<void> {
    for (let number = 1; !isOver; number++) {
      await peers.write(`s${seed}m${number}`)
      await sleep(options.mailEveryMs * (0.5 + random()))
    }
  }

  const people = [
    ...Array.from({ length: options.programs }, (_, nr) => openRequests(`s${seed}c${nr}`, numbersOf(seed * 31 + nr))),
    ...company.agents.map((agent, nr) => work(agent, numbersOf(seed * 37 + nr))),
    verify(numbersOf(seed * 41)), intrude(), ...(peers.hasMailbox ? [writeMails(numbersOf(seed * 43))] : []),
  ]
  async function stop(): Promise<void> {
    isOver = true
    await Promise.all(people)
  }
  return load
}
