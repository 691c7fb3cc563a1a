/** The customers' pages as built: their weight, their headers, their words. */
import Fastify from 'fastify'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareCatalogues } from '../../lib/text/index.ts'
import en from '../../modules/channels/text/chat.en.json' with { type: 'json' }
import hans from '../../modules/channels/text/chat.zh-Hans.json' with { type: 'json' }
import hant from '../../modules/channels/text/chat.zh-Hant.json' with { type: 'json' }
import { HEADERS } from '../../platform/http/server.ts'
import { serveCustomerPages } from './pages.ts'

// `npm test` builds it.
const dist = fileURLToPath(new URL('../../dist/portal', import.meta.url))
const built = test.skipIf(!existsSync(dist))
const http = Fastify()
beforeAll(async () => {
  if (!existsSync(dist)) return
  http.addHook('onRequest', async (_request, reply) => { reply.headers(HEADERS) })
  await serveCustomerPages(http, dist)
})
afterAll(() => http.close())

const read = (path: string) => readFileSync(join(dist, path), 'utf8')
/** Everything a page fetches before it can be used: its scripts and their static imports, styles, the heaviest catalogue. */
function firstLoad(page: string, catalogue: RegExp): { script: string[]; all: string[] } {
  const html = read(page)
  const script = [...html.matchAll(/src="\/(portal-assets\/[^"]+\.js)"/g)].map(([, path]) => path!)
  for (const path of script) for (const [, name] of read(path).matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) if (!script.includes(`portal-assets/${name}`)) script.push(`portal-assets/${name}`)
  const heaviest = readdirSync(join(dist, 'portal-assets')).filter((name) => catalogue.test(name)).map((name) => `portal-assets/${name}`).sort((a, b) => read(b).length - read(a).length)[0]!
  script.push(heaviest)
  return { script, all: [page, ...script, ...[...html.matchAll(/href="\/(portal-assets\/[^"]+\.css)"/g)].map(([, path]) => path!)] }
}
const zipped = (paths: string[]) => paths.reduce((sum, path) => sum + gzipSync(read(path)).length, 0)

built('4.1-b the line on a site costs at most 3 KB, the chat at most 60 KB compressed', () => {
  expect(Buffer.byteLength(read('embed.js'))).toBeLessThanOrEqual(3000)
  expect(read('embed.js')).not.toMatch(/^\s*(import|export)\b/m)
  const { all, script } = firstLoad('widget.html', /^chat\./)
  expect(script.length).toBeGreaterThan(2)
  expect(zipped(all)).toBeLessThan(60_000)
})

built('5.2-a the rating page has at most 20 KB of script', () => {
  const { script } = firstLoad('rate.html', /^(en|zh-Han.)-/)
  expect(script.length).toBeGreaterThan(1)
  expect(script.reduce((sum, path) => sum + Buffer.byteLength(read(path)), 0)).toBeLessThan(20_000)
})

built('only the widget may stand in a foreign frame, and no page runs inline script', async () => {
  for (const path of ['/portal', '/r/abc', '/rate/abc', '/widget']) {
    const { statusCode, headers, body } = await http.inject(path)
    expect(statusCode).toBe(200)
    const policy = String(headers['content-security-policy'])
    expect(policy).not.toContain('unsafe')
    expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|<style|style=/)
    expect(policy).toContain(path === '/widget' ? 'frame-ancestors *' : "frame-ancestors 'none'")
    expect(headers['x-frame-options']).toBe(path === '/widget' ? undefined : 'DENY')
    expect(headers['referrer-policy']).toBe('no-referrer')
  }
  const embed = await http.inject({ url: '/embed.js', headers: { 'accept-encoding': 'gzip, br' } })
  expect(embed.headers['cross-origin-resource-policy']).toBe('cross-origin')
  expect(brotliDecompressSync(embed.rawPayload).toString()).toBe(read('embed.js'))
  expect((await http.inject({ url: '/embed.js', headers: { 'if-none-match': String(embed.headers.etag) } })).statusCode).toBe(304)
})

test('7.2-a the words of the customers\' pages exist in three languages with the same arguments, and none is missing', () => {
  for (const other of [hans, hant]) expect(compareCatalogues(en, other)).toEqual({ missing: [], extra: [], differentArguments: [], malformed: [] })
  const folder = fileURLToPath(new URL('./', import.meta.url))
  const used = readdirSync(folder).filter((name) => /\.tsx?$/.test(name) && !['rate.ts', 'portal.test.ts'].includes(name)).flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/\bt\('([\w-]+)'/g)].map(([, key]) => key!))
  expect(used.length).toBeGreaterThan(40)
  expect(used.filter((key) => !(`channels.chat.${key}` in en))).toEqual([])
})
