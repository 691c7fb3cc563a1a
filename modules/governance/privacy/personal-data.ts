/** What the privacy part itself keeps about people. */
import { columns, type Declaration, type PersonalRoom, technical } from '../../../platform/personal-data.ts'

const proof: Declaration = { class: 'personal', purpose: 'prove', basis: 'legal-duty', retention: 'as-customer', source: 'colleague', readers: 'privacy' }
const ofCustomer: NonNullable<PersonalRoom['rows']>[string] = (db, person) => db`t.customer_id = any(${person.customerIds as string[]}::uuid[])`

export const privacyPersonal: PersonalRoom = {
  data: {
    'governance.person_request': {
      ...technical('id', 'number', 'customer_id', 'kind', 'law', 'stage', 'via', 'opened_by_kind', 'opened_by_id', 'opened_at', 'due_at', 'extended_at', 'verified_at', 'verified_how', 'verified_by_id', 'decided_at', 'decided_by_id',
        'ground', 'ended_at', 'ended_by_id', 'report', 'reminded_at', 'breached_at', 'version'),
      wish: { ...proof, source: 'customer' }, ...columns(proof, 'extension_reason', 'reason', 'outcome'),
    },
    'governance.consent': { ...technical('id', 'customer_id', 'purpose', 'notice_id', 'given_at', 'channel', 'by_kind', 'by_id', 'withdrawn_at', 'withdrawn_channel', 'withdrawn_by_kind', 'withdrawn_by_id'), evidence: { ...proof, readers: 'customers' } },
    // Reasons speak of a task; what was in a file is not kept.
    'governance.export': 'impersonal', 'governance.export_download': 'impersonal', 'governance.consent_notice': 'impersonal', 'governance.erasure': 'impersonal', 'governance.retention_rule': 'impersonal', 'governance.retention_run': 'impersonal',
    'governance.hold': { ...technical('id', 'customer_id', 'by_id', 'at', 'lifted_at', 'lifted_by_id'), ...columns({ ...proof, readers: 'nobody' }, 'reason', 'lifted_why') },
  },
  rows: { 'governance.person_request': ofCustomer, 'governance.hold': ofCustomer, 'governance.consent': ofCustomer },
  // That somebody asked, when and what was decided is the proof that we answered.
  async erase({ db, now }, person) {
    const ids = person.customerIds as string[]
    const asked = await db`
      update governance.person_request set wish = '', extension_reason = case when extension_reason is not null then '' end, reason = case when reason is not null then '' end, outcome = case when outcome is not null then '' end
      where customer_id = any(${ids}::uuid[]) returning 1`
    await db`update governance.hold set reason = '', lifted_why = '' where customer_id = any(${ids}::uuid[]) and lifted_at is not null`
    // Consent ends with the person; that it was given and under which words stays as proof of what was done meanwhile.
    const agreed = await db`update governance.consent set evidence = '', withdrawn_at = coalesce(withdrawn_at, ${now}), withdrawn_channel = coalesce(withdrawn_channel, 'erasure') where customer_id = any(${ids}::uuid[]) returning 1`
    return { 'governance.person_request': asked.length, 'governance.consent': agreed.length }
  },
}
