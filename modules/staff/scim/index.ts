/** SCIM, a part of the staff room: a directory tells of joiners, changes and leavers. */
import type { FastifyInstance } from 'fastify'
import { createTranslator, type Locale, pickLocale, type Translate } from '../../../lib/text/index.ts'
import type { Mount } from '../../../platform/http/server.ts'
import type { Module } from '../../../platform/module.ts'
import en from '../text/federation.en.json' with { type: 'json' }
import hans from '../text/federation.zh-Hans.json' with { type: 'json' }
import hant from '../text/federation.zh-Hant.json' with { type: 'json' }
import { scim } from './contract.ts'
import * as directory from './directory.ts'
import * as groups from './groups.ts'
import { baseOf, errorOf, providerConfig, resourceTypes, schemas } from './protocol.ts'
import * as store from './store.ts'
import * as users from './users.ts'

const texts: Record<Locale, Translate> = { 'zh-Hant': createTranslator<string>(hant, 'zh-Hant'), 'zh-Hans': createTranslator<string>(hans, 'zh-Hans'), en: createTranslator<string>(en, 'en') }
const TYPE = 'application/scim+json; charset=utf-8'

/** What leaves under /scim/ is the protocol's: its media type, its form of a refusal. */
function speakScim(http: FastifyInstance): void {
  http.addContentTypeParser('application/scim+json', { parseAs: 'string' }, http.getDefaultJsonParser('error', 'error'))
  http.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/scim/')) return
    route.onSend = async (request, reply, payload) => {
      reply.header('content-type', TYPE)
      if (reply.statusCode < 400 || typeof payload !== 'string') return payload
      const { fault } = JSON.parse(payload) as { fault: { code: string; args: Record<string, string | number> } }
      // The protocol has one status for everything it can't read.
      const status = reply.statusCode === 422 ? 400 : reply.statusCode
      const told = fault.code in en ? texts[pickLocale(request.headers['accept-language'] ?? 'en')](fault.code, fault.args) : fault.code
      return JSON.stringify(errorOf(fault, reply.code(status).statusCode, fault.args.detail ? `${told} (${fault.args.detail})` : told))
    }
  })
}

function routes(mount: Mount): void {
  mount(scim.scimServiceProviderConfig, async (ctx) => providerConfig(ctx.app))
  mount(scim.scimResourceTypes, async (ctx) => resourceTypes(ctx.app))
  mount(scim.scimSchemas, async (ctx) => schemas(ctx.app))
  mount(scim.scimUsers, (ctx, { query }) => users.listUsers(ctx, query))
  mount(scim.scimUser, (ctx, { params, query }) => users.getUser(ctx, params.id, query))
  mount(scim.scimAddUser, async (ctx, { body, reply }) => {
    const user = await users.addUser(ctx, body)
    reply.header('location', `${baseOf(ctx.app)}/Users/${String(user.id)}`)
    return user
  })
  mount(scim.scimPutUser, (ctx, { params, body }) => users.putUser(ctx, params.id, body))
  mount(scim.scimPatchUser, (ctx, { params, body }) => users.patchUser(ctx, params.id, body))
  mount(scim.scimRemoveUser, (ctx, { params }) => users.removeUser(ctx, params.id))
  mount(scim.scimGroups, (ctx, { query }) => groups.listGroups(ctx, query))
  mount(scim.scimGroup, (ctx, { params, query }) => groups.getGroup(ctx, params.id, query))
  mount(scim.scimAddGroup, async (ctx, { body, reply }) => {
    const group = await groups.addGroup(ctx, body)
    reply.header('location', `${baseOf(ctx.app)}/Groups/${String(group.id)}`)
    return group
  })
  mount(scim.scimPutGroup, (ctx, { params, body }) => groups.putGroup(ctx, params.id, body))
  mount(scim.scimPatchGroup, (ctx, { params, body }) => groups.patchGroup(ctx, params.id, body))
  mount(scim.scimRemoveGroup, (ctx, { params }) => groups.removeGroup(ctx, params.id))

  mount(scim.directories, async (ctx) => ({ address: baseOf(ctx.app), rows: await store.selectDirectories(ctx) }))
  mount(scim.addDirectory, (ctx, { body }) => directory.addDirectory(ctx, body))
  mount(scim.editDirectory, (ctx, { params, body }) => directory.editDirectory(ctx, params.id, body))
  mount(scim.renewDirectory, (ctx, { params, body }) => directory.renewDirectory(ctx, params.id, body.expiresAt))
  mount(scim.mapGroup, (ctx, { params, body }) => directory.mapGroup(ctx, params.id, body))
  mount(scim.handOver, (ctx, { params }) => directory.handOver(ctx, params.id, params.personId))
  mount(scim.takeBack, (ctx, { params }) => directory.takeBack(ctx, params.id, params.personId))
}

export const scimPart: Omit<Module, 'name'> = {
  contract: scim,
  routes: (mount, _app, { http }) => { if (http) speakScim(http); routes(mount) },
}
