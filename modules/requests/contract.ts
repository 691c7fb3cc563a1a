/** The requests room's API: opening a request and everything that moves it along the loop. */
import { z } from 'zod'
import type { Endpoints } from '../../platform/http/contract.ts'
import { Step } from '../staff/contract.ts'
import { channelKeys } from '../standards/channels/contract.ts'
import { Explanation } from '../standards/contract.ts'
import { clockKinds, deeds, levels } from '../standards/versions/contract.ts'
import { byId, cursor, email, flag, id, instant, instantIn, limit, line, page, someText, text } from '../../platform/http/shapes.ts'

export const stages = ['accept', 'assign', 'execute', 'track', 'verify', 'feedback', 'closed'] as const
export const priorities = ['urgent', 'normal', 'routine'] as const
export const channels = channelKeys
/** Lists a request can be found in; the last seven must be empty or owned. */
export const views = ['mine', 'open', 'queue', 'due-soon', 'waiting', 'to-verify', 'answerable', 'closed', 'all',
  'unassigned', 'unaccepted', 'stuck', 'overdue', 'unverified', 'unrated', 'failed'] as const
export const actions = ['take', 'accept', 'decline', 'assign', 'handOver', 'reply', 'note', 'wait', 'resume', 'submit', 'verify', 'close', 'reopen', 'correct', 'askHuman'] as const

export const Stage = z.enum(stages)
export const Priority = z.enum(priorities)
export const Channel = z.enum(channels)
export type Stage = z.infer<typeof Stage>
export type Priority = z.infer<typeof Priority>
export type ChannelName = z.infer<typeof Channel>
export type View = (typeof views)[number]
export type Action = (typeof actions)[number]

const Name = z.object({ id, name: z.string() })
const texts = z.record(z.string(), z.string())

export const Clock = z.object({
  /** Null while paused or when no target is set. */
  dueAt: instant.nullable(), metAt: instant.nullable(), breachedAt: instant.nullable(),
  /** Business milliseconds left while paused. */
  leftMs: z.number().nullable(),
  /** It lies in a year whose holidays nobody has published. */
  isProvisional: z.boolean(),
})
export const Request = z.object({
  id, number: z.number(), subject: z.string(), stage: Stage, stageSince: instant, priority: Priority, type: z.string().nullable(),
  service: z.object({ id, name: texts }).nullable(),
  /** Why the rules chose service and priority. */
  explanation: Explanation,
  channel: z.string(), language: z.string(),
  customer: z.object({ id, name: z.string(), tier: z.string(), isVerified: z.boolean() }),
  team: Name.nullable(), holder: Name.nullable(), answerable: Name.nullable(), firstResponder: Name.nullable(),
  openedAt: instant, openedBy: z.string(),
  waitingFor: z.enum(['customer', 'third-party']).nullable(), waitUntil: instant.nullable(), waitReason: z.string().nullable(),
  firstResponse: Clock, resolution: Clock, pausedAt: instant.nullable(), nextDueAt: instant.nullable(),
  verification: z.enum(['person', 'customer', 'rule']), result: z.string().nullable(), submittedBy: Name.nullable(), submittedAt: instant.nullable(),
  failedVerifications: z.number(), score: z.number().nullable(), scoredAt: instant.nullable(),
  closedAt: instant.nullable(), closedWhy: z.string().nullable(), closeAfter: instant.nullable(), reopenUntil: instant.nullable(), reopened: z.number(),
  linkedFrom: z.object({ id, number: z.number(), kind: z.string() }).nullable(),
  /** The assignment waiting for somebody's acceptance: first offer or hand-over. */
  offer: z.object({ id, to: Name, by: z.string().nullable(), how: z.string(), acceptDueAt: instant.nullable() }).nullable(),
  /** A person was asked for instead of rules. */
  humanAsked: z.object({ at: instant, by: z.string() }).nullable(),
  openTasks: z.number(), version: z.number(),
  /** Null: allowed for the person asking; otherwise the text key that says why not. */
  actions: z.record(z.enum(actions), z.string().nullable()),
})
export type Request = z.infer<typeof Request>

const causes = ['accepted', 'taken', 'assigned', 'waiting', 'resumed', 'corrected', 'escalated', 'calendar', 'standard', 'answered', 'submitted', 'resolved', 'wrote', 'closed', 'reopened', 'moved', 'due'] as const
export const ClockStory = z.object({
  id, kind: z.enum(clockKinds), run: z.number(), state: z.enum(['running', 'paused', 'breached', 'met', 'cancelled']), clause: z.string(), version: z.number(), targetMinutes: z.number(), usedMinutes: z.number(), calendar: z.string().nullable(),
  startedAt: instant, dueAt: instant.nullable(), pausedAt: instant.nullable(), breachedAt: instant.nullable(), notedAt: instant.nullable(), endedAt: instant.nullable(),
  /** Every clause for this clock, the most specific first. */
  ranked: z.array(z.object({ key: z.string(), when: z.record(z.string(), z.string()), targetMinutes: z.number().nullable(), fits: z.boolean(), conditions: z.number() })),
  story: z.array(z.object({ at: instant, did: z.enum(['started', 'paused', 'resumed', 'moved', 'met', 'cancelled', 'breached']), cause: z.enum(causes), dueAt: instant.nullable(), leftMinutes: z.number().nullable(), clause: z.string().nullable() })),
  steps: z.array(z.object({ key: z.string(), level: z.enum(levels), does: z.enum(deeds), offsetMinutes: z.number(), time: z.enum(['business', 'wall']), at: instant.nullable(), taken: z.object({ at: instant, outcome: z.string(), told: z.array(z.string()) }).nullable() })),
})
export type ClockStory = z.infer<typeof ClockStory>

export const RequestRow = z.object({
  id, number: z.number(), subject: z.string(), stage: Stage, stageSince: instant, priority: Priority, channel: z.string(),
  customerName: z.string(), customerTier: z.string(), teamId: id.nullable(), holder: Name.nullable(), waitingFor: z.string().nullable(),
  nextDueAt: instant.nullable(), isPaused: z.boolean(), isLate: z.boolean(), openedAt: instant, lastMessageAt: instant, lastSnippet: z.string(), lastBy: z.string(), isUnread: z.boolean(),
  score: z.number().nullable(),
})
export type RequestRow = z.infer<typeof RequestRow>

export const Attachment = z.object({ id, name: z.string(), contentType: z.string(), size: z.number(), contentId: z.string().nullable() })
export const Message = z.object({
  id, kind: z.enum(['customer', 'reply', 'note', 'result', 'notice']), authorKind: z.string(), authorId: id.nullable(), authorName: z.string(), channel: z.string(),
  body: z.string(), html: z.string().nullable(), quoted: z.string().nullable(), oddities: z.array(z.string()),
  state: z.string(), stateWhy: z.string().nullable(), sendAt: instant.nullable(), createdAt: instant, attachments: z.array(Attachment),
})
export type Message = z.infer<typeof Message>

export const RequestEvent = z.object({
  id, seq: z.number(), type: z.string(), at: instant, actorKind: z.string(), actorId: id.nullable(), actorName: z.string().nullable(), data: z.record(z.string(), z.unknown()),
})
export type RequestEvent = z.infer<typeof RequestEvent>

const Candidate = z.object({ agentId: id, name: z.string().nullable(), score: z.number(), parts: z.record(z.string(), z.number()), excludedBecause: z.array(z.string()), open: z.number().optional(), capacity: z.number().optional() })
export const Assignment = z.object({
  id, teamId: id.nullable(), teamName: z.string().nullable(), agent: Name.nullable(), how: z.string(), state: z.string(), byKind: z.string(), byName: z.string().nullable(),
  score: z.number().nullable(), reason: z.string(), /** Which version of the ranking chose; null where a person did. */ ruleVersion: z.string().nullable(), candidates: z.array(Candidate), offeredAt: instant, acceptDueAt: instant.nullable(), answeredAt: instant.nullable(), endedAt: instant.nullable(),
})
export type Assignment = z.infer<typeof Assignment>

export const Task = z.object({ id, title: z.string(), owner: Name.nullable(), dueAt: instant.nullable(), doneAt: instant.nullable(), version: z.number() })
export const Verification = z.object({ id, how: z.string(), result: z.string(), submittedByName: z.string().nullable(), submittedAt: instant, verdict: z.string().nullable(), byKind: z.string().nullable(), byName: z.string().nullable(), decidedAt: instant.nullable(), reason: z.string().nullable() })
export const Template = z.object({ id, name: z.string(), body: z.string(), locale: z.string(), teamId: id.nullable(), version: z.number() })

export const NewRequest = z.strictObject({
  subject: line(300),
  text: someText(100_000),
  channel: Channel.default('api'),
  /** `id`: a customer already known; otherwise found or made by the addresses. */
  customer: z.strictObject({ id: id.optional(), name: line(200).optional(), email: email.optional(), phone: z.string().regex(/^\+?[0-9 ()-]{5,30}$/, { message: 'input.phone' }).optional(), external: line(200).optional() }),
  language: z.enum(['zh-Hant', 'zh-Hans', 'en']).optional(),
  type: line(80).optional(),
  serviceId: id.optional(),
  priority: Priority.optional(),
  teamId: id.optional(),
  attachmentIds: z.array(id).max(20).optional(),
})
export type NewRequest = z.infer<typeof NewRequest>

/** What opening answers: enough to follow it; GET gives the rest. */
export const Opened = z.object({
  id, number: z.number(), stage: Stage, priority: Priority, type: z.string().nullable(), serviceId: id.nullable(), customerId: id, teamId: id.nullable(),
  holder: Name.nullable(), openedAt: instant, firstResponseDueAt: instant.nullable(), resolutionDueAt: instant.nullable(),
})

/** Why each deadline is when it is: the calendar with what decided for it, and every stretch from the start. */
export const Deadlines = z.object({
  calendar: z.object({ id, name: z.string(), version: z.number(), by: z.enum(['service', 'team', 'default']) }).nullable(), zone: z.string(),
  clocks: z.array(z.object({
    clock: z.enum(clockKinds), startAt: instant, dueAt: instant.nullable(), metAt: instant.nullable(), leftMinutes: z.number().nullable(), countedMinutes: z.number(),
    steps: z.array(Step), stepsLeftOut: z.number(), provisionalYears: z.array(z.number()),
  })),
})
export type Deadlines = z.infer<typeof Deadlines>
/** Requests that run by an earlier version of a calendar, and how many of their deadlines another day or hour gets. */
const moved = {
  requests: z.number(), deadlines: z.number(), earlier: z.number(), later: z.number(), paused: z.number(),
  /** Some of those the caller may see. */
  rows: z.array(z.object({ id, number: z.number(), clock: z.enum(clockKinds), from: instant, to: instant })),
  /** More are left than one call looks at. */
  isMore: z.boolean(),
}
export const MovedDeadlines = z.object(moved)
export type MovedDeadlines = z.infer<typeof MovedDeadlines>

const oneTask = z.strictObject({ id, taskId: id })
const reason = someText(2000)

export const requests = {
  open: { method: 'POST', path: '/api/requests', access: 'requests.open', status: 201, idempotency: 'own', together: true, body: NewRequest, response: Opened, summary: 'Open a request; the same Idempotency-Key answers the same request.', faults: ['input.idempotency-reused'] },
  list: { method: 'GET', path: '/api/requests', access: 'requests.read', summary: 'Requests the caller may see, newest due first; keyset paging.', response: page(RequestRow), query: z.strictObject({
    view: z.enum(views).default('all'), search: text(200).optional(), stage: Stage.optional(), teamId: id.optional(), holderId: id.optional(), customerId: id.optional(), priority: Priority.optional(), channel: Channel.optional(),
    cursor: cursor.optional(), limit: limit(100, 40) }) },
  counts: { method: 'GET', path: '/api/requests/counts', access: 'requests.read', summary: 'How many requests each view holds, and each team.', response: z.object({ views: z.record(z.string(), z.number()), teams: z.array(z.object({ id, name: z.string(), open: z.number(), queue: z.number() })) }) },
  loads: { method: 'GET', path: '/api/requests/loads', access: 'requests.read', summary: 'How many requests each person has in hand: offered or being executed.', query: z.strictObject({ teamId: id.optional() }), response: z.object({ rows: z.array(z.object({ agentId: id, open: z.number() })) }) },
  get: { method: 'GET', path: '/api/requests/:id', access: 'requests.read', reads: 'request', params: byId, response: Request, faults: ['requests.not-found'] },
  messages: { method: 'GET', path: '/api/requests/:id/messages', access: 'requests.read', reads: 'request', params: byId, query: z.strictObject({ before: id.optional(), limit: limit(200, 100) }), response: page(Message), faults: ['requests.not-found'] },
  events: { method: 'GET', path: '/api/requests/:id/events', access: 'requests.read', reads: 'request', params: byId, query: z.strictObject({ after: z.coerce.number().int().min(0).default(0), limit: limit(500, 200) }), response: z.object({ rows: z.array(RequestEvent), next: z.number().nullable() }), faults: ['requests.not-found'] },
  assignments: { method: 'GET', path: '/api/requests/:id/assignments', access: 'requests.read', reads: 'request', params: byId, response: z.object({ rows: z.array(Assignment) }), faults: ['requests.not-found'] },
  verifications: { method: 'GET', path: '/api/requests/:id/verifications', access: 'requests.read', reads: 'request', params: byId, response: z.object({ rows: z.array(Verification) }) },

  deadlines: { method: 'GET', path: '/api/requests/:id/deadlines', access: 'requests.read', reads: 'request', params: byId, summary: 'Why each deadline is when it is: what was counted, what was skipped and for what reason.', response: Deadlines, faults: ['requests.not-found'] },
  calendarDeadlines: { method: 'GET', path: '/api/calendars/:id/deadlines', access: 'standards.read', params: byId, summary: 'What would move if requests that run by earlier versions of a calendar went by its present one.', response: z.object({ version: z.number(), ...moved }), faults: ['staff.calendar.not-found'] },
  moveDeadlines: { method: 'PUT', path: '/api/calendars/:id/deadlines', access: 'standards.configure', params: byId, summary: 'Moves them: what is left of each target counts on from now by the present version. At most 2,000 requests a call.', body: z.strictObject({ version: z.number().int().min(1), reason }), response: MovedDeadlines, faults: ['staff.changed-meanwhile', 'staff.calendar.not-found'] },

  take: { method: 'PUT', path: '/api/requests/:id/holder', access: 'requests.work', params: byId, response: Request, summary: 'Take it for oneself.', faults: ['requests.already-yours', 'requests.closed'] },
  assign: { method: 'PUT', path: '/api/requests/:id/assignment', access: 'requests.work', params: byId, response: Request, summary: 'Offer it to a person or a team; from a holder it is a hand-over that needs acceptance.',
    body: z.strictObject({ agentId: id.optional(), teamId: id.optional(), reason: reason.optional() }), faults: ['requests.closed', 'requests.not-yours', 'requests.no-assignee', 'staff.absent'] },
  accept: { method: 'PUT', path: '/api/requests/:id/assignment/acceptance', access: 'requests.work', params: byId, response: Request, faults: ['requests.not-offered-to-you'] },
  decline: { method: 'PUT', path: '/api/requests/:id/assignment/refusal', access: 'requests.work', params: byId, body: z.strictObject({ reason }), response: Request, faults: ['requests.not-offered-to-you'] },
  correct: { method: 'PATCH', path: '/api/requests/:id', access: 'requests.work', params: byId, response: Request, summary: 'Correct subject, service, type or priority; recorded as a correction.',
    body: z.strictObject({ subject: line(300).optional(), serviceId: id.optional(), type: line(80).nullable().optional(), priority: Priority.optional(), reason: reason.optional(), version: z.number().int() }), faults: ['requests.changed-meanwhile', 'requests.closed'] },
  write: { method: 'POST', path: '/api/requests/:id/messages', access: 'requests.work', params: byId, status: 201, response: Message, summary: 'Reply to the customer (held 10 s for undo) or note for colleagues.',
    body: z.strictObject({ kind: z.enum(['reply', 'note']), text: someText(100_000), mentions: z.array(id).max(20).optional(), attachmentIds: z.array(id).max(20).optional(), then: z.enum(['wait']).optional() }), faults: ['requests.closed', 'requests.not-yours'] },
  unsend: { method: 'DELETE', path: '/api/requests/:id/messages/:messageId', access: 'requests.work', params: z.strictObject({ id, messageId: id }), response: z.object({ text: z.string() }), summary: 'Take a reply back within its 10 seconds; it becomes the draft again.', faults: ['requests.already-sent'] },
  resend: { method: 'PUT', path: '/api/requests/:id/messages/:messageId/sending', access: 'requests.work', params: z.strictObject({ id, messageId: id }), response: Message, faults: ['requests.not-failed'] },
  wait: { method: 'PUT', path: '/api/requests/:id/waiting', access: 'requests.work', params: byId, body: z.strictObject({ for: z.enum(['customer', 'third-party']), until: instantIn.optional(), reason: reason.optional() }), response: Request, faults: ['requests.not-executing'] },
  resume: { method: 'DELETE', path: '/api/requests/:id/waiting', access: 'requests.work', params: byId, response: Request, faults: ['requests.not-waiting'] },
  submit: { method: 'PUT', path: '/api/requests/:id/submission', access: 'requests.work', params: byId, body: z.strictObject({ result: someText(20_000) }), response: Request, summary: 'Hand the result in for verification.', faults: ['requests.tasks-open', 'requests.not-yours'] },
  verify: { method: 'PUT', path: '/api/requests/:id/verification', access: 'requests.verify', params: byId, body: z.strictObject({ verdict: z.enum(['passed', 'failed']), reason: reason.optional() }), response: Request, faults: ['requests.not-verifying', 'requests.verify-own-work', 'requests.reason-needed'] },
  close: { method: 'PUT', path: '/api/requests/:id/closure', access: 'requests.work', params: byId, body: z.strictObject({ reason }), response: Request, summary: 'Close without a result: spam, duplicate, withdrawn.', faults: ['requests.closed'] },
  reopen: { method: 'DELETE', path: '/api/requests/:id/closure', access: 'requests.work', params: byId, query: z.strictObject({ reason: reason.optional() }), response: Request, faults: ['requests.not-closed'] },
  askHuman: { method: 'PUT', path: '/api/requests/:id/human', access: 'requests.work', params: byId, response: Request, summary: 'A person is to verify, close and answer, and no rule.', faults: ['requests.closed'] },
  seen: { method: 'PUT', path: '/api/requests/:id/seen', access: 'requests.read', params: byId, idempotency: 'none' },
  viewing: { method: 'PUT', path: '/api/requests/:id/viewing', access: 'requests.read', params: byId, body: z.strictObject({ typing: z.enum(['reply', 'note']).nullable() }), idempotency: 'none', summary: 'Tell the others that I look at it, and whether I write.' },

  tasks: { method: 'GET', path: '/api/requests/:id/tasks', access: 'requests.read', reads: 'request', params: byId, response: z.object({ rows: z.array(Task) }) },
  addTask: { method: 'POST', path: '/api/requests/:id/tasks', access: 'requests.work', params: byId, status: 201, body: z.strictObject({ title: line(300), ownerId: id.optional(), dueAt: instantIn.optional() }), response: Task },
  changeTask: { method: 'PATCH', path: '/api/requests/:id/tasks/:taskId', access: 'requests.work', params: oneTask, body: z.strictObject({ title: line(300).optional(), ownerId: id.nullable().optional(), dueAt: instantIn.nullable().optional(), isDone: z.boolean().optional(), version: z.number().int() }), response: Task, faults: ['requests.changed-meanwhile'] },

  draft: { method: 'GET', path: '/api/requests/:id/drafts', access: 'requests.work', reads: 'request', params: byId, response: z.object({ mine: z.record(z.string(), z.string()), others: z.array(z.object({ name: z.string(), kind: z.string(), at: instant })) }) },
  saveDraft: { method: 'PUT', path: '/api/requests/:id/drafts', access: 'requests.work', params: byId, idempotency: 'none', body: z.strictObject({ kind: z.enum(['reply', 'note']), text: text(100_000) }) },

  templates: { method: 'GET', path: '/api/reply-templates', access: 'requests.read', query: z.strictObject({ requestId: id.optional() }), response: z.object({ rows: z.array(Template.extend({ filled: z.string().nullable() })) }), summary: 'Reply templates; with a request also filled in for it.' },
  addTemplate: { method: 'POST', path: '/api/reply-templates', access: 'requests.configure', status: 201, body: z.strictObject({ name: line(120), body: someText(20_000), locale: z.enum(['zh-Hant', 'zh-Hans', 'en']), teamId: id.nullable().optional() }), response: Template },
  changeTemplate: { method: 'PATCH', path: '/api/reply-templates/:id', access: 'requests.configure', params: byId, body: z.strictObject({ name: line(120).optional(), body: someText(20_000).optional(), locale: z.enum(['zh-Hant', 'zh-Hans', 'en']).optional(), active: z.boolean().optional(), version: z.number().int() }), response: Template },

  upload: { method: 'POST', path: '/api/attachments', access: 'requests.work', kind: 'multipart', status: 201, bodyLimit: 26 * 1024 * 1024, response: Attachment, idempotency: 'none' },
  download: { method: 'GET', path: '/api/attachments/:id', access: 'requests.read', reads: 'attachment', params: byId, kind: 'raw', query: z.strictObject({ inline: flag.optional() }) },

  clocks: { method: 'GET', path: '/api/requests/:id/clocks', access: 'requests.read', reads: 'request', params: byId, response: z.object({ clocks: z.array(ClockStory) }), summary: 'Why each deadline is what it is: clause and how it was chosen, hours, pauses, steps.' },
  standardEffect: { method: 'GET', path: '/api/standards/:id/effect', access: 'standards.read', params: byId, summary: 'What would happen to running requests if they were put under this version.', faults: ['standards.version.not-found'],
    response: z.object({ running: z.number(), isCapped: z.boolean(), moved: z.number(), breached: z.number(), ended: z.number(), begun: z.number() }) },
  applyStandard: { method: 'PUT', path: '/api/standards/:id/application', access: 'standards.approve', params: byId, body: z.strictObject({ reason }), summary: 'Puts the running requests of the service under the version in force.', faults: ['standards.version.not-found', 'requests.version-not-effective'] },

  notices: { method: 'GET', path: '/api/notices', access: 'signed-in', response: z.object({ unread: z.number(), rows: z.array(z.object({ id, kind: z.string(), requestId: id, number: z.number(), subject: z.string(), at: instant, readAt: instant.nullable(), level: z.string().nullable(), needsConfirmation: z.boolean(), confirmedAt: instant.nullable() })) }) },
  confirmNotice: { method: 'PUT', path: '/api/notices/:id/confirmation', access: 'signed-in', params: byId, summary: 'Whoever was called says that they have taken it in hand.', faults: ['requests.notice.not-found'] },
  readNotices: { method: 'PUT', path: '/api/notices/read', access: 'signed-in', idempotency: 'none' },
  live: { method: 'GET', path: '/api/live', access: 'signed-in', kind: 'stream', summary: 'Server-sent events: what changed, by id; resumes after Last-Event-ID.' },
} as const satisfies Endpoints
