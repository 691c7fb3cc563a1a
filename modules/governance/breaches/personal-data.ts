/** A breach speaks of numbers and categories of persons, of nobody by name. */
import type { PersonalRoom } from '../../../platform/personal-data.ts'

export const breachesPersonal: PersonalRoom = { data: { 'governance.breach': 'impersonal', 'governance.breach_duty': 'impersonal' } }
