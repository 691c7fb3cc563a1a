/** JSON calls over connections that stay open, by the plain client of Node: `fetch` costs several times as much, and tests call ten thousands of times. */
import { Agent, type IncomingMessage, request } from 'node:http'

export interface WireAnswer { status: number; headers: Headers; text: string }
const usual = new Agent({ keepAlive: true, timeout: 4_000 })

/** Of an endless answer only the first piece is read. Rejects when there is no answer. `agent` keeps the connections. */
export function callWire(url: string, method: string, headers: Record<string, string>, body?: string | Uint8Array, agent: Agent = usual): Promise<WireAnswer> {
  return new Promise((done, fail) => {
    const call = request(url, { agent, method, headers: body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) } }, (answer) => {
      const pieces: Buffer[] = []
      const end = () => { done({ status: answer.statusCode!, headers: headersOf(answer), text: Buffer.concat(pieces).toString() }) }
      answer.on('data', (piece: Buffer) => {
        pieces.push(piece)
        if (answer.headers['content-type']?.startsWith('text/event-stream')) { end(); call.destroy() }
      })
      answer.on('end', end)
      answer.on('error', fail)
    })
    call.on('error', fail)
    call.end(body)
  })
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers()
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at]!, rawHeaders[at + 1]!)
  return headers
}
