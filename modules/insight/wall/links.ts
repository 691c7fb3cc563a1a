/** Links to wallboards: made by who may see the figures, gone when revoked or when their maker may no longer. */
import { newId } from '../../../lib/id/index.ts'
import { type Actor, may } from '../../../platform/access/index.ts'
import type { App, Ctx } from '../../../platform/context.ts'
import { keyedHash, newToken } from '../../../platform/crypto/index.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import type { Locale } from '../../../lib/text/index.ts'
import { actingAs } from '../../staff/index.ts'
import { mustBePerson, overseesAll } from '../whose.ts'
import type { Wallboard } from './contract.ts'

const MOST = 100
const NOTED_EVERY_MS = 60_000
const hashOf = (app: App, token: string): Buffer => keyedHash(app.keys.for('wallboards'), token)

type Row = Omit<Wallboard, 'team' | 'madeBy'> & { teamId: string | null; teamName: string | null; makerId: string; makerName: string }
export async function listWallboards(ctx: Ctx, only: string | null = null): Promise<{ rows: Wallboard[] }> {
  const { db } = ctx
  const rows = await db<Row[]>`
    select w.id, w.name, w.locale, w.theme, w.seconds, w.made_at, w.last_seen_at, w.team_id, t.name as team_name, w.made_by as maker_id, p.name as maker_name
    from insight.wallboard w join staff.person p on p.id = w.made_by left join staff.team t on t.id = w.team_id
    where w.revoked_at is null ${only ? db`and w.id = ${only}` : db``} ${overseesAll(ctx) ? db`` : db`and w.made_by = ${ctx.actor.id}`} order by w.name, w.id`
  return { rows: rows.map(({ teamId, teamName, makerId, makerName, ...row }) => ({ ...row, team: teamId ? { id: teamId, name: teamName ?? '' } : null, madeBy: { id: makerId, name: makerName } })) }
}

interface Given { name: string; locale: Locale; theme: 'dark' | 'light'; seconds: number; teamId: string | null }
export async function makeWallboard(ctx: Ctx, given: Given): Promise<{ row: Wallboard; link: string }> {
  const me = mustBePerson(ctx)
  const [{ count, isTeam }] = await ctx.db<[{ count: number; isTeam: boolean }]>`
    select (select count(*)::int from insight.wallboard where revoked_at is null) as count, exists (select 1 from staff.team where id = ${given.teamId} and archived_at is null) as is_team`
  if (count >= MOST) throw new Fault('insight.wall.too-many', 409, { most: MOST })
  if (given.teamId && (!isTeam || (!overseesAll(ctx) && !ctx.actor.teamIds.includes(given.teamId)))) throw new Fault('insight.wall.team-beyond', 422, {}, [{ path: 'teamId', code: 'insight.wall.team-beyond' }])
  const [id, token] = [newId(), newToken()]
  await ctx.db`insert into insight.wallboard (id, name, hash, made_by, team_id, locale, theme, seconds, made_at) values (${id}, ${given.name}, ${hashOf(ctx.app, token)}, ${me}, ${given.teamId}, ${given.locale}, ${given.theme}, ${given.seconds}, ${ctx.now})`
  await emit(ctx, 'wallboard.made', { subject: id, data: { teamId: given.teamId } })
  return { row: (await listWallboards(ctx, id)).rows[0]!, link: `${ctx.app.config.publicUrl}/wall#${token}` }
}

export async function revokeWallboard(ctx: Ctx, id: string): Promise<void> {
  const [row] = await ctx.db<{ madeBy: string }[]>`select made_by from insight.wallboard where id = ${id} and revoked_at is null for update`
  if (!row || (row.madeBy !== ctx.actor.id && !overseesAll(ctx))) throw notFound('insight.wall')
  await ctx.db`update insight.wallboard set revoked_at = ${ctx.now}, revoked_by = ${ctx.actor.id} where id = ${id}`
  await emit(ctx, 'wallboard.revoked', { subject: id })
}

export interface Open { id: string; name: string; locale: Locale; theme: 'dark' | 'light'; seconds: number; teamId: string | null; teamName: string | null; maker: Actor; zone: string }
/** Throws 404 `insight.wall.ended`: one answer for a wrong, a revoked and a dead link. */
export async function openLink(app: App, token: string): Promise<Open> {
  const [row] = token.length === 43 ? await app.pool<(Omit<Open, 'maker' | 'zone'> & { madeBy: string; lastSeenAt: string | null })[]>`
    select w.id, w.name, w.locale, w.theme, w.seconds, w.team_id, t.name as team_name, w.made_by, w.last_seen_at from insight.wallboard w left join staff.team t on t.id = w.team_id where w.hash = ${hashOf(app, token)} and w.revoked_at is null` : []
  const acting = row && (await actingAs({ db: app.pool }, [row.madeBy])).get(row.madeBy)
  if (!row || !acting || !may(acting.actor, 'insight.arrange') || !may(acting.actor, 'requests.read')) throw new Fault('insight.wall.ended', 404)
  const now = app.clock.now()
  if (!row.lastSeenAt || now.getTime() - Date.parse(row.lastSeenAt) > NOTED_EVERY_MS) {
    // The note of use must not hold up the board.
    Promise.resolve(app.pool`update insight.wallboard set last_seen_at = ${now} where id = ${row.id}`).catch(() => {})
  }
  return { ...row, maker: acting.actor, zone: acting.zone }
}
