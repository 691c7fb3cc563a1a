/** Of other firms and servers this part keeps records; of customers only that their data went abroad in a year. */
import { type PersonalRoom, technical } from '../../../platform/personal-data.ts'

export const outsidePersonal: PersonalRoom = {
  data: {
    'governance.processor': 'impersonal', 'governance.outside_block': 'impersonal', 'governance.assessment': 'impersonal', 'governance.abroad_count': 'impersonal',
    'governance.sent_abroad': technical('year', 'customer_id', 'is_sensitive', 'first_at'),
  },
}
