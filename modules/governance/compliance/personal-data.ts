/** What the self-check keeps about people: nothing. */
import type { PersonalRoom } from '../../../platform/personal-data.ts'

export const compliancePersonal: PersonalRoom = { data: { 'governance.compliance_run': 'impersonal' } }
