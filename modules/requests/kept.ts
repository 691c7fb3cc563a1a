/** Which columns of this room are sealed, under the key of the request's customer. */
import type { Ctx } from '../../platform/context.ts'

export const SUBJECT = 'requests.request/subject'
export const NAME = 'requests.attachment/name'
export const sealedRequest = { subject: [SUBJECT, 'id'], lastSnippet: ['requests.request/last_snippet', 'id'], result: ['requests.request/result', 'id'] } as const
export const sealedMessage = { authorName: ['requests.message/author_name', 'id'], body: ['requests.message/body', 'id'], html: ['requests.message/html', 'id'], quoted: ['requests.message/quoted', 'id'], stateWhy: ['requests.message/state_why', 'id'] } as const
export const sealedVerification = { result: ['requests.verification/result', 'id'], reason: ['requests.verification/reason', 'id'] } as const
export const sealedTask = { title: ['requests.task/title', 'id'] } as const
/** A draft has no id: it is somebody's, of one kind, at one request. */
export const DRAFT = 'requests.draft/body'
export const draftRow = (draft: { requestId: string; personId: string; kind: string }): string => `${draft.requestId} ${draft.personId} ${draft.kind}`

/** The given fields sealed, the others as they are. */
export function sealFields<T extends object>(ctx: Ctx, owner: string, row: string, places: Readonly<Record<string, readonly [string, string]>>, fields: T): T {
  const sealed = { ...fields } as Record<string, unknown>
  for (const [name, [field]] of Object.entries(places)) if (typeof sealed[name] === 'string') sealed[name] = ctx.app.vault.seal(owner, field, row, sealed[name])
  return sealed as T
}
