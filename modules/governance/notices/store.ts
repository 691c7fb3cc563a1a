/** Reading notices: one's own, those one sent, and the report on one. */
import { may } from '../../../platform/access/index.ts'
import { asHouse, type Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault, notFound } from '../../../platform/fault.ts'
import { opened } from '../../../platform/crypto/vault.ts'
import { SUBJECT, visible } from '../../requests/index.ts'
import type { MyNotice, NoticeReport, SentNotice } from './contract.ts'

type Head = Omit<MyNotice, 'by' | 'requests'> & { byId: string; byName: string }
const headColumns = ({ db, now }: Ctx) => db`n.id, n.kind, n.title, n.body as text, n.by_id, b.name as by_name, n.at, n.due_at, n.withdrawn_at, r.delivered_at, r.read_at, r.confirmed_at, r.reminded_at, (r.confirmed_at is null and n.due_at < ${now}) as is_late`

const isId = (text: string): boolean => /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(text)
const behind = (cursor: string | undefined): string | null => {
  if (cursor !== undefined && !isId(cursor)) throw new Fault('input.cursor', 422)
  return cursor ?? null
}

type Handed = MyNotice['requests'][number] & { noticeId: string }
/** The requests handed over, each with what the reader may see of it now. */
async function handedOf(ctx: Ctx, ids: readonly string[]): Promise<Map<string, Handed[]>> {
  if (!ids.length) return new Map()
  const mayRead = may(ctx.actor, 'requests.read')
  const rows = await opened(ctx, asHouse(ctx).db<{ noticeId: string; id: string; number: number; subject: string; stage: string; holderId: string | null; holderName: string | null; isVisible: boolean }[]>`
    select h.notice_id, r.id, r.number, r.subject, r.stage, r.holder_id, p.name as holder_name, (${visible(ctx)}) as is_visible from governance.handed_request h join requests.request r on r.id = h.request_id left join staff.person p on p.id = r.holder_id
    where h.notice_id = any(${ids as string[]}::uuid[]) order by r.due_order, r.id`, { subject: [SUBJECT, 'id'] })
  return Map.groupBy(rows.map(({ holderId, holderName, isVisible, ...row }) => ({ ...row, subject: isVisible && mayRead ? row.subject : null, holder: holderId ? { id: holderId, name: holderName ?? '' } : null })), (row) => row.noticeId)
}
const mineOf = ({ byId, byName, ...row }: Head, handed: ReadonlyMap<string, Handed[]>): MyNotice => ({ ...row, by: { id: byId, name: byName }, requests: handed.get(row.id) ?? [] })

export const mailsNotices = async ({ db, actor }: Ctx): Promise<{ isOn: boolean }> => ({ isOn: (await db`select from governance.no_notice_mail where person_id = ${actor.id}`).count === 0 })
export async function changeMail(ctx: Ctx, isOn: boolean): Promise<{ isOn: boolean }> {
  if (ctx.actor.kind !== 'agent') throw new Fault('access.denied', 403, { permission: 'signed-in' })
  const { count } = isOn ? await ctx.db`delete from governance.no_notice_mail where person_id = ${ctx.actor.id}` : await ctx.db`insert into governance.no_notice_mail (person_id, since) values (${ctx.actor.id}, ${ctx.now}) on conflict do nothing`
  if (count) await emit(ctx, 'notice.mail-changed', { subject: ctx.actor.id, data: { isOn } })
  return { isOn }
}

export async function listMine(ctx: Ctx, { state, cursor, limit }: { state: 'open' | 'confirmed'; cursor?: string; limit: number }) {
  const { db, actor } = ctx
  const after = behind(cursor)
  const [rows, escalated] = await Promise.all([
    db<Head[]>`select ${headColumns(ctx)} from governance.receipt r join governance.notice n on n.id = r.notice_id join staff.person b on b.id = n.by_id
      where r.person_id = ${actor.id} and ${state === 'open' ? db`r.confirmed_at is null and n.withdrawn_at is null` : db`r.confirmed_at is not null`} ${after ? db`and n.id < ${after}` : db``} order by n.id desc limit ${limit + 1}`,
    db<{ noticeId: string; title: string; personId: string; name: string; at: string; dueAt: string }[]>`select n.id as notice_id, n.title, p.id as person_id, p.name, r.escalated_at as at, n.due_at from governance.receipt r join governance.notice n on n.id = r.notice_id join staff.person p on p.id = r.person_id
      where r.escalated_to = ${actor.id} and r.confirmed_at is null and n.withdrawn_at is null and p.disabled_at is null order by n.due_at, p.name limit 200`,
  ])
  const handed = await handedOf(ctx, rows.filter((row) => row.kind === 'hand-over').map((row) => row.id))
  return {
    rows: rows.slice(0, limit).map((row) => mineOf(row, handed)), next: rows.length > limit ? rows[limit - 1]!.id : null,
    escalated: escalated.map((row) => ({ notice: { id: row.noticeId, name: row.title }, person: { id: row.personId, name: row.name }, at: row.at, dueAt: row.dueAt })),
  }
}

export async function oneOfMine(ctx: Ctx, id: string): Promise<MyNotice> {
  const [row] = await ctx.db<Head[]>`select ${headColumns(ctx)} from governance.receipt r join governance.notice n on n.id = r.notice_id join staff.person b on b.id = n.by_id where n.id = ${id} and r.person_id = ${ctx.actor.id}`
  if (!row) throw notFound('governance.notice')
  return mineOf(row, await handedOf(ctx, [id]))
}

type Sent = Omit<SentNotice, 'by'> & { byId: string; byName: string; text: string }
const sentColumns = ({ db, now }: Ctx) => db`n.id, n.kind, n.title, n.body as text, n.by_id, b.name as by_name, n.at, n.due_at, n.withdrawn_at, c.*, (n.withdrawn_at is null and c.confirmed < c.recipients and n.due_at < ${now}) as is_late`
const counted = ({ db }: Ctx) => db`governance.notice n join staff.person b on b.id = n.by_id
  join lateral (select count(*)::int as recipients, count(delivered_at)::int as delivered, count(read_at)::int as read, count(confirmed_at)::int as confirmed from governance.receipt where notice_id = n.id) c on true`
const seesEverySent = (ctx: Ctx): boolean => ctx.actor.scope === 'all' && may(ctx.actor, 'notices.send')

export async function listSent(ctx: Ctx, { cursor, limit }: { cursor?: string; limit: number }): Promise<{ rows: SentNotice[]; next: string | null }> {
  const after = behind(cursor)
  const rows = await ctx.db<Sent[]>`select ${sentColumns(ctx)} from ${counted(ctx)} where ${seesEverySent(ctx) ? ctx.db`true` : ctx.db`n.by_id = ${ctx.actor.id}`} ${after ? ctx.db`and n.id < ${after}` : ctx.db``} order by n.id desc limit ${limit + 1}`
  return { rows: rows.slice(0, limit).map(({ byId, byName, text: _, ...row }) => ({ ...row, by: { id: byId, name: byName } })), next: rows.length > limit ? rows[limit - 1]!.id : null }
}

interface ReceiptRow { personId: string; name: string; deliveredAt: string | null; readAt: string | null; confirmedAt: string | null; remindedAt: string | null; escalatedAt: string | null; toId: string | null; toName: string | null }
/** For its sender, for whom somebody's delay was told to, and for who sees every notice. Throws 404. */
export async function reportOf(ctx: Ctx, id: string): Promise<NoticeReport> {
  const { db, actor } = ctx
  const [[row], receipts] = await Promise.all([
    db<Sent[]>`select ${sentColumns(ctx)} from ${counted(ctx)} where n.id = ${id}`,
    db<ReceiptRow[]>`select p.id as person_id, p.name, r.delivered_at, r.read_at, r.confirmed_at, r.reminded_at, r.escalated_at, t.id as to_id, t.name as to_name from governance.receipt r join staff.person p on p.id = r.person_id left join staff.person t on t.id = r.escalated_to
      where r.notice_id = ${id} order by r.confirmed_at is not null, p.name`,
  ])
  if (!row || !(row.byId === actor.id || seesEverySent(ctx) || receipts.some((one) => one.toId === actor.id))) throw notFound('governance.notice')
  const { byId, byName, ...rest } = row
  return {
    ...rest, by: { id: byId, name: byName }, requests: (await handedOf(ctx, [id])).get(id) ?? [],
    receipts: receipts.map(({ personId, name, toId, toName, ...one }) => ({ ...one, person: { id: personId, name }, escalatedTo: toId ? { id: toId, name: toName ?? '' } : null })),
  }
}
