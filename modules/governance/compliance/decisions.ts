/** P07: decisions by rule are explained, a person is to be had instead, and marketing and profiling end by one word. */
import { newId } from '../../../lib/id/index.ts'
import { asVisitor } from '../../channels/index.ts'
import { createCustomer } from '../../customers/index.ts'
import { acceptRequest, askForHuman, sweepRequest } from '../../requests/index.ts'
import { agreeing, giveConsent, listNotices, optOut, publishNotice } from '../privacy/consent.ts'
import { info, judged, type Probe, tried } from './probe.ts'

const purposes = ['marketing', 'profiling'] as const

/** Each decision of the rules keeps its candidates, its reason and the version that made it. */
async function askExplained({ app }: Probe) {
  const [row] = await app.pool<{ all: number; bare: number; old: number }[]>`
    select count(*)::int as all, count(*) filter (where reason = '' or (state <> 'nobody' and jsonb_array_length(candidates) = 0))::int as bare, count(*) filter (where rule_version is null)::int as old
    from (select reason, state, candidates, rule_version from requests.assignment where how = 'rule' and reason <> 'requests.reason-reopened' order by id desc limit 200) a`
  if (!row!.all) return [info('no-decisions')]
  return [judged(row!.bare === 0, 'decisions-explained', { count: row!.all }), info('decisions-versioned', { count: row!.all, bare: row!.old })]
}

/** A request made up that a rule would verify and silence would close, and the customer who asks for a person. */
async function askHonoured({ app }: Probe) {
  let found: { verification: string; stage: string } | undefined
  const refused = await tried(app, async (ctx) => {
    const key = newId()
    const { id, customerId } = await acceptRequest(ctx, { source: 'probe', key, channel: 'portal', subject: 'probe', text: 'probe', customer: { name: 'probe', email: `probe-${key.slice(-12)}@example.com`, verified: false, channel: 'portal' } })
    await ctx.db`update requests.request set verification = 'rule' where id = ${id}`
    await askForHuman(asVisitor(ctx, customerId, 'probe'), id)
    await ctx.db`update requests.request set stage = 'feedback', close_after = ${ctx.now} where id = ${id}`
    await sweepRequest(ctx, id)
    found = (await ctx.db<{ verification: string; stage: string }[]>`select verification, stage from requests.request where id = ${id}`)[0]
  })
  return judged(refused === null && found?.verification === 'person' && found.stage === 'feedback', 'human-honoured')
}

async function askOptOut({ app }: Probe) {
  const agreed: number[] = []
  const refused = await tried(app, async (ctx) => {
    const { id } = await createCustomer(ctx, { name: 'probe' })
    const look = async () => { for (const purpose of purposes) agreed.push((await agreeing(ctx, [id], purpose)).size) }
    for (const purpose of purposes) {
      await publishNotice(ctx, { purpose, words: { 'zh-Hant': 'probe', 'zh-Hans': 'probe', en: 'probe' } })
      const notice = (await listNotices(ctx)).rows.find((row) => row.purpose === purpose)!
      await giveConsent(ctx, id, purpose, { noticeId: notice.id, channel: 'phone', evidence: 'probe' })
    }
    await look()
    await optOut(ctx, id, 'portal')
    await look()
  })
  return judged(refused === null && agreed.join() === '1,1,0,0', 'opt-out-honoured')
}

export const askDecisions = async (probe: Probe) => [...await askExplained(probe), await askHonoured(probe), await askOptOut(probe)]
