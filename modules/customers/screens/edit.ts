/** What an edit of a customer sends, and what somebody else changed meanwhile. Pure. */
import type { Customer } from '../contract.ts'

export const editable = ['name', 'tier', 'language', 'company', 'region', 'note'] as const
export type Editable = (typeof editable)[number]

const languages = ['zh-Hant', 'zh-Hans', 'en'] as const

export interface Edit {
  name?: string
  tier?: string
  language?: (typeof languages)[number] | null
  company?: string | null
  region?: string | null
  note?: string | null
}

/** Only what the person changed is sent, so that it overwrites nothing else; an emptied field becomes null. */
export function readEdit(values: FormData, shown: Pick<Customer, Editable>): Edit {
  const edit: Edit = {}
  const read = (field: Editable): string => String(values.get(field) ?? '').trim()
  if (read('name') !== shown.name) edit.name = read('name')
  if (read('tier') !== '' && read('tier') !== shown.tier) edit.tier = read('tier')
  const language = languages.find((one) => one === read('language')) ?? null
  if (language !== shown.language) edit.language = language
  for (const field of ['company', 'region', 'note'] as const) if (read(field) !== (shown[field] ?? '')) edit[field] = read(field) || null
  return edit
}

/** Fields that differ between the record a form started from and the record now. */
export function changedBoth(before: Pick<Customer, Editable>, now: Pick<Customer, Editable>): Editable[] {
  return editable.filter((field) => (before[field] ?? '') !== (now[field] ?? ''))
}
