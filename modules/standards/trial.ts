/** Trying before saving: what rules make of a text, and what a target means on the calendar. */
import type { CountedStretch, DeadlineExplanation } from '../../lib/calendar/index.ts'
import { compileRules } from '../../lib/rules/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { shownSteps } from '../staff/index.ts'
import { chooseCalendar } from './calendar.ts'
import type { Rule } from './contract.ts'
import { detectLanguage } from './language.ts'
import { loadRecognition, recognise, ruleOf, snapshotOf, type RequestFacts, type Snapshot } from './recognise.ts'
import { getService, listRules, mustBeUsable } from './store.ts'
import { selectClause } from '../../lib/clauses/index.ts'
import { clockKinds } from './versions/contract.ts'

interface Trial extends RequestFacts { subject: string; text: string; draft?: { id?: string; name: string; condition: unknown; outcome: Rule['outcome'] } }

/** What the stored rules, with the draft in its place, make of the facts. Nothing is saved. */
export async function tryRules(ctx: Ctx, { draft, ...given }: Trial) {
  const facts = { ...given, language: detectLanguage(`${given.subject}\n${given.text}`) }
  const kept = await loadRecognition(ctx)
  if (!draft) return { ...outcomeOf(kept, facts), draftMatches: null }
  const id = draft.id ?? 'draft'
  await mustBeUsable(ctx, id, draft)
  const rules = [...(await listRules(ctx))].filter((rule) => rule.isActive || rule.id === id)
  const tried: Rule = { id, position: 0, version: 0, isActive: true, name: draft.name, condition: draft.condition, outcome: draft.outcome }
  const at = rules.findIndex((rule) => rule.id === id)
  rules.splice(at < 0 ? rules.length : at, at < 0 ? 0 : 1, tried)
  const snapshot = snapshotOf(kept.revision, kept.services, rules, kept.standards)
  return { ...outcomeOf(snapshot, facts), draftMatches: compileRules([ruleOf(tried)]).matches(id, facts) }
}

function outcomeOf(snapshot: Snapshot, facts: RequestFacts & { language: string }) {
  const { snapshot: _, ...found } = recognise(snapshot, facts)
  return { ...found, language: facts.language }
}

/** When a request like this, begun at `startAt` (default: now), is due by each clock of the standard that holds, and the working hours counted. */
export async function showDue(ctx: Ctx, id: string, query: { priority: string; tier: string; channel: string; startAt?: string }) {
  const service = await getService(ctx, id)
  const startMs = query.startAt ? Date.parse(query.startAt) : ctx.now.getTime()
  const { calendar, by } = await chooseCalendar(ctx, service, null)
  const iso = (ms: number): string => new Date(ms).toISOString()
  const clocks = clockKinds.flatMap((kind) => {
    const clause = service.standard && selectClause(service.standard.content.clauses, kind, query)
    if (!clause) return []
    const { dueAt, counted, exceptions, steps }: DeadlineExplanation = calendar.explain(startMs, clause.target! * 60_000)
    return [{
      ...shownSteps(steps), provisionalYears: calendar.unknownYears(startMs, dueAt),
      kind, clause: clause.key, targetMinutes: clause.target!, dueAt: iso(dueAt), counted: counted.map(({ from, to, ms }: CountedStretch) => ({ from: iso(from), to: iso(to), minutes: ms / 60_000 })),
      exceptions: exceptions.map(({ date, name, openMs }) => ({ date, name, openMinutes: openMs / 60_000 })),
    }]
  })
  return { startAt: iso(startMs), calendarBy: by, clocks }
}
