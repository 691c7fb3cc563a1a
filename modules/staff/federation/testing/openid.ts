/** OpenID providers for tests: a real one (oidc-provider), and one that lies as it is told. Each on a free loopback port. */
import { createServer, type Server } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import Provider, { type ClientMetadata } from 'oidc-provider'

const listen = (server: Server): Promise<number> => new Promise((ready) => server.listen(0, '127.0.0.1', () => ready((server.address() as { port: number }).port)))
const close = (server: Server): Promise<void> => new Promise((done) => { server.close(() => done()); server.closeAllConnections() })

export interface Account { email?: string; email_verified?: boolean; name?: string }

/** A complete provider with its own sign-in pages; people are those of `accounts`, whose subject is their login. */
export async function startOpenId(accounts: Record<string, Account>): Promise<{ issuer: string; clientId: string; secret: string; allow(url: string, ends?: { told: string; backTo: string }): void; stop(): Promise<void> }> {
  const server = createServer()
  const port = await listen(server)
  const issuer = `http://127.0.0.1:${port}`
  const client: ClientMetadata & { client_id: string; client_secret: string; redirect_uris: string[] } = { client_id: 'loopdesk', client_secret: 'a secret between the two of us', redirect_uris: [`${issuer}/nowhere`], grant_types: ['authorization_code'], response_types: ['code' as const] }
  const make = () => new Provider(issuer, {
    clients: [client], features: { backchannelLogout: { enabled: true } },
    // Its own guard refuses loopback, which is where the desk under test stands.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined } as never), pkce: { required: () => true }, claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] }, cookies: { keys: ['test'] },
    findAccount: (_ctx, sub) => { const account = accounts[sub]; return account && { accountId: sub, claims: async () => ({ sub, ...account }) } },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client!.clientId, accountId: ctx.oidc.account!.accountId })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  })
  const start = () => { const provider = make(); provider.on('server_error', (_ctx, error) => console.error(error)); return provider.callback() }
  let handler = start()
  server.on('request', (request, response) => { void handler(request, response) })
  return {
    issuer, clientId: client.client_id, secret: client.client_secret,
    allow(url, ends) {
      client.redirect_uris.push(url)
      if (ends) Object.assign(client, { backchannel_logout_uri: ends.told, backchannel_logout_session_required: true, post_logout_redirect_uris: [ends.backTo] })
      handler = start()
    },
    stop: () => close(server),
  }
}

/** What a liar signs as a logout token. */
export type Told = (claims: JWTPayload, header?: { alg?: string; typ?: string; foreignKey?: boolean; unsecured?: boolean; symmetric?: string }) => Promise<string>
export interface Lie { claims?: JWTPayload; header?: { alg: string; kid?: string }; unsecured?: boolean; foreignKey?: boolean; symmetric?: string; broken?: boolean }
/** A provider that answers any code with an ID token that is right but for the lie. */
export async function startLiar(clientId: string): Promise<{ issuer: string; lie: Lie; asked: URLSearchParams[]; nonce: string; tell: Told; stop(): Promise<void> }> {
  const own = await generateKeyPair('RS256', { extractable: true })
  const foreign = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'RS256', use: 'sig' }
  const tell: Told = async (claims, { typ = 'logout+jwt', foreignKey, unsecured, symmetric } = {}) => {
    const now = Math.floor(Date.now() / 1000)
    const all = { iss: liar.issuer, aud: clientId, iat: now, exp: now + 120, jti: `j${now}${JSON.stringify(claims).length}${Math.random()}`, sub: 'liar-1', events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, ...claims }
    if (unsecured) return new UnsecuredJWT(all).encode()
    if (symmetric !== undefined) return new SignJWT(all).setProtectedHeader({ alg: 'HS256', typ }).sign(new TextEncoder().encode(symmetric))
    return new SignJWT(all).setProtectedHeader({ alg: 'RS256', kid: 'own', typ }).sign(foreignKey ? foreign.privateKey : own.privateKey)
  }
  const liar = { issuer: '', lie: {} as Lie, asked: [] as URLSearchParams[], nonce: '', tell, stop: () => close(server) }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => { body += String(part) }).on('end', () => {
      void answer(request.url!.split('?')[0]!, body).then(([status, json]) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json)))
    })
  })
  const answer = async (path: string, body: string): Promise<[number, unknown]> => {
    const { issuer, lie } = liar
    if (path === '/.well-known/openid-configuration') {
      return [200, { issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`, response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256', 'none', 'HS256'] }]
    }
    if (path === '/jwks') return [200, { keys: [jwk] }]
    if (path !== '/token') return [404, {}]
    liar.asked.push(new URLSearchParams(body))
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: issuer, aud: clientId, sub: 'liar-1', iat: now, exp: now + 300, nonce: liar.nonce, email: 'mallory@example.com', email_verified: true, ...lie.claims }
    const token = lie.unsecured ? new UnsecuredJWT(claims).encode()
      : lie.symmetric !== undefined ? await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(lie.symmetric))
        : await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'own' }).sign(lie.foreignKey ? foreign.privateKey : own.privateKey)
    return [200, { access_token: 'x', token_type: 'Bearer', expires_in: 60, id_token: lie.broken ? token.slice(0, -8) : token }]
  }
  liar.issuer = `http://127.0.0.1:${await listen(server)}`
  return liar
}
