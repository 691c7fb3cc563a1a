/**
 * What an endpoint is, once: validation, access, server and browser types and OpenAPI all come from it.
 * Typed by structure, not by zod's own types, which are three times as slow to check.
 */
export interface Shape<T = unknown> { parse(value: unknown): T }
export type Infer<S> = S extends Shape<infer T> ? T : undefined

export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `:name` parameters. */
  path: string
  /** A permission (`object.verb`), `signed-in` for every staff member, or `public`. */
  access: string
  /** One English sentence for the API page. */
  summary?: string
  params?: Shape
  query?: Shape
  body?: Shape
  response?: Shape
  /** Success status; 200 by default, 204 without a response. */
  status?: 200 | 201 | 202 | 204
  /** Refusals a caller may meet beside the general ones: text keys. */
  faults?: readonly string[]
  /** own: the command has its own rule against doing it twice; by default the Idempotency-Key is kept for it. */
  idempotency?: 'own' | 'none'
  /** What of people or their words the answer shows (`request`, `customer`, …): who looked is written down. */
  reads?: string
  /** Calls that come while one is being committed share the next transaction: for what comes by the dozen. */
  together?: true
  /**
   * By a session only within a quarter of an hour after the person proved to be there, else 403 `access.prove-again`;
   * a list asks for it only when the body holds one of these fields.
   */
  stepUp?: true | readonly string[]
  /** Open also to a session that first has something to do, as setting a new password. */
  always?: true
  /** Bytes; 1 MiB by default. */
  bodyLimit?: number
  /** file: multipart in; stream: server-sent events; raw: the handler answers by itself. */
  kind?: 'json' | 'multipart' | 'stream' | 'raw'
}
export type Endpoints = Record<string, Endpoint>

/** Fills the `:name` parts of a path. */
export function fillPath(path: string, params: Record<string, string | number> = {}): string {
  return path.replace(/:([A-Za-z]+)/g, (_, name: string) => encodeURIComponent(String(params[name] ?? '')))
}
