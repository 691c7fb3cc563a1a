/** What the notices part keeps about the people who work here. */
import { columns, type Declaration, type PersonalRoom, technical } from '../../../platform/personal-data.ts'

const told: Declaration = { class: 'internal', purpose: 'prove', basis: 'employment', retention: 'as-account', source: 'colleague', readers: 'staff' }

export const noticesPersonal: PersonalRoom = {
  data: {
    'governance.notice': { ...technical('id', 'kind', 'by_id', 'at', 'due_at', 'withdrawn_at', 'withdrawn_by'), ...columns(told, 'title', 'body') },
    'governance.receipt': { ...technical('notice_id', 'person_id', 'reminded_at', 'escalated_at', 'escalated_to'), ...columns({ ...told, source: 'system' }, 'delivered_at', 'read_at', 'confirmed_at') },
    'governance.told': { ...technical('id', 'kind', 'object_id', 'person_id'), ...columns({ ...told, source: 'system' }, 'begun_at', 'sent_at') },
    'governance.no_notice_mail': { ...technical('person_id'), since: { ...told, source: 'colleague' } },
    'governance.handed_request': 'impersonal',
  },
}
