/** What this room keeps about customers; the fields a person fills in take class and purpose from the list of fields. */
import type { Ctx } from '../../platform/context.ts'
import { columns, type Declaration, type Person, type PersonalRoom, technical } from '../../platform/personal-data.ts'
import { destroyKey } from '../../platform/crypto/vault.ts'
import { foldIdentity, type IdentityKind } from './address.ts'
import { openShown } from './kept.ts'
import { aboutField, type FieldName } from './fields.ts'

const of = (field: FieldName, rest: Partial<Declaration> = {}): Declaration => ({ ...aboutField(field), basis: 'contract', retention: 'as-customer', source: 'customer', readers: 'work', ...rest })
const written: Declaration = { class: 'personal', purpose: 'prove', basis: 'legitimate-interest', retention: 'as-customer', source: 'colleague', readers: 'customers' }

const ofCustomer = (name: 'id' | 'customer_id' | 'kept_id'): NonNullable<PersonalRoom['rows']>[string] => (db, person) => db`t.${db(name)} = any(${person.customerIds as string[]}::uuid[])`

export const customersPersonal: PersonalRoom = {
  data: {
    'customers.customer': {
      ...technical('id', 'created_at', 'merged_into', 'version'),
      name: of('name'), company: of('company'), region: of('region'), note: of('note', { source: 'colleague', basis: 'legitimate-interest' }),
      tier: of('tier', { source: 'colleague', readers: 'customers' }), language: of('language', { source: 'channel', readers: 'customers' }),
      ...columns(of('name', { source: 'system', readers: 'nobody' }), 'words', 'name_index', 'alike'),
    },
    'customers.identity': { ...technical('id', 'customer_id', 'kind', 'verified_at', 'is_verified', 'is_leading', 'source', 'created_at'), shown: of('email', { source: 'channel' }), ...columns(of('email', { source: 'system', readers: 'nobody' }), 'value', 'ending') },
    'customers.merge': { ...technical('id', 'kept_id', 'other_id', 'by_id', 'at', 'undone_at', 'undone_by'), reason: written },
    'customers.revelation': { ...technical('id', 'customer_id', 'by_kind', 'by_id', 'at', 'fields'), reason: { ...written, readers: 'privacy' } },
    'customers.minor': {
      ...technical('id', 'customer_id', 'marked_at', 'marked_by_id', 'ended_at', 'consent_at', 'consent_channel', 'consent_by_id'),
      birth_year: { ...written, class: 'sensitive', basis: 'legal-duty' }, ...columns({ ...written, class: 'sensitive', basis: 'consent', readers: 'work' }, 'guardian', 'guardian_relation', 'consent_evidence'),
    },
    'customers.stay': { ...technical('id', 'customer_id', 'stage_id', 'entered_at', 'cause', 'request_id', 'by_id', 'last_contact_at', 'left_at', 'left_cause', 'stalled_at', 'noted_at', 'stall_days'), reason: { ...written, purpose: 'serve', readers: 'work' } },
    'customers.stage': 'impersonal', 'customers.lifecycle': 'impersonal', 'customers.distinction': 'impersonal', 'customers.tiers': 'impersonal',
  },
  rows: { 'customers.customer': ofCustomer('id'), 'customers.identity': ofCustomer('customer_id'), 'customers.merge': ofCustomer('kept_id'), 'customers.revelation': ofCustomer('customer_id'), 'customers.minor': ofCustomer('customer_id'), 'customers.stay': ofCustomer('customer_id') },
  erase,
}

// The record stays without a word in it, because requests, ratings and figures point to it.
async function erase(ctx: Ctx, person: Person): Promise<Record<string, number>> {
  const { db } = ctx
  const ids = person.customerIds as string[]
  const records = await db`update customers.customer set name = '', company = null, region = null, note = null, language = null, words = ''::tsvector, name_index = null, alike = null, version = version + 1 where id = any(${ids}::uuid[]) returning 1`
  const identities = await db`delete from customers.identity where customer_id = any(${ids}::uuid[]) returning 1`
  const merges = await db`update customers.merge set reason = '' where (kept_id = any(${ids}::uuid[]) or other_id = any(${ids}::uuid[])) and reason <> '' returning 1`
  const looks = await db`update customers.revelation set reason = '' where customer_id = any(${ids}::uuid[]) and reason <> '' returning 1`
  const minors = await db`delete from customers.minor where customer_id = any(${ids}::uuid[]) returning 1`
  const stays = await db`update customers.stay set reason = null where customer_id = any(${ids}::uuid[]) and reason is not null returning 1`
  // Copies of the rows, in a backup or a log of changes, end with the keys.
  for (const id of ids) destroyKey(ctx, id)
  await db`delete from customers.distinction where one_id = any(${ids}::uuid[]) or other_id = any(${ids}::uuid[])`
  return { 'customers.customer': records.length, 'customers.identity': identities.length, 'customers.merge': merges.length, 'customers.revelation': looks.length, 'customers.minor': minors.length, 'customers.stay': stays.length }
}

/** The person behind a record: everything folded together, and every address. */
export async function addressesOf(ctx: Pick<Ctx, 'app' | 'db'>, customerIds: readonly string[]): Promise<Person['addresses']> {
  const rows = await openShown(ctx, ctx.db<{ id: string; kind: IdentityKind; index: string; shown: string }[]>`select id, kind, value as index, shown from customers.identity where customer_id = any(${customerIds as string[]}::uuid[]) order by kind, id`, 'id')
  return rows.map(({ kind, index, shown }) => ({ kind, value: foldIdentity(kind, shown), shown, index }))
}
