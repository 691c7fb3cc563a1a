/** Memory of program and database together: at rest, and with chat visitors connected. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { pssMb } from './machine.ts'

const IDLE_MB = 300
const VISITORS_MB = 60

export async function measureIdle(pids: readonly number[]) {
  await sleep(5_000)
  const mb = pssMb(pids)
  return { what: 'memory at rest, program and database', figures: `${mb.toFixed(0)} MB PSS (program ${pssMb(pids.slice(0, 1)).toFixed(0)} MB), bound ${IDLE_MB} MB`, ratio: mb / IDLE_MB, most: 1 }
}

/** Each visitor comes from an address of its own: the limits against floods count by address. */
function call(url: string, path: string, visitor: number, options: { method?: string; body?: string; headers?: Record<string, string> }): Promise<{ response: IncomingMessage; call: ClientRequest }> {
  const { hostname, port } = new URL(url)
  return new Promise((done, fail) => {
    const one = request({ hostname, port, path, method: options.method ?? 'GET', localAddress: `127.0.${1 + (visitor >> 8)}.${1 + (visitor & 0x7f)}`, agent: false, headers: { ...(options.body ? { 'content-type': 'application/json' } : {}), ...options.headers } }, (response) => done({ response, call: one }))
    one.on('error', fail)
    one.end(options.body)
  })
}

export async function measureVisitors(url: string, pids: () => number[], count: number) {
  const before = pssMb(pids())
  const open: ClientRequest[] = []
  for (let visitor = 0; visitor < count; visitor++) {
    const { response } = await call(url, '/api/chat/sessions', visitor, { method: 'POST', body: JSON.stringify({ locale: 'zh-Hant', name: `訪客 ${visitor}` }) })
    let text = ''
    for await (const chunk of response) text += String(chunk)
    if (response.statusCode !== 201) throw new Error(`chat session: ${response.statusCode} ${text.slice(0, 200)}`)
    const { response: stream, call: held } = await call(url, '/api/chat/stream', visitor, { headers: { 'x-chat': (JSON.parse(text) as { token: string }).token } })
    if (stream.statusCode !== 200) throw new Error(`chat stream: ${stream.statusCode}`)
    stream.resume()
    held.on('error', () => {})
    stream.on('error', () => {})
    open.push(held)
  }
  await sleep(3_000)
  const mb = pssMb(pids()) - before
  for (const one of open) one.destroy()
  return { what: `${count} chat visitors connected`, figures: `${mb >= 0 ? '+' : ''}${mb.toFixed(0)} MB PSS, bound +${VISITORS_MB} MB`, ratio: mb / VISITORS_MB, most: 1 }
}
