import { parentPort } from 'node:worker_threads'
import { cleanHtml } from './clean.ts'
import { parseMail } from './parse.ts'

/** What a worker is asked for; it answers `{ id, mail }` or `{ id, clean }`. */
export type Work =
  | { id: number; task: 'parse'; raw: Uint8Array }
  | { id: number; task: 'clean'; html: string; cid: Record<string, string> }

const port = parentPort
if (port !== null) {
  port.on('message', (work: Work) => {
    if (work.task === 'clean') {
      port.postMessage({ id: work.id, clean: cleanHtml(work.html, { cid: work.cid }) })
      return
    }
    void parseMail(work.raw).then(mail => port.postMessage({ id: work.id, mail }))
  })
  port.postMessage({ ready: true })
}
