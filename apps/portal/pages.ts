/**
 * The customers' pages as files: read once, compressed once, each page under a content security policy without
 * inline script or style. Only the chat widget may stand in a frame of another site.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const TYPES: Record<string, string> = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml', json: 'application/json; charset=utf-8' }
const policy = (ancestors: string): string =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors ${ancestors}; require-trusted-types-for 'script'; trusted-types 'none'`

interface Page { bytes: Buffer; gzip: Buffer; brotli: Buffer; etag: string; type: string }

function readPage(path: string): Page {
  const bytes = readFileSync(path)
  return {
    bytes, gzip: gzipSync(bytes, { level: 9 }), brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`, type: TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
  }
}

function send(page: Page, request: FastifyRequest, reply: FastifyReply, headers: Record<string, string>): FastifyReply {
  reply.headers({ ...headers, etag: page.etag, vary: 'accept-encoding', 'content-type': page.type })
  if (request.headers['if-none-match'] === page.etag) return reply.code(304).send()
  const accepted = String(request.headers['accept-encoding'] ?? '')
  if (/\bbr\b/.test(accepted)) return reply.header('content-encoding', 'br').send(page.brotli)
  if (/\bgzip\b/.test(accepted)) return reply.header('content-encoding', 'gzip').send(page.gzip)
  return reply.send(page.bytes)
}

/** Registers the pages from a build in `dist`; without a build nothing is registered and they answer 404. */
export async function serveCustomerPages(http: FastifyInstance, dist: string): Promise<void> {
  if (!existsSync(join(dist, 'portal.html'))) return
  const own = { 'content-security-policy': policy("'none'"), 'cache-control': 'no-cache' }
  const page = (path: string, file: string, headers: Record<string, string> = own, withoutFrameBan = false) => {
    const found = readPage(join(dist, file))
    http.get(path, async (request, reply) => {
      if (withoutFrameBan) reply.removeHeader('x-frame-options')
      return send(found, request, reply, headers)
    })
  }
  page('/portal', 'portal.html')
  page('/r/:token', 'portal.html')
  page('/rate/:token', 'rate.html')
  page('/widget', 'widget.html', { ...own, 'content-security-policy': policy('*'), 'cross-origin-resource-policy': 'cross-origin' }, true)
  page('/embed.js', 'embed.js', { 'cache-control': 'public, max-age=3600', 'cross-origin-resource-policy': 'cross-origin' })
  const folder = join(dist, 'portal-assets')
  // Their names carry a hash of their content.
  for (const name of readdirSync(folder)) page(`/portal-assets/${name}`, join('portal-assets', name), { 'cache-control': 'public, max-age=31536000, immutable' })
}
