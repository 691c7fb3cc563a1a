import { keepPreviousData, QueryClient, useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { newId } from '../../lib/id/index.ts'
import { fillPath, type Endpoint, type Infer } from '../../platform/http/contract.ts'
import { toast } from '../../ui/index.ts'
import type { LiveEvent } from './live.ts'
import { useText, type Text } from './text.tsx'

/** What may be sent: a shape's input (before defaults and conversions) where the shape tells it. */
type Sent<S> = S extends { _zod: { input: infer I } } ? I : Infer<S>
type Part<E, Name extends string, Key extends string> = E extends Record<Name, infer S> ? ({} extends Sent<S> ? { [K in Key]?: Sent<S> } : { [K in Key]: Sent<S> }) : unknown
export type Args<E extends Endpoint> = Part<E, 'params', 'params'> & Part<E, 'query', 'query'> & Part<E, 'body', 'body'>
  & (E extends { kind: 'multipart' } ? { form: FormData } : unknown)
export type Answer<E extends Endpoint> = E extends { response: infer S } ? Infer<S> : undefined

type Loose = { params?: Record<string, string | number>; query?: Record<string, unknown>; body?: unknown; form?: FormData }

/** The server's refusal, or that it could not be reached (`status` 0). `code` is a text key. */
export class CallFault extends Error {
  readonly code: string
  readonly status: number
  readonly args: Record<string, string | number>
  readonly fields: readonly { path: string; code: string; args?: Record<string, string | number> }[]
  constructor(code: string, status: number, args: CallFault['args'] = {}, fields: CallFault['fields'] = []) {
    super(code)
    this.name = 'CallFault'
    this.code = code
    this.status = status
    this.args = args
    this.fields = fields
  }
  /** Nobody knows whether it was done: trying again with the same key is safe and right. */
  get isUncertain(): boolean { return this.status === 0 || this.status >= 500 }
}

const signedOut = new Set<() => void>()
/** Called when the server no longer knows the session. Returns how to stop listening. */
export function onSignedOut(hear: () => void): () => void {
  signedOut.add(hear)
  return () => { signedOut.delete(hear) }
}

let prover: (() => Promise<boolean>) | null = null
/** Who is asked whether the person is still there, before something that needs to know. Returns how to take it back. */
export function onProve(ask: () => Promise<boolean>): () => void {
  prover = ask
  return () => { prover = null }
}

/** Asks the person to prove that they are there; false when they would not, or nobody is there to ask. */
export const proveAgain = async (): Promise<boolean> => (await prover?.()) ?? false

// The page asks by itself too; the server must know how long there has been nobody.
let lastInputAt = performance.now()
for (const name of ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const) globalThis.addEventListener?.(name, () => { lastInputAt = performance.now() }, { capture: true, passive: true })
const idleSeconds = (): string => String(Math.floor((performance.now() - lastInputAt) / 1000))

function address(endpoint: Endpoint, { params, query }: Loose): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined && each !== null && each !== '') search.append(name, String(each))
  }
  const text = search.toString()
  return fillPath(endpoint.path, params) + (text && `?${text}`)
}

export interface CallOptions {
  signal?: AbortSignal
  /** The same key for every try of the same deed; the server does it once. */
  idempotencyKey?: string
  /** Asked already: a second refusal stands. */
  isProven?: boolean
}

/** One call of the API. Throws `CallFault`. */
export async function call<const E extends Endpoint>(endpoint: E, args: Args<E>, options: CallOptions = {}): Promise<Answer<E>> {
  const loose = args as Loose
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': document.documentElement.lang, 'loopdesk-idle': idleSeconds() }
  if (loose.body !== undefined) headers['content-type'] = 'application/json'
  if (options.idempotencyKey !== undefined) headers['idempotency-key'] = options.idempotencyKey
  let response: Response
  try {
    response = await fetch(address(endpoint, loose), {
      method: endpoint.method, headers, credentials: 'same-origin', ...(options.signal ? { signal: options.signal } : {}),
      ...(loose.form ? { body: loose.form } : loose.body !== undefined ? { body: JSON.stringify(loose.body) } : {}),
    })
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new CallFault('console.unreachable', 0)
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer<E>
  const fault = await readFault(response)
  if (fault.code === 'access.prove-again' && !options.isProven && (await proveAgain())) return call(endpoint, args, { ...options, isProven: true })
  throw fault
}

async function readFault(response: Response): Promise<CallFault> {
  const answer = await response.json().catch(() => null) as { fault?: { code?: string; args?: CallFault['args']; fields?: CallFault['fields'] } } | null
  // An answer that is not ours comes from something between us and the server.
  const fault = new CallFault(answer?.fault?.code ?? 'console.unreachable', response.status, answer?.fault?.args, answer?.fault?.fields)
  if (response.status === 401) for (const hear of signedOut) hear()
  return fault
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000, refetchOnWindowFocus: false,
      retry: (count, fault) => count < 2 && fault instanceof CallFault && (fault.status === 0 || fault.status === 503),
    },
  },
})

export const queryKey = (endpoint: Endpoint, args: Loose = {}) => [endpoint.path, args.params ?? {}, args.query ?? {}] as const

export interface GetOptions {
  isEnabled?: boolean
  /** Live events that make the answer old: whole types or prefixes (`request.`), or a question to the event. */
  live?: readonly string[] | ((event: LiveEvent) => boolean)
  /** While another page of a list is fetched, the present one stays. */
  keepsPrevious?: boolean
  staleSeconds?: number
}

/** Reads and keeps an answer; it renews itself when a live event of `live` arrives and after a lost connection. */
export function useGet<const E extends Endpoint>(endpoint: E, args: Args<E>, options: GetOptions = {}): UseQueryResult<Answer<E>, CallFault> {
  return useQuery<Answer<E>, CallFault>({
    queryKey: queryKey(endpoint, args as Loose),
    queryFn: ({ signal }) => call(endpoint, args, { signal }),
    enabled: options.isEnabled ?? true,
    meta: { live: options.live },
    ...(options.keepsPrevious ? { placeholderData: keepPreviousData } : {}),
    ...(options.staleSeconds !== undefined ? { staleTime: options.staleSeconds * 1000 } : {}),
  })
}

/** The question the answer on the screen belongs to: with `keepsPrevious`, until the next one has come, the one before. `asked` is plain data. */
export function useAnswered<Q>(asked: Q, { isPlaceholderData }: Pick<UseQueryResult, 'isPlaceholderData'>): Q {
  const [answered, setAnswered] = useState(asked)
  if (isPlaceholderData || JSON.stringify(answered) === JSON.stringify(asked)) return answered
  setAnswered(asked)
  return asked
}

export interface UseCallOptions<E extends Endpoint> {
  /** Reading endpoints whose answers are old after this. */
  refresh?: readonly Endpoint[]
  onDone?: (answer: Answer<E>, args: Args<E>) => void
  /** Whoever takes the fault shows it; without this a toast does, unless it belongs to fields. */
  onFault?: (fault: CallFault) => void
}

export type Call<E extends Endpoint> = UseMutationResult<Answer<E>, CallFault, Args<E>> & {
  /** Sentences by field name, for `Form.faults`. */
  fieldFaults: Record<string, string> | undefined
  /** The sentence of the whole fault, when no field has it. */
  faultText: string | undefined
}

/** A deed. Pressing again after a lost connection repeats the same deed, it does not do a second one. */
export function useCall<const E extends Endpoint>(endpoint: E, options: UseCallOptions<E> = {}): Call<E> {
  const client = useQueryClient()
  const t = useText()
  const attempt = useRef<{ of: string; key: string } | null>(null)
  const mutation = useMutation<Answer<E>, CallFault, Args<E>>({
    mutationFn: (args) => {
      const { params, body } = args as Loose
      const of = JSON.stringify([params, body])
      if (attempt.current?.of !== of) attempt.current = { of, key: newId() }
      return call(endpoint, args, { idempotencyKey: attempt.current.key })
    },
    retry: (count, fault) => count < 2 && fault instanceof CallFault && (fault.status === 0 || fault.status === 503),
    retryDelay: (count) => 400 * 2 ** count,
    onSuccess: async (answer, args) => {
      attempt.current = null
      await refresh(client, options.refresh ?? [])
      options.onDone?.(answer, args)
    },
    onError: (fault) => {
      if (!fault.isUncertain) attempt.current = null
      if (options.onFault) options.onFault(fault)
      else if (fault.fields.length === 0) toast.fault({ what: t(fault.code, fault.args), kept: t('console.kept'), ...(fault.isUncertain ? { next: t('console.try-again') } : {}) })
    },
  })
  return { ...mutation, ...faultTexts(mutation.error, t) }
}

/** Marks every kept answer of these endpoints as old; those on screen are fetched again. */
export async function refresh(client: QueryClient, endpoints: readonly Endpoint[]): Promise<void> {
  const paths = new Set(endpoints.map((endpoint) => endpoint.path))
  if (paths.size > 0) await client.invalidateQueries({ predicate: (query) => paths.has(String(query.queryKey[0])) })
}

export function faultTexts(fault: CallFault | null, t: Text): { fieldFaults: Record<string, string> | undefined; faultText: string | undefined } {
  if (!fault) return { fieldFaults: undefined, faultText: undefined }
  if (fault.fields.length === 0) return { fieldFaults: undefined, faultText: t(fault.code, fault.args) }
  return { fieldFaults: Object.fromEntries(fault.fields.map((field) => [field.path, t(field.code, field.args)])), faultText: undefined }
}
