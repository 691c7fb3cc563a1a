/**
 * Every personal field this room keeps: why, and how sensitive it is. The record lists each field the API takes,
 * so a field without purpose does not compile; one that is not in the API is refused by its strict bodies.
 */
import type { Infer } from '../../platform/http/contract.ts'
import type { customers } from './contract.ts'

type Given = keyof Infer<typeof customers.create.body> | Exclude<keyof Infer<typeof customers.change.body>, 'version'> | 'chat' | 'portal'
export type FieldName = Given
/** identify: know who it is · contact: answer · serve: the right level, place and words · language: the right language */
export type FieldPurpose = 'identify' | 'contact' | 'serve' | 'language'
export interface PersonalField { field: FieldName; class: 'internal' | 'personal'; purpose: FieldPurpose }

const register: Record<FieldName, Omit<PersonalField, 'field'>> = {
  name: { class: 'personal', purpose: 'identify' },
  email: { class: 'personal', purpose: 'contact' },
  phone: { class: 'personal', purpose: 'contact' },
  external: { class: 'personal', purpose: 'identify' },
  chat: { class: 'personal', purpose: 'contact' },
  portal: { class: 'personal', purpose: 'identify' },
  company: { class: 'personal', purpose: 'identify' },
  language: { class: 'internal', purpose: 'language' },
  region: { class: 'personal', purpose: 'serve' },
  tier: { class: 'internal', purpose: 'serve' },
  note: { class: 'personal', purpose: 'serve' },
}

export const personalFields: readonly PersonalField[] = Object.entries(register).map(([field, about]) => ({ field: field as FieldName, ...about }))
export const aboutField = (field: FieldName): Omit<PersonalField, 'field'> => register[field]
