/** What this room keeps of customers' opinions. */
import { columns, type PersonalRoom, technical } from '../../platform/personal-data.ts'

export const qualityPersonal: PersonalRoom = {
  data: {
    'quality.rating': {
      ...technical('request_id', 'channel', 'holder_id', 'team_id', 'at', 'changed_at'),
      ...columns({ class: 'personal', purpose: 'improve', basis: 'legitimate-interest', retention: 'as-request', source: 'customer', readers: 'team' }, 'score', 'reasons', 'comment'),
    },
    'quality.recovery': 'impersonal',
  },
  rows: { 'quality.rating': (db, person) => db`t.request_id = any(${person.requestIds as string[]}::uuid[])` },
  // Score and reasons stay: they are figures of the service, chosen from a list.
  async erase({ db }, person) {
    const comments = await db`update quality.rating set comment = null where request_id = any(${person.requestIds as string[]}::uuid[]) and comment is not null returning 1`
    return { 'quality.rating': comments.length }
  },
}
