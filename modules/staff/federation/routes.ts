/** Where sign-in by other systems enters: endpoint → command. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App, Ctx } from '../../../platform/context.ts'
import { run } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import { noteRefusal } from '../../../platform/audit/refusals.ts'
import { nobody } from '../../../platform/access/index.ts'
import { limiter } from '../../../platform/http/limits.ts'
import type { Mount } from '../../../platform/http/server.ts'
import type { Endpoint } from '../../../platform/http/contract.ts'
import type { Log, Wiring } from '../../../platform/module.ts'
import { type Opened, admit, originOf, refuse, setSessionCookie } from '../sign-in.ts'
import { federation } from './contract.ts'
import { enter, enterWithCode, uncounted } from './enter.ts'
import { beginFlow, browserOf, findAnswered, findReturned, keepAnswer, refused, takeFlow, type Vouched } from './flow.ts'
import { askDirectory, checkLdap } from './ldap.ts'
import * as links from './links.ts'
import { discover, oidcAddress, oidcAnswer, oidcEnded } from './oidc.ts'
import * as providers from './providers.ts'
import { samlAddress, samlAnswer, samlEnded, samlMetadata } from './saml.ts'
import { endFrom } from './sign-out.ts'
import * as store from './store.ts'

const FORMS = new Set<string>([federation.samlReturn.path, federation.samlSignOutForm.path, federation.oidcSignOut.path])
// A whole office leaves at six: a provider tells of each.
const ENDS = { burst: 600, perSecond: 10 }
// Each begun way costs a row and perhaps a call to a provider.
const BEGINS = { burst: 60, perSecond: 1 }
const CHECKS = { burst: 10, perSecond: 0.1 }

export function federationRoutes(mount: Mount, app: App, { http, log }: Wiring): void {
  // Forms are what other sites can send without asking: taken where other systems send them and nowhere else.
  http?.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (request, body, done) => {
    if (FORMS.has(request.routeOptions.url ?? '')) done(null, new URLSearchParams(String(body)))
    else done(new Fault('input.media-type', 415))
  })
  mountDoor(mount, app)
  mountReturns(mount, { app, log })
  mountEnds(mount, { app, log })
  mountAccount(mount)
  mountProviders(mount)
}

/** The address to leave to, for both reasons to go there. */
async function leave(app: App, provider: providers.OpenProvider, wanted: { personId: string | null; returnTo: string }, reply: FastifyReply): Promise<string> {
  return beginFlow(app, provider.id, wanted, reply, (asked) => {
    if (providers.isOidc(provider)) return oidcAddress(app, provider, asked)
    if (providers.isSaml(provider)) return samlAddress(app, provider, asked)
    throw new Fault('staff.provider.not-found', 404)
  })
}

function mountDoor(mount: Mount, app: App): void {
  const mayBegin = limiter(BEGINS)
  mount(federation.signInWays, async (ctx) => ({ rows: await store.selectWays(ctx) }))
  mount(federation.beginSignIn, async (ctx, { body, request, reply }) => {
    mayBegin(request)
    return { url: await leave(ctx.app, await providers.openProvider(ctx, body.providerId), { personId: null, returnTo: body.returnTo }, reply) }
  })
  mount(federation.finishSignIn, async (ctx, { body, request, reply }) => {
    const flow = await findAnswered(ctx, request, null)
    if (!flow) throw refused()
    await run(app, {}, async (inner) => { inner.later(store.countTry(inner, flow.id)) })
    const opened = await enterWithCode(app, await providers.openProvider(ctx, flow.providerId), flow.vouched, body.code, originOf(request), undefined, finishing(flow.id))
    setSessionCookie(app, reply, opened)
    return { personId: opened.personId, returnTo: flow.returnTo }
  })
  mount(federation.signInByDirectory, async (ctx, { body, request, reply }) => {
    const provider = await providers.openProvider(ctx, body.providerId)
    if (!providers.isLdap(provider)) throw new Fault('staff.provider.not-found', 404)
    const origin = originOf(request)
    const tried = await admit(app, body.login, origin.network)
    const vouched = await uncounted(app, tried, () => askDirectory(app, provider, body.login, body.password))
    if (!vouched) return refuse(app, tried, 'staff.sign-in-failed')
    const opened = await uncounted(app, tried, () => enterWithCode(app, provider, vouched, body.code, origin, tried))
    setSessionCookie(app, reply, opened)
    return { personId: opened.personId }
  })
}
const finishing = (flowId: string) => async (ctx: Ctx): Promise<void> => { if (!(await store.finishFlow(ctx, flowId))) throw refused() }

const reasonOf = (cause: unknown): string | undefined => {
  if (!(cause instanceof Error)) return undefined
  const { error_description: more } = cause as { error_description?: unknown }
  return [cause.message, typeof more === 'string' ? more : ''].join(' ').trim().slice(0, 300)
}
interface Landing { app: App; log: Log }
/** Whatever a provider or a stranger sends back, the person sees a page of ours that says what is the matter. */
async function landing({ app, log }: Landing, endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply, personPage: () => boolean, work: () => Promise<string | URL>): Promise<FastifyReply> {
  let place: string | URL
  try {
    place = await work()
  } catch (error) {
    if (!(error instanceof Fault) || error.status >= 500 && error.status !== 502) throw error
    log.warn({ code: error.code, reason: reasonOf(error.cause) }, 'sign-in by another system refused')
    await noteRefusal(app, { actor: nobody, origin: { source: request.ip, call: request.id }, endpoint, fault: error, object: null, hasCredential: false })
    place = `${personPage() ? '/account' : '/sign-in'}?refused=${encodeURIComponent(error.code)}`
  }
  return reply.code(303).header('location', place instanceof URL ? place.href : `${app.config.publicUrl}${place}`).send()
}

/** The answer is kept for a confirmation or a code, or opens a session. Answers where the browser goes next. */
async function conclude(app: App, provider: providers.OpenProvider, flow: store.Flow, vouched: Vouched, request: FastifyRequest, reply: FastifyReply): Promise<string> {
  const keep = () => run(app, {}, async (ctx) => { keepAnswer(ctx, flow.id, vouched) })
  if (flow.personId) { await keep(); return '/account?connect=1' }
  const opened: Opened | null = await enter(app, provider, vouched, originOf(request), finishing(flow.id))
  if (!opened) { await keep(); return '/sign-in?code=1' }
  setSessionCookie(app, reply, opened)
  return flow.returnTo
}

function mountReturns(mount: Mount, at: Landing): void {
  mount(federation.oidcReturn, (ctx, { params, request, reply }) => {
    let isPersons = false
    return landing(at, federation.oidcReturn, request, reply, () => isPersons, async () => {
      const browser = browserOf(ctx.app, request)
      if (!browser) throw refused()
      const provider = await providers.openProvider(ctx, params.id)
      if (!providers.isOidc(provider)) throw refused()
      const query = new URLSearchParams(request.url.split('?')[1] ?? '')
      const flow = await takeFlow(ctx.app, provider.id, query.get('state'), browser)
      isPersons = flow.personId !== null
      return conclude(ctx.app, provider, flow, await oidcAnswer(ctx.app, provider, flow.asked, query.toString()), request, reply)
    })
  })
  // A form another site sends carries no cookie of ours: the answer is checked and kept here, and used where the cookie is back.
  mount(federation.samlReturn, (ctx, { params, request, reply }) => {
    let isPersons = false
    return landing(at, federation.samlReturn, request, reply, () => isPersons, async () => {
      const provider = await providers.openProvider(ctx, params.id)
      if (!providers.isSaml(provider) || !(request.body instanceof URLSearchParams)) throw refused()
      const flow = await takeFlow(ctx.app, provider.id, request.body.get('RelayState'), null)
      isPersons = flow.personId !== null
      const { assertionId, expiresAt, ...vouched } = await samlAnswer(ctx.app, provider, flow.asked, request.body.get('SAMLResponse') ?? '')
      await run(ctx.app, {}, async (inner) => {
        if (!(await store.useAssertion(inner, provider.id, assertionId, expiresAt))) throw refused()
        keepAnswer(inner, flow.id, vouched)
      })
      return `/api/federation/${provider.id}/saml?flow=${flow.id}`
    })
  })
  mount(federation.samlFinish, (ctx, { params, request, reply }) => {
    let isPersons = false
    return landing(at, federation.samlFinish, request, reply, () => isPersons, async () => {
      const id = new URLSearchParams(request.url.split('?')[1] ?? '').get('flow') ?? ''
      const flow = /^[0-9a-f-]{36}$/.test(id) ? await findReturned(ctx, request, id) : null
      if (!flow || flow.providerId !== params.id) throw refused()
      isPersons = flow.personId !== null
      return conclude(ctx.app, await providers.openProvider(ctx, flow.providerId), flow, flow.vouched, request, reply)
    })
  })
  mount(federation.samlMetadata, async (ctx, { params, reply }) => {
    const provider = await providers.openProvider(ctx, params.id, true)
    if (!providers.isSaml(provider)) throw new Fault('staff.provider.not-found', 404)
    return reply.type('application/samlmetadata+xml; charset=utf-8').send(await samlMetadata(ctx.app, provider))
  })
}

/** A provider tells that somebody signed out there. */
function mountEnds(mount: Mount, at: Landing): void {
  const mayTell = limiter(ENDS)
  mount(federation.oidcSignOut, async (ctx, { params, request, reply }) => {
    mayTell(request)
    reply.header('cache-control', 'no-store')
    const provider = await providers.openProvider(ctx, params.id, true)
    if (!providers.isOidc(provider) || !(request.body instanceof URLSearchParams)) throw new Fault('staff.federation.refused', 400)
    // The status the specification asks for (OpenID Connect Back-Channel Logout 1.0, 2.8).
    const over = await oidcEnded(ctx.app, provider, request.body.get('logout_token') ?? '').catch((error: unknown) => { throw error instanceof Fault && error.status === 401 ? Object.assign(new Fault(error.code, 400), { cause: error.cause }) : error })
    await endFrom(ctx.app, provider, over)
    return reply.code(200).send()
  })
  const samlEnd = (endpoint: Endpoint) => (ctx: Ctx, { params, request, reply }: { params: { id: string }; request: FastifyRequest; reply: FastifyReply }) => landing(at, endpoint, request, reply, () => false, async () => {
    mayTell(request)
    const provider = await providers.openProvider(ctx, params.id, true)
    if (!providers.isSaml(provider)) throw refused()
    const form = request.body instanceof URLSearchParams ? request.body : undefined
    const query = request.url.split('?')[1] ?? ''
    // The answer to our own wish: the session here is over already, and nothing depends on it.
    if ((form ?? new URLSearchParams(query)).has('SAMLResponse')) return '/sign-in'
    const over = await samlEnded(ctx.app, provider, form ? { form } : { query })
    await endFrom(ctx.app, provider, over)
    return new URL(over.answer)
  })
  mount(federation.samlSignOut, samlEnd(federation.samlSignOut))
  mount(federation.samlSignOutForm, samlEnd(federation.samlSignOutForm))
}

function mountAccount(mount: Mount): void {
  mount(federation.myIdentities, (ctx, { request }) => links.myIdentities(ctx, request))
  mount(federation.connectIdentity, async (ctx, { body, request, reply }) =>
    ({ url: await links.connectIdentity(ctx, request, body, reply, (provider) => leave(ctx.app, provider, { personId: ctx.actor.id, returnTo: '/account' }, reply)) }))
  mount(federation.confirmIdentity, (ctx, { params, request }) => links.confirmIdentity(ctx, request, params.id))
  mount(federation.personSignIn, (ctx, { params }) => links.personSignIn(ctx, params.id))
  mount(federation.removePersonIdentity, (ctx, { params }) => links.removePersonIdentity(ctx, params.id, params.identityId))
  mount(federation.removeIdentity, (ctx, { params, request }) => links.removeIdentity(ctx, request, params.id))
}

function mountProviders(mount: Mount): void {
  const mayCheck = limiter(CHECKS)
  mount(federation.providers, async (ctx) => ({ rows: await providers.listProviders(ctx) }))
  mount(federation.provider, (ctx, { params }) => providers.getProvider(ctx, params.id))
  mount(federation.addProvider, (ctx, { body }) => providers.addProvider(ctx, body))
  mount(federation.editProvider, (ctx, { params, body }) => providers.editProvider(ctx, params.id, body))
  mount(federation.removeProvider, (ctx, { params }) => providers.removeProvider(ctx, params.id))
  mount(federation.checkProvider, async (ctx, { params, request }) => {
    mayCheck(request)
    const provider = await providers.openProvider(ctx, params.id, true)
    if (providers.isOidc(provider)) return { isRight: await discover(ctx.app, provider).then(() => true, () => false) }
    return { isRight: providers.isLdap(provider) ? await checkLdap(ctx.app, provider) : true }
  })
}
