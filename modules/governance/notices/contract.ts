/** Internal notices over HTTP: sent to people, teams and roles, confirmed by each, reported on. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, cursor, id, instant, instantIn, limit, line, page, someText } from '../../../platform/http/shapes.ts'

const Name = z.object({ id, name: z.string() })
/** `subject` is null for who may not see that request. */
const Handed = z.object({ id, number: z.number(), subject: z.string().nullable(), stage: z.string(), holder: Name.nullable() })
const head = { id, kind: z.enum(['notice', 'hand-over']), title: z.string(), by: Name, at: instant, dueAt: instant, withdrawnAt: instant.nullable() }

export const MyNotice = z.object({ ...head, text: z.string(), deliveredAt: instant.nullable(), readAt: instant.nullable(), confirmedAt: instant.nullable(), remindedAt: instant.nullable(), isLate: z.boolean(), requests: z.array(Handed) })
export type MyNotice = z.infer<typeof MyNotice>
const counts = { recipients: z.int(), delivered: z.int(), read: z.int(), confirmed: z.int() }
export const SentNotice = z.object({ ...head, ...counts, isLate: z.boolean() })
export type SentNotice = z.infer<typeof SentNotice>
export const NoticeReport = z.object({
  ...head, ...counts, text: z.string(), isLate: z.boolean(), requests: z.array(Handed),
  receipts: z.array(z.object({ person: Name, deliveredAt: instant.nullable(), readAt: instant.nullable(), confirmedAt: instant.nullable(), remindedAt: instant.nullable(), escalatedAt: instant.nullable(), escalatedTo: Name.nullable() })),
})
export type NoticeReport = z.infer<typeof NoticeReport>

const audience = { personIds: z.array(id).max(1000).default([]), teamIds: z.array(id).max(100).default([]) }
const gone = ['governance.notice.not-found', 'governance.notice-withdrawn'] as const
const refused = ['governance.notice-nobody', 'governance.notice-beyond', 'governance.notice-due-past', 'staff.unknown-reference'] as const

export const notices = {
  myNotices: { method: 'GET', path: '/api/internal-notices/mine', access: 'signed-in', query: z.strictObject({ state: z.enum(['open', 'confirmed']).default('open'), cursor: cursor.optional(), limit: limit(100, 50) }),
    response: z.object({ rows: z.array(MyNotice), next: z.string().nullable(), /** Of others, late, and mine to follow up. */ escalated: z.array(z.object({ notice: Name, person: Name, at: instant, dueAt: instant })) }), summary: 'Notices for me, those not confirmed first.' },
  deliverNotice: { method: 'PUT', path: '/api/internal-notices/:id/delivery', access: 'signed-in', params: byId, idempotency: 'own', faults: gone, summary: 'It has reached my screen.' },
  readNotice: { method: 'PUT', path: '/api/internal-notices/:id/reading', access: 'signed-in', params: byId, idempotency: 'own', faults: gone },
  confirmNotice: { method: 'PUT', path: '/api/internal-notices/:id/confirmation', access: 'signed-in', params: byId, idempotency: 'own', response: MyNotice, faults: gone },

  noticeMail: { method: 'GET', path: '/api/internal-notices/by-mail', access: 'signed-in', response: z.object({ isOn: z.boolean() }), summary: 'Whether I am told of notices by mail as well.' },
  changeNoticeMail: { method: 'PUT', path: '/api/internal-notices/by-mail', access: 'signed-in', idempotency: 'own', body: z.strictObject({ isOn: z.boolean() }), response: z.object({ isOn: z.boolean() }), summary: 'Alarms are told by mail whatever this says.' },

  sentNotices: { method: 'GET', path: '/api/internal-notices', access: 'signed-in', query: z.strictObject({ cursor: cursor.optional(), limit: limit(100, 40) }), response: page(SentNotice), summary: 'What I sent; who sends to everybody sees all.' },
  noticeReport: { method: 'GET', path: '/api/internal-notices/:id', access: 'signed-in', params: byId, response: NoticeReport, faults: ['governance.notice.not-found'], summary: 'Who was reached, has read, has confirmed and has not; for its sender and for whom it was escalated to.' },
  sendNotice: { method: 'POST', path: '/api/internal-notices', access: 'notices.send', status: 201, response: NoticeReport, faults: refused,
    body: z.strictObject({ title: line(200), text: someText(20_000), dueAt: instantIn, ...audience, roleIds: z.array(id).max(100).default([]) }) },
  withdrawNotice: { method: 'DELETE', path: '/api/internal-notices/:id', access: 'signed-in', params: byId, faults: gone },
  sendHandOver: { method: 'POST', path: '/api/hand-overs', access: 'requests.work', status: 201, response: NoticeReport, faults: [...refused, 'governance.hand-over-unknown'],
    body: z.strictObject({ title: line(200), text: someText(20_000), dueAt: instantIn, ...audience, /** Of my open requests; left out: all of them. */ requestIds: z.array(id).max(500).optional() }),
    summary: 'The shift changes: what the next ones must know, with my open requests.' },
} as const satisfies Endpoints
