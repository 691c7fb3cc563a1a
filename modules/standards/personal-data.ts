/** This room keeps promises, not people. */
import type { PersonalRoom } from '../../platform/personal-data.ts'

export const standardsPersonal: PersonalRoom = { data: { 'standards.service': 'impersonal', 'standards.version': 'impersonal', 'standards.rule': 'impersonal', 'standards.channel': 'impersonal', 'standards.revision': 'impersonal' } }
