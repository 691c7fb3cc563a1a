/**
 * Customers: one record a person, with the addresses they proved and those they only claimed. Other rooms ask
 * `findOrCreateCustomer` who a message is from (verified claims reach proven customers, unverified ones never do),
 * read records by `getCustomer`/`findCustomers`, and show one history over `recordIdsOf`. People see addresses
 * covered unless they work for that customer; who works for whom is asked by the port `customers.relations`.
 */
import type { Ctx } from '../../platform/context.ts'
import type { Mount } from '../../platform/http/server.ts'
import type { Module } from '../../platform/module.ts'
import { customers } from './contract.ts'
import { personalFields } from './fields.ts'
import { mustBeRelated } from './mask.ts'
import { distinguishCustomers, mergeCustomers, unmergeCustomers } from './merge.ts'
import { endMinor, markMinor, recordGuardian, withdrawGuardian } from './minor.ts'
import { customersPersonal } from './personal-data.ts'
import { changeLimit, readLimit, revealCustomer } from './reveal.ts'
import { addIdentity, changeCustomer, changeTiers, createCustomer, listCustomers, listTiers, removeIdentity, verifyIdentityById, viewCustomer } from './store.ts'

export { foldEmail, foldPhone, type IdentityValue } from './address.ts'
export { type ClaimedCustomer, type CustomerClaim, findOrCreateCustomer, identitiesOf } from './claim.ts'
export { countForExport, type ExportedCustomer, type ExportFilter, selectForExport } from './export.ts'
export { type FieldName, type PersonalField, personalFields } from './fields.ts'
export { addressIndex, forgetKey, NAME as CUSTOMER_NAME, openShown } from './kept.ts'
export { type Relation, type Relations, RELATIONS, relationsTo, seesAll, shownName } from './mask.ts'
export { markMinor, minorsAmong, recordGuardian, withdrawGuardian, withoutGuardian } from './minor.ts'
export { mergeCustomers, recordIdsOf, unmergeCustomers } from './merge.ts'
export { addressesOf } from './personal-data.ts'
export { type BroughtCustomer, type CustomerRecord, type NewCustomer, addIdentity, bringCustomer, changeCustomer, createCustomer, findCustomers, findEmail, getCustomer, listCustomers, verifyIdentity, viewCustomer, tierOf } from './store.ts'

function mountCustomers(mount: Mount): void {
  mount(customers.list, (ctx, { query }) => listCustomers(ctx, query))
  mount(customers.get, (ctx, { params }) => viewCustomer(ctx, params.id))
  mount(customers.create, (ctx, { body }) => createCustomer(ctx, body))
  mount(customers.change, (ctx, { params, body }) => changeCustomer(ctx, params.id, body))
  mount(customers.addIdentity, (ctx, { params, body }) => addIdentity(ctx, params.id, body))
  mount(customers.verifyIdentity, async (ctx, { params }) => { await mustBeRelated(ctx, [params.id]); return verifyIdentityById(ctx, params.id, params.identityId) })
  mount(customers.removeIdentity, async (ctx, { params }) => { await mustBeRelated(ctx, [params.id]); return removeIdentity(ctx, params.id, params.identityId) })
  mount(customers.merge, async (ctx, { params, body }) => { await mergeCustomers(ctx, params.id, params.otherId, body.reason); return viewCustomer(ctx, params.id) })
  mount(customers.unmerge, async (ctx, { params }) => { await mustBeRelated(ctx, [params.id, params.otherId]); await unmergeCustomers(ctx, params.id, params.otherId); return viewCustomer(ctx, params.id) })
  mount(customers.distinguish, async (ctx, { params }) => { await distinguishCustomers(ctx, params.id, params.otherId); return viewCustomer(ctx, params.id) })
  // Whoever has nothing to do with the customer says nothing about their family.
  const about = async (ctx: Ctx, id: string, act: () => Promise<void>) => { await mustBeRelated(ctx, [id]); await act(); return viewCustomer(ctx, id) }
  mount(customers.markMinor, (ctx, { params, body }) => about(ctx, params.id, () => markMinor(ctx, params.id, body)))
  mount(customers.endMinor, (ctx, { params }) => about(ctx, params.id, () => endMinor(ctx, params.id)))
  mount(customers.guardian, (ctx, { params, body }) => about(ctx, params.id, () => recordGuardian(ctx, params.id, body)))
  mount(customers.endGuardian, (ctx, { params }) => about(ctx, params.id, () => withdrawGuardian(ctx, params.id)))
  mount(customers.reveal, (ctx, { params, body }) => revealCustomer(ctx, params.id, body))
  mount(customers.limit, (ctx) => readLimit(ctx))
  mount(customers.changeLimit, (ctx, { body }) => changeLimit(ctx, body))
  mount(customers.fields, async () => ({ rows: [...personalFields] }))
  mount(customers.tiers, (ctx) => listTiers(ctx))
  mount(customers.changeTiers, (ctx, { body }) => changeTiers(ctx, body))
}

export const customersRoom: Module = { name: 'customers', migrations: new URL('./migrations/', import.meta.url), text: new URL('./text/', import.meta.url), contract: customers, permissions: ['customers.reveal'], personal: customersPersonal, routes: mountCustomers }
