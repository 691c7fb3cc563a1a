/** SCIM 2.0 (RFC 7643, 7644) for a directory, and the settings of directories for our administrators. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, id, instant, instantIn, line } from '../../../platform/http/shapes.ts'

const version = z.int().min(1)
/** A resource or a message of the protocol: its own schemas say what it holds. */
const message = z.record(z.string(), z.unknown())
const list = z.strictObject({
  filter: z.string().max(1000).optional(), startIndex: z.coerce.number().int().max(1_000_000).default(1), count: z.coerce.number().int().max(1_000_000).default(100),
  attributes: z.string().max(1000).optional(), excludedAttributes: z.string().max(1000).optional(), sortBy: z.string().max(100).optional(), sortOrder: z.string().max(20).optional(),
})
const one = z.strictObject({ attributes: z.string().max(1000).optional(), excludedAttributes: z.string().max(1000).optional() })
const access = { access: 'staff.provision', response: message } as const
const WRONG = ['staff.scim.invalid-syntax', 'staff.scim.invalid-value', 'staff.scim.invalid-path', 'staff.scim.no-target', 'staff.scim.mutability', 'staff.scim.uniqueness', 'staff.scim.no-directory', 'staff.scim.stronger', 'staff.scim.not-admitted', 'staff.last-administrator'] as const

const Group = z.object({ id, displayName: z.string(), members: z.int(), roleId: id.nullable(), teamId: id.nullable(), /** Two people agreed to the role; counts while the administrators are separated. */ roleAdmittedAt: instant.nullable(), version })
const Directory = z.object({ id, name: z.string(), roleId: id, roleAdmittedAt: instant.nullable(), people: z.int(), lastUsedAt: instant.nullable(), groups: z.array(Group), version })
const Made = z.object({ token: z.string(), row: Directory })

export const scim = {
  scimServiceProviderConfig: { method: 'GET', path: '/scim/v2/ServiceProviderConfig', ...access },
  scimResourceTypes: { method: 'GET', path: '/scim/v2/ResourceTypes', ...access },
  scimSchemas: { method: 'GET', path: '/scim/v2/Schemas', ...access },
  scimUsers: { method: 'GET', path: '/scim/v2/Users', ...access, query: list, summary: 'The people this directory brought; others are not shown.', faults: ['staff.scim.invalid-filter', 'staff.scim.no-directory'] },
  scimUser: { method: 'GET', path: '/scim/v2/Users/:id', ...access, params: byId, query: one, faults: ['staff.person.not-found'] },
  scimAddUser: { method: 'POST', path: '/scim/v2/Users', ...access, status: 201, idempotency: 'own', body: message, faults: WRONG },
  scimPutUser: { method: 'PUT', path: '/scim/v2/Users/:id', ...access, idempotency: 'own', params: byId, body: message, faults: WRONG },
  scimPatchUser: { method: 'PATCH', path: '/scim/v2/Users/:id', ...access, idempotency: 'own', params: byId, body: message, summary: '`active: false` disables the person: sessions, links, tokens and live streams end at once.', faults: WRONG },
  scimRemoveUser: { method: 'DELETE', path: '/scim/v2/Users/:id', access: 'staff.provision', idempotency: 'own', params: byId, summary: 'Disables the person and lets go of them; their records stay.', faults: ['staff.last-administrator'] },
  scimGroups: { method: 'GET', path: '/scim/v2/Groups', ...access, query: list, faults: ['staff.scim.invalid-filter', 'staff.scim.no-directory'] },
  scimGroup: { method: 'GET', path: '/scim/v2/Groups/:id', ...access, params: byId, query: one, faults: ['staff.directory-group.not-found'] },
  scimAddGroup: { method: 'POST', path: '/scim/v2/Groups', ...access, status: 201, idempotency: 'own', body: message, faults: WRONG },
  scimPutGroup: { method: 'PUT', path: '/scim/v2/Groups/:id', ...access, idempotency: 'own', params: byId, body: message, faults: WRONG },
  scimPatchGroup: { method: 'PATCH', path: '/scim/v2/Groups/:id', ...access, idempotency: 'own', params: byId, body: message, faults: WRONG },
  scimRemoveGroup: { method: 'DELETE', path: '/scim/v2/Groups/:id', access: 'staff.provision', idempotency: 'own', params: byId },

  directories: { method: 'GET', path: '/api/directories', access: 'access.grant', response: z.object({ address: z.string(), rows: z.array(Directory) }) },
  addDirectory: {
    method: 'POST', path: '/api/directories', access: 'access.grant', stepUp: true, status: 201, idempotency: 'none', summary: 'Lets a directory in; its token is shown only here.',
    body: z.strictObject({ name: line(100), roleId: id, expiresAt: instantIn.nullable().optional() }), response: Made, faults: ['staff.may-not-grant', 'staff.needs-second-person', 'staff.federation.role-too-strong', 'staff.unknown-reference', 'staff.expiry-past'],
  },
  editDirectory: { method: 'PATCH', path: '/api/directories/:id', access: 'access.grant', stepUp: true, params: byId, body: z.strictObject({ version, roleId: id }), response: Directory, summary: 'The role of people whom no group gives one.', faults: ['staff.directory.not-found', 'staff.changed-meanwhile', 'staff.may-not-grant', 'staff.needs-second-person', 'staff.federation.role-too-strong', 'staff.unknown-reference'] },
  renewDirectory: { method: 'POST', path: '/api/directories/:id/token', access: 'access.grant', stepUp: true, status: 201, idempotency: 'none', params: byId, body: z.strictObject({ expiresAt: instantIn.nullable().optional() }), summary: 'A new token for a directory; the earlier ones end.', response: Made, faults: ['staff.directory.not-found', 'staff.expiry-past', 'staff.needs-second-person'] },
  mapGroup: {
    method: 'PUT', path: '/api/directories/groups/:id', access: 'access.grant', stepUp: true, params: byId, summary: 'What membership in a group of the directory gives here.',
    body: z.strictObject({ version, roleId: id.nullable(), teamId: id.nullable() }), response: Group, faults: ['staff.directory-group.not-found', 'staff.changed-meanwhile', 'staff.may-not-grant', 'staff.needs-second-person', 'staff.federation.role-too-strong', 'staff.unknown-reference'],
  },
  handOver: { method: 'PUT', path: '/api/directories/:id/people/:personId', access: 'access.grant', stepUp: true, idempotency: 'own', params: z.strictObject({ id, personId: id }), summary: 'Lets a directory take care of a person who was here before.', faults: ['staff.directory.not-found', 'staff.person.not-found', 'staff.scim.taken-care-of', 'staff.scim.stronger', 'staff.needs-second-person'] },
  takeBack: { method: 'DELETE', path: '/api/directories/:id/people/:personId', access: 'access.grant', idempotency: 'own', params: z.strictObject({ id, personId: id }), summary: 'Takes a person back from a directory; nothing else changes for them.' },
} as const satisfies Endpoints

export type DirectoryRow = z.infer<typeof Directory>
export type DirectoryGroupRow = z.infer<typeof Group>
export type ScimList = z.infer<typeof list>
