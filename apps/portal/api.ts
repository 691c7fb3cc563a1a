/** Calls to the server these pages came from. */
import type { T } from './text.ts'

export class Refusal extends Error {
  /** 0: no answer came. */
  readonly status: number
  readonly code: string
  readonly fields: { path: string; code: string }[]
  constructor(status: number, code: string, fields: { path: string; code: string }[] = []) {
    super(code)
    this.status = status
    this.code = code
    this.fields = fields
  }
  /** Worth trying again without the person: nothing was refused, only not reached. */
  get isPassing(): boolean { return this.status === 0 || this.status === 429 || this.status >= 500 }
}

const WAIT_MS = 20_000

/** Throws Refusal. */
export async function call<A>(method: string, path: string, options: { body?: unknown; headers?: Record<string, string> } = {}): Promise<A> {
  let response: Response
  const { body } = options
  const isForm = body instanceof FormData
  try {
    response = await fetch(path, {
      method, credentials: 'omit', cache: 'no-store', signal: AbortSignal.timeout(isForm ? 180_000 : WAIT_MS),
      headers: { ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }), ...options.headers },
      body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
    })
  } catch {
    throw new Refusal(0, '')
  }
  if (response.status === 204) return undefined as A
  const answer = (await response.json().catch(() => null)) as (A & { fault?: { code: string; fields: { path: string; code: string }[] } }) | null
  if (response.ok && answer !== null) return answer
  throw new Refusal(response.status, answer?.fault?.code ?? '', answer?.fault?.fields)
}

/** What to tell the person about a refusal; of a field when `path` is given. */
export function refusalText(t: T, error: unknown, path?: string): string {
  if (!(error instanceof Refusal)) return t('failed')
  const code = path === undefined ? error.code : error.fields.find((field) => field.path === path)?.code
  if (path !== undefined) return code ? t(`fault-${code.replace(/^input\.|^channels\.chat\./, '')}`) || t('fault-wrong-value') : ''
  if (error.status === 0 || error.status === 503) return t('unreachable')
  if (error.status === 429) return t('too-many')
  if (error.status === 413) return t('too-large')
  return (code ? t(code.replace(/^channels\.chat\./, '')) : '') || (error.fields.length ? t('look-at-fields') : t('failed'))
}
