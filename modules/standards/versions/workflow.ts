/** From draft to effect: one writes and proposes, another approves, each with a reason. What was approved is never changed. */
import { personIdOf } from '../../../platform/access/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import { newId } from '../../../lib/id/index.ts'
import { revised } from '../revision.ts'
import type { Content, Version } from './contract.ts'
import { differences } from './difference.ts'
import { getVersion, lockVersion, mustMakeSense, selectVersions } from './store.ts'

const APPROVE = 'standards.approve'

/** Begins the next version of a service's standard. Throws 409 `standards.draft-exists` while another is under way. */
export async function draftStandard(ctx: Ctx, serviceId: string, given: { content: Content; reason: string }): Promise<Version> {
  await mustMakeSense(ctx, given.content)
  const id = newId()
  const rows = await ctx.db`insert into standards.version (id, service_id, number, state, content, reason, written_by, written_at)
    select ${id}, s.id, coalesce((select max(number) from standards.version where service_id = s.id), 0) + 1, 'draft', ${ctx.db.json(given.content as never)}, ${given.reason}, ${personIdOf(ctx)}, ${ctx.now}
    from standards.service s where s.id = ${serviceId} on conflict (service_id) where state <> 'approved' do nothing returning number`
  if (!rows.length) {
    const [service] = await ctx.db`select 1 from standards.service where id = ${serviceId}`
    throw service ? new Fault('standards.draft-exists', 409) : new Fault('standards.service.not-found', 404)
  }
  await emit(ctx, 'standard.version-drafted', { subject: serviceId, data: { version: id, number: rows[0]!.number as number } })
  return getVersion(ctx, id)
}

function must(version: Version, state: Version['state']): void {
  if (version.state !== state) throw new Fault(state === 'draft' ? 'standards.not-draft' : 'standards.not-proposed', 409)
}

export async function changeDraft(ctx: Ctx, id: string, change: { content?: Content; reason?: string; revision: number }): Promise<Version> {
  const before = await lockVersion(ctx, id)
  must(before, 'draft')
  if (before.revision !== change.revision) throw new Fault('standards.changed-meanwhile', 409)
  if (change.content) await mustMakeSense(ctx, change.content)
  // Whoever wrote on it last is its author, whom a second person must not be.
  ctx.later(ctx.db`update standards.version set content = ${ctx.db.json((change.content ?? before.content) as never)}, reason = ${change.reason ?? before.reason}, written_by = ${personIdOf(ctx)}, written_at = ${ctx.now}, revision = revision + 1 where id = ${id}`)
  await emit(ctx, 'standard.draft-changed', { subject: before.serviceId, data: { version: id, number: before.number, changes: change.content ? differences(before.content, change.content) : [] } })
  return getVersion(ctx, id)
}

export async function dropDraft(ctx: Ctx, id: string): Promise<{ ok: true }> {
  const version = await lockVersion(ctx, id)
  must(version, 'draft')
  ctx.later(ctx.db`delete from standards.version where id = ${id}`)
  await emit(ctx, 'standard.draft-dropped', { subject: version.serviceId, data: { version: id, number: version.number, before: version.content } })
  return { ok: true }
}

export async function proposeStandard(ctx: Ctx, id: string, reason: string): Promise<Version> {
  const version = await lockVersion(ctx, id)
  must(version, 'draft')
  ctx.later(ctx.db`update standards.version set state = 'proposed', reason = ${reason}, written_by = ${personIdOf(ctx)}, proposed_at = ${ctx.now}, revision = revision + 1 where id = ${id}`)
  await emit(ctx, 'standard.version-proposed', { subject: version.serviceId, data: { version: id, number: version.number, reason } })
  return getVersion(ctx, id)
}

export async function refuseStandard(ctx: Ctx, id: string, reason: string): Promise<Version> {
  const version = await lockVersion(ctx, id)
  must(version, 'proposed')
  ctx.later(ctx.db`update standards.version set state = 'draft', proposed_at = null, revision = revision + 1 where id = ${id}`)
  await emit(ctx, 'standard.version-refused', { subject: version.serviceId, data: { version: id, number: version.number, reason } })
  return getVersion(ctx, id)
}

/** Lets a proposal take effect. Its author may do so only where nobody else could; the version then says so for good. */
export async function approveStandard(ctx: Ctx, id: string, { effectiveAt }: { effectiveAt?: string }): Promise<Version> {
  const version = await lockVersion(ctx, id)
  must(version, 'proposed')
  if (ctx.actor.kind === 'client') throw new Fault('standards.people-approve', 409)
  const isOwn = version.writtenBy !== null && version.writtenBy.id === ctx.actor.id
  if (isOwn && (await othersMay(ctx))) throw new Fault('standards.own-approval', 409)
  if (effectiveAt && Date.parse(effectiveAt) < ctx.now.getTime()) throw new Fault('standards.effective-past', 422)
  const from = effectiveAt ? new Date(effectiveAt) : ctx.now
  const [before] = (await selectVersions(ctx, { serviceId: version.serviceId })).filter((one) => one.isEffective)
  ctx.later(ctx.db`update standards.version set state = 'approved', decided_by = ${personIdOf(ctx)}, decided_at = ${ctx.now}, effective_at = ${from}, is_alone = ${isOwn}, revision = revision + 1 where id = ${id}`)
  revised(ctx)
  await emit(ctx, 'standard.version-approved', { subject: version.serviceId, data: { version: id, number: version.number, effectiveAt: from.toISOString(), isAlone: isOwn, changes: differences(before?.content ?? null, version.content) } })
  return getVersion(ctx, id)
}

async function othersMay(ctx: Ctx): Promise<boolean> {
  const rows = await ctx.db`select 1 from staff.person p join staff.role r on r.id = p.role_id where p.disabled_at is null and p.id <> ${ctx.actor.id} and r.permissions && array['*', ${APPROVE}] limit 1`
  return rows.length > 0
}
