/** SQL of the policy, of proposals and of who holds what. */
import type { Ctx } from '../../../platform/context.ts'
import type { Profile, ProposalRow } from '../contract.ts'

export interface StoredPolicy { profile: Profile; separatedAt: string | null; version: number }
export async function selectPolicy({ db }: Pick<Ctx, 'db'>, lock = false): Promise<StoredPolicy> {
  const [row] = await db<StoredPolicy[]>`select profile, separated_at, version from staff.policy ${lock ? db`for update` : db``}`
  return row!
}
export const updateProfile = (ctx: Ctx, profile: Profile) => ctx.db`update staff.policy set profile = ${profile}, version = version + 1`
export const updateSeparated = (ctx: Ctx, at: Date | null) => ctx.db`update staff.policy set separated_at = ${at}, version = version + 1`

export interface Holder { kind: 'person' | 'client'; id: string; name: string; roleKey: string | null; permissions: string[] }
/** Everybody who may do something now: people who are not disabled, programs with a living token. */
export const selectHolders = (ctx: Ctx): Promise<Holder[]> => ctx.db<Holder[]>`
  select 'person' as kind, p.id, p.name, r.key as role_key, r.permissions from staff.person p join staff.role r on r.id = p.role_id where p.disabled_at is null
  union all select 'client', c.id, c.name, r.key, coalesce(r.permissions, c.permissions) from staff.api_client c left join staff.role r on r.id = c.role_id
    where c.disabled_at is null and exists (select from staff.token t where t.client_id = c.id and t.revoked_at is null and (t.expires_at is null or t.expires_at > ${ctx.now}))`
export const giveRoleOf = (ctx: Ctx, personId: string, key: string) => ctx.db`
  update staff.person set role_id = (select id from staff.role where key = ${key}), version = version + 1 where id = ${personId}`

const proposalColumns = (ctx: Ctx) => ctx.db`q.id, q.kind, q.person_id, o.name as person_name, q.payload, q.reason, q.proposed_by as proposed_by_id, b.name as proposed_by_name, q.proposed_at, q.expires_at,
  d.name as decided_by_name, q.decided_at, q.verdict`
export const selectProposals = (ctx: Ctx, { isPending }: { isPending: boolean }): Promise<ProposalRow[]> => ctx.db<ProposalRow[]>`
  select ${proposalColumns(ctx)} from staff.proposal q join staff.person b on b.id = q.proposed_by left join staff.person o on o.id = q.person_id left join staff.person d on d.id = q.decided_by
  where ${isPending ? ctx.db`q.decided_at is null and q.expires_at > ${ctx.now}` : ctx.db`q.decided_at is not null`} order by coalesce(q.decided_at, q.proposed_at) desc, q.id desc limit 200`
export async function selectProposal(ctx: Ctx, id: string): Promise<ProposalRow | undefined> {
  const locked = ctx.db`select from staff.proposal where id = ${id} for update`
  ctx.later(locked)
  const [row] = await ctx.db<ProposalRow[]>`
    select ${proposalColumns(ctx)} from staff.proposal q join staff.person b on b.id = q.proposed_by left join staff.person o on o.id = q.person_id left join staff.person d on d.id = q.decided_by where q.id = ${id}`
  return row
}
export const insertProposal = (ctx: Ctx, row: { id: string; kind: string; personId: string | null; payload: unknown; reason: string; expiresAt: Date }) => ctx.db`
  insert into staff.proposal (id, kind, person_id, payload, reason, proposed_by, proposed_at, expires_at)
  values (${row.id}, ${row.kind}, ${row.personId}, ${ctx.db.json(row.payload as never)}, ${row.reason}, ${ctx.actor.id}, ${ctx.now}, ${row.expiresAt})`
export const decideProposal = (ctx: Ctx, id: string, verdict: 'approved' | 'refused' | 'withdrawn') => ctx.db`
  update staff.proposal set verdict = ${verdict}, decided_by = ${ctx.actor.id}, decided_at = ${ctx.now} where id = ${id}`
