/**
 * The domain: what a request is and what may happen to it next. Pure; buttons, API and tests ask the same table.
 */
import type { Action, Priority, Stage } from './contract.ts'

/** A row of requests.request. */
export interface RequestRecord {
  id: string
  number: number
  subject: string
  stage: Stage
  stageSince: string
  priority: Priority
  type: string | null
  serviceId: string | null
  /** The version of the service's standard it is under. */
  standardId: string | null
  explanation: unknown[]
  channel: string
  channelAccount: string | null
  language: string
  customerId: string
  teamId: string | null
  holderId: string | null
  answerableId: string | null
  firstResponderId: string | null
  openedByKind: string
  openedById: string | null
  openedAt: string
  waitingFor: 'customer' | 'third-party' | null
  waitUntil: string | null
  waitReason: string | null
  firstResponseAt: string | null
  resolutionAt: string | null
  pausedAt: string | null
  nextDueAt: string | null
  calendarId: string | null
  calendarVersion: number | null
  calendarBy: 'service' | 'team' | 'default' | null
  verification: 'person' | 'customer' | 'rule'
  result: string | null
  submittedBy: string | null
  submittedAt: string | null
  failedVerifications: number
  score: number | null
  scoredAt: string | null
  closedAt: string | null
  closedWhy: string | null
  closeAfter: string | null
  /** Since when a person was asked for instead of rules, and what kind of actor asked. */
  humanAskedAt: string | null
  humanAskedBy: string | null
  reopenUntil: string | null
  reopened: number
  linkedFrom: string | null
  linkKind: string | null
  lastMessageAt: string
  lastSnippet: string
  lastBy: string
  version: number
}

/** Who asks, as far as the table needs to know. */
export interface Asker {
  id: string | null
  mayWork: boolean
  mayAssign: boolean
  mayVerify: boolean
}
/** The part of a request the table looks at. */
export interface Situation {
  stage: Stage
  holderId: string | null
  waitingFor: 'customer' | 'third-party' | null
  verification: 'person' | 'customer' | 'rule'
  submittedBy: string | null
  openTasks: number
  /** Person an offer or hand-over waits for. */
  offeredTo: string | null
  humanAskedAt: string | null
}

type Rule = (now: Situation, who: Asker) => string | null
const open = (now: Situation): string | null => (now.stage === 'closed' ? 'requests.closed' : null)
const works = (who: Asker): string | null => (who.mayWork ? null : 'requests.may-not-work')
const holds = (now: Situation, who: Asker): string | null =>
  now.holderId === who.id || who.mayAssign || !now.holderId ? null : 'requests.not-yours'
const first = (...reasons: (string | null)[]): string | null => reasons.find((reason) => reason !== null) ?? null
const inStage = (now: Situation, stages: Stage[], otherwise: string): string | null => (stages.includes(now.stage) ? null : otherwise)
const notGivenIn = (now: Situation): string | null =>
  now.stage === 'verify' ? 'requests.in-verification' : now.stage === 'feedback' ? 'requests.answered' : null

/** One line per action: null when allowed, else the text key that tells why not. */
const table: Record<Action, Rule> = {
  take: (now, who) => first(open(now), works(who), notGivenIn(now), now.holderId === who.id && now.stage !== 'assign' ? 'requests.already-yours' : null),
  accept: (now, who) => first(open(now), works(who), now.offeredTo === who.id ? null : 'requests.not-offered-to-you'),
  decline: (now, who) => first(open(now), works(who), now.offeredTo === who.id ? null : 'requests.not-offered-to-you'),
  assign: (now, who) => first(open(now), who.mayAssign ? null : 'requests.may-not-assign', notGivenIn(now)),
  handOver: (now, who) => first(open(now), works(who), notGivenIn(now), now.holderId === who.id ? null : 'requests.not-yours'),
  reply: (now, who) => first(open(now), works(who), holds(now, who)),
  note: (_now, who) => works(who),
  whisper: (now, who) => first(open(now), works(who), who.mayAssign ? null : 'requests.may-not-whisper', now.holderId ? (now.holderId === who.id ? 'requests.already-yours' : null) : 'requests.nobody-holds'),
  wait: (now, who) => first(open(now), works(who), holds(now, who), inStage(now, ['assign', 'execute'], now.stage === 'track' ? 'requests.already-waiting' : 'requests.not-executing')),
  resume: (now, who) => first(open(now), works(who), inStage(now, ['track'], 'requests.not-waiting')),
  submit: (now, who) => first(open(now), works(who), inStage(now, ['assign', 'execute', 'track'], now.stage === 'accept' ? 'requests.take-first' : notGivenIn(now) ?? 'requests.not-executing'),
    now.holderId === who.id || who.mayAssign ? null : 'requests.not-yours', now.openTasks > 0 ? 'requests.tasks-open' : null),
  verify: (now, who) => first(open(now), who.mayVerify ? null : 'requests.may-not-verify', inStage(now, ['verify'], 'requests.not-verifying'),
    now.verification === 'person' && now.submittedBy === who.id ? 'requests.verify-own-work' : null),
  close: (now, who) => first(open(now), works(who), inStage(now, ['accept', 'assign', 'execute', 'track', 'feedback'], 'requests.in-verification'), now.stage === 'feedback' ? null : holds(now, who)),
  reopen: (now, who) => first(works(who), now.stage === 'closed' ? null : 'requests.not-closed'),
  correct: (now, who) => first(open(now), works(who)),
  askHuman: (now, who) => first(open(now), works(who), now.humanAskedAt ? 'requests.human-asked-already' : null),
}

/** Null when `who` may do it now, else the text key that tells why not. */
export const whyNot = (now: Situation, who: Asker, action: Action): string | null => table[action](now, who)

export function allowedActions(now: Situation, who: Asker): Record<Action, string | null> {
  const answer = {} as Record<Action, string | null>
  for (const action of Object.keys(table) as Action[]) answer[action] = table[action](now, who)
  return answer
}

/** The first visible words of a text, for lists. */
export const snippet = (body: string, most = 140): string => {
  const flat = body.replace(/\s+/g, ' ').trim()
  return flat.length <= most ? flat : `${flat.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…`
}

export const UNDO_MS = 10_000
export const ACCEPT_MINUTES = 15
