/** A person as the actor of what is done for them while they are away: with the rights they have at this moment. */
import type { Actor, Scope } from '../../platform/access/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Locale } from '../../lib/text/index.ts'

export interface Acting { actor: Actor; roleId: string; login: string; locale: Locale; zone: string }
interface Row { id: string; name: string; login: string; locale: Locale; zone: string; roleId: string; permissions: string[]; scope: Scope; teamIds: string[]; regions: string[] }

/** By id; who left is not in it. */
export async function actingAs({ db }: Pick<Ctx, 'db'>, ids: readonly string[]): Promise<Map<string, Acting>> {
  const rows = await db<Row[]>`
    select p.id, p.name, p.login, p.locale, p.zone, p.role_id, r.permissions, r.scope, p.regions,
      array(select m.team_id from staff.membership m join staff.team t on t.id = m.team_id where m.person_id = p.id and t.archived_at is null order by 1) as team_ids
    from staff.person p join staff.role r on r.id = p.role_id where p.id = any(${ids as string[]}::uuid[]) and p.disabled_at is null`
  return new Map(rows.map(({ id, name, permissions, scope, teamIds, regions, ...rest }) => [id, { ...rest, actor: { kind: 'agent', id, name, permissions: new Set(permissions), scope, teamIds, regions } }]))
}
