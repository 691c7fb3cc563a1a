/** The console, the customers' pages and the API page as files, each under its own content security policy. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import type { App } from '../platform/context.ts'
import { Fault } from '../platform/fault.ts'
import { apiPage } from './docs.ts'
import { serveCustomerPages } from './portal/pages.ts'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))

/** No inline script anywhere; blob and data images for what people just pasted; frames only for cleaned mail. */
const CONSOLE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

export async function servePages(http: FastifyInstance, _app: App): Promise<void> {
  await serveCustomerPages(http, join(dist, 'portal'))
  http.get('/docs', async (_request, reply) => {
    const { html, policy } = apiPage()
    return reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(html)
  })
  const root = join(dist, 'console')
  if (!existsSync(join(root, 'index.html'))) return
  await http.register(fastifyStatic, { root: join(root, 'assets'), prefix: '/assets/', immutable: true, maxAge: '365d', decorateReply: false, index: false })
  const page = /^\/(?!api\/|assets\/|portal-assets\/)[\w\-./]*$/
  http.get('/*', async (request, reply) => {
    const path = request.url.split('?')[0]!
    if (!page.test(path) || /\.\w{2,5}$|\/\./.test(path)) throw new Fault('http.not-found', 404)
    return reply.header('content-security-policy', CONSOLE_POLICY).type('text/html; charset=utf-8').send(await readFile(join(root, 'index.html')))
  })
}
