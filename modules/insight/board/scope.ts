/** Whose requests a board is of. Boards of the same scope show the same figures, whoever looks. */
import type { Ctx } from '../../../platform/context.ts'
import type { Fragment } from '../../../platform/database/index.ts'
import { visible } from '../../requests/index.ts'

export interface Scope {
  /** The same for all who are shown the same. */
  key: string
  /** Condition on `r`. */
  seen: Fragment
  /** Teams whose people are shown; null: everybody. */
  teams: readonly string[] | null
}

/**
 * Everything, or the own teams as the lists have them, without what one holds elsewhere: then a team's leads share one
 * count. Whoever is bound to a region or to their own requests counts alone.
 */
export function scopeOf(ctx: Ctx, teamId: string | undefined): Scope {
  const { db, actor: { kind, id, scope, teamIds } } = ctx
  if (kind !== 'client' && scope === 'all') return teamId ? ofTeams([teamId]) : { key: 'all', seen: db`true`, teams: null }
  const own = teamIds.filter((team) => !teamId || team === teamId)
  if (kind === 'agent' && scope === 'team') return ofTeams(own)
  return { key: `of ${kind} ${id} ${teamId ?? ''}`, seen: db`${visible(ctx)} ${teamId ? db`and r.team_id = ${teamId}` : db``}`, teams: own }

  function ofTeams(teams: readonly string[]): Scope {
    return { key: `teams ${[...teams].sort().join(' ')}`, seen: db`r.team_id = any(${teams as string[]}::uuid[])`, teams }
  }
}
