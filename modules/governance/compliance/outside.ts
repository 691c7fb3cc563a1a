/** P06, P09, P17: who stands behind each connection, where, and what was assessed; the guards tried and rolled back. */
import type { Actor } from '../../../platform/access/index.ts'
import { systemActor } from '../../../platform/access/index.ts'
import { type Ctx, reading } from '../../../platform/context.ts'
import { newId } from '../../../lib/id/index.ts'
import { decideAssessment, makeAssessment, removeAssessment } from '../outside/assessments.ts'
import { usualRules } from '../outside/rules.ts'
import { door } from '../outside/door.ts'
import { addProcessor } from '../outside/processors.ts'
import { viewOutside, writeRules } from '../outside/store.ts'
import type { OutsideRules } from '../outside/contract.ts'
import { count, info, judged, type Probe, tried } from './probe.ts'

const strange = (): string => `probe-${newId().slice(-12)}.example`
/** What connecting a host answers under these rules, with what was written down before. */
const connecting = ({ app }: Probe, rules: Partial<OutsideRules>, host: string, before: (ctx: Ctx) => Promise<unknown> = async () => undefined) => tried(app, async (ctx) => {
  await writeRules(ctx, { ...usualRules, ...rules })
  await before(ctx)
  await door.connect(ctx, 'webhook', host)
})

export async function askProcessors(probe: Probe) {
  const { connections, rules } = await viewOutside(reading(probe.app, {}))
  const missing = connections.filter((one) => one.lacks === 'governance.outside.no-record' || one.lacks === 'governance.outside.term-over').length
  const refused = await connecting(probe, { needsRecord: true }, strange())
  return [judged(missing === 0, 'processors-recorded', { count: missing, of: connections.length }), judged(refused === 'governance.outside.no-record', 'processors-guard'), info(rules.needsRecord ? 'record-rule-on' : 'record-rule-off')]
}

export async function askAbroad(probe: Probe) {
  const { connections, processors, rules, abroad } = await viewOutside(reading(probe.app, {}))
  const away = new Set(processors.filter((one) => one.isAbroad).map((one) => one.host))
  const open = connections.filter((one) => one.lacks === 'governance.outside.no-basis').length
  const host = strange()
  const refused = await connecting(probe, { home: ['TW'], needsBasis: true }, host, (ctx) => addProcessor(ctx, { host, name: 'probe', role: 'processor', purpose: 'probe', contract: 'probe', untilOn: null, contact: '', country: 'US', isSensitive: false, basis: 'standard-contract', basisWords: '', basisUntilOn: null }))
  return [
    judged(open === 0, 'abroad-based', { count: open, of: connections.filter((one) => away.has(one.host)).length }), judged(refused === 'governance.outside.no-basis', 'abroad-guard'),
    info('abroad-counted', { year: String(abroad.year), persons: abroad.persons, sensitive: abroad.sensitive }), ...(rules.home.length ? [] : [info('home-unset')]), info(rules.needsBasis ? 'basis-rule-on' : 'basis-rule-off'),
  ]
}

export async function askAssessments(probe: Probe) {
  const { app } = probe
  const { rules } = await viewOutside(reading(app, {}))
  const refused = await connecting(probe, { needsAssessment: true }, strange())
  const [someone] = await app.pool<{ id: string }[]>`select id from staff.person order by created_at limit 1`
  const as: Actor = someone ? { ...systemActor, kind: 'agent', id: someone.id } : systemActor
  const kept = someone && await tried(app, async (ctx) => {
    const made = await makeAssessment({ ...ctx, actor: systemActor }, { title: 'probe', ground: 'provide', hosts: [], purpose: 'probe', risk: 'probe', measures: 'probe', level: 'low' })
    await decideAssessment(ctx, made.id, { verdict: 'approved', reason: 'probe', version: made.version })
    await removeAssessment(ctx, made.id)
  }, as)
  const alone = await count(app, (db) => db`select count(*)::int as count from governance.assessment where verdict is not null and (decided_by_id is null or decided_by_id = made_by_id)`)
  const decided = await count(app, (db) => db`select count(*)::int as count from governance.assessment where verdict is not null`)
  return [
    judged(refused === 'governance.outside.no-assessment', 'assessment-guard'), ...(someone ? [judged(kept === 'governance.assessment.kept', 'assessment-kept')] : []),
    judged(alone === 0, 'assessments-by-two', { count: decided }), info(rules.needsAssessment ? 'assessment-rule-on' : 'assessment-rule-off'),
  ]
}
