/**
 * SAML 2.0, browser POST of an answer to our own question. The library checks signature, times, audience and question;
 * what it leaves open is checked here on the signed part alone: recipient, confirmation, algorithms, repeated use.
 */
import { stringify } from 'node:querystring'
import { inflateRawSync } from 'node:zlib'
import type { Profile, SAML } from '@node-saml/node-saml'
import { newToken } from '../../../platform/crypto/index.ts'
import type { App } from '../../../platform/context.ts'
import type { SamlSettings } from './contract.ts'
import { type Asked, FLOW_MS, type TheirSession, type Vouched, refused } from './flow.ts'
import { type OpenProvider, entityIdOf, returnUrl, signOutUrl } from './providers.ts'
import type { Signer } from './signer.ts'

type Provider = OpenProvider<SamlSettings>
const SKEW_MS = 60_000
const MOST_BYTES = 256 * 1024

async function samlOf(app: App, provider: Provider, asked: Asked, signer: Signer | null = null): Promise<SAML> {
  const { settings } = provider
  // Read when first wanted: the program starts without it.
  const { SAML, ValidateInResponseTo } = await import('@node-saml/node-saml')
  // Real time: a provider dates by the world's clock, and the question's age is already limited by its flow.
  const askedAt = new Date().toISOString()
  return new SAML({
    callbackUrl: returnUrl(app, provider), entryPoint: settings.signOnUrl, issuer: entityIdOf(app, provider), audience: entityIdOf(app, provider), idpCert: settings.certificate, idpIssuer: settings.entityId,
    // One of the two has to be signed, and only what was signed is read.
    wantAssertionsSigned: false, wantAuthnResponseSigned: false,
    ...(provider.settings.signOutUrl ? { logoutUrl: provider.settings.signOutUrl, logoutCallbackUrl: signOutUrl(app, provider) } : {}),
    ...(signer ? { privateKey: signer.privateKey, signatureAlgorithm: 'sha256' as const } : {}),
    identifierFormat: null, disableRequestedAuthnContext: true, acceptedClockSkewMs: SKEW_MS, requestIdExpirationPeriodMs: FLOW_MS, maxAssertionAgeMs: FLOW_MS,
    generateUniqueId: () => asked.requestId, validateInResponseTo: ValidateInResponseTo.always,
    cacheProvider: { saveAsync: async (_key, value) => ({ value, createdAt: Date.parse(askedAt) }), getAsync: async (key) => (key === asked.requestId ? askedAt : null), removeAsync: async (key) => key },
  })
}

export const samlAddress = async (app: App, provider: Provider, asked: Asked): Promise<string> => (await samlOf(app, provider, asked)).getAuthorizeUrlAsync(asked.state, undefined, {})

const signerOf = ({ secret }: Provider): Signer | null => (secret ? (JSON.parse(secret) as Signer) : null)
const unasked = (): Asked => ({ state: '', nonce: '', verifier: '', requestId: `_${newToken()}` })

export async function samlMetadata(app: App, provider: Provider): Promise<string> {
  const signer = signerOf(provider)
  return (await samlOf(app, provider, unasked(), signer)).generateServiceProviderMetadata(null, signer?.certificate ?? null)
    // Signed is what ends sessions; the library knows of one binding only, we take two.
    .replace('AuthnRequestsSigned="true"', 'AuthnRequestsSigned="false"')
    .replace(/<SingleLogoutService [^>]*>/, (element) => `${element.replace(':HTTP-POST', ':HTTP-Redirect')}${element}`)
}

const W3 = 'http://www.w3.org/'
const ALGORITHMS = new Set([
  `${W3}2001/10/xml-exc-c14n#`, `${W3}TR/2001/REC-xml-c14n-20010315`, `${W3}2006/12/xml-c14n11`, `${W3}2000/09/xmldsig#enveloped-signature`,
  ...['rsa-sha256', 'rsa-sha384', 'rsa-sha512', 'ecdsa-sha256', 'ecdsa-sha384', 'ecdsa-sha512', 'sha384'].map((name) => `${W3}2001/04/xmldsig-more#${name}`), `${W3}2001/04/xmlenc#sha256`, `${W3}2001/04/xmlenc#sha512`,
])
/** No document type, entity, comment or CDATA: no provider needs them, every trick does. No broken hash. */
function isPlain(xml: string): boolean {
  return !xml.includes('<!') && !/<\?(?!xml )/.test(xml) && [...xml.matchAll(/Algorithm\s*=\s*["']([^"']*)["']/g)].every(([, name]) => ALGORITHMS.has(name!))
}

export interface Asserted extends Vouched { assertionId: string; expiresAt: Date }
type Node = Record<string, { $?: Record<string, string>; _?: string }[] | undefined>
const only = <T>(list: T[] | undefined): T => {
  if (list?.length !== 1) throw refused()
  return list[0]!
}

/** Throws 401 `staff.federation.refused`. The assertion has still to be marked as used. */
export async function samlAnswer(app: App, provider: Provider, asked: Asked, response: string): Promise<Asserted> {
  if (response.length > MOST_BYTES || !/^[A-Za-z0-9+/=\s]+$/.test(response) || !isPlain(Buffer.from(response, 'base64').toString('utf8'))) throw refused()
  const saml = await samlOf(app, provider, asked)
  const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: response }).catch((error: unknown) => { throw refused(error) })
  if (!profile?.getAssertion || !profile.nameID) throw refused()
  const assertion = (profile.getAssertion() as { Assertion: Node & { $: Record<string, string> } }).Assertion
  if (only(assertion.Issuer)._ !== provider.settings.entityId) throw refused()
  const conditions = only(assertion.Conditions)
  const confirmation = only((only(assertion.Subject) as unknown as Node).SubjectConfirmation)
  const data = only((confirmation as unknown as Node).SubjectConfirmationData).$ ?? {}
  if (confirmation.$?.Method !== 'urn:oasis:names:tc:SAML:2.0:cm:bearer' || data.Recipient !== returnUrl(app, provider) || data.InResponseTo !== asked.requestId || !data.NotOnOrAfter || data.NotBefore) throw refused()
  if (!(conditions as unknown as Node).AudienceRestriction || !assertion.AuthnStatement || !assertion.$.ID) throw refused()
  // A name that is another one each time links to nobody.
  if (profile.nameIDFormat?.endsWith(':transient')) throw refused()
  const { sessionIndex, nameIDFormat, nameQualifier, spNameQualifier } = profile
  const session: TheirSession = { sid: sessionIndex?.slice(0, 300) ?? null, nameIdFormat: nameIDFormat, nameQualifier, spNameQualifier }
  return { ...vouchedBy(provider, profile), session, assertionId: assertion.$.ID, expiresAt: new Date(Date.parse(data.NotOnOrAfter) + SKEW_MS) }
}

const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/'
const MICROSOFT = 'http://schemas.microsoft.com/identity/claims/'
function vouchedBy(provider: Provider, { nameID, nameIDFormat, attributes = {} }: Profile & { attributes?: Record<string, unknown> }): Vouched {
  const word = (...names: string[]): string | null => {
    for (const name of names) {
      const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined
      if (typeof value === 'string' && value !== '') return value.slice(0, 300)
    }
    return null
  }
  const email = word('email', 'mail', 'urn:oid:0.9.2342.19200300.100.1.3', `${CLAIMS}emailaddress`) ?? (nameIDFormat?.endsWith(':emailAddress') ? nameID : null)
  return {
    issuer: provider.settings.entityId, subject: nameID, account: email ?? nameID, name: word('displayName', 'name', `${MICROSOFT}displayname`, 'cn', 'urn:oid:2.16.840.1.113730.3.1.241'),
    email, directoryId: word(`${MICROSOFT}objectidentifier`) ?? nameID,
  }
}

/** The library signs spaces as %20 and writes them as +: a provider checks the bytes that come. */
function asSigned(address: string): string {
  const url = new URL(address)
  url.search = stringify(Object.fromEntries(url.searchParams))
  return url.href
}

/** The address that asks the provider to end its session, signed; null without a single logout service. */
export async function samlFarewell(app: App, provider: Provider, nameId: string, { sid, nameIdFormat, nameQualifier, spNameQualifier }: TheirSession): Promise<string | null> {
  const signer = signerOf(provider)
  if (!provider.settings.signOutUrl || !signer) return null
  const saml = await samlOf(app, provider, unasked(), signer)
  return asSigned(await saml.getLogoutUrlAsync({ issuer: provider.settings.entityId, nameID: nameId, nameIDFormat: nameIdFormat ?? '', ...(sid ? { sessionIndex: sid } : {}), ...(nameQualifier ? { nameQualifier } : {}), ...(spNameQualifier ? { spNameQualifier } : {}) }, '', {}))
}

export interface SignOutAsked { messageId: string; issuer: string; subject: string; sid: string | null; expiresAt: Date; answer: string }
const BASE64 = /^[A-Za-z0-9+/=\s]+$/

/**
 * A provider's wish to end sessions (SAML 2.0 profiles, 4.4), by redirect with its query as it came, or by a form. Throws 401
 * `staff.federation.refused`. `answer` is where the browser takes our answer to.
 */
export async function samlEnded(app: App, provider: Provider, { query, form }: { query?: string; form?: URLSearchParams }): Promise<SignOutAsked> {
  const { settings } = provider
  const signer = signerOf(provider)
  if (!settings.signOutUrl || !signer) throw refused()
  const given = form ?? new URLSearchParams(query)
  const message = given.get('SAMLRequest') ?? ''
  if (!BASE64.test(message) || message.length > MOST_BYTES || given.getAll('SAMLRequest').length !== 1) throw refused()
  const saml = await samlOf(app, provider, unasked(), signer)
  try {
    const xml = (form ? Buffer.from(message, 'base64') : inflateRawSync(Buffer.from(message, 'base64'), { maxOutputLength: MOST_BYTES })).toString('utf8')
    if (!isPlain(xml)) throw new Error('not plain')
    const { profile } = form ? await saml.validatePostRequestAsync({ SAMLRequest: message }) : await saml.validateRedirectAsync(Object.fromEntries(given), mustBeSigned(query!, given))
    if (!profile?.nameID || !profile.ID) throw new Error('nobody named')
    const root = /<(?:[\w-]+:)?LogoutRequest\b[^>]*>/.exec(xml)![0]
    const attribute = (name: string): string => new RegExp(`\\b${name}\\s*=\\s*["']([^"']*)["']`).exec(root)?.[1] ?? ''
    const issuedAt = Date.parse(attribute('IssueInstant'))
    // Real time: a provider dates by the world's clock.
    if (attribute('Destination') !== signOutUrl(app, provider) || !(Math.abs(Date.now() - issuedAt) < FLOW_MS)) throw new Error('for another place or time')
    // The library reads the first session named; several are ended by ending all of that name's.
    const named = xml.match(/<(?:[\w-]+:)?SessionIndex[\s>]/g)?.length ?? 0
    const answer = asSigned(await saml.getLogoutResponseUrlAsync(profile, given.get('RelayState')?.slice(0, 80) ?? '', {}, true))
    return { messageId: profile.ID.slice(0, 300), issuer: settings.entityId, subject: profile.nameID, sid: named === 1 ? (profile.sessionIndex ?? null) : null, expiresAt: new Date(issuedAt + FLOW_MS + SKEW_MS), answer }
  } catch (error) {
    throw refused(error)
  }
}

/** The library takes an unsigned redirect for a good one, and looks its parts up by likeness: it is handed each once, by its exact name. */
function mustBeSigned(query: string, given: URLSearchParams): string {
  const parts = new Map(query.split('&').map((part): [string, string] => [part.slice(0, part.indexOf('=')), part]))
  const names = ['SAMLRequest', ...(given.has('RelayState') ? ['RelayState'] : []), 'SigAlg', 'Signature']
  if (names.some((name) => !parts.has(name) || given.getAll(name).length !== 1) || !ALGORITHMS.has(given.get('SigAlg')!)) throw new Error('not signed')
  return names.map((name) => parts.get(name)).join('&')
}
