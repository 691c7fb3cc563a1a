/** What the audit part keeps about people: whom an alarm speaks of. */
import { columns, type Declaration, type PersonalRoom, technical } from '../../../platform/personal-data.ts'

const secure: Declaration = { class: 'personal', purpose: 'secure', basis: 'legitimate-interest', retention: 400, source: 'system', readers: 'audit' }

export const auditPersonal: PersonalRoom = {
  data: {
    'governance.verification': 'impersonal', 'governance.canary': 'impersonal',
    'governance.sign': { ...technical('event_id', 'kind', 'object', 'count', 'at'), who: { ...secure, retention: 1, readers: 'nobody' } },
    'governance.alarm': { ...technical('id', 'kind', 'actor_id', 'actor_kind', 'target', 'count', 'first_at', 'last_at', 'raised_at', 'owner_id', 'acknowledged_at', 'acknowledged_by', 'due_at', 'next_id', 'told_at', 'verdict', 'judged_at', 'judged_by'), ...columns(secure, 'who', 'source'), note: { ...secure, source: 'colleague' }, outcome: { ...secure, source: 'colleague' } },
  },
}
