/** P18: a breach made up, in a transaction that is rolled back; and whether the real ones were reported and decided. */
import { locales } from '../../../lib/text/index.ts'
import { dueAfter } from '../breaches/breach.ts'
import { draftOf } from '../breaches/draft.ts'
import { closeBreach, openBreach } from '../breaches/handle.ts'
import { readHours } from '../breaches/store.ts'
import type { Breach } from '../breaches/contract.ts'
import { count, judged, type Probe, tried } from './probe.ts'

const words = { title: 'probe', happened: 'probe', categories: ['contact'] as const, persons: 1, cause: 'probe-cause', harm: 'probe-harm', measures: 'probe-measures', advice: 'probe-advice', contact: 'probe-contact' }

export async function askBreach({ app }: Probe) {
  const hours = await readHours({ db: app.pool })
  let made: Breach | null = null
  const refused = await tried(app, async (ctx) => {
    made = await openBreach(ctx, { ...words, laws: ['gdpr', 'pipl', 'tw-pdpa'], noticedAt: ctx.now.toISOString() })
    await closeBreach(ctx, made.id, { outcome: 'probe', version: made.version })
  })
  const { duties = [], noticedAt = '' } = (made ?? {}) as Partial<Breach>
  const isDue = (law: string, after: number): boolean => duties.some((duty) => duty.law === law && duty.dueAt === dueAfter(new Date(noticedAt), after).toISOString())
  const drafts = made === null ? [] : locales.map((locale) => draftOf(made!, 'persons', locale, 'UTC').text)
  const [late, open, closed, bare] = await Promise.all([
    count(app, (db) => db`select count(*)::int as count from governance.breach_duty where outcome is null and hours > 0 and due_at < ${app.clock.now()}`),
    count(app, (db) => db`select count(*)::int as count from governance.breach where closed_at is null`),
    count(app, (db) => db`select count(*)::int as count from governance.breach where closed_at is not null`),
    count(app, (db) => db`select count(*)::int as count from governance.breach where closed_at is not null and (decision is null or coalesce(trim(decision_reason), '') = '' or (decision = 'tell' and told_at is null))`),
  ])
  return [
    judged(isDue('gdpr', 72) && isDue('pipl', hours.pipl) && isDue('tw-pdpa', hours['tw-pdpa']), 'breach-clocks', { hours: hours['tw-pdpa'] }),
    judged(drafts.length === locales.length && new Set(drafts).size === locales.length && drafts.every((text) => [words.cause, words.harm, words.measures, words.advice, words.contact].every((one) => text.includes(one))), 'breach-drafts'),
    judged(refused === 'governance.breach.duty-open', 'breach-close-refused'),
    judged(late === 0, 'breaches-in-time', { count: late, open }), judged(bare === 0, 'breaches-decided', { count: closed }),
  ]
}
