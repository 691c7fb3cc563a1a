/**
 * What people agreed to: each purpose by itself, under the words they were shown, as easily withdrawn as given. A new
 * version of the words makes older agreements count no more until the person is asked again.
 */
import { personIdOf } from '../../../platform/access/index.ts'
import { createHash } from 'node:crypto'
import type { Ctx } from '../../../platform/context.ts'
import { holdKey, opened } from '../../../platform/crypto/vault.ts'
import { violatedKey } from '../../../platform/database/index.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import { newId } from '../../../lib/id/index.ts'
import { getCustomer, recordIdsOf, withoutGuardian } from '../../customers/index.ts'
import { type ConsentRow, type NoticeRow, type Purpose, purposes, type Words } from './contract.ts'

/** Free words of a colleague about the person: sealed under the person's key. */
const EVIDENCE = 'governance.consent/evidence'
const digestOf = (words: Words): Buffer => createHash('sha256').update(JSON.stringify([words['zh-Hant'], words['zh-Hans'], words.en])).digest()

/** The newest version of each purpose, and how many agree to it or to an older one. */
export async function listNotices({ db }: Pick<Ctx, 'db'>): Promise<{ rows: NoticeRow[] }> {
  const rows = await db<NoticeRow[]>`
    select distinct on (n.purpose) n.id, n.purpose, n.version, n.words, encode(n.sha256, 'hex') as sha256, n.published_at,
      (select count(*)::int from governance.consent c where c.notice_id = n.id and c.withdrawn_at is null) as valid,
      (select count(*)::int from governance.consent c join governance.consent_notice o on o.id = c.notice_id where o.purpose = n.purpose and o.id <> n.id and c.withdrawn_at is null) as outdated
    from governance.consent_notice n order by n.purpose, n.version desc`
  return { rows: [...rows].sort((a, b) => purposes.indexOf(a.purpose) - purposes.indexOf(b.purpose)) }
}

/** The same words again are the same version. */
export async function publishNotice(ctx: Ctx, { purpose, words }: { purpose: Purpose; words: Words }): Promise<{ rows: NoticeRow[] }> {
  const before = await currentNotice(ctx, purpose)
  const sha256 = digestOf(words)
  if (before && before.sha256.equals(sha256)) return listNotices(ctx)
  const version = (before?.version ?? 0) + 1
  await ctx.db`insert into governance.consent_notice (id, purpose, version, words, sha256, by_id, published_at) values (${newId()}, ${purpose}, ${version}, ${ctx.db.json({ ...words })}, ${sha256}, ${personIdOf(ctx)}, ${ctx.now})`
    .catch((error: unknown) => { throw violatedKey(error) === 'notice_version' ? new Fault('governance.privacy.changed-meanwhile', 409) : error })
  await emit(ctx, 'privacy.notice-published', { data: { purpose, version, sha256: sha256.toString('hex') } })
  return listNotices(ctx)
}

interface Current { id: string; version: number; sha256: Buffer }
async function currentNotice({ db }: Pick<Ctx, 'db'>, purpose: Purpose): Promise<Current | undefined> {
  const [row] = await db<Current[]>`select id, version, sha256 from governance.consent_notice where purpose = ${purpose} order by version desc limit 1`
  return row
}

/** Each purpose there are words for, with what this person last said to it. Folded records count for the one that is shown. */
export async function consentsOf(ctx: Ctx, customerId: string): Promise<{ rows: ConsentRow[] }> {
  const ids = await recordIdsOf(ctx, customerId)
  const rows = await opened(ctx, ctx.db<(ConsentRow & { consentId: string })[]>`
    with newest as (select distinct on (purpose) id, purpose, version, words from governance.consent_notice order by purpose, version desc),
    said as (select distinct on (c.purpose) c.purpose, c.id as consent_id, c.given_at, c.channel, c.evidence, c.withdrawn_at, c.withdrawn_channel, c.notice_id, o.version from governance.consent c join governance.consent_notice o on o.id = c.notice_id
      where c.customer_id = any(${ids}::uuid[]) order by c.purpose, c.withdrawn_at is null desc, c.id desc)
    select n.purpose, n.id as notice_id, n.version, n.words, s.version as given_version, s.given_at, s.channel, s.consent_id, s.evidence, s.withdrawn_at, s.withdrawn_channel,
      case when s.purpose is null then 'none' when s.withdrawn_at is not null then 'withdrawn' when s.notice_id <> n.id then 'outdated' else 'valid' end as state
    from newest n left join said s using (purpose)`, { evidence: [EVIDENCE, 'consentId'] })
  return { rows: rows.map(({ consentId: _, ...row }) => row).sort((a, b) => purposes.indexOf(a.purpose) - purposes.indexOf(b.purpose)) }
}

export interface Given { noticeId: string; channel: string; evidence: string }
/** Throws 404 when there are no words for this purpose, 409 `governance.privacy.notice-old` when the person was shown others. */
export async function giveConsent(ctx: Ctx, customerId: string, purpose: Purpose, { noticeId, channel, evidence }: Given): Promise<{ rows: ConsentRow[] }> {
  const about = await rootOf(ctx, customerId)
  await ctx.db`select 1 from customers.customer where id = ${about} for update`
  const notice = await currentNotice(ctx, purpose)
  if (!notice) throw new Fault('governance.privacy.no-notice', 404)
  if (notice.id !== noticeId) throw new Fault('governance.privacy.notice-old', 409)
  const active = await activeOf(ctx, about, purpose)
  if (active.some((one) => one.noticeId === noticeId)) return consentsOf(ctx, about)
  await end(ctx, active.map((one) => one.id), channel)
  const id = newId()
  await holdKey(ctx, about)
  const sealed = ctx.app.vault.seal(about, EVIDENCE, id, evidence)
  await ctx.db`insert into governance.consent (id, customer_id, purpose, notice_id, given_at, channel, evidence, by_kind, by_id) values (${id}, ${about}, ${purpose}, ${noticeId}, ${ctx.now}, ${channel}, ${sealed}, ${ctx.actor.kind}, ${ctx.actor.id})`
  await emit(ctx, 'privacy.consent-given', { subject: about, data: { purpose, version: notice.version, channel } })
  return consentsOf(ctx, about)
}

/** Withdrawing what was not given changes nothing. */
export async function withdrawConsent(ctx: Ctx, customerId: string, purpose: Purpose, channel: string): Promise<{ rows: ConsentRow[] }> {
  const about = await rootOf(ctx, customerId)
  const active = await activeOf(ctx, about, purpose)
  if (!active.length) return consentsOf(ctx, about)
  await end(ctx, active.map((one) => one.id), channel)
  await emit(ctx, 'privacy.consent-withdrawn', { subject: about, data: { purpose, channel } })
  return consentsOf(ctx, about)
}

/** No marketing and no profiling, in one go: what PIPL 24 and GDPR 21 let everybody say without a reason. */
export async function optOut(ctx: Ctx, customerId: string, channel: string): Promise<{ rows: ConsentRow[] }> {
  await withdrawConsent(ctx, customerId, 'marketing', channel)
  return withdrawConsent(ctx, customerId, 'profiling', channel)
}

/** Everything at once: what "stop" means for what rests on consent. */
export async function withdrawAll(ctx: Ctx, customerId: string, channel: string): Promise<void> {
  for (const purpose of purposes) await withdrawConsent(ctx, customerId, purpose, channel)
}

/** Which of these customers agree to this purpose under its present words: the question before anything is done for it. */
export async function agreeing(ctx: Pick<Ctx, 'db' | 'now'>, customerIds: readonly string[], purpose: Purpose): Promise<Set<string>> {
  const rows = await ctx.db<{ id: string }[]>`
    select distinct coalesce(m.merged_into, m.id) as id from governance.consent c join customers.customer m on m.id = c.customer_id
    where c.purpose = ${purpose} and c.withdrawn_at is null and c.notice_id = (select n.id from governance.consent_notice n where n.purpose = ${purpose} order by n.version desc limit 1)
      and coalesce(m.merged_into, m.id) = any(${customerIds as string[]}::uuid[])`
  // A child can't agree: without the guardian's word theirs does not count (PIPL 31).
  const children = await withoutGuardian(ctx, rows.map((row) => row.id))
  return new Set(rows.map((row) => row.id).filter((id) => !children.has(id)))
}

async function rootOf(ctx: Ctx, customerId: string): Promise<string> {
  const { id, mergedInto } = await getCustomer(ctx, customerId)
  return mergedInto ?? id
}
async function activeOf(ctx: Ctx, customerId: string, purpose: Purpose): Promise<{ id: string; noticeId: string }[]> {
  return ctx.db<{ id: string; noticeId: string }[]>`select id, notice_id from governance.consent where customer_id = any(${await recordIdsOf(ctx, customerId)}::uuid[]) and purpose = ${purpose} and withdrawn_at is null order by id for update`
}
const end = (ctx: Ctx, ids: readonly string[], channel: string) => ctx.db`
  update governance.consent set withdrawn_at = ${ctx.now}, withdrawn_channel = ${channel}, withdrawn_by_kind = ${ctx.actor.kind}, withdrawn_by_id = ${ctx.actor.id} where id = any(${ids as string[]}::uuid[])`
