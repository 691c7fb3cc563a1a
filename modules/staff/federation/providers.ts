/** Systems that may vouch for our people, as administrators set them up. Nothing is asked of them here but in `checkProvider`. */
import { X509Certificate } from 'node:crypto'
import { newId } from '../../../lib/id/index.ts'
import type { App, Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { connectOutside, hostOfUrl } from '../../../platform/outside.ts'
import type { RoleRow } from '../contract.ts'
import { isSeparated } from '../policy.ts'
import { selectRole } from '../store/access.ts'
import { mustBeAbleToGrant } from '../tokens.ts'
import { isHandOut, type LdapSettings, type OidcSettings, type ProviderRow, type ProviderSettings, type SamlSettings } from './contract.ts'
import { checkAddress, checkDirectory, readNetwork } from './network.ts'
import { seal, unseal } from './secrets.ts'
import { makeSigner } from './signer.ts'
import * as store from './store.ts'

/** A provider with its secret in the clear: for the moment it is used. */
export interface OpenProvider<S extends ProviderSettings = ProviderSettings> extends Omit<store.StoredProvider, 'secret' | 'settings'> { settings: S; secret: string | null }

export const returnUrl = (app: App, { id, kind }: { id: string; kind: string }): string => `${app.config.publicUrl}/api/federation/${id}/${kind}`
export const signOutUrl = (app: App, { id, kind }: { id: string; kind: string }): string => `${app.config.publicUrl}/api/federation/${id}/${kind}-sign-out`
export const signedOutUrl = (app: App): string => `${app.config.publicUrl}/sign-in`
export const entityIdOf = (app: App, { id }: { id: string }): string => `${app.config.publicUrl}/api/federation/${id}/metadata`

/** What the secret is used against: the same secret does not open for another host or account. */
function target(id: string, settings: ProviderSettings): string {
  const used = settings.kind === 'oidc' ? [settings.issuer, settings.clientId] : settings.kind === 'ldap' ? [settings.url, settings.bindDn, settings.startTls] : []
  return `provider:${id}:${JSON.stringify([settings.kind, ...used])}`
}

const toRow = (app: App, { secret, ...row }: store.StoredProvider): ProviderRow => ({
  ...row, hasSecret: secret !== null, returnUrl: row.kind === 'ldap' ? null : returnUrl(app, row), entityId: row.kind === 'saml' ? entityIdOf(app, row) : null,
  signOutUrl: row.kind === 'ldap' ? null : signOutUrl(app, row), signedOutUrl: row.kind === 'oidc' ? signedOutUrl(app) : null,
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
/** The role, when the actor may grant it and it may be handed out. A draft grants nothing yet. */
export async function roleToHandOut(ctx: Ctx, roleId: string, isDraft = false): Promise<RoleRow> {
  const role = await selectRole(ctx, { id: roleId })
  if (!role) throw unknown('roleId')
  if (!isDraft) await mustBeAbleToGrant(ctx, role.permissions, role.scope)
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
    if (settings.signOutUrl) checkAddress(settings.signOutUrl, 'settings.signOutUrl', network, false)
    await connectOutside(ctx, 'sign-in', hostOfUrl(settings.signOnUrl))
    return { ...settings, certificate: pemOf(settings.certificate, 'settings.certificate') }
  }
  checkDirectory(settings.url, settings.startTls, network)
  await connectOutside(ctx, 'directory', hostOfUrl(settings.url))
  return { ...settings, authority: settings.authority ? pemOf(settings.authority, 'settings.authority') : null }
}
async function references(ctx: Ctx, wanted: { roleId?: string | null; directoryId?: string | null }, isDraft: boolean): Promise<void> {
  if (wanted.roleId) await roleToHandOut(ctx, wanted.roleId, isDraft)
  if (wanted.directoryId && !(await store.directoryExists(ctx, wanted.directoryId))) throw unknown('directoryId')
}

export interface ProviderWords { secret?: string; roleId?: string | null; domains?: string[]; directoryId?: string | null }
/** Of a SAML provider it is the key our own messages are signed with, made here when single logout is set up. */
async function sealed(ctx: Ctx, id: string, settings: ProviderSettings, secret: string | undefined): Promise<Buffer | null> {
  const words = settings.kind !== 'saml' ? secret : settings.signOutUrl ? JSON.stringify(await makeSigner(ctx.now)) : undefined
  return words ? seal(ctx.app, target(id, settings), words) : null
}

export async function addProvider(ctx: Ctx, wanted: { name: string; settings: ProviderSettings } & ProviderWords): Promise<ProviderRow> {
  // Whoever it would let in must wait until a second person has agreed to all of it.
  const isDraft = await isSeparated(ctx)
  await references(ctx, wanted, isDraft)
  const settings = await checked(ctx, wanted.settings)
  const id = newId()
  await store.insertProvider(ctx, { id, kind: settings.kind, name: wanted.name, settings, secret: await sealed(ctx, id, settings, wanted.secret), roleId: wanted.roleId ?? null, domains: wanted.domains ?? [], directoryId: wanted.directoryId ?? null, disabledAt: isDraft ? ctx.now : null })
  await emit(ctx, 'staff.provider-added', { subject: id, data: { name: wanted.name, settings } })
  return getProvider(ctx, id)
}

type Opening = Pick<store.StoredProvider, 'settings' | 'roleId' | 'domains' | 'directoryId'>
// How sessions end lets nobody in.
const ENDS = new Set(['endsThere', 'signOutUrl'])
/** True when more, or other, people could come in by it, or get more: whoever decides what it says decides who one is. */
const widens = (before: Opening, after: Opening): boolean =>
  (after.roleId !== null && after.roleId !== before.roleId) || (after.directoryId !== null && after.directoryId !== before.directoryId) || after.domains.some((one) => !before.domains.includes(one))
  || Object.entries(after.settings).some(([name, value]) => !ENDS.has(name) && JSON.stringify(value) !== JSON.stringify((before.settings as Record<string, unknown>)[name]))

/**
 * Changes what is named. A secret stays only as long as it is used against the same system and account. With separated
 * administrators one person alone may change what stands still, and take away; the rest throws 409 `staff.needs-second-person`.
 */
export async function editProvider(ctx: Ctx, id: string, { version, disabled, ...edit }: { version: number; name?: string; settings?: ProviderSettings; disabled?: boolean } & ProviderWords, isAgreed = false): Promise<ProviderRow> {
  const before = await getStored(ctx, id)
  const isByOne = !isAgreed && (await isSeparated(ctx))
  await references(ctx, edit, isByOne)
  const settings = edit.settings ? await checked(ctx, edit.settings) : before.settings
  if (settings.kind !== before.kind) throw new Fault('input.invalid', 422, { count: 1 }, [{ path: 'settings.kind', code: 'input.wrong-value' }])
  if (before.secret && edit.secret === undefined && target(id, settings) !== target(id, before.settings)) throw new Fault('staff.federation.secret-again', 422, {}, [{ path: 'secret', code: 'staff.federation.secret-again' }])
  const after = {
    id, kind: before.kind, name: edit.name ?? before.name, settings, secret: settings.kind === 'saml' ? (before.secret ?? (await sealed(ctx, id, settings, undefined))) : edit.secret === undefined ? before.secret : await sealed(ctx, id, settings, edit.secret),
    roleId: edit.roleId === undefined ? before.roleId : edit.roleId, domains: edit.domains ?? before.domains, directoryId: edit.directoryId === undefined ? before.directoryId : edit.directoryId,
    disabledAt: disabled === undefined ? before.disabledAt : disabled ? (before.disabledAt ?? ctx.now) : null, admittedAt: before.admittedAt as string | Date | null, version,
  }
  const isWider = widens(before, after)
  if (isByOne && after.disabledAt === null && (isWider || before.disabledAt !== null)) throw new Fault('staff.needs-second-person', 409)
  if (isAgreed) after.admittedAt = ctx.now
  else if (isWider) after.admittedAt = null
  if (!(await store.updateProvider(ctx, after))) throw new Fault('staff.changed-meanwhile', 409)
  await emit(ctx, 'staff.provider-changed', { subject: id, data: { name: after.name, from: before.settings, to: settings, hasNewSecret: edit.secret !== undefined, roleId: after.roleId, domains: after.domains, disabled: after.disabledAt !== null } })
  return getProvider(ctx, id)
}
/** Two people agree to it as it stands, and it is in force. Throws 409 `staff.changed-meanwhile` when it stands otherwise by now. */
export async function admitProvider(ctx: Ctx, id: string, version: number): Promise<void> {
  const { roleId, name } = await getStored(ctx, id)
  if (roleId) await roleToHandOut(ctx, roleId)
  if (!(await store.updateAdmitted(ctx, id, version))) throw new Fault('staff.changed-meanwhile', 409)
  await emit(ctx, 'staff.provider-admitted', { subject: id, data: { name, roleId } })
}
export async function removeProvider(ctx: Ctx, id: string): Promise<void> {
  const { name, people } = await getStored(ctx, id)
  await store.deleteProvider(ctx, id)
  await emit(ctx, 'staff.provider-removed', { subject: id, data: { name, people } })
}
