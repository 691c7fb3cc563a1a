/** Endpoints of the portal and the chat. What costs memory or rows without a sign-in is limited per network. */
import type { FastifyRequest } from 'fastify'
import { type App, type Ctx, run } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import type { Mount } from '../../../platform/http/server.ts'
import type { Wiring } from '../../../platform/module.ts'
import { addAttachment, fileHeaders, receiveFile } from '../../requests/index.ts'
import { loadRecognition } from '../../standards/index.ts'
import { chat } from './contract.ts'
import { ChatHub } from './hub.ts'
import { limiter } from '../../../platform/http/limits.ts'
import { askHumanByLink, askOnPortal, asVisitor, followRequest, giveVerdict, introduce, markSeenInChat, sayInChat, sessionOf, startSession, writeByLink } from './speak.ts'
import { selectFile, selectRequest } from './store.ts'
import { requestOfToken, visitorId } from './tokens.ts'
import { availabilityOf } from './waiting.ts'

/** Each may hold 25 MB of memory while it arrives. */
const UPLOADS_AT_ONCE = 6

export function mountChat(mount: Mount, app: App, wiring: Wiring): void {
  const opens = limiter({ burst: 60, perSecond: 0.5 })
  const writes = limiter({ burst: 240, perSecond: 4 })
  const uploads = limiter({ burst: 60, perSecond: 0.2 })
  const uploadedBytes = limiter({ burst: 300 * 1024 * 1024, perSecond: 200 * 1024 })
  let uploading = 0
  // A shop's visitors may share one address: sessions are small and are forgotten when nothing is said.
  const starts = limiter({ burst: 1200, perSecond: 4 })
  const reads = limiter({ burst: 2000, perSecond: 40 })
  const hub = new ChatHub(app, wiring)
  const chatToken = (request: FastifyRequest) => request.headers['x-chat']

  mount(chat.options, async (ctx, { request }) => {
    reads(request)
    const { services } = await loadRecognition(ctx)
    return { services: services.filter((one) => one.isActive).map(({ id, name, description }) => ({ id, name, description })), availability: await availabilityOf(ctx) }
  })
  mount(chat.ask, (ctx, { body, request }) => { opens(request); return askOnPortal(ctx, body) })
  mount(chat.follow, (ctx, { params, request }) => { reads(request); return followRequest(ctx, params.token) })
  mount(chat.write, (ctx, { params, body, request }) => { writes(request); return writeByLink(ctx, params.token, body) })
  mount(chat.verdict, (ctx, { params, body, request }) => { writes(request); return giveVerdict(ctx, params.token, body) })
  mount(chat.human, (ctx, { params, request }) => { writes(request); return askHumanByLink(ctx, params.token) })
  mount(chat.file, async (ctx, { params, request, reply }) => {
    reads(request)
    const file = await selectFile(ctx, requestOfToken(app, params.token), params.id)
    if (!file) throw new Fault('channels.chat.link-unknown', 404)
    return reply.headers(fileHeaders(file, false)).send(file.bytes)
  })
  mount(chat.upload, async (ctx, { request, reply }) => {
    uploads(request)
    const owner = await ownerOf(ctx, request)
    if (uploading >= UPLOADS_AT_ONCE) throw new Fault('access.too-many', 429)
    uploading++
    const file = await receiveFile(request).finally(() => { uploading-- })
    uploadedBytes(request, file.bytes.length)
    const { id, name, size } = await run(app, {}, (writing) => addAttachment(asVisitor(writing, owner, ''), file))
    return reply.code(201).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify({ id, name, size }))
  })

  mount(chat.availability, (ctx, { request }) => { reads(request); return availabilityOf(ctx) })
  mount(chat.start, (ctx, { body, request }) => { starts(request); return startSession(ctx, body) })
  mount(chat.introduce, (ctx, { body, request }) => { writes(request); return introduce(ctx, chatToken(request), body) })
  mount(chat.say, (ctx, { body, request }) => { writes(request); return sayInChat(ctx, chatToken(request), body) })
  mount(chat.seen, (ctx, { body, request }) => { writes(request); return markSeenInChat(ctx, chatToken(request), body) })
  mount(chat.stream, async (ctx, { query, request, reply }) => {
    starts(request)
    await hub.join(await sessionOf(ctx, chatToken(request)), query.have, request, reply)
    return reply
  })
}

/** Whose upload it is: the conversation's, the request's customer's, or this browser's. */
async function ownerOf(ctx: Ctx, { headers }: FastifyRequest): Promise<string> {
  const { 'x-chat': token, 'x-follow': follow, 'x-visitor': visitor } = headers
  if (token !== undefined) return (await sessionOf(ctx, token)).id
  if (typeof follow === 'string') {
    const head = await selectRequest(ctx, requestOfToken(ctx.app, follow))
    if (head) return head.customerId
  }
  if (typeof visitor === 'string' && /^[0-9a-f]{32}$/.test(visitor)) return visitorId(visitor)
  throw new Fault('channels.chat.visitor-needed', 401)
}
