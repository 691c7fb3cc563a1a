/** Systems that may vouch for our people, as administrators set them up. Nothing is asked of them here but in `checkProvider`. */
import { X509Certificate } from 'node:crypto'
import { newId } from '../../../lib/id/index.ts'
import type { App, Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { connectOutside, hostOfUrl } from '../../../platform/outside.ts'
import type { RoleRow } from '../contract.ts'
import { selectRole } from '../store/access.ts'
import { mustBeAbleToGrant } from '../tokens.ts'
import { isHandOut, type LdapSettings, type OidcSettings, type ProviderRow, type ProviderSettings, type SamlSettings } from './contract.ts'
import { checkAddress, checkDirectory, readNetwork } from './network.ts'
import { seal, unseal } from './secrets.ts'
import * as store from './store.ts'

/** A provider with its secret in the clear: for the moment it is used. */
export interface OpenProvider<S extends ProviderSettings = ProviderSettings> extends Omit<store.StoredProvider, 'secret' | 'settings'> { settings: S; secret: string | null }

export const returnUrl = (app: App, { id, kind }: { id: string; kind: string }): string => `${app.config.publicUrl}/api/federation/${id}/${kind}`
export const entityIdOf = (app: App, { id }: { id: string }): string => `${app.config.publicUrl}/api/federation/${id}/metadata`

/** What the secret is used against: the same secret does not open for another host or account. */
function target(id: string, settings: ProviderSettings): string {
  const used = settings.kind === 'oidc' ? [settings.issuer, settings.clientId] : settings.kind === 'ldap' ? [settings.url, settings.bindDn, settings.startTls] : []
  return `provider:${id}:${JSON.stringify([settings.kind, ...used])}`
}

const toRow = (app: App, { secret, ...row }: store.StoredProvider): ProviderRow => ({
  ...row, hasSecret: secret !== null, returnUrl: row.kind === 'ldap' ? null : returnUrl(app, row), entityId: row.kind === 'saml' ? entityIdOf(app, row) : null,
})
export const listProviders = async (ctx: Ctx): Promise<ProviderRow[]> => (await store.selectProviders(ctx)).map((row) => toRow(ctx.app, row))
async function getStored(ctx: Ctx, id: string): Promise<store.StoredProvider> {
  const row = await store.selectProvider(ctx, id)
  if (!row) throw notFound('staff.provider')
  return row
}
export const getProvider = async (ctx: Ctx, id: string): Promise<ProviderRow> => toRow(ctx.app, await getStored(ctx, id))

/** The provider as it is used; throws 404 when there is none in force. `isAny` also opens a disabled one. */
export async function openProvider(ctx: Pick<Ctx, 'db' | 'app'>, id: string, isAny = false): Promise<OpenProvider> {
  const row = await store.selectProvider(ctx, id)
  if (!row || (row.disabledAt && !isAny)) throw notFound('staff.provider')
  try {
    return { ...row, secret: row.secret && unseal(ctx.app, target(row.id, row.settings), row.secret) }
  } catch (cause) {
    // Somebody moved it in the database, or the root key is another one.
    throw Object.assign(new Fault('staff.federation.unreachable', 502), { cause })
  }
}
export const isOidc = (provider: OpenProvider): provider is OpenProvider<OidcSettings> => provider.settings.kind === 'oidc'
export const isSaml = (provider: OpenProvider): provider is OpenProvider<SamlSettings> => provider.settings.kind === 'saml'
export const isLdap = (provider: OpenProvider): provider is OpenProvider<LdapSettings> => provider.settings.kind === 'ldap'

export function mustBeHandOut(role: RoleRow): void {
  if (!isHandOut(role)) throw new Fault('staff.federation.role-too-strong', 422, {}, [{ path: 'roleId', code: 'staff.federation.role-too-strong' }])
}
const unknown = (path: string): Fault => new Fault('staff.unknown-reference', 422, {}, [{ path, code: 'staff.unknown-reference' }])
/** The role, when the actor may grant it and it may be handed out. */
export async function roleToHandOut(ctx: Ctx, roleId: string): Promise<RoleRow> {
  const role = await selectRole(ctx, { id: roleId })
  if (!role) throw unknown('roleId')
  await mustBeAbleToGrant(ctx, role.permissions, role.scope)
  mustBeHandOut(role)
  return role
}

const badCertificate = (path: string): Fault => new Fault('staff.federation.certificate', 422, {}, [{ path, code: 'staff.federation.certificate' }])
/** The certificate as PEM; also taken as the bare base64 that metadata carries. */
export function pemOf(text: string, path: string): string {
  const pem = text.includes('-----') ? text.trim() : `-----BEGIN CERTIFICATE-----\n${text.replace(/\s/g, '').replace(/(.{64})/g, '$1\n').trim()}\n-----END CERTIFICATE-----`
  try {
    return new X509Certificate(pem).toString()
  } catch {
    throw badCertificate(path)
  }
}

/** The settings as they are kept; refuses addresses and certificates that can't be right. */
async function checked(ctx: Ctx, settings: ProviderSettings): Promise<ProviderSettings> {
  const network = await readNetwork(ctx)
  if (settings.kind === 'oidc') {
    checkAddress(settings.issuer, 'settings.issuer', network, true)
    await connectOutside(ctx, 'sign-in', hostOfUrl(settings.issuer))
    return settings
  }
  if (settings.kind === 'saml') {
    checkAddress(settings.signOnUrl, 'settings.signOnUrl', network, false)
    await connectOutside(ctx, 'sign-in', hostOfUrl(settings.signOnUrl))
    return { ...settings, certificate: pemOf(settings.certificate, 'settings.certificate') }
  }
  checkDirectory(settings.url, settings.startTls, network)
  await connectOutside(ctx, 'directory', hostOfUrl(settings.url))
  return { ...settings, authority: settings.authority ? pemOf(settings.authority, 'settings.authority') : null }
}
async function references(ctx: Ctx, wanted: { roleId?: string | null; directoryId?: string | null }): Promise<void> {
  if (wanted.roleId) await roleToHandOut(ctx, wanted.roleId)
  if (wanted.directoryId && !(await store.directoryExists(ctx, wanted.directoryId))) throw unknown('directoryId')
}

export interface ProviderWords { secret?: string; roleId?: string | null; domains?: string[]; directoryId?: string | null }
const sealed = (ctx: Ctx, id: string, settings: ProviderSettings, secret: string | undefined): Buffer | null => (secret && settings.kind !== 'saml' ? seal(ctx.app, target(id, settings), secret) : null)

export async function addProvider(ctx: Ctx, wanted: { name: string; settings: ProviderSettings } & ProviderWords): Promise<ProviderRow> {
  await references(ctx, wanted)
  const settings = await checked(ctx, wanted.settings)
  const id = newId()
  await store.insertProvider(ctx, { id, kind: settings.kind, name: wanted.name, settings, secret: sealed(ctx, id, settings, wanted.secret), roleId: wanted.roleId ?? null, domains: wanted.domains ?? [], directoryId: wanted.directoryId ?? null })
  await emit(ctx, 'staff.provider-added', { subject: id, data: { name: wanted.name, settings } })
  return getProvider(ctx, id)
}

/** Changes what is named. A secret stays only as long as it is used against the same system and account. */
export async function editProvider(ctx: Ctx, id: string, { version, disabled, ...edit }: { version: number; name?: string; settings?: ProviderSettings; disabled?: boolean } & ProviderWords): Promise<ProviderRow> {
  const before = await getStored(ctx, id)
  await references(ctx, edit)
  const settings = edit.settings ? await checked(ctx, edit.settings) : before.settings
  if (settings.kind !== before.kind) throw new Fault('input.invalid', 422, { count: 1 }, [{ path: 'settings.kind', code: 'input.wrong-value' }])
  if (before.secret && edit.secret === undefined && target(id, settings) !== target(id, before.settings)) throw new Fault('staff.federation.secret-again', 422, {}, [{ path: 'secret', code: 'staff.federation.secret-again' }])
  const after = {
    id, kind: before.kind, name: edit.name ?? before.name, settings, secret: edit.secret === undefined ? before.secret : sealed(ctx, id, settings, edit.secret),
    roleId: edit.roleId === undefined ? before.roleId : edit.roleId, domains: edit.domains ?? before.domains, directoryId: edit.directoryId === undefined ? before.directoryId : edit.directoryId,
    disabledAt: disabled === undefined ? before.disabledAt : disabled ? (before.disabledAt ?? ctx.now) : null, version,
  }
  if (!(await store.updateProvider(ctx, after))) throw new Fault('staff.changed-meanwhile', 409)
  await emit(ctx, 'staff.provider-changed', { subject: id, data: { name: after.name, from: before.settings, to: settings, hasNewSecret: edit.secret !== undefined, roleId: after.roleId, domains: after.domains, disabled: after.disabledAt !== null } })
  return getProvider(ctx, id)
}
export async function removeProvider(ctx: Ctx, id: string): Promise<void> {
  const { name, people } = await getStored(ctx, id)
  await store.deleteProvider(ctx, id)
  await emit(ctx, 'staff.provider-removed', { subject: id, data: { name, people } })
}
