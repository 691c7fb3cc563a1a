/** P04: a child made up, who agrees to marketing; in a transaction that is rolled back. */
import { createCustomer, markMinor, recordGuardian, viewCustomer } from '../../customers/index.ts'
import { systemActor } from '../../../platform/access/index.ts'
import { newId } from '../../../lib/id/index.ts'
import { agreeing, giveConsent, publishNotice } from '../privacy/consent.ts'
import { count, info, judged, type Probe, tried } from './probe.ts'

export async function askMinors({ app }: Probe) {
  const [name, email] = [`probe${newId().slice(-8)}`, `probe-${newId().slice(-12)}@example.com`]
  let counted: boolean[] = []
  let seen = name
  const refused = await tried(app, async (ctx) => {
    const { id } = await createCustomer(ctx, { name, email })
    const words = { 'zh-Hant': name, 'zh-Hans': name, en: name }
    const { rows } = await publishNotice(ctx, { purpose: 'marketing', words })
    await giveConsent(ctx, id, 'marketing', { noticeId: rows.find((row) => row.purpose === 'marketing')!.id, channel: 'paper', evidence: 'probe' })
    const isIn = async () => (await agreeing(ctx, [id], 'marketing')).has(id)
    const before = await isIn()
    await markMinor(ctx, id, { birthYear: null })
    const marked = await isIn()
    seen = JSON.stringify(await viewCustomer({ ...ctx, actor: { ...systemActor, kind: 'agent', id: newId() } }, id))
    await recordGuardian(ctx, id, { name: 'probe', relation: 'parent', channel: 'paper', evidence: 'probe' })
    counted = [before, marked, await isIn()]
  })
  const all = await count(app, (db) => db`select count(*)::int as count from customers.minor where ended_at is null`)
  const open = await count(app, (db) => db`select count(*)::int as count from customers.minor where ended_at is null and consent_at is null`)
  return [
    judged(refused === null && counted[0] === true && counted[1] === false, 'minor-held'), judged(refused === null && counted[2] === true, 'minor-guarded'),
    judged(refused === null && !seen.includes(name) && !seen.includes(email), 'minor-covered'), info('minors-counted', { count: all, open }),
  ]
}
