/**
 * Who may see a request: the one rule, said twice from here. `visible` is the condition in our own statements, which
 * indexes serve; `requestPolicies` tells it to the database, which holds to it when a statement forgets.
 */
import { askerOf } from '../../platform/access/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Fragment } from '../../platform/database/index.ts'
import { asking, type Policy } from '../../platform/database/viewer.ts'

/** A tag that makes pieces of SQL: of a statement with its values, or plain text. */
type Sql<F> = (words: TemplateStringsArray, ...parts: F[]) => F
const text: Sql<string> = (words, ...parts) => String.raw(words, ...parts)

/** The region a customer is of: a record that was folded into another lives where that one does. */
export const regionOf = <F>(sql: Sql<F>, customerId: F): F => sql`(select coalesce(w.region, v.region) from customers.customer v left join customers.customer w on w.id = v.merged_into where v.id = ${customerId})`

/** The ways to see row `r`, each by what belongs to who asks. */
const ways = {
  team: <F>(sql: Sql<F>, r: F, teams: F): F => sql`${r}.team_id = any(${teams}::uuid[])`,
  region: <F>(sql: Sql<F>, r: F, regions: F): F => sql`${regionOf(sql, sql`${r}.customer_id`)} = any(${regions}::text[])`,
  hands: <F>(sql: Sql<F>, r: F, me: F): F => sql`${r}.holder_id = ${me} or ${r}.answerable_id = ${me}`,
  opened: <F>(sql: Sql<F>, r: F, program: F): F => sql`${r}.opened_by_id = ${program}`,
}

/** Ids of what somebody is told of: by a notice, or by being offered it. */
const toldTo = <F>(sql: Sql<F>, me: F): F => sql`select n.request_id from requests.notice n where n.person_id = ${me}
  union all select o.request_id from requests.assignment o where o.state = 'offered' and o.agent_id = ${me}`

/** What the actor may see, as a condition on `r`: everything, their teams' or regions' and own, or only what they opened. */
export function visible({ actor, db }: Pick<Ctx, 'actor' | 'db'>): Fragment {
  const asker = askerOf(actor)
  if (!asker) return db`true`
  const sql = db as unknown as Sql<Fragment>
  const value = (one: string | null | readonly string[]): Fragment => db`${one as string}`
  const r: Fragment = db`r`
  if (actor.kind === 'client') return ways.opened(sql, r, value(asker.program))
  const me = value(asker.me)
  const mine = sql`${ways.hands(sql, r, me)} or r.id in (${toldTo(sql, me)})`
  if (actor.scope === 'team') return sql`(${ways.team(sql, r, value(asker.teams))} or ${mine})`
  return actor.scope === 'region' ? sql`(${ways.region(sql, r, value(asker.regions))} or ${mine})` : sql`(${mine})`
}

/**
 * Functions of the language that keeps its plans, so that no statement is planned with the whole rule in it again and
 * again. They run with the rights of who calls them.
 */
const made = (signature: string, returns: string, answer: string): string => `create or replace function requests.${signature} returns ${returns} language plpgsql stable as $$ begin ${answer}; end $$`
const functions = [
  made('told_to(person uuid)', 'setof uuid', `return query ${toldTo(text, 'person')}`),
  made('is_shown(request uuid)', 'boolean', 'return exists (select from requests.request r where r.id = request)'),
]

/** All ways at once: the settings hold only what the asker's scope gives. Cheapest first. */
const shown = (r: string): string => `${ways.team(text, r, asking.teams)} or ${ways.hands(text, r, asking.me)} or ${ways.opened(text, r, asking.program)}
  or ${r}.id in (select requests.told_to(${asking.me})) or (cardinality(${asking.regions}) > 0 and ${ways.region(text, r, asking.regions)})`

/** For rows that hang on a request, by a column with its id: who may see that one. The policy on requests is asked within. */
export const withRequest = (requestId: string): string => `requests.is_shown(${requestId})`

export const requestPolicies: readonly Policy[] = [
  { table: 'requests.request', shows: shown('request'), functions },
  // Allocations have none: the policy above asks them who was offered what, and they say nothing of a customer.
  ...['message', 'verification', 'task', 'draft', 'seen', 'clock_mark', 'clock', 'escalation', 'intake'].map((table) => ({ table: `requests.${table}`, shows: withRequest(`${table}.request_id`) })),
  // What was uploaded and not sent yet is its owner's, as the statement that reads it says.
  { table: 'requests.attachment', shows: `request_id is null or ${withRequest('attachment.request_id')}` },
  { table: 'requests.notice', shows: `person_id = ${asking.me}` },
  { table: 'platform.event', shows: `type not like 'request.%' or ${withRequest('event.subject')}` },
]

/** For another room's table with a request's own columns. */
export const shownLike = (table: string): string => shown(table)
