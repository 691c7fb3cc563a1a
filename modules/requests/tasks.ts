/** Tasks with owner and due date; a request can't be handed in while one is open. */
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import { opened } from '../../platform/crypto/vault.ts'
import { sealedTask } from './kept.ts'
import { mustAllow, noticeTo } from './assign.ts'
import { lockRequest } from './store.ts'
import { mustSee } from './view.ts'

interface TaskRow { id: string; title: string; ownerId: string | null; ownerName: string | null; dueAt: string | null; doneAt: string | null; version: number }
export interface TaskView { id: string; title: string; owner: { id: string; name: string } | null; dueAt: string | null; doneAt: string | null; version: number }

const view = ({ ownerId, ownerName, ...row }: TaskRow): TaskView => ({ ...row, owner: ownerId ? { id: ownerId, name: ownerName ?? '' } : null })

async function rows(ctx: Ctx, requestId: string, id?: string): Promise<TaskView[]> {
  const found = await opened(ctx, ctx.db<TaskRow[]>`
    select t.id, t.title, t.owner_id, p.name as owner_name, t.due_at, t.done_at, t.version from requests.task t left join staff.person p on p.id = t.owner_id
    where t.request_id = ${requestId} ${id ? ctx.db`and t.id = ${id}` : ctx.db``} order by t.done_at is not null, t.due_at nulls last, t.id`, sealedTask)
  return found.map(view)
}

export async function listTasks(ctx: Ctx, requestId: string): Promise<{ rows: TaskView[] }> {
  await mustSee(ctx, requestId)
  return { rows: await rows(ctx, requestId) }
}

export async function addTask(ctx: Ctx, requestId: string, task: { title: string; ownerId?: string; dueAt?: string }): Promise<TaskView> {
  const request = await lockRequest(ctx, requestId)
  mustAllow(ctx, request, 'note')
  if (request.stage === 'closed') throw new Fault('requests.closed', 409)
  const id = newId()
  ctx.later(ctx.db`insert into requests.task (id, request_id, title, owner_id, due_at, created_by, created_at)
    values (${id}, ${requestId}, ${ctx.app.vault.seal(request.customerId, sealedTask.title[0], id, task.title)}, ${task.ownerId ?? null}, ${task.dueAt ?? null}, ${ctx.actor.id}, ${ctx.now})`)
  if (task.ownerId && task.ownerId !== ctx.actor.id) noticeTo(ctx, task.ownerId, requestId, 'task')
  await emit(ctx, 'request.task-added', { subject: requestId, teamId: request.teamId, data: { task: id, owner: task.ownerId ?? null, dueAt: task.dueAt ?? null } })
  return (await rows(ctx, requestId, id))[0]!
}

export interface TaskChange { title?: string; ownerId?: string | null; dueAt?: string | null; isDone?: boolean; version: number }

/** Throws 409 `requests.changed-meanwhile` when somebody else changed it first. */
export async function changeTask(ctx: Ctx, requestId: string, taskId: string, change: TaskChange): Promise<TaskView> {
  const request = await lockRequest(ctx, requestId)
  mustAllow(ctx, request, 'note')
  const [before] = await rows(ctx, requestId, taskId)
  if (!before) throw notFound('requests.task')
  if (before.version !== change.version) throw new Fault('requests.changed-meanwhile', 409)
  const isDone = change.isDone ?? before.doneAt !== null
  const ownerId = change.ownerId === undefined ? (before.owner?.id ?? null) : change.ownerId
  ctx.later(ctx.db`update requests.task set title = ${ctx.app.vault.seal(request.customerId, sealedTask.title[0], taskId, change.title ?? before.title)}, owner_id = ${ownerId},
    due_at = ${change.dueAt === undefined ? before.dueAt : change.dueAt}, done_at = ${isDone ? (before.doneAt ?? ctx.now) : null}, done_by = ${isDone ? ctx.actor.id : null}, version = version + 1 where id = ${taskId}`)
  if (ownerId && ownerId !== before.owner?.id && ownerId !== ctx.actor.id) noticeTo(ctx, ownerId, requestId, 'task')
  await emit(ctx, isDone && !before.doneAt ? 'request.task-done' : 'request.task-changed', { subject: requestId, teamId: request.teamId, data: { task: taskId } })
  return (await rows(ctx, requestId, taskId))[0]!
}
