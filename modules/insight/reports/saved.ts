/** Saved reports: who may see one, and saving, changing, deleting it. A share opens the question, never anybody's figures. */
import { newId } from '../../../lib/id/index.ts'
import type { Actor } from '../../../platform/access/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { mustBePerson } from '../whose.ts'
import type { Mailing, Question, SavedReport } from './contract.ts'

const MOST = 200

/** Condition on `p` for the reports a person may open: their own and those shared with their role or a team of theirs. */
export const openTo = ({ db }: Pick<Ctx, 'db'>, { id, teamIds }: Pick<Actor, 'id' | 'teamIds'>) => db`p.deleted_at is null and (p.owner_id = ${id} or exists (
  select 1 from insight.report_share s where s.report_id = p.id and (s.role_id = (select role_id from staff.person where id = ${id}) or s.team_id = any(${teamIds as string[]}::uuid[]))))`

type Row = Omit<SavedReport, 'owner' | 'isMine' | 'mailing'> & { ownerId: string; ownerName: string; mailing: Mailing | null }
async function select(ctx: Ctx, only: string | null): Promise<SavedReport[]> {
  const { db, actor } = ctx
  const rows = await db<Row[]>`
    select p.id, p.name, p.question, p.owner_id, o.name as owner_name, p.changed_at, p.version,
      (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'key', r.key, 'name', r.name) order by r.key), '[]') from insight.report_share s join staff.role r on r.id = s.role_id where s.report_id = p.id) as roles,
      (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by t.name), '[]') from insight.report_share s join staff.team t on t.id = s.team_id where s.report_id = p.id) as teams,
      exists (select 1 from insight.mailing m join insight.mailing_recipient r on r.mailing_id = m.id where m.report_id = p.id and r.person_id = ${actor.id}) as comes_by_mail,
      (select jsonb_build_object('rhythm', m.rhythm, 'weekday', m.weekday, 'monthDay', m.month_day, 'time', to_char(m.local_time, 'HH24:MI'), 'attachments', m.attachments,
          'recipients', (select coalesce(jsonb_agg(jsonb_build_object('id', q.id, 'name', q.name, 'nextAt', r.next_at) order by q.name), '[]') from insight.mailing_recipient r join staff.person q on q.id = r.person_id where r.mailing_id = m.id))
        from insight.mailing m where m.report_id = p.id and m.set_by = ${actor.id}) as mailing
    from insight.report p join staff.person o on o.id = p.owner_id
    where ${openTo(ctx, actor)} ${only ? db`and p.id = ${only}` : db``} order by p.owner_id <> ${actor.id}, p.name, p.id limit 500`
  return rows.map(({ ownerId, ownerName, mailing, ...row }) => ({
    ...row, owner: { id: ownerId, name: ownerName }, isMine: ownerId === actor.id,
    mailing: mailing && { ...mailing, recipients: mailing.recipients.map((one) => ({ ...one, nextAt: new Date(one.nextAt).toISOString() })) },
  }))
}

export async function listSaved(ctx: Ctx): Promise<{ rows: SavedReport[] }> {
  return ctx.actor.kind === 'agent' ? { rows: await select(ctx, null) } : { rows: [] }
}
export async function viewSaved(ctx: Ctx, id: string): Promise<SavedReport> {
  const [row] = ctx.actor.kind === 'agent' ? await select(ctx, id) : []
  if (!row) throw notFound('insight.saved')
  return row
}

/** The report, locked. Throws 404 when it is not open to the actor, 403 when it is another's. */
async function lockOwn(ctx: Ctx, id: string): Promise<{ name: string; version: number }> {
  const [row] = await ctx.db<{ name: string; ownerId: string; version: number }[]>`select p.name, p.owner_id, p.version from insight.report p where p.id = ${id} and ${openTo(ctx, ctx.actor)} for update`
  if (!row) throw notFound('insight.saved')
  if (row.ownerId !== ctx.actor.id) throw new Fault('insight.saved.not-yours', 403)
  return row
}

interface Shares { roleIds: string[]; teamIds: string[] }
/** Who does not see everybody shares with their own teams only: that a role exists elsewhere is no reason to reach it. */
async function share(ctx: Ctx, id: string, { roleIds, teamIds }: Shares): Promise<void> {
  const { db, actor } = ctx
  if (actor.scope !== 'all' && (roleIds.length > 0 || teamIds.some((team) => !actor.teamIds.includes(team)))) throw new Fault('insight.saved.share-beyond', 403)
  const [known] = await db<{ roles: number; teams: number }[]>`
    select (select count(*)::int from staff.role where id = any(${roleIds}::uuid[])) as roles, (select count(*)::int from staff.team where id = any(${teamIds}::uuid[]) and archived_at is null) as teams`
  for (const [path, ids, count] of [['roleIds', roleIds, known!.roles], ['teamIds', teamIds, known!.teams]] as const) {
    if (new Set(ids).size !== count) throw new Fault('staff.unknown-reference', 422, {}, [{ path, code: 'staff.unknown-reference' }])
  }
  await db`delete from insight.report_share where report_id = ${id}`
  await db`insert into insight.report_share (report_id, role_id, team_id)
    select ${id}::uuid, r, null::uuid from unnest(${roleIds}::uuid[]) r union select ${id}::uuid, null::uuid, t from unnest(${teamIds}::uuid[]) t`
}

interface Given extends Shares { name: string; question: Question }
export async function saveReport(ctx: Ctx, given: Given): Promise<SavedReport> {
  const ownerId = mustBePerson(ctx)
  const [{ count }] = await ctx.db<[{ count: number }]>`select count(*)::int as count from insight.report where owner_id = ${ownerId} and deleted_at is null`
  if (count >= MOST) throw new Fault('insight.saved.too-many', 409, { most: MOST })
  const id = newId()
  await ctx.db`insert into insight.report (id, name, question, owner_id, created_at, changed_at) values (${id}, ${given.name}, ${ctx.db.json(given.question)}, ${ownerId}, ${ctx.now}, ${ctx.now})`
  await share(ctx, id, given)
  await emit(ctx, 'report.saved', { subject: id, data: { metric: given.question.metric, roles: given.roleIds.length, teams: given.teamIds.length } })
  return viewSaved(ctx, id)
}

export async function changeReport(ctx: Ctx, id: string, { version, ...given }: Given & { version: number }): Promise<SavedReport> {
  const before = await lockOwn(ctx, id)
  if (before.version !== version) throw new Fault('insight.saved.changed-meanwhile', 409)
  await ctx.db`update insight.report set name = ${given.name}, question = ${ctx.db.json(given.question)}, changed_at = ${ctx.now}, version = version + 1 where id = ${id}`
  await share(ctx, id, given)
  await emit(ctx, 'report.changed', { subject: id, data: { metric: given.question.metric, roles: given.roleIds.length, teams: given.teamIds.length } })
  return viewSaved(ctx, id)
}

export async function deleteReport(ctx: Ctx, id: string): Promise<void> {
  await lockOwn(ctx, id)
  await ctx.db`update insight.report set deleted_at = ${ctx.now} where id = ${id}`
  await ctx.db`delete from insight.report_share where report_id = ${id}`
  await ctx.db`delete from insight.mailing where report_id = ${id}`
  await emit(ctx, 'report.deleted', { subject: id })
}
