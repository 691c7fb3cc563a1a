/** P15, P16: what protects personal data here, as evidence; who answers for it; and whether the audits are made. */
import { type Ctx, reading } from '../../../platform/context.ts'
import { readRules as readExportRules } from '../privacy/exports.ts'
import { auditDueOn, personsKept } from '../privacy/audits.ts'
import { registerOf } from '../privacy/register.ts'
import { viewRetention } from '../privacy/retention.ts'
import { readSettings } from '../privacy/store.ts'
import { viewOutside } from '../outside/store.ts'
import { info, judged, type Probe } from './probe.ts'

/** Classification, sealing, covering, retention, who gets what, and what was done: as it stands in this installation now. */
export async function measuresOf(ctx: Ctx) {
  const { rows, technical, impersonal } = registerOf(ctx.app.personal)
  const byClass = (name: string): number => rows.filter((row) => row.class === name).length
  const [{ rows: retention }, { connections, processors, rules, abroad }, exports, settings, [sums]] = await Promise.all([
    viewRetention(ctx), viewOutside(ctx), readExportRules(ctx), readSettings(ctx),
    ctx.db<{ keys: number; looks: number; breaches: number; openBreaches: number; assessments: number; requests: number; openRequests: number }[]>`
      select (select count(*)::int from platform.data_key) as keys,
        (select count(*)::int from customers.revelation) as looks, (select count(*)::int from governance.breach) as breaches, (select count(*)::int from governance.breach where closed_at is null) as open_breaches,
        (select count(*)::int from governance.assessment where verdict = 'approved') as assessments, (select count(*)::int from governance.person_request) as requests, (select count(*)::int from governance.person_request where ended_at is null) as open_requests`,
  ])
  return {
    officer: settings.officer, auditedOn: settings.auditedOn, law: settings.law,
    classification: { sensitive: byClass('sensitive'), personal: byClass('personal'), internal: byClass('internal'), public: byClass('public'), technical, impersonalTables: impersonal.length },
    encryption: { cipher: ctx.app.config.cipher, dataKeys: sums!.keys }, covering: { looksWithReason: sums!.looks },
    retention: retention.map(({ category, days }) => ({ category, days })), exports, connections: connections.map(({ way, host, lacks }) => ({ way, host, lacks })), processors: processors.map(({ host, name, role, contract, untilOn, country, basis, approvedAt }) => ({ host, name, role, contract, untilOn, country, basis, approvedAt })), outsideRules: rules, abroad,
    breaches: { all: sums!.breaches, open: sums!.openBreaches }, assessmentsApproved: sums!.assessments, requestsOfPersons: { all: sums!.requests, open: sums!.openRequests },
  }
}

export async function askMeasures({ app }: Probe) {
  const { classification } = await measuresOf(reading(app, {}))
  const declared = [...app.personal.values()].flatMap((room) => Object.entries(room.data))
  const [stored] = await app.pool<{ columns: number }[]>`
    select count(*)::int as columns from information_schema.columns where table_schema not in ('pg_catalog', 'information_schema') and table_name <> 'migration' and table_schema || '.' || table_name <> all(${declared.filter(([, entry]) => entry === 'impersonal').map(([table]) => table)})`
  const all = classification.sensitive + classification.personal + classification.internal + classification.public + classification.technical
  return [judged(stored!.columns === all, 'columns-classified', { count: all, of: stored!.columns }), info('measures-in-pack')]
}

export async function askOfficer({ app }: Probe) {
  const db = { db: app.pool }
  const [{ officer, auditedOn }, persons] = await Promise.all([readSettings(db), personsKept(db)])
  const due = auditDueOn(persons, auditedOn)
  return [
    judged(due === null || due >= app.clock.now().toISOString().slice(0, 10), 'audit-in-time', { count: persons, due: due ?? '—' }),
    // PIPL 52, with the announcement of the national internet information office of 18 July 2025: from a million persons on.
    officer ? info('officer-named', { name: officer }) : persons >= 1_000_000 ? judged(false, 'officer-missing', { count: persons }) : info('officer-unnamed'),
  ]
}
