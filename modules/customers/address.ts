/** Addresses: how they are compared, and the words a customer is found by. */
import { searchTokens } from '../../lib/search/index.ts'

export type IdentityKind = 'email' | 'phone' | 'chat' | 'portal' | 'external'
export interface IdentityValue { kind: IdentityKind; value: string; shown: string }

export const foldEmail = (value: string): string => value.normalize('NFKC').trim().toLowerCase()
/** Digits with a leading +; national spellings stay national. */
export const foldPhone = (value: string): string => value.normalize('NFKC').replace(/[^\d+]/g, '').replace(/(?!^)\+/g, '').replace(/^00(?=\d{8})/, '+')
export function foldIdentity(kind: IdentityKind, value: string): string {
  return kind === 'email' ? foldEmail(value) : kind === 'phone' ? foldPhone(value) : value.trim()
}

const COUNTRY = /^\+(886|852|853|86|65|60|81|82|84|66|62|63|44|49|33|61|1)/
/** What a customer is found by. A number is found as it is dialled at home and from abroad. */
export function customerWords(parts: readonly (string | null | undefined)[], phones: readonly string[] = []): string[] {
  const numbers = phones.flatMap((phone) => {
    const folded = foldPhone(phone)
    const home = folded.replace(COUNTRY, '').replace(/^0/, '')
    return folded ? [folded.replace('+', ''), home, `0${home}`] : []
  })
  return searchTokens([...parts, ...phones, ...numbers].filter(Boolean).join('\n'))
}
