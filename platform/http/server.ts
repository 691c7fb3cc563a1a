/** Fastify with the house's manners: headers on every answer, one way to mount an endpoint, one way to refuse. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import multipart from '@fastify/multipart'
import { createHash } from 'node:crypto'
import type { Actor } from '../access/index.ts'
import { may } from '../access/index.ts'
import { noteRead } from '../audit/reads.ts'
import { noteRefusal } from '../audit/refusals.ts'
import type { App, Ctx } from '../context.ts'
import { gathering, reading, run } from '../context.ts'
import { bytesOf, isSealed, openBytes, placeOf, sealText } from '../crypto/envelope.ts'
import { indexOf } from '../crypto/words.ts'
import { isBusy, isDiskFull, isUnavailable } from '../database/index.ts'
import { Fault, type FieldFault } from '../fault.ts'
import { newId } from '../../lib/id/index.ts'
import { isLoopbackAddress } from '../../lib/network/index.ts'
import { type Locale, pickLocale } from '../../lib/text/index.ts'
import { type Origin, withOrigin } from '../origin.ts'
import type { Endpoint, Infer } from './contract.ts'

export interface Input<E extends Endpoint> {
  params: Infer<E['params']>
  query: Infer<E['query']>
  body: Infer<E['body']>
  request: FastifyRequest
  reply: FastifyReply
}
/** What a handler may answer: the response's shape; undefined for 204; the reply itself when it wrote the answer. */
export type Handler<E extends Endpoint> = (ctx: Ctx, input: Input<E>) => Promise<E extends { response: infer S } ? Infer<S> : unknown>
export type Mount = <const E extends Endpoint>(endpoint: E, handler: Handler<E>) => void
export interface Known {
  actor: Actor
  locale?: Locale
  bySession: boolean
  /** Until when a session counts as proven for what asks for it. */
  provenUntil?: Date | null
  /** What the person must do before anything else: a text key. */
  due?: string | null
}
export interface Authenticate {
  (request: FastifyRequest): Promise<Known | null>
  /** Calls `end`, once, when what a stream was opened with no longer holds. Answers how to stop watching. */
  watch?(request: FastifyRequest, known: Known, end: () => void): () => void
}

export interface Mounted { endpoint: Endpoint }

/** Headers of every answer, errors included. Pages add their own content security policy. */
export const HEADERS: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cache-control': 'no-store',
}

export interface HttpOptions {
  logError: (error: unknown, request: FastifyRequest) => void
  trustProxy?: string[]
  /** For `https.createServer`; without it the server speaks plain HTTP. */
  tls?: object | null
  /** People reach it by https: browsers are told to stay there, and nobody else's plain request is answered. */
  isEncrypted?: boolean
}

export function createHttp(options: HttpOptions): FastifyInstance {
  const headers = options.isEncrypted ? { ...HEADERS, 'strict-transport-security': 'max-age=31536000' } : HEADERS
  const http = Fastify({
    ...(options.tls ? { https: options.tls } : {}),
    logger: false, bodyLimit: 1024 * 1024, trustProxy: options.trustProxy?.length ? options.trustProxy : false, routerOptions: { maxParamLength: 300 },
    requestTimeout: 60_000, keepAliveTimeout: 70_000, forceCloseConnections: true, return503OnClosing: false,
    genReqId: () => newId(),
    onProtoPoisoning: 'error', onConstructorPoisoning: 'error',
    // An address that can't be decoded is refused before any hook runs.
    frameworkErrors: (error, request, reply) => { refuse(error, request, reply.headers(headers), options.logError) },
    // What is no HTTP at all never becomes a request.
    clientErrorHandler(error, socket) {
      if (error.code === 'ECONNRESET' || !socket.writable) return
      const [status, words, code] = error.code === 'HPE_HEADER_OVERFLOW' ? [431, 'Request Header Fields Too Large', 'input.too-large'] : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? [408, 'Request Timeout', 'input.not-json'] : [400, 'Bad Request', 'input.not-json']
      const body = JSON.stringify({ fault: { code, args: {}, fields: [] } })
      const plain = { ...headers, 'content-type': 'application/json; charset=utf-8', 'content-length': String(Buffer.byteLength(body)), connection: 'close' }
      socket.end(`HTTP/1.1 ${status} ${words}\r\n${Object.entries(plain).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`)
    },
  }) as unknown as FastifyInstance
  http.removeContentTypeParser('text/plain')
  http.register(multipart, { limits: { fileSize: 25 * 1024 * 1024, files: 10, fields: 20, fieldSize: 200_000, headerPairs: 100 } })
  http.addHook('onRequest', async (request, reply) => {
    reply.headers(headers).header('x-request-id', request.id)
    if (options.isEncrypted && isPlainFromAfar(request)) throw new Fault('http.not-encrypted', 403)
  })
  http.setErrorHandler((error, request, reply) => refuse(error, request, reply, options.logError))
  http.setNotFoundHandler((request, reply) => refuse(new Fault('http.not-found', 404), request, reply, options.logError))
  return http
}

const PROBES = /^\/(?:livez|readyz|metrics)$/
// What a trusted proxy says is in `protocol` already; one on this very machine may be plain towards us, if its browser was not.
function isPlainFromAfar(request: FastifyRequest): boolean {
  if (request.protocol === 'https' || PROBES.test(request.url)) return false
  const isNear = isLoopbackAddress(request.socket.remoteAddress ?? '')
  return !isNear || /^http(?:,|$)/.test(String(request.headers['x-forwarded-proto'] ?? ''))
}

/** Gives `mount`, the only way an endpoint enters; every mounted endpoint is remembered for the API page. */
export function createMount(app: App, http: FastifyInstance, authenticate: Authenticate, mounted: Mounted[]): Mount {
  const callers = new WeakMap<FastifyRequest, Caller>()
  const refused = async (error: Error, endpoint: Endpoint, request: FastifyRequest): Promise<never> => {
    if (error instanceof Fault) {
      const origin = { source: request.ip, call: request.id }
      await noteRefusal(app, { actor: callers.get(request)?.actor ?? (await authenticate(request).catch(() => null))?.actor ?? anonymous, origin, endpoint, fault: error, object: objectOf(request), hasCredential: request.headers.authorization !== undefined })
    }
    throw error
  }
  return (endpoint, handler) => {
    mounted.push({ endpoint })
    const writes = endpoint.method !== 'GET'
    const success = endpoint.status ?? (endpoint.response ? 200 : 204)
    const together = endpoint.together ? gathering(app) : null
    http.route({
      method: endpoint.method, url: endpoint.path, bodyLimit: endpoint.bodyLimit,
      ...(endpoint.reads ? { onSend: async (request: FastifyRequest, reply: FastifyReply) => { if (reply.statusCode < 400) await noteRead(app, callers.get(request)!, endpoint.reads!, objectOf(request)) } } : {}),
      errorHandler: (error, request) => refused(error, endpoint, request),
      handler: async (request, reply) => {
        const origin: Origin = { source: request.ip, call: request.id }
        const who = await identify(endpoint, request, authenticate)
        const input = { ...readInput(endpoint, request), request, reply } as Input<typeof endpoint>
        mustBeProven(app, endpoint, who.known, input.body)
        const options = { actor: who.actor, locale: who.locale, origin }
        callers.set(request, options)
        if (endpoint.kind === 'stream' && who.known && authenticate.watch) reply.raw.once('close', authenticate.watch(request, who.known, () => reply.raw.destroy()))
        // A file is read as slowly as its sender likes: the handler opens its transaction afterwards.
        if (endpoint.kind === 'stream' || endpoint.kind === 'raw') return withOrigin(origin, () => handler(reading(app, options), input))
        if (!writes || endpoint.kind === 'multipart') return send(endpoint, reply, success, await withOrigin(origin, () => handler(reading(app, options), input)))
        const key = endpoint.idempotency ? undefined : request.headers['idempotency-key']
        if (typeof key === 'string') return keyed(app, endpoint, options, key, request, reply, success, (ctx) => handler(ctx, input))
        const command = (ctx: Ctx) => handler(ctx, input) as Promise<unknown>
        return send(endpoint, reply, success, await (together ? together(options, command) : run(app, options, command)))
      },
    })
  }
}

interface Caller { actor: Actor; locale: Locale; origin: Origin }
/** The object a call is about: the id in its path. */
function objectOf(request: FastifyRequest): string | null {
  const { id } = request.params as { id?: string }
  return id !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? id : null
}

const anonymous: Actor = { kind: 'customer', id: null, name: '', permissions: new Set(), scope: 'own', teamIds: [] }

async function identify(endpoint: Endpoint, request: FastifyRequest, authenticate: Authenticate): Promise<{ actor: Actor; locale: Locale; known: Known | null }> {
  const found = await authenticate(request)
  const locale = found?.locale ?? pickLocale(request.headers['accept-language'])
  if (endpoint.access === 'public') return { actor: found?.actor ?? anonymous, locale, known: null }
  if (!found) throw new Fault('access.sign-in-first', 401)
  if (found.bySession && (endpoint.method !== 'GET' || endpoint.kind === 'stream')) refuseForeignSite(request)
  if (found.due && !endpoint.always) throw new Fault(found.due, 403)
  if (endpoint.access === 'signed-in') {
    if (found.actor.kind !== 'agent') throw new Fault('access.denied', 403, { permission: endpoint.access })
  } else if (!may(found.actor, endpoint.access)) throw new Fault('access.denied', 403, { permission: endpoint.access })
  return { actor: found.actor, locale, known: found }
}

// An open screen that somebody else sits at is not the person. A token has no screen.
function mustBeProven(app: App, { stepUp }: Endpoint, known: Known | null, body: unknown): void {
  if (!stepUp || !known?.bySession) return
  if (stepUp !== true && !stepUp.some((field) => (body as Record<string, unknown> | undefined)?.[field] !== undefined)) return
  if (!known.provenUntil || known.provenUntil <= app.clock.now()) throw new Fault('access.prove-again', 403)
}

// Cookies travel by themselves: a browser says where the call comes from, and only our own pages may write.
function refuseForeignSite(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site']
  if (site ? site === 'same-origin' || site === 'none' : sameHost(request)) return
  throw new Fault('access.foreign-site', 403)
}
function sameHost(request: FastifyRequest): boolean {
  const origin = request.headers.origin
  if (!origin) return true
  return URL.canParse(origin) && new URL(origin).host === request.headers.host
}

interface Issue { path: PropertyKey[]; message: string; code: string; keys?: string[] }
function readInput(endpoint: Endpoint, request: FastifyRequest): { params: unknown; query: unknown; body: unknown } {
  const faults: FieldFault[] = []
  const part = (name: string, shape: { parse(v: unknown): unknown } | undefined, value: unknown): unknown => {
    if (!shape) return undefined
    try {
      return shape.parse(value)
    } catch (error) {
      const issues = (error as { issues?: Issue[] }).issues
      if (!issues) throw error
      for (const issue of issues) faults.push(fieldFault(name, issue))
      return undefined
    }
  }
  const params = part('params', endpoint.params, request.params)
  if (faults.length) throw new Fault('http.not-found', 404)
  const query = part('query', endpoint.query, request.query)
  const body = endpoint.kind === 'multipart' ? undefined : part('body', endpoint.body, request.body)
  if (faults.length) throw new Fault('input.invalid', 422, { count: faults.length }, faults)
  return { params, query, body }
}

const BY_ZOD: Record<string, string> = { unrecognized_keys: 'input.unknown-field', too_big: 'input.too-long', too_small: 'input.too-short', invalid_type: 'input.wrong-type' }
/** What a contract's own checks say is a text key; the validator's own words are sentences. */
const TEXT_KEY = /^[a-z]+(\.[a-z-]+)+$/
function fieldFault(part: string, issue: Issue): FieldFault {
  const path = [...issue.path.map(String), ...(issue.keys?.slice(0, 1) ?? [])].join('.')
  const code = TEXT_KEY.test(issue.message) ? issue.message : (BY_ZOD[issue.code] ?? 'input.wrong-value')
  return { path: path || part, code }
}

function send(endpoint: Endpoint, reply: FastifyReply, status: number, value: unknown): unknown {
  if (value === reply || reply.sent) return reply
  reply.code(status)
  if (status === 204) return reply.send()
  reply.header('content-type', 'application/json; charset=utf-8')
  return reply.send(JSON.stringify(endpoint.response ? endpoint.response.parse(value) : value))
}

/** Answers a repeated Idempotency-Key with the first answer; the same key with another body is refused. */
async function keyed(app: App, endpoint: Endpoint, options: Caller, key: string, request: FastifyRequest,
  reply: FastifyReply, success: number, work: (ctx: Ctx) => Promise<unknown>): Promise<unknown> {
  if (key.length > 200 || !/^[\x21-\x7e]+$/.test(key)) throw new Fault('input.idempotency-key', 400)
  const actor = `${options.actor.kind}:${options.actor.id ?? request.ip}`
  const fingerprint = createHash('sha256').update(`${endpoint.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`).digest()
  // The kept answer opens with the caller's own key, which is not kept: nobody else reads it, in no copy of the database.
  const name = indexOf(app.vault.index, 'idempotency', key)
  const place = placeOf('platform.idempotency/response', `${actor} ${name}`)
  const sealing = app.vault.keyOf(`idempotency ${key}`)
  const earlier = async (db: Ctx['db']) => {
    const [row] = await db<{ fingerprint: Buffer; status: number; response: unknown }[]>`
      select fingerprint, status, response from platform.idempotency where actor = ${actor} and key in (${name}, ${key})`
    if (row && !row.fingerprint.equals(fingerprint)) throw new Fault('input.idempotency-reused', 422)
    const { response } = row ?? {}
    return row && typeof response === 'string' && isSealed(response) ? { ...row, response: JSON.parse(openBytes(sealing, place, bytesOf(response)).toString()) as unknown } : row
  }
  const { status, response, replayed } = await run(app, options, async (ctx) => {
    const before = await earlier(ctx.db)
    if (before) return { ...before, replayed: true }
    const value = await work(ctx)
    const response = endpoint.response ? endpoint.response.parse(value) : (value ?? null)
    ctx.later(ctx.db`insert into platform.idempotency (actor, key, fingerprint, status, response, at)
      values (${actor}, ${name}, ${fingerprint}, ${success}, ${ctx.db.json(sealText(sealing, place, JSON.stringify(response)))}, ${ctx.now})`)
    return { status: success, response, replayed: false }
  })
  if (replayed) reply.header('idempotency-replayed', 'true')
  return reply.code(status).header('content-type', 'application/json; charset=utf-8').send(status === 204 ? undefined : JSON.stringify(response))
}

function toFault(error: unknown): Fault | null {
  if (error instanceof Fault) return error
  const { code, statusCode } = error as { code?: string; statusCode?: number }
  if (isUnavailable(error)) return new Fault('platform.database-unavailable', 503)
  // 57014: cut off at the limit a statement has.
  if (isBusy(error) || code === '57014') return new Fault('platform.busy', 503)
  if (isDiskFull(error)) return new Fault('platform.disk-full', 503)
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE' || code === 'FST_REQ_FILE_TOO_LARGE' || statusCode === 413) return new Fault('input.too-large', 413)
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || statusCode === 415) return new Fault('input.media-type', 415)
  if (code === 'FST_ERR_BAD_URL') return new Fault('http.not-found', 404)
  if (statusCode === 429) return new Fault('access.too-many', 429)
  if (error instanceof SyntaxError || (statusCode && statusCode >= 400 && statusCode < 500)) return new Fault('input.not-json', 400)
  // A value PostgreSQL refuses (range, encoding) is the caller's, not ours.
  if (code === '22021' || code === '22P05' || code === '22003' || code === '22008') return new Fault('input.not-storable', 422)
  // Names somebody or something that does not exist; the other way round, deleting what is in use, is ours to check.
  if (code === '23503' && (error as Error).message.startsWith('insert or update')) return new Fault('input.unknown-reference', 422)
  // The multipart parser's own words, which carry no code.
  if (/^(Multipart: |Malformed |Unexpected end of )/.test((error as Error).message)) return new Fault('input.broken-upload', 400)
  return null
}

function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply, log: (error: unknown, request: FastifyRequest) => void): unknown {
  const fault = toFault(error)
  // A stored value that was changed from outside is for whoever runs the installation, not for the caller.
  if (!fault || fault.status === 500) log(error, request)
  const { code, status, args, fields } = fault ?? new Fault('platform.failed', 500)
  if (status === 503) reply.header('retry-after', '2')
  reply.code(status).header('content-type', 'application/json; charset=utf-8')
  return reply.send(JSON.stringify({ fault: { code, args, fields } }))
}
