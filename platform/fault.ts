/**
 * A refusal a person can act on. `code` is the text key shown to them, in three languages, so every code
 * thrown anywhere must have a text; the build checks it.
 */
import { maskForeign } from '../lib/masking/index.ts'

export interface FieldFault { path: string; code: string; args?: Record<string, string | number> }

export class Fault extends Error {
  readonly code: string
  readonly status: number
  readonly args: Record<string, string | number>
  readonly fields: FieldFault[]
  constructor(code: string, status = 422, args: Record<string, string | number> = {}, fields: FieldFault[] = []) {
    super(code)
    this.name = 'Fault'
    this.code = code
    this.status = status
    this.args = args
    this.fields = fields
  }
}

export const notFound = (what: string): Fault => new Fault(`${what}.not-found`, 404)

/** An error's words for whoever looks after the program: what other servers say often names somebody. */
export const withoutAddresses = (error: unknown): string => maskForeign(String((error as Error | null)?.stack ?? error).slice(0, 4000), [])
