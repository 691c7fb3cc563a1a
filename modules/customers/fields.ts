/** Every personal field this room keeps: why, and how sensitive it is. A field that is not here can't be sent: the contract is strict. */
export interface PersonalField { field: string; class: 'internal' | 'personal'; purpose: 'identify' | 'contact' | 'serve' | 'language' }
export const personalFields: readonly PersonalField[] = [
  { field: 'name', class: 'personal', purpose: 'identify' },
  { field: 'email', class: 'personal', purpose: 'contact' },
  { field: 'phone', class: 'personal', purpose: 'contact' },
  { field: 'external', class: 'personal', purpose: 'identify' },
  { field: 'company', class: 'personal', purpose: 'identify' },
  { field: 'language', class: 'internal', purpose: 'language' },
  { field: 'region', class: 'personal', purpose: 'serve' },
  { field: 'tier', class: 'internal', purpose: 'serve' },
  { field: 'note', class: 'personal', purpose: 'serve' },
]
