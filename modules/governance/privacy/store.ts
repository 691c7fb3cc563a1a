/** SQL of people's requests about their own data. */
import type { Ctx } from '../../../platform/context.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { opened } from '../../../platform/crypto/vault.ts'
import { CUSTOMER_NAME, seesAll, shownName } from '../../customers/index.ts'
import { namesOfPeople } from '../../staff/index.ts'
import type { Kind, Law, PersonRequest, PersonRequestRow, Settings, Stage } from './contract.ts'
import { actionsOf } from './person-request.ts'
import { readSetting, writeSetting } from '../../../platform/setting.ts'

export interface Stored {
  id: string; number: number; customerId: string; customerName: string; kind: Kind; law: Law; stage: Stage; wish: string; via: 'staff' | 'portal'; openedByKind: string; openedById: string | null; openedAt: string; dueAt: string
  extendedAt: string | null; extensionReason: string | null; verifiedAt: string | null; verifiedHow: string | null; verifiedById: string | null; decidedAt: string | null; decidedById: string | null
  ground: string | null; reason: string | null; endedAt: string | null; outcome: string | null; report: Record<string, number> | null; remindedAt: string | null; breachedAt: string | null; version: number
}
const columns = ({ db }: Pick<Ctx, 'db'>) => db`p.id, p.number, p.customer_id, c.name as customer_name, p.kind, p.law, p.stage, p.wish, p.via, p.opened_by_kind, p.opened_by_id, p.opened_at, p.due_at, p.extended_at, p.extension_reason,
  p.verified_at, p.verified_how, p.verified_by_id, p.decided_at, p.decided_by_id, p.ground, p.reason, p.ended_at, p.outcome, p.report, p.reminded_at, p.breached_at, p.version`

const NAMED = { customerName: [CUSTOMER_NAME, 'customerId'] } as const

/** Throws 404 `governance.privacy.not-found`. */
export async function getStored(ctx: Pick<Ctx, 'app' | 'db'>, id: string, isLocked = false): Promise<Stored> {
  const [row] = await opened(ctx, ctx.db<Stored[]>`select ${columns(ctx)} from governance.person_request p join customers.customer c on c.id = p.customer_id where p.id = ${id} ${isLocked ? ctx.db`for update of p` : ctx.db``}`, NAMED)
  if (!row) throw notFound('governance.privacy')
  return row
}

export async function selectOpen({ db }: Pick<Ctx, 'db'>, customerId: string, kind: Kind): Promise<{ id: string } | undefined> {
  const [row] = await db<{ id: string }[]>`select id from governance.person_request where customer_id = ${customerId} and kind = ${kind} and stage in ('received', 'verified', 'granted')`
  return row
}

export const situationOf = (row: Stored) => ({ stage: row.stage, kind: row.kind, law: row.law, isVerified: row.verifiedAt !== null, isExtended: row.extendedAt !== null })

// Whoever answers for privacy is not thereby somebody who works for the customer: names are covered as elsewhere.
const nameFor = (ctx: Ctx, name: string): string => shownName(name, seesAll(ctx) ? 'serves' : null)
const rowOf = (ctx: Ctx, row: Stored): PersonRequestRow => ({
  id: row.id, number: row.number, customer: { id: row.customerId, name: nameFor(ctx, row.customerName) }, kind: row.kind, law: row.law, stage: row.stage, via: row.via, openedAt: row.openedAt, dueAt: row.dueAt,
  extendedAt: row.extendedAt, remindedAt: row.remindedAt, breachedAt: row.breachedAt, endedAt: row.endedAt,
})

export async function viewPersonRequest(ctx: Ctx, id: string): Promise<PersonRequest> {
  const row = await getStored(ctx, id)
  const nameOf = await namesOfPeople(ctx, [row.openedById, row.verifiedById, row.decidedById])
  return {
    ...rowOf(ctx, row), wish: row.wish, openedBy: row.openedByKind === 'agent' ? nameOf(row.openedById) : null, extensionReason: row.extensionReason,
    verification: row.verifiedAt === null ? null : { how: row.verifiedHow as NonNullable<PersonRequest['verification']>['how'], at: row.verifiedAt, by: nameOf(row.verifiedById) },
    decision: row.decidedAt === null ? null : { at: row.decidedAt, by: nameOf(row.decidedById), ground: row.ground as NonNullable<PersonRequest['decision']>['ground'], reason: row.reason },
    outcome: row.outcome, report: row.report, version: row.version, actions: actionsOf(situationOf(row)),
  }
}

export async function listPersonRequests(ctx: Ctx, query: { view: 'open' | 'ended'; cursor?: string; limit: number }): Promise<{ rows: PersonRequestRow[]; next: string | null }> {
  const { db } = ctx
  const [at, id] = cursorOf(query.cursor)
  const rows = query.view === 'open'
    ? await db<Stored[]>`select ${columns(ctx)} from governance.person_request p join customers.customer c on c.id = p.customer_id where p.stage in ('received', 'verified', 'granted') ${at ? db`and (p.due_at, p.id) > (${at}::timestamptz, ${id}::uuid)` : db``} order by p.due_at, p.id limit ${query.limit + 1}`
    : await db<Stored[]>`select ${columns(ctx)} from governance.person_request p join customers.customer c on c.id = p.customer_id where p.ended_at is not null ${at ? db`and (p.ended_at, p.id) < (${at}::timestamptz, ${id}::uuid)` : db``} order by p.ended_at desc, p.id desc limit ${query.limit + 1}`
  const shown = await opened(ctx, rows.slice(0, query.limit), NAMED)
  const last = shown.at(-1)
  return { rows: shown.map((row) => rowOf(ctx, row)), next: rows.length > query.limit && last ? `${query.view === 'open' ? last.dueAt : last.endedAt}_${last.id}` : null }
}

function cursorOf(cursor: string | undefined): [string, string] | [null, null] {
  const [, at, id] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor ?? '') ?? []
  if (cursor !== undefined && (!at || Number.isNaN(Date.parse(at)))) throw new Fault('input.cursor', 422)
  return at && id ? [at, id] : [null, null]
}

export async function activeHold({ db }: Pick<Ctx, 'db'>, customerIds: readonly string[]): Promise<{ reason: string; at: string } | null> {
  const [row] = await db<{ reason: string; at: string }[]>`select reason, at from governance.hold where customer_id = any(${customerIds as string[]}::uuid[]) and lifted_at is null order by at limit 1`
  return row ?? null
}

const KEY = 'governance.privacy'
export async function readSettings(ctx: Pick<Ctx, 'db'>): Promise<Settings> {
  const set = await readSetting<Settings>(ctx, KEY)
  return { law: set?.law ?? 'tw-pdpa', remindDays: set?.remindDays ?? 5, officer: set?.officer ?? '', auditedOn: set?.auditedOn ?? null }
}
export const writeSettings = (ctx: Ctx, settings: Settings) => writeSetting(ctx, KEY, settings)
