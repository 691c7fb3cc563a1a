/**
 * What every room declares of the columns it keeps about people: class, purpose, basis, retention, source, readers; how
 * a person's rows are found, and how the person is taken out of them. `npm run check` compares the declarations with the
 * migrations, so a new column without one fails the build; the governance room shows them as the register of personal data.
 */
import type { Ctx } from './context.ts'
import type { Db, Fragment } from './database/index.ts'

/** public: anybody · internal: our own judgement or setting · personal: tells who somebody is · sensitive: harms if it gets about */
export const dataClasses = ['public', 'internal', 'personal', 'sensitive'] as const
export type DataClass = (typeof dataClasses)[number]
export const legalBases = ['consent', 'contract', 'legal-duty', 'legitimate-interest', 'employment'] as const
export type LegalBasis = (typeof legalBases)[number]
/** customer: from the person · colleague: written by one of us · channel: comes along with a message · system: made by the program */
export const dataSources = ['customer', 'colleague', 'channel', 'system'] as const
export type DataSource = (typeof dataSources)[number]
export type Purpose = 'identify' | 'contact' | 'serve' | 'language' | 'answer' | 'assign' | 'sign-in' | 'improve' | 'prove' | 'secure'
/** as-customer, as-request: until the person is erased · as-account: while somebody works here and for the history after · else days */
export type Retention = 'as-customer' | 'as-request' | 'as-account' | number
/** work: by relation, see customers/mask.ts · team: who may see the request · self: the person · nobody: only the program */
export type Readers = 'work' | 'team' | 'customers' | 'staff' | 'channels' | 'privacy' | 'audit' | 'self' | 'nobody'

export interface Declaration { class: DataClass; purpose: Purpose; basis: LegalBasis; retention: Retention; source: DataSource; readers: Readers }
/** technical: ids, times, states and counts, which say nothing of a person by themselves. */
export type Declared = Declaration | 'technical'
/** By table, then column. `impersonal`: a table about no person. */
export type PersonalData = Readonly<Record<string, Readonly<Record<string, Declared>> | 'impersonal'>>

/** `value` as it is compared, `index` as it is found in rows that show nothing. */
export interface PersonalAddress { kind: string; value: string; shown: string; index: string }
/** A customer as the rooms know them: every record folded together, what they asked, how they are reached. */
export interface Person { customerIds: readonly string[]; requestIds: readonly string[]; addresses: readonly PersonalAddress[] }
export interface PersonalRoom {
  data: PersonalData
  /** By table: the condition on alias `t` for the rows that speak of this person. For every table with words kept as-customer or as-request. */
  rows?: Readonly<Record<string, (db: Db, person: Person) => Fragment>>
  /** Takes the person out and leaves what counts; answers rows by table. Rooms erase in the order of the row, the house last. */
  erase?: (ctx: Ctx, person: Person) => Promise<Record<string, number>>
}

/** Columns that share a declaration. */
export const columns = (declared: Declared, ...names: string[]): Record<string, Declared> => Object.fromEntries(names.map((name) => [name, declared]))
export const technical = (...names: string[]): Record<string, Declared> => columns('technical', ...names)
/** Whether rows of this table go with the person. */
export const isOfPerson = (entry: PersonalData[string]): boolean =>
  entry !== 'impersonal' && Object.values(entry).some((one) => one !== 'technical' && (one.retention === 'as-customer' || one.retention === 'as-request'))

/** Both ways an address may be written, each once. */
export const spellings = (person: Pick<Person, 'addresses'>): string[] => [...new Set(person.addresses.flatMap((one) => [one.value, one.shown]).filter((one) => one.length >= 5))]
/** Patterns for LIKE that find any of these words. */
export const containing = (words: readonly string[]): string[] => words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`)
