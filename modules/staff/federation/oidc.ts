/** OpenID Connect: authorization code with PKCE, state and nonce; signatures checked whoever delivered them. */
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey, jwtVerify } from 'jose'
import * as oidc from 'openid-client'
import type { App } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import { Shelf } from '../memory.ts'
import type { OidcSettings } from './contract.ts'
import { type Asked, type Vouched, refused } from './flow.ts'
import { type Network, TIMEOUT_MS, checkAddress, fetchFrom, readNetwork } from './network.ts'
import { type OpenProvider, returnUrl, signedOutUrl } from './providers.ts'

type Provider = OpenProvider<OidcSettings>
const SKEW_S = 60
const SCOPE = 'openid profile email'
// What a provider says about itself changes about once a year, its keys are fetched again when they are unknown.
const known = new WeakMap<App, Shelf<oidc.Configuration>>()

const unreachable = (cause: unknown): Fault => Object.assign(new Fault('staff.federation.unreachable', 502), { cause })

/** What the provider says about itself, asked at most every ten minutes. Throws 502 `staff.federation.unreachable`. */
export async function configurationOf(app: App, provider: Provider): Promise<oidc.Configuration> {
  const shelf = known.get(app) ?? new Shelf<oidc.Configuration>(600_000, 100)
  known.set(app, shelf)
  return shelf.take(`${provider.id} ${provider.version}`, () => discover(app, provider))
}

export async function discover(app: App, { settings, secret }: Provider): Promise<oidc.Configuration> {
  const network = await readNetwork({ db: app.pool })
  const options: oidc.DiscoveryRequestOptions = { [oidc.customFetch]: fetchFrom(app, network) as oidc.CustomFetch, timeout: TIMEOUT_MS / 1000, ...(network.clearText ? { execute: [oidc.allowInsecureRequests] } : {}) }
  try {
    const server = (await oidc.discovery(new URL(settings.issuer), settings.clientId, undefined, oidc.None(), options)).serverMetadata()
    if (server.issuer.replace(/\/$/, '') !== settings.issuer.replace(/\/$/, '')) throw new Error('another issuer')
    for (const address of [server.authorization_endpoint, server.token_endpoint, server.jwks_uri]) checkAddress(address ?? '', 'settings.issuer', network, true)
    const configuration = new oidc.Configuration(server, settings.clientId, undefined, credential(server, secret))
    configuration[oidc.customFetch] = options[oidc.customFetch]!
    configuration.timeout = TIMEOUT_MS / 1000
    if (network.clearText) oidc.allowInsecureRequests(configuration)
    // TLS says who delivered a token, not who made it.
    oidc.enableNonRepudiationChecks(configuration)
    return configuration
  } catch (error) {
    // One answer for everything that can go wrong: this must not tell what listens where.
    throw unreachable(error)
  }
}
function credential(server: oidc.ServerMetadata, secret: string | null): oidc.ClientAuth {
  if (secret === null) return oidc.None()
  const offered = server.token_endpoint_auth_methods_supported
  return !offered || offered.includes('client_secret_basic') ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret)
}

export async function oidcAddress(app: App, provider: Provider, asked: Asked): Promise<string> {
  const configuration = await configurationOf(app, provider)
  return oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: returnUrl(app, provider), scope: SCOPE, state: asked.state, nonce: asked.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(asked.verifier), code_challenge_method: 'S256',
  }).href
}

/** Exchanges the code and checks what came. Throws 401 `staff.federation.refused`. Outside any transaction. */
export async function oidcAnswer(app: App, provider: Provider, asked: Asked, query: string): Promise<Vouched> {
  const configuration = await configurationOf(app, provider)
  try {
    const tokens = await oidc.authorizationCodeGrant(configuration, new URL(`${returnUrl(app, provider)}?${query}`), {
      expectedState: asked.state, expectedNonce: asked.nonce, pkceCodeVerifier: asked.verifier, idTokenExpected: true,
    })
    const claims = tokens.claims()!
    const more = claims['email'] === undefined && configuration.serverMetadata().userinfo_endpoint ? await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {}
    const all: Record<string, unknown> = { ...more, ...claims }
    const word = (name: string): string | null => (typeof all[name] === 'string' && all[name] !== '' ? (all[name] as string).slice(0, 300) : null)
    return {
      issuer: claims.iss, subject: claims.sub, account: word('email') ?? word('preferred_username') ?? claims.sub, name: word('name'),
      // Anybody can write an address into an account; only `true` says that it is theirs.
      email: all['email_verified'] === true ? word('email') : null,
      directoryId: word(provider.settings.directoryClaim),
      session: { sid: typeof claims['sid'] === 'string' ? claims['sid'].slice(0, 300) : null, idToken: tokens.id_token },
    }
  } catch (error) {
    if (error instanceof Fault) throw error
    throw refused(error)
  }
}

/** Where the provider ends its session and sends the browser back from; null when it has no such place, or does not answer in time. */
export async function oidcFarewell(app: App, provider: Provider, idToken: string | undefined): Promise<string | null> {
  if (!provider.settings.endsThere) return null
  const configuration = await configurationOf(app, provider)
  if (!configuration.serverMetadata().end_session_endpoint) return null
  return oidc.buildEndSessionUrl(configuration, { post_logout_redirect_uri: signedOutUrl(app), ...(idToken ? { id_token_hint: idToken } : {}) }).href
}

const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const LOGOUT = 'http://schemas.openid.net/event/backchannel-logout'
const TOKEN_AGE_S = 600
const keySets = new WeakMap<oidc.Configuration, JWTVerifyGetKey>()

function keysOf(app: App, configuration: oidc.Configuration, network: Network): JWTVerifyGetKey {
  let keys = keySets.get(configuration)
  if (!keys) keySets.set(configuration, (keys = createRemoteJWKSet(new URL(configuration.serverMetadata().jwks_uri!), { [customFetch]: fetchFrom(app, network) as never, timeoutDuration: TIMEOUT_MS })))
  return keys
}

export interface Ended { messageId: string; issuer: string; subject: string | null; sid: string | null; expiresAt: Date }
/** OpenID Connect Back-Channel Logout 1.0, section 2.6. Throws 401 `staff.federation.refused`. Outside any transaction. */
export async function oidcEnded(app: App, provider: Provider, logoutToken: string): Promise<Ended> {
  const configuration = await configurationOf(app, provider)
  try {
    const { payload } = await jwtVerify(logoutToken, keysOf(app, configuration, await readNetwork({ db: app.pool })), {
      issuer: configuration.serverMetadata().issuer, audience: provider.settings.clientId, algorithms: ASYMMETRIC, requiredClaims: ['iat', 'jti', 'events'], maxTokenAge: TOKEN_AGE_S, clockTolerance: SKEW_S,
    })
    const { events, sub, sid, jti, iss, iat } = payload
    const told = (events as Record<string, unknown> | null)?.[LOGOUT]
    const isLogout = typeof told === 'object' && told !== null
    // An ID token is signed by the same keys: what tells them apart must be looked at.
    if (!isLogout || 'nonce' in payload || typeof jti !== 'string' || (sub === undefined && sid === undefined) || (sid !== undefined && typeof sid !== 'string')) throw new Error('not a logout token')
    return { messageId: jti.slice(0, 300), issuer: iss!, subject: sub ?? null, sid: sid ?? null, expiresAt: new Date((iat! + TOKEN_AGE_S + SKEW_S) * 1000) }
  } catch (error) {
    throw refused(error)
  }
}
