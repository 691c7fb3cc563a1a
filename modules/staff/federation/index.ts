/** Sign-in by other systems, a part of the staff room: OpenID Connect, SAML and LDAP at the door, SCIM for joiners and leavers. */
import type { Module } from '../../../platform/module.ts'
import { federation } from './contract.ts'
import { federationRoutes } from './routes.ts'
import { forgetFlows } from './store.ts'

export const federationPart: Omit<Module, 'name'> = {
  contract: federation,
  routes: federationRoutes,
  queues: {
    'staff.forget-flows': { every: 3_600_000, work: forgetFlows },
  },
}
