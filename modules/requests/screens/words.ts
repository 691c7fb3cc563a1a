/** Time, clocks, history and recognition in words. Pure: the screens only place what comes from here. */
import type { Text } from '../../../apps/console/text.tsx'
import type { ClockState } from '../../../ui/index.ts'
import type { ClockStory, Request, RequestEvent, RequestRow } from '../contract.ts'

const MINUTE = 60_000
const DAY = 86_400_000
/** A clock with less than an hour left, or a fifth of its time, asks for attention. */
const SOON_MS = 60 * MINUTE
const SOON_SHARE = 0.8

/** A length of time in at most two units: "12 分", "3 時 12 分", "2 天 4 時". What is left is rounded up, what has passed down. */
export function spanWords(ms: number, t: Text, rounding: 'up' | 'down' = 'up'): string {
  const minutes = Math.max(1, rounding === 'up' ? Math.ceil(ms / MINUTE) : Math.floor(ms / MINUTE))
  if (minutes < 60) return t('requests.span.minutes', { minutes })
  const hours = Math.floor(minutes / 60)
  if (minutes * MINUTE < DAY) return t('requests.span.hours', { hours, minutes: minutes % 60 })
  return t('requests.span.days', { days: Math.floor(hours / 24), hours: hours % 24 })
}

interface ClockReading { state: ClockState; used: number; words: string }
type ClockShape = Request['resolution']

/** One clock as ring and words; null when nothing is due. `startAt` is when it began to run. */
export function readClock(clock: ClockShape, around: { startAt: string; pausedAt: string | null; isClosed?: boolean; now: number }, t: Text): ClockReading | null {
  if (clock.metAt) {
    return clock.breachedAt ? { state: 'missed', used: 1, words: t('requests.clock.missed') } : { state: 'met', used: 0, words: t('requests.clock.met') }
  }
  if (around.isClosed) return null
  if (around.pausedAt && clock.leftMs !== null) {
    return { state: 'paused', used: 0, words: clock.leftMs > 0 ? t('requests.clock.paused-left', { span: spanWords(clock.leftMs, t) }) : t('requests.clock.paused') }
  }
  return clock.dueAt ? runningClock(clock.dueAt, around.startAt, around.now, t) : null
}

function runningClock(dueAt: string, startAt: string, now: number, t: Text): ClockReading {
  const due = Date.parse(dueAt)
  const left = due - now
  if (left <= 0) return { state: 'late', used: 1, words: t('requests.clock.late', { span: spanWords(-left, t, 'down') }) }
  const total = Math.max(1, due - Date.parse(startAt))
  const used = Math.min(1, Math.max(0, 1 - left / total))
  return { state: left < SOON_MS || used >= SOON_SHARE ? 'soon' : 'ok', used, words: t('requests.clock.left', { span: spanWords(left, t) }) }
}

/** The nearest clock of a list row. */
export function readRowClock(row: Pick<RequestRow, 'nextDueAt' | 'isPaused' | 'waitingFor' | 'openedAt' | 'stage'>, now: number, t: Text): ClockReading | null {
  if (row.stage === 'closed') return null
  if (row.isPaused) return { state: 'paused', used: 0, words: t('requests.clock.paused-for', { who: row.waitingFor ?? 'customer' }) }
  return row.nextDueAt ? runningClock(row.nextDueAt, row.openedAt, now, t) : null
}

/** Reasons written by the system are text keys; a person's are words. */
export function reasonWords(reason: string | null | undefined, t: Text): string {
  if (!reason) return ''
  return /^(requests|routing|standards|staff|channels|quality)\.[a-z][a-z0-9.-]*$/.test(reason) ? t(reason) : reason
}

export const eventKinds = ['messages', 'stages', 'assignments', 'clocks', 'verification', 'tasks', 'recognition', 'other'] as const
export type EventKind = (typeof eventKinds)[number]

const kindOf: Record<string, EventKind> = {
  'request.accepted': 'stages', 'request.waiting': 'stages', 'request.resumed': 'stages', 'request.answered': 'stages', 'request.closed': 'stages', 'request.reopened': 'stages',
  'request.assigned': 'assignments', 'request.unassigned': 'assignments', 'request.taken': 'assignments', 'request.assignment-accepted': 'assignments', 'request.assignment-declined': 'assignments',
  'request.handed-over': 'assignments', 'request.moved': 'assignments', 'request.taken-back': 'assignments',
  'request.first-response-breached': 'clocks', 'request.resolution-breached': 'clocks', 'request.acceptance-breached': 'clocks', 'request.next-response-breached': 'clocks', 'request.hand-over-breached': 'clocks',
  'request.clocks-changed': 'clocks', 'request.deadlines-moved': 'clocks', 'request.escalated': 'clocks', 'request.escalation-confirmed': 'clocks',
  'request.submitted': 'verification', 'request.verified': 'verification', 'request.sent-back': 'verification', 'request.scored': 'verification',
  'request.human-asked': 'stages', 'request.silence-over': 'stages',
  'request.task-added': 'tasks', 'request.task-done': 'tasks', 'request.task-changed': 'tasks',
  'request.recognised': 'recognition', 'request.corrected': 'recognition',
  'request.customer-wrote': 'messages', 'request.replied': 'messages', 'request.noted': 'messages', 'request.reply-held': 'messages', 'request.reply-withdrawn': 'messages', 'request.resent': 'messages',
  'request.result-sent': 'messages',
}

export const eventKind = (type: string): EventKind => kindOf[type] ?? (type.startsWith('request.message-') ? 'messages' : 'other')

/** Who did it, as a subject of a sentence. */
export function actorWords(event: Pick<RequestEvent, 'actorKind' | 'actorName'>, t: Text): string {
  return event.actorName ?? t(`requests.actor.${event.actorKind === 'client' || event.actorKind === 'customer' || event.actorKind === 'agent' ? event.actorKind : 'system'}`)
}

const text = (value: unknown): string => typeof value === 'string' || typeof value === 'number' ? String(value) : ''

/** The names of one correction's fields with the value before and after: "優先級 普通 → 緊急". */
function correctionWords(data: Record<string, unknown>, names: Names, t: Text): string {
  const before = (data['before'] ?? {}) as Record<string, unknown>
  const after = (data['after'] ?? {}) as Record<string, unknown>
  const value = (field: string, one: unknown): string => {
    if (one === null || one === undefined || one === '') return t('requests.none')
    if (field === 'priority') return t(`requests.priority.${text(one)}`)
    return field === 'serviceId' ? names.service(text(one)) : field === 'type' ? names.type(text(one)) : text(one)
  }
  return Object.keys(after).map((field) => t('requests.changed-field', { field: t(`requests.field.${field}`), before: value(field, before[field]), after: value(field, after[field]) })).join(t('requests.list-comma'))
}

/** Names that events carry only as ids. */
export interface Names {
  service: (id: string) => string
  type: (key: string) => string
  team: (id: string) => string
  person: (id: string) => string
}

type Moved = Pick<ClockStory['story'][number], 'did' | 'dueAt' | 'leftMinutes'> & { kind: string }
/** What happened to a clock: "解決暫停，剩 3 時 12 分". */
export function clockWords(one: Moved, t: Text): string {
  return t('requests.clock-change', { kind: t(`requests.clock-kind.${one.kind}`), did: one.did, dueAt: one.dueAt ?? '', hasDue: one.dueAt ? 'yes' : 'no', span: spanWords(Math.max(0, one.leftMinutes ?? 0) * MINUTE, t) })
}

function escalationWords(data: Record<string, unknown>, names: Names, t: Text): Record<string, string> {
  const told = ((data['to'] ?? []) as string[]).map((id) => names.person(id)).join(t('requests.list-comma'))
  const outcome = text(data['outcome'])
  return {
    level: t(`requests.level.${text(data['level'])}`), kind: t(`requests.clock-kind.${text(data['kind'])}`), does: t(`requests.step-does.${text(data['does'])}`), told, hasTold: told ? 'yes' : 'no',
    outcome: t(outcome.startsWith('requests.') ? outcome : `requests.step.${outcome || 'taken'}`),
  }
}

/** One line of the history. Events of rooms this one does not know show their type, so that nothing is hidden. */
export function eventSentence(event: RequestEvent, names: Names, t: Text): string {
  const { data, type } = event
  const name = type.replace(/^request\./, '')
  const reason = reasonWords(text(data['reason'] ?? data['why']), t)
  const args: Record<string, string | number> = {
    who: actorWords(event, t), name: text(data['name']) || (data['to'] ? names.person(text(data['to'])) : ''), reason, hasReason: reason ? 'yes' : 'no',
  }
  if (data['from']) args['from'] = names.person(text(data['from']))
  args['hasFrom'] = data['from'] ? 'yes' : 'no'
  switch (name) {
    case 'accepted': Object.assign(args, { channel: t(`requests.channel.${text(data['channel'])}`) }); break
    case 'recognised': Object.assign(args, { service: names.service(text(data['service'])), type: data['type'] ? names.type(text(data['type'])) : t('requests.none'), priority: t(`requests.priority.${text(data['priority'])}`) }); break
    case 'assigned': Object.assign(args, { how: text(data['how']), score: Number(data['score'] ?? 0).toFixed(2), candidates: Number(data['candidates'] ?? 0) }); break
    case 'unassigned': Object.assign(args, { candidates: Number(data['candidates'] ?? 0) }); break
    case 'noted': if (data['to']) return t('requests.event.whispered', args); break
    case 'moved': Object.assign(args, { team: names.team(text(data['team'])) }); break
    case 'waiting': Object.assign(args, { waitingFor: text(data['for']), until: text(data['until']), hasUntil: data['until'] ? 'yes' : 'no' }); break
    case 'resumed': Object.assign(args, { because: text(data['because']) }); break
    case 'replied': Object.assign(args, { who: data['by'] ? names.person(text(data['by'])) : args['who']!, first: data['isFirst'] ? (data['isInTime'] ? 'in-time' : 'late') : 'no' }); break
    case 'answered': Object.assign(args, { inTime: data['isInTime'] ? 'yes' : 'no' }); break
    // A rule judges in the name of nobody, whoever handed the result in.
    case 'verified': case 'sent-back': if (data['byKind'] === 'system') args['who'] = t('requests.actor.system'); break
    case 'submitted': Object.assign(args, { how: text(data['how']) }); break
    case 'scored': Object.assign(args, { score: Number(data['score']) }); break
    case 'corrected': Object.assign(args, { changes: correctionWords(data, names, t) }); break
    case 'task-added': case 'task-done': case 'task-changed': Object.assign(args, { title: text(data['title']) }); break
    case 'clocks-changed': Object.assign(args, { cause: t(`requests.cause.${text(data['cause'])}`), changes: ((data['changes'] ?? []) as Moved[]).map((one) => clockWords(one, t)).join(t('requests.list-comma')) }); break
    case 'escalated': Object.assign(args, escalationWords(data, names, t)); break
    case 'escalation-confirmed': Object.assign(args, { level: t(`requests.level.${text(data['level'])}`) }); break
    case 'first-response-breached': case 'resolution-breached': case 'acceptance-breached': case 'next-response-breached': case 'hand-over-breached': Object.assign(args, { dueAt: text(data['dueAt']) }); break
    case 'customer-wrote': Object.assign(args, { channel: t(`requests.channel.${text(data['channel'])}`) }); break
    case 'result-sent': Object.assign(args, { asks: data['asks'] ? 'yes' : 'no' }); break
    case 'message-failed': case 'message-uncertain': Object.assign(args, { reason, hasReason: reason ? 'yes' : 'no' }); break
    case 'reopened': Object.assign(args, { wasClosed: data['wasClosed'] ? 'yes' : 'no' }); break
  }
  const key = `requests.event.${name}`
  const sentence = t(key, args)
  return sentence === key ? t('requests.event.unknown', { who: args['who']!, type }) : sentence
}

type Because = Request['explanation'][number]['because'][number]

function becauseWords(because: Because, tierName: (key: string) => string, t: Text): string {
  const list = (value: unknown): string => (Array.isArray(value) ? value : [value]).filter((one) => one !== undefined && one !== null && one !== '')
    .map((one) => because.field === 'customerTier' ? tierName(text(one)) : because.field === 'channel' ? t(`requests.channel.${text(one)}`) : t('requests.quoted-word', { word: text(one) })).join(t('requests.list-or'))
  const found = list(because.found) || list(because.value)
  return t('requests.because', { op: because.op, field: t(`requests.fact.${because.field}`), found })
}

/** Why service, type and priority are what they are: one sentence a rule. */
export function recognitionSentences(explanation: Request['explanation'], tierName: (key: string) => string, t: Text): string[] {
  return explanation.map((rule) => t('requests.recognised-by', {
    rule: rule.name, because: rule.because.map((one) => becauseWords(one, tierName, t)).join(t('requests.list-comma')) || t('requests.always'),
    set: rule.set.map((field) => t(`requests.field.${field}`)).join(t('requests.list-and')),
  }))
}

/** What comes after a stage when all goes well. */
export const nextStage = { accept: 'assign', assign: 'execute', execute: 'verify', track: 'execute', verify: 'feedback', feedback: 'closed', closed: null } as const
