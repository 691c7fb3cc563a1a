/** P01–P19: personal information law (中华人民共和国个人信息保护法; for Taiwan 個人資料保護法 and for Europe the GDPR ask alike). */
import { changeCustomer, createCustomer, listCustomers } from '../../customers/index.ts'
import { newId } from '../../../lib/id/index.ts'
import { reading } from '../../../platform/context.ts'
import { copyOf, FORMAT } from '../privacy/copy.ts'
import { eraseEverywhere } from '../privacy/erase.ts'
import { personOf } from '../privacy/person.ts'
import { viewRetention } from '../privacy/retention.ts'
import { readSettings } from '../privacy/store.ts'
import { askStepUp } from './accounts.ts'
import { askBreach } from './breach.ts'
import { askDecisions } from './decisions.ts'
import { askCovered } from './operation.ts'
import { askMeasures, askOfficer } from './measures.ts'
import { askMinors } from './minors.ts'
import { askAbroad, askAssessments, askProcessors } from './outside.ts'
import { byYou, type Clause, count, elsewhere, info, judged, notBuilt, type Probe, tried } from './probe.ts'

async function askLooks({ app }: Probe) {
  const looks = await count(app, (db) => db`select count(*)::int as count from customers.revelation`)
  const silent = await count(app, (db) => db`select count(*)::int as count from customers.revelation where trim(reason) = ''`)
  return [...await askCovered({ app, base: null }), judged(silent === 0, 'looks-with-reason', { count: looks }), askStepUp()]
}

/** A corrected name is found by its new words and not by its old ones; in a transaction that is rolled back. */
async function askCorrection({ app }: Probe) {
  const [before, after] = [`probe${newId().slice(-6)}old`, `probe${newId().slice(-6)}new`]
  let found = [0, 0]
  const refused = await tried(app, async (ctx) => {
    const made = await createCustomer(ctx, { name: before })
    await changeCustomer(ctx, made.id, { name: after, version: made.version })
    found = [(await listCustomers(ctx, { search: before, limit: 5 })).rows.length, (await listCustomers(ctx, { search: after, limit: 5 })).rows.length]
  })
  return [judged(refused === null && found[0] === 0 && found[1] === 1, 'correction-found')]
}

/** Each category has its term, and nothing stands longer than it and a day. */
async function askRetained({ app }: Probe) {
  const { rows } = await viewRetention(reading(app, {}))
  const open = rows.filter((row) => row.days === null).length
  const late = rows.reduce((sum, row) => sum + (row.days === null ? 0 : row.due - row.held), 0)
  return [judged(open === 0, 'terms-set', { count: open, of: rows.length }), judged(late <= 0, 'nothing-overdue', { count: late })]
}

const canary = (): { name: string; email: string; note: string } => { const mark = newId().slice(-12); return { name: `probe ${mark}`, email: `probe-${mark}@example.com`, note: `note ${mark}` } }
/** A person made up, with an address and a note: is all of it in the copy? Rolled back. */
async function askCopy({ app }: Probe) {
  const person = canary()
  let copy = ''
  const refused = await tried(app, async (ctx) => { const made = await createCustomer(ctx, person); copy = JSON.stringify(await copyOf(ctx, await personOf(ctx, made.id), 'copy')) })
  return [judged(refused === null && Object.values(person).every((word) => copy.includes(word)), 'copy-complete')]
}
async function askMove({ app }: Probe) {
  const person = canary()
  let format = ''
  await tried(app, async (ctx) => { const made = await createCustomer(ctx, person); format = (await copyOf(ctx, await personOf(ctx, made.id), 'move')).format })
  return [judged(format === FORMAT, 'copy-format', { format })]
}
/** The same person erased: does a word of it remain in the rooms' tables? Rolled back. */
async function askErasure({ app }: Probe) {
  const person = canary()
  let left = -1
  const refused = await tried(app, async (ctx) => {
    const made = await createCustomer(ctx, person)
    await eraseEverywhere(ctx, await personOf(ctx, made.id), 'asked')
    const words = Object.values(person).map((word) => `%${word}%`)
    const [row] = await ctx.db<{ count: number }[]>`select ((select count(*) from customers.customer c where c::text like any(${words})) + (select count(*) from customers.identity i where i::text like any(${words})) + (select count(*) from requests.search s join requests.request r on r.id = s.request_id where r.customer_id = ${made.id}))::int as count`
    left = row!.count
  })
  return [judged(refused === null && left === 0, 'erased-everywhere', { count: left })]
}
async function askRequests({ app }: Probe) {
  const late = await count(app, (db) => db`select count(*)::int as count from governance.person_request where ended_at is null and due_at < ${app.clock.now()}`)
  const open = await count(app, (db) => db`select count(*)::int as count from governance.person_request where ended_at is null`)
  const { law, remindDays } = await readSettings({ db: app.pool })
  return [judged(late === 0, 'requests-in-time', { count: late, open }), info('law-set', { law, days: remindDays })]
}

/** Every consent says to which words, when, by which way and what shows it. */
async function askConsents({ app }: Probe) {
  const [row] = await app.pool<{ all: number; bare: number }[]>`select count(*)::int as all, count(*) filter (where c.evidence = '' or c.channel = '' or n.id is null)::int as bare from governance.consent c left join governance.consent_notice n on n.id = c.notice_id and n.purpose = c.purpose`
  return [judged(row!.bare === 0, 'consents-shown', { count: row!.all })]
}
async function askWithdrawals({ app }: Probe) {
  const [row] = await app.pool<{ all: number; bare: number }[]>`select count(*) filter (where withdrawn_at is not null)::int as all, count(*) filter (where withdrawn_at is not null and withdrawn_channel is null)::int as bare from governance.consent`
  return [judged(row!.bare === 0, 'withdrawals-shown', { count: row!.all })]
}
/** One consent a purpose, held by the database: none opens another. */
async function askSeparate({ app }: Probe) {
  const [row] = await app.pool<{ apart: boolean }[]>`select exists (select from pg_indexes where schemaname = 'governance' and indexname = 'consent_active' and indexdef like '%UNIQUE%(customer_id, purpose)%') as apart`
  return [judged(row!.apart, 'purposes-apart')]
}
/** Personal columns left the house only with a second person's word, and every file carries its mark. */
async function askExports({ app }: Probe) {
  const alone = await count(app, (db) => db`select count(*)::int as count from governance.export e where e.is_personal and exists (select from governance.export_download d where d.export_id = e.id) and (e.verdict is distinct from 'approved' or e.decided_by_id is null or e.decided_by_id = e.asked_by_id)`)
  const taken = await count(app, (db) => db`select count(*)::int as count from governance.export_download`)
  return [judged(alone === 0, 'exports-by-two', { count: taken })]
}

export const personal: readonly Clause[] = [
  { id: 'P01', clause: 'PIPL 13, 14, 17', ask: askConsents, open: [elsewhere('consent-tests')] },
  { id: 'P02', clause: 'PIPL 15, 16', ask: askWithdrawals, open: [elsewhere('withdrawal-tests')] },
  { id: 'P03', clause: 'PIPL 23, 25, 29, 39', ask: askSeparate, open: [elsewhere('consent-tests')] },
  { id: 'P04', clause: 'PIPL 31', ask: askMinors, open: [byYou('minors-known'), elsewhere('minor-tests')] },
  { id: 'P05', clause: 'PIPL 19', ask: askRetained, open: [elsewhere('retention-tests')] },
  { id: 'P06', clause: 'PIPL 21', ask: askProcessors, open: [byYou('processor-contracts'), elsewhere('blocked-tests')] },
  { id: 'P07', clause: 'PIPL 24', ask: askDecisions, open: [elsewhere('human-tests')] },
  { id: 'P08', clause: 'PIPL 28–30', ask: askLooks, open: [elsewhere('step-up-tests')] },
  { id: 'P09', clause: 'PIPL 38–40', ask: askAbroad, open: [byYou('cross-border')] },
  { id: 'P10', clause: 'PIPL 45', ask: askCopy, open: [elsewhere('copy-tests')] },
  { id: 'P11', clause: 'PIPL 45', ask: askMove, open: [elsewhere('portable-tests')] },
  { id: 'P12', clause: 'PIPL 46', ask: askCorrection },
  { id: 'P13', clause: 'PIPL 47', ask: askErasure, open: [notBuilt('erasure-backups'), elsewhere('erasure-tests')] },
  { id: 'P14', clause: 'PIPL 50', ask: askRequests, open: [elsewhere('person-request-tests')] },
  { id: 'P15', clause: 'PIPL 51', ask: askMeasures, open: [byYou('measures')] },
  { id: 'P16', clause: 'PIPL 52–54', ask: askOfficer, open: [byYou('officer')] },
  { id: 'P17', clause: 'PIPL 55, 56', ask: askAssessments, open: [notBuilt('assessment-fields')] },
  { id: 'P18', clause: 'PIPL 57', ask: askBreach, open: [elsewhere('breach-tests')] },
  { id: 'P19', clause: 'PIPL 51, 55', ask: askExports, open: [elsewhere('export-tests')] },
]
