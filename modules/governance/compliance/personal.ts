/** P01–P19: personal information law (中华人民共和国个人信息保护法; for Taiwan 個人資料保護法 and for Europe the GDPR ask alike). */
import { personalFields } from '../../customers/index.ts'
import { changeCustomer, createCustomer, listCustomers } from '../../customers/index.ts'
import { newId } from '../../../lib/id/index.ts'
import { cell } from '../audit/export.ts'
import { askCovered } from './operation.ts'
import { byYou, type Clause, count, info, judged, notBuilt, type Probe, tried } from './probe.ts'

/** Each decision of the rules keeps its candidates and its reason. */
async function askDecisions({ app }: Probe) {
  const [row] = await app.pool<{ all: number; bare: number }[]>`select count(*)::int as all, count(*) filter (where reason = '' or (state <> 'nobody' and jsonb_array_length(candidates) = 0))::int as bare from (select reason, state, candidates from requests.assignment where how = 'rule' and reason <> 'requests.reason-reopened' order by id desc limit 200) a`
  return [row!.all ? judged(row!.bare === 0, 'decisions-explained', { count: row!.all }) : info('no-decisions')]
}

async function askLooks({ app }: Probe) {
  const looks = await count(app, (db) => db`select count(*)::int as count from customers.revelation`)
  const silent = await count(app, (db) => db`select count(*)::int as count from customers.revelation where trim(reason) = ''`)
  return [...await askCovered({ app, base: null }), judged(silent === 0, 'looks-with-reason', { count: looks })]
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

const askRetained = async () => [judged(personalFields.length > 0, 'fields-registered', { count: personalFields.length })]
const askFormula = async () => [judged(['=1+1', '+1', '-1', '@x', '\t=1'].every((text) => cell(text).startsWith("'")), 'no-formulas')]

export const personal: readonly Clause[] = [
  { id: 'P01', clause: 'PIPL 13, 14, 17', open: [notBuilt('consent')] },
  { id: 'P02', clause: 'PIPL 15, 16', open: [notBuilt('withdrawal')] },
  { id: 'P03', clause: 'PIPL 23, 25, 29, 39', open: [notBuilt('separate-consent')] },
  { id: 'P04', clause: 'PIPL 31', open: [notBuilt('minors')] },
  { id: 'P05', clause: 'PIPL 19', ask: askRetained, open: [notBuilt('retention-schedule')] },
  { id: 'P06', clause: 'PIPL 21', open: [notBuilt('processors'), byYou('processor-contracts')] },
  { id: 'P07', clause: 'PIPL 24', ask: askDecisions, open: [notBuilt('opt-out')] },
  { id: 'P08', clause: 'PIPL 28–30', ask: askLooks, open: [notBuilt('step-up')] },
  { id: 'P09', clause: 'PIPL 38–40', open: [byYou('cross-border')] },
  { id: 'P10', clause: 'PIPL 45', open: [notBuilt('person-copy')] },
  { id: 'P11', clause: 'PIPL 45', open: [notBuilt('portability')] },
  { id: 'P12', clause: 'PIPL 46', ask: askCorrection },
  { id: 'P13', clause: 'PIPL 47', open: [notBuilt('erasure')] },
  { id: 'P14', clause: 'PIPL 50', open: [notBuilt('person-requests')] },
  { id: 'P15', clause: 'PIPL 51', open: [byYou('measures')] },
  { id: 'P16', clause: 'PIPL 52–54', open: [byYou('officer')] },
  { id: 'P17', clause: 'PIPL 55, 56', open: [notBuilt('assessment')] },
  { id: 'P18', clause: 'PIPL 57', open: [notBuilt('breach')] },
  { id: 'P19', clause: 'PIPL 51, 55', ask: askFormula, open: [notBuilt('export-approval')] },
]
