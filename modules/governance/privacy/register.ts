/** The register of personal data: what the rooms declare, as one list. Pure. */
import type { PersonalRoom } from '../../../platform/personal-data.ts'
import type { RegisterRow } from './contract.ts'

export function registerOf(rooms: ReadonlyMap<string, PersonalRoom>): { rows: RegisterRow[]; technical: number; impersonal: string[] } {
  const rows: RegisterRow[] = []
  const impersonal: string[] = []
  let technical = 0
  for (const [room, { data }] of rooms) {
    for (const [table, entry] of Object.entries(data)) {
      if (entry === 'impersonal') { impersonal.push(table); continue }
      for (const [column, declared] of Object.entries(entry)) {
        if (declared === 'technical') technical++
        else rows.push({ room, table, column, ...declared })
      }
    }
  }
  return { rows, technical, impersonal }
}
