/** Saved reports over HTTP: a question under a name, shared with roles and teams, sent by mail. */
import { z } from 'zod'
import type { Endpoints } from '../../../platform/http/contract.ts'
import { byId, day, id, instant, line, text } from '../../../platform/http/shapes.ts'
import { Asked } from '../metrics/contract.ts'
import { amissIn, comparisons, dimensions, metricKeys, periods } from '../../../lib/metrics/index.ts'

/** The report page's question. A named period moves on by itself; `own` has its two days. */
export const Question = z.strictObject({
  metric: z.enum(metricKeys), by: z.enum(dimensions), period: z.enum(periods), compare: z.enum(comparisons), from: day.optional(), to: day.optional(),
  teamId: id.optional(), personId: id.optional(), serviceId: id.optional(), channel: text(40).optional(), priority: text(20).optional(), tier: text(40).optional(), type: text(80).optional(),
}).refine((asked) => asked.period !== 'own' || (asked.from !== undefined && asked.to !== undefined && asked.from <= asked.to), { message: 'insight.period-backwards', path: ['to'] })
  .refine((asked) => amissIn(asked) === null, { message: 'insight.not-of-time', path: ['metric'] })
export type Question = z.infer<typeof Question>

export const rhythms = ['daily', 'weekly', 'monthly'] as const
export const formats = ['xlsx', 'csv', 'pdf', 'png'] as const
export type Format = (typeof formats)[number]
const Name = z.object({ id, name: z.string() })
const rhythm = { rhythm: z.enum(rhythms), weekday: z.int().min(1).max(7).nullable(), monthDay: z.int().min(1).max(31).nullable(), /** HH:MM where each recipient lives. */ time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/), attachments: z.array(z.enum(formats)).max(formats.length) }
export const Mailing = z.object({ ...rhythm, recipients: z.array(Name.extend({ nextAt: instant })) })
export type Mailing = z.infer<typeof Mailing>
const NewMailing = z.strictObject({ ...rhythm, personIds: z.array(id).min(1).max(200) })
  .refine((given) => (given.rhythm === 'weekly') === (given.weekday !== null) && (given.rhythm === 'monthly') === (given.monthDay !== null), { message: 'insight.saved.rhythm-wrong', path: ['rhythm'] })
export type NewMailing = z.infer<typeof NewMailing>

export const SavedReport = z.object({
  id, name: z.string(), question: Question, owner: Name, isMine: z.boolean(), changedAt: instant, version: z.int(),
  /** With whom it is shared; names stand beside for who may not list roles. */
  roles: z.array(z.object({ id, key: z.string(), name: z.string().nullable() })), teams: z.array(Name),
  /** The one the caller set. */
  mailing: Mailing.nullable(),
  /** It comes to the caller by mail, whoever set it. */
  comesByMail: z.boolean(),
})
export type SavedReport = z.infer<typeof SavedReport>
export const mailStates = ['queued', 'sending', 'sent', 'skipped', 'failed'] as const
const ReportMail = z.object({ id, person: Name, dueAt: instant, state: z.enum(mailStates), why: z.string().nullable(), endedAt: instant.nullable() })
export type ReportMail = z.infer<typeof ReportMail>

const shared = { roleIds: z.array(id).max(50), teamIds: z.array(id).max(100) }
const gone = ['insight.saved.not-found'] as const
export const savedReports = {
  fileFormats: { method: 'GET', path: '/api/reports/formats', access: 'requests.read', response: z.object({ rows: z.array(z.object({ format: z.enum(formats), /** A text key: why it can't be made here. */ reason: z.string().nullable() })) }), summary: 'The kinds of file a report can be had as on this machine.' },
  reportFile: { method: 'GET', path: '/api/reports/files/:format', access: 'requests.read', kind: 'raw', params: z.strictObject({ format: z.enum(formats) }), query: Asked, faults: ['insight.file.no-font', 'insight.period-backwards', 'insight.period-too-long'], summary: 'The figures of a question as a file: a workbook, CSV, a page (PDF) or the chart (PNG).' },
  savedReports: { method: 'GET', path: '/api/saved-reports', access: 'requests.read', response: z.object({ rows: z.array(SavedReport) }), summary: 'Reports the caller saved, and those shared with their role or teams.' },
  savedReport: { method: 'GET', path: '/api/saved-reports/:id', access: 'requests.read', params: byId, response: SavedReport, faults: gone },
  saveReport: { method: 'POST', path: '/api/saved-reports', access: 'requests.read', status: 201, body: z.strictObject({ name: line(120), question: Question, ...shared }), response: SavedReport, faults: ['insight.saved.share-beyond', 'staff.unknown-reference', 'insight.saved.too-many'] },
  changeReport: { method: 'PUT', path: '/api/saved-reports/:id', access: 'requests.read', params: byId, body: z.strictObject({ version: z.int(), name: line(120), question: Question, ...shared }), response: SavedReport, faults: [...gone, 'insight.saved.not-yours', 'insight.saved.changed-meanwhile', 'insight.saved.share-beyond', 'staff.unknown-reference'] },
  deleteReport: { method: 'DELETE', path: '/api/saved-reports/:id', access: 'requests.read', params: byId, faults: [...gone, 'insight.saved.not-yours'] },
  setMailing: { method: 'PUT', path: '/api/saved-reports/:id/mailing', access: 'requests.read', params: byId, body: NewMailing, response: SavedReport, faults: [...gone, 'insight.saved.not-shared', 'insight.saved.only-self'], summary: 'Sends the report by mail; whoever does not own it may send it to themselves only. Each recipient gets the figures of their own rights.' },
  endMailing: { method: 'DELETE', path: '/api/saved-reports/:id/mailing', access: 'requests.read', params: byId, faults: gone, summary: 'Ends what the caller set.' },
  leaveMailing: { method: 'DELETE', path: '/api/saved-reports/:id/mailing/me', access: 'requests.read', params: byId, faults: gone, summary: 'Takes the caller out of the recipients, whoever put them there.' },
  reportMails: { method: 'GET', path: '/api/saved-reports/:id/sent', access: 'requests.read', params: byId, response: z.object({ rows: z.array(ReportMail) }), faults: gone, summary: 'What was sent, newest first, the latest hundred: to everybody for the owner, else to the caller.' },
} as const satisfies Endpoints
