/**
 * Customers: one record a person, with the addresses they proved and those they only claimed. Other rooms ask
 * `findOrCreateCustomer` who a message is from, and read names by `getCustomer`.
 */
import type { Module } from '../../platform/module.ts'
import type { Mount } from '../../platform/http/server.ts'
import { customers } from './contract.ts'
import { addIdentity, changeCustomer, createCustomer, listCustomers, mergeCustomers, unmergeCustomers, verifyIdentity, viewCustomer } from './store.ts'

export { type ClaimedCustomer, type CustomerClaim, findOrCreateCustomer, foldEmail } from './claim.ts'
export { createCustomer, findEmail, getCustomer } from './store.ts'
export { personalFields } from './fields.ts'

function mountCustomers(mount: Mount): void {
  mount(customers.list, (ctx, { query }) => listCustomers(ctx, query))
  mount(customers.get, (ctx, { params }) => viewCustomer(ctx, params.id))
  mount(customers.create, (ctx, { body }) => createCustomer(ctx, body))
  mount(customers.change, (ctx, { params, body }) => changeCustomer(ctx, params.id, body))
  mount(customers.addIdentity, (ctx, { params, body }) => addIdentity(ctx, params.id, body))
  mount(customers.verifyIdentity, async (ctx, { params }) => { await verifyIdentity(ctx, params.id, params.identityId); return viewCustomer(ctx, params.id) })
  mount(customers.merge, async (ctx, { params, body }) => { await mergeCustomers(ctx, params.id, params.otherId, body.reason); return viewCustomer(ctx, params.id) })
  mount(customers.unmerge, async (ctx, { params }) => { await unmergeCustomers(ctx, params.id, params.otherId); return viewCustomer(ctx, params.id) })
}

export const customersRoom: Module = { name: 'customers', migrations: new URL('./migrations/', import.meta.url), text: new URL('./text/', import.meta.url), contract: customers, routes: mountCustomers }
