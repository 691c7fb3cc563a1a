/** Sign-in by other systems over HTTP: the ways offered at the door, their settings, and a person's own connections. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, id, instant, line, text } from '../../../platform/http/shapes.ts'

const version = z.int().min(1)
const password = z.string().max(4096)
const code = z.string().max(20)
const address = z.string().max(2000).refine((value) => URL.canParse(value) && /^(https?|ldaps?):$/.test(new URL(value).protocol))
const pem = z.string().max(40_000)
const attribute = z.string().max(100).regex(/^[A-Za-z][A-Za-z0-9.;-]*$/)
export const domain = z.string().max(253).regex(/^(?=.*\.)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/)

export const kinds = ['oidc', 'saml', 'ldap'] as const
/** The provider asks for a second factor by itself: ours is not asked for once more. */
const asksSecondFactor = z.boolean().default(false)
const Oidc = z.strictObject({
  kind: z.literal('oidc'), issuer: address, clientId: line(300), asksSecondFactor,
  /** The claim that is the directory's own id of a person (`oid` at Microsoft). */
  directoryClaim: z.string().max(100).regex(/^[A-Za-z_][\w:./-]*$/).default('sub'),
  /** Signing out here also signs out there; our sign-in page must be allowed there as the place to come back to. */
  endsThere: z.boolean().default(false),
})
const Saml = z.strictObject({ kind: z.literal('saml'), entityId: line(1000), signOnUrl: address, certificate: pem, asksSecondFactor,
  /** Where its single logout service takes redirects; null: neither side ends what the other opened. */
  signOutUrl: address.nullable().default(null),
})
const Ldap = z.strictObject({
  kind: z.literal('ldap'), url: address, startTls: z.boolean().default(false), authority: pem.nullable().default(null), bindDn: text(1000), baseDn: line(1000),
  /** `{login}` stands for what was typed, escaped. */
  filter: z.string().max(1000).refine((value) => value.includes('{login}') && /^\(.*\)$/.test(value), { message: 'staff.federation.filter-without-login' }).default('(mail={login})'),
  subjectAttribute: attribute.default('entryUUID'), nameAttribute: attribute.default('cn'), mailAttribute: attribute.default('mail'), asksSecondFactor,
})
export const Settings = z.discriminatedUnion('kind', [Oidc, Saml, Ldap])

const Provider = z.object({
  id, kind: z.enum(kinds), name: z.string(), settings: Settings, hasSecret: z.boolean(), roleId: id.nullable(), domains: z.array(z.string()), directoryId: id.nullable(),
  people: z.int(), disabledAt: instant.nullable(), /** Since when two people agree to it as it stands; counts while the administrators are separated. */ admittedAt: instant.nullable(), version,
  /** What its administrators enter on their side. */
  returnUrl: z.string().nullable(), entityId: z.string().nullable(),
  /** Where it tells us that somebody signed out there, and where it sends who signed out here. */
  signOutUrl: z.string().nullable(), signedOutUrl: z.string().nullable(),
})
const more = {
  /** Client secret or password of the search account; kept encrypted, never shown. */
  secret: z.string().max(1000).optional(),
  roleId: id.nullable().optional(), domains: z.array(domain).max(50).optional(), directoryId: id.nullable().optional(),
}
const Way = z.object({ id, kind: z.enum(kinds), name: z.string() })
const Identity = z.object({ id, providerId: id, provider: z.string(), kind: z.enum(kinds), account: z.string(), createdAt: instant, lastUsedAt: instant.nullable() })

const BEGINS = ['staff.provider.not-found', 'staff.federation.unreachable', 'access.too-many', 'staff.federation.address-refused'] as const
const SETTINGS = ['staff.unknown-reference', 'staff.may-not-grant', 'staff.needs-second-person', 'staff.duties-mixed', 'staff.federation.role-too-strong', 'staff.federation.address-refused', 'staff.federation.certificate', 'staff.federation.secret-again', 'staff.federation.tls-needed'] as const

export const federation = {
  signInWays: { method: 'GET', path: '/api/sign-in/ways', access: 'public', summary: 'Other systems one can sign in by.', response: z.object({ rows: z.array(Way) }) },
  beginSignIn: {
    method: 'POST', path: '/api/sign-in/begin', access: 'public', kind: 'raw', summary: 'Where the browser goes to sign in by OpenID Connect or SAML; sets a cookie that the answer must come back with.',
    body: z.strictObject({ providerId: id, returnTo: z.string().max(500).default('/') }), response: z.object({ url: z.string() }), faults: BEGINS,
  },
  oidcReturn: { method: 'GET', path: '/api/federation/:id/oidc', access: 'public', kind: 'raw', params: byId, summary: 'Where an OpenID Connect provider sends the browser back to.' },
  samlReturn: { method: 'POST', path: '/api/federation/:id/saml', access: 'public', kind: 'raw', params: byId, bodyLimit: 400_000, summary: 'Assertion consumer service: takes a SAML response as a form.' },
  samlFinish: { method: 'GET', path: '/api/federation/:id/saml', access: 'public', kind: 'raw', params: byId, summary: 'The second half of a return by SAML, with the browser’s cookie.' },
  samlMetadata: { method: 'GET', path: '/api/federation/:id/metadata', access: 'public', kind: 'raw', params: byId, summary: 'SAML metadata of this installation for a provider.' },
  oidcSignOut: { method: 'POST', path: '/api/federation/:id/oidc-sign-out', access: 'public', kind: 'raw', params: byId, bodyLimit: 100_000, summary: 'OpenID Connect back-channel logout: a provider tells by a logout token that a session there has ended; ours from it end.', faults: ['staff.federation.refused', 'access.too-many'] },
  samlSignOut: { method: 'GET', path: '/api/federation/:id/saml-sign-out', access: 'public', kind: 'raw', params: byId, summary: 'SAML single logout by redirect: ends sessions at the provider’s request, and takes its answer to ours.' },
  samlSignOutForm: { method: 'POST', path: '/api/federation/:id/saml-sign-out', access: 'public', kind: 'raw', params: byId, bodyLimit: 400_000, summary: 'The same by a form.' },
  finishSignIn: {
    method: 'POST', path: '/api/sign-in/finish', access: 'public', kind: 'raw', summary: 'The one-time code after a provider has answered.',
    body: z.strictObject({ code }), response: z.object({ personId: id, returnTo: z.string() }), faults: ['staff.federation.refused', 'staff.sign-in-failed', 'staff.sign-in-locked', 'staff.code-needed'],
  },
  signInByDirectory: {
    method: 'POST', path: '/api/sign-in/directory', access: 'public', kind: 'raw', summary: 'Signs in with the password of a directory (LDAP).',
    body: z.strictObject({ providerId: id, login: z.string().max(254), password, code: code.optional() }), response: z.object({ personId: id }),
    faults: [...BEGINS, 'staff.sign-in-failed', 'staff.sign-in-locked', 'staff.code-needed', 'staff.federation.not-known'],
  },

  myIdentities: {
    method: 'GET', path: '/api/me/identities', access: 'signed-in', summary: 'Accounts elsewhere I can sign in by, and one that waits for my confirmation.',
    response: z.object({ rows: z.array(Identity), waiting: z.object({ id, provider: z.string(), account: z.string() }).nullable(), needsPassword: z.boolean() }),
  },
  connectIdentity: {
    method: 'POST', path: '/api/me/identities', access: 'signed-in', kind: 'raw', summary: 'Begins to connect an account elsewhere; with a directory’s login and password it is done at once and `url` is null.',
    body: z.strictObject({ providerId: id, current: password.optional(), login: z.string().max(254).optional(), password: password.optional() }), response: z.object({ url: z.string().nullable() }),
    faults: [...BEGINS, 'staff.password-wrong', 'staff.session-needed', 'staff.sign-in-locked', 'staff.sign-in-failed', 'staff.federation.taken', 'staff.federation.connected', 'staff.federation.sign-in-again'],
  },
  confirmIdentity: {
    method: 'PUT', path: '/api/me/identities/:id/confirmation', access: 'signed-in', idempotency: 'own', params: byId, summary: 'Connects the account a provider has answered with.', response: Identity,
    faults: ['staff.federation.refused', 'staff.federation.taken', 'staff.federation.connected', 'staff.session-needed'],
  },
  removeIdentity: { method: 'DELETE', path: '/api/me/identities/:id', access: 'signed-in', params: byId, faults: ['staff.identity.not-found', 'staff.federation.last-way', 'staff.session-needed'] },

  personSignIn: {
    method: 'GET', path: '/api/people/:id/sign-in', access: 'access.grant', params: byId, summary: 'The accounts elsewhere a person signs in by, and the directory that takes care of them.',
    response: z.object({ identities: z.array(Identity), directory: z.object({ id, name: z.string() }).nullable() }), faults: ['staff.person.not-found'],
  },
  removePersonIdentity: {
    method: 'DELETE', path: '/api/people/:id/identities/:identityId', access: 'access.grant', params: z.strictObject({ id, identityId: id }), summary: 'Disconnects an account of somebody else, when it is no longer theirs.',
    faults: ['staff.person.not-found', 'staff.identity.not-found', 'staff.may-not-grant', 'staff.needs-second-person'],
  },

  providers: { method: 'GET', path: '/api/identity-providers', access: 'access.configure', response: z.object({ rows: z.array(Provider) }) },
  provider: { method: 'GET', path: '/api/identity-providers/:id', access: 'access.configure', params: byId, response: Provider, faults: ['staff.provider.not-found'] },
  addProvider: { method: 'POST', path: '/api/identity-providers', access: 'access.configure', stepUp: true, status: 201, summary: 'Sets up a provider; with separated administrators it stands still until a second person agrees to it.', body: z.strictObject({ name: line(100), settings: Settings, ...more }), response: Provider, faults: SETTINGS },
  editProvider: {
    method: 'PATCH', path: '/api/identity-providers/:id', access: 'access.configure', stepUp: true, params: byId, response: Provider, faults: ['staff.changed-meanwhile', 'staff.provider.not-found', ...SETTINGS],
    body: z.strictObject({ version, name: line(100).optional(), settings: Settings.optional(), disabled: z.boolean().optional(), ...more }),
  },
  removeProvider: { method: 'DELETE', path: '/api/identity-providers/:id', access: 'access.configure', stepUp: true, params: byId, summary: 'Removes a provider and every connection by it.', faults: ['staff.provider.not-found'] },
  checkProvider: {
    method: 'POST', path: '/api/identity-providers/:id/check', access: 'access.configure', kind: 'raw', params: byId, summary: 'Asks the provider whether it answers as its settings say.',
    response: z.object({ isRight: z.boolean() }), faults: ['staff.provider.not-found', 'access.too-many'],
  },
} as const satisfies Endpoints

/** Nouns of those who watch over the others or decide what they may; of two nouns daily work has one verb. */
const OVERSIGHT = new Set(['access', 'alarms', 'audit', 'compliance'])
const DAILY: Record<string, string> = { staff: 'read', privacy: 'export' }
/** A role that another system may hand out: for daily work, not for settings, people or oversight. */
export const isHandOut = ({ permissions }: { permissions: readonly string[] }): boolean => permissions.every((one) => {
  const [noun = '', verb] = one.split('.')
  return one !== '*' && verb !== 'configure' && verb !== 'approve' && !OVERSIGHT.has(noun) && (DAILY[noun] ?? verb) === verb
})

/** The address or name by which a provider is told from others. */
export const whereOf = (settings: ProviderSettings): string => (settings.kind === 'oidc' ? settings.issuer : settings.kind === 'saml' ? settings.entityId : settings.url)

export type ProviderKind = (typeof kinds)[number]
export type ProviderSettings = z.infer<typeof Settings>
export type OidcSettings = z.infer<typeof Oidc>
export type SamlSettings = z.infer<typeof Saml>
export type LdapSettings = z.infer<typeof Ldap>
export type ProviderRow = z.infer<typeof Provider>
export type WayRow = z.infer<typeof Way>
export type IdentityRow = z.infer<typeof Identity>
