/** OpenID Connect: authorization code with PKCE, state and nonce; signatures checked whoever delivered them. */
import * as oidc from 'openid-client'
import type { App } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import { Shelf } from '../memory.ts'
import type { OidcSettings } from './contract.ts'
import { type Asked, type Vouched, refused } from './flow.ts'
import { TIMEOUT_MS, checkAddress, fetchFrom, readNetwork } from './network.ts'
import { type OpenProvider, returnUrl } from './providers.ts'

type Provider = OpenProvider<OidcSettings>
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
    }
  } catch (error) {
    if (error instanceof Fault) throw error
    throw refused(error)
  }
}
