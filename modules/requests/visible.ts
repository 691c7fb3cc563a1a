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

/** The ways to see row `r`, each of what belongs to who asks; `told` by a notice of it or by being offered it. */
const ways = {
  team: <F>(sql: Sql<F>, r: F, teams: F): F => sql`${r}.team_id = any(${teams}::uuid[])`,
  region: <F>(sql: Sql<F>, r: F, regions: F): F => sql`${regionOf(sql, sql`${r}.customer_id`)} = any(${regions}::text[])`,
  hands: <F>(sql: Sql<F>, r: F, me: F): F => sql`${r}.holder_id = ${me} or ${r}.answerable_id = ${me}`,
  told: <F>(sql: Sql<F>, id: F, me: F): F => sql`exists (select 1 from requests.notice n where n.request_id = ${id} and n.person_id = ${me})
    or exists (select 1 from requests.assignment o where o.request_id = ${id} and o.state = 'offered' and o.agent_id = ${me})`,
  opened: <F>(sql: Sql<F>, r: F, program: F): F => sql`${r}.opened_by_id = ${program}`,
}

/** What the actor may see, as a condition on `r`: everything, their teams' or regions' and own, or only what they opened. */
export function visible({ actor, db }: Pick<Ctx, 'actor' | 'db'>): Fragment {
  const asker = askerOf(actor)
  if (!asker) return db`true`
  const sql = db as unknown as Sql<Fragment>
  const value = (one: string | null | readonly string[]): Fragment => db`${one as string}`
  const r: Fragment = db`r`
  if (actor.kind === 'client') return ways.opened(sql, r, value(asker.program))
  const me = value(asker.me)
  const mine = sql`${ways.hands(sql, r, me)} or ${ways.told(sql, db`r.id`, me)}`
  if (actor.scope === 'team') return sql`(${ways.team(sql, r, value(asker.teams))} or ${mine})`
  return actor.scope === 'region' ? sql`(${ways.region(sql, r, value(asker.regions))} or ${mine})` : sql`(${mine})`
}

/** All ways at once: the settings hold only what the asker's scope gives. Cheapest first. */
const shown = (r: string): string => `(
  ${ways.team(text, r, asking.teams)} or ${ways.hands(text, r, asking.me)} or ${ways.opened(text, r, asking.program)}
  or (${asking.me} is not null and (${ways.told(text, `${r}.id`, asking.me)}))
  or (cardinality(${asking.regions}) > 0 and ${ways.region(text, r, asking.regions)}))`

/** For rows that hang on a request, by a column with its id: who may see that one. The policy on requests is asked within. */
export const withRequest = (requestId: string): string => `exists (select from requests.request of where of.id = ${requestId})`

export const requestPolicies: readonly Policy[] = [
  { table: 'requests.request', shows: shown('request') },
  // Allocations have none: the policy above asks them who was offered what, and they say nothing of a customer.
  ...['message', 'verification', 'task', 'draft', 'seen'].map((table) => ({ table: `requests.${table}`, shows: withRequest(`${table}.request_id`) })),
  // What was uploaded and not sent yet is its owner's, as the statement that reads it says.
  { table: 'requests.attachment', shows: `request_id is null or ${withRequest('attachment.request_id')}` },
  { table: 'requests.notice', shows: `person_id = ${asking.me}` },
  { table: 'platform.event', shows: `type not like 'request.%' or ${withRequest('event.subject')}` },
]

/** For another room's table with a request's own columns. */
export const shownLike = (table: string): string => shown(table)
