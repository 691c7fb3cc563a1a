/** Sends requests as fast as answers come, a fixed number at a time, over connections that stay open. */
import { Agent } from 'node:http'
import { callWire, type WireAnswer } from '../wire.ts'

export function sender(url: string, connections: number): { send(method: string, path: string, options?: { token?: string; body?: string; headers?: Record<string, string> }): Promise<WireAnswer>; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return {
    send: (method, path, { token, body, headers } = {}) => callWire(`${url}${path}`, method, { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(body ? { 'content-type': 'application/json' } : {}), ...headers }, body, agent),
    close: () => agent.destroy(),
  }
}

const SUBJECTS = ['寬頻從早上開始斷線', '帳單金額不對，請協助查詢', '想申請退款，訂單一直沒有出貨', '無法登入會員中心', '手機訊號很弱', '門號攜出要怎麼辦理', 'Router keeps rebooting', '加值服務被重複扣款']
const TEXTS = ['您好，家裡的寬頻從今天早上八點開始就一直斷線，重開數據機也沒有用，燈號是紅色的，麻煩盡快派人處理，我下午要開線上會議。', '上個月的帳單多了一筆三百九十九元，我沒有申請這項服務，請查明後退還，並且告訴我是怎麼被加上去的，謝謝。']

/** The nth body: eight subjects, a thousand customers. */
export const bodyOf = (number: number): string => JSON.stringify({
  subject: `${SUBJECTS[number % SUBJECTS.length]} ${number}`, text: TEXTS[number % TEXTS.length], channel: 'api',
  customer: { name: `陳美玲${number % 1000}`, email: `customer-${number % 1000}@example.com` },
})

/** Opens `count` requests, `atOnce` at a time. Throws at the first answer that is not 201. */
export async function openMany(url: string, token: string, from: number, count: number, atOnce = 8): Promise<void> {
  const { send, close } = sender(url, atOnce)
  let next = from
  const lane = async (): Promise<void> => {
    while (next < from + count) {
      const number = next++
      const { status, text } = await send('POST', '/api/requests', { token, body: bodyOf(number), headers: { 'idempotency-key': `bench-${number}` } })
      if (status !== 201) throw new Error(`status ${status}: ${text.slice(0, 300)}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  close()
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}
/** Median milliseconds of `work`, one at a time, after a tenth of warm-up. */
export async function p50(times: number, work: (number: number) => Promise<unknown>): Promise<number> {
  const taken: number[] = []
  for (let number = 0; number < times * 1.1; number++) {
    const began = performance.now()
    await work(number)
    if (number >= times * 0.1) taken.push(performance.now() - began)
  }
  return median(taken)
}

/** The same of two ways to do one thing, in turns, so that what else the machine does meets both. */
export async function p50OfBoth(times: number, one: (number: number) => Promise<unknown>, other: (number: number) => Promise<unknown>): Promise<[number, number]> {
  const taken: [number[], number[]] = [[], []]
  for (let number = 0; number < times * 1.1; number++) {
    for (const [nr, work] of [one, other].entries()) {
      const began = performance.now()
      await work(number)
      if (number >= times * 0.1) taken[nr]!.push(performance.now() - began)
    }
  }
  return [median(taken[0]), median(taken[1])]
}
