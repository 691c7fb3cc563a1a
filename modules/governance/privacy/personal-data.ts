/** What the privacy part itself keeps about people. */
import { removeLoneFiles } from '../../../platform/own-data.ts'
import { columns, type Declaration, type PersonalRoom, technical } from '../../../platform/personal-data.ts'

const proof: Declaration = { class: 'personal', purpose: 'prove', basis: 'legal-duty', retention: 'as-customer', source: 'colleague', readers: 'privacy' }
const brought: Declaration = { class: 'personal', purpose: 'serve', basis: 'contract', retention: 'as-customer', source: 'customer', readers: 'work' }
const ofCustomer: NonNullable<PersonalRoom['rows']>[string] = (db, person) => db`t.customer_id = any(${person.customerIds as string[]}::uuid[])`

export const privacyPersonal: PersonalRoom = {
  data: {
    'governance.person_request': {
      ...technical('id', 'number', 'customer_id', 'kind', 'law', 'stage', 'via', 'opened_by_kind', 'opened_by_id', 'opened_at', 'due_at', 'extended_at', 'verified_at', 'verified_how', 'verified_by_id', 'decided_at', 'decided_by_id',
        'ground', 'ended_at', 'ended_by_id', 'report', 'reminded_at', 'breached_at', 'version'),
      wish: { ...proof, source: 'customer' }, ...columns(proof, 'extension_reason', 'reason', 'outcome'),
    },
    'governance.consent': { ...technical('id', 'customer_id', 'purpose', 'notice_id', 'given_at', 'channel', 'by_kind', 'by_id', 'withdrawn_at', 'withdrawn_channel', 'withdrawn_by_kind', 'withdrawn_by_id'), evidence: { ...proof, readers: 'customers' } },
    'governance.brought': { ...technical('id', 'customer_id', 'opened_at', 'closed_at', 'channel', 'brought_at', 'by_id'), conversation: brought },
    'governance.brought_file': { ...technical('id', 'brought_id', 'message', 'nr', 'file_id', 'content_type', 'size'), name: brought },
    'governance.brought_document': { ...technical('customer_id', 'at'), digest: { ...brought, source: 'system', readers: 'nobody' } },
    // Reasons speak of a task; what was in a file is not kept.
    'governance.export': 'impersonal', 'governance.export_download': 'impersonal', 'governance.consent_notice': 'impersonal', 'governance.erasure': 'impersonal', 'governance.retention_rule': 'impersonal', 'governance.retention_run': 'impersonal',
    'governance.hold': { ...technical('id', 'customer_id', 'by_id', 'at', 'lifted_at', 'lifted_by_id'), ...columns({ ...proof, readers: 'nobody' }, 'reason', 'lifted_why') },
  },
  rows: {
    'governance.person_request': ofCustomer, 'governance.hold': ofCustomer, 'governance.consent': ofCustomer, 'governance.brought': ofCustomer, 'governance.brought_document': ofCustomer,
    'governance.brought_file': (db, person) => db`t.brought_id in (select b.id from governance.brought b where b.customer_id = any(${person.customerIds as string[]}::uuid[]))`,
    'platform.file': (db, person) => db`t.id in (select w.file_id from governance.brought_file w join governance.brought b on b.id = w.brought_id where b.customer_id = any(${person.customerIds as string[]}::uuid[]))`,
  },
  // That somebody asked, when and what was decided is the proof that we answered.
  async erase(ctx, person) {
    const { db, now } = ctx
    const ids = person.customerIds as string[]
    const asked = await db`
      update governance.person_request set wish = '', extension_reason = case when extension_reason is not null then '' end, reason = case when reason is not null then '' end, outcome = case when outcome is not null then '' end
      where customer_id = any(${ids}::uuid[]) returning 1`
    await db`update governance.hold set reason = '', lifted_why = '' where customer_id = any(${ids}::uuid[]) and lifted_at is not null`
    // Consent ends with the person; that it was given and under which words stays as proof of what was done meanwhile.
    const agreed = await db`update governance.consent set evidence = '', withdrawn_at = coalesce(withdrawn_at, ${now}), withdrawn_channel = coalesce(withdrawn_channel, 'erasure') where customer_id = any(${ids}::uuid[]) returning 1`
    const files = await db<{ fileId: string }[]>`select w.file_id from governance.brought_file w join governance.brought b on b.id = w.brought_id where b.customer_id = any(${ids}::uuid[]) and w.file_id is not null`
    const conversations = await db`delete from governance.brought where customer_id = any(${ids}::uuid[]) returning 1`
    await db`delete from governance.brought_document where customer_id = any(${ids}::uuid[])`
    const gone = await removeLoneFiles(ctx, files.map((file) => file.fileId))
    return { 'governance.person_request': asked.length, 'governance.consent': agreed.length, 'governance.brought': conversations.length, 'platform.file': gone }
  },
}
