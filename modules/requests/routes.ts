/** Endpoint → command or read, one to three lines each. */
import { mustMay } from '../../platform/access/index.ts'
import { type App, type Ctx, run } from '../../platform/context.ts'
import { holdKey } from '../../platform/crypto/vault.ts'
import { Fault } from '../../platform/fault.ts'
import { newId } from '../../lib/id/index.ts'
import type { Mount } from '../../platform/http/server.ts'
import type { Wiring } from '../../platform/module.ts'
import { acceptRequest } from './accept.ts'
import { acceptAssignment, assignRequest, declineAssignment, takeRequest } from './assign.ts'
import { addAttachment, fileHeaders, readAttachment, receiveFile } from './attachments.ts'
import { type Request, requests } from './contract.ts'
import { explainDeadlines, moveDeadlines, previewDeadlines } from './deadlines.ts'
import { resendMessage, saveDraft, unsendMessage, writeMessage } from './execute.ts'
import { candidatesFor } from './candidates.ts'
import { closeRequest, reopenByPerson } from './feedback.ts'
import { askForHuman } from './human.ts'
import { countLoads, countViews, listRequests } from './lists.ts'
import { serveLive } from './live.ts'
import { explainClocks } from './explain.ts'
import { confirmNotice, listNotices, listDrafts, markSeen, readNotices } from './personal.ts'
import { addTask, changeTask, listTasks } from './tasks.ts'
import { addTemplate, changeTemplate, listTemplates } from './templates.ts'
import { correctRequest, startWaiting, stopWaiting } from './track.ts'
import { applyToRunning, effectOf } from './under.ts'
import { submitRequest, verifyRequest } from './verify.ts'
import { listAssignments, listEvents, listMessages, listVerifications, mustSee, oneMessage, viewRequest } from './view.ts'

export function mountRequests(mount: Mount, app: App, { pulse }: Wiring): void {
  const after = (work: (ctx: Ctx, id: string, body: never) => Promise<void>) =>
    async (ctx: Ctx, { params, body }: { params: { id: string }; body: unknown }): Promise<Request> => {
      await work(ctx, params.id, body as never)
      return viewRequest(ctx, params.id)
    }

  mount(requests.open, async (ctx, { body, request }) => {
    const key = request.headers['idempotency-key']
    if (key !== undefined && (typeof key !== 'string' || key.length > 200 || !/^[\x21-\x7e]+$/.test(key))) throw new Fault('input.idempotency-key', 400)
    const { customer, ...rest } = body
    // Naming a record is reading it: only who may look customers up can open for one of them.
    if (customer.id) mustMay(ctx.actor, 'customers.read')
    // A trusted program or a colleague vouches for whom they name; nobody else opens requests here.
    const { messageId: _, isNew: __, ...accepted } = await acceptRequest(ctx, { ...rest, source: `${ctx.actor.kind}:${ctx.actor.id ?? ''}`, key: key ?? newId(), customer: { ...customer, verified: true, channel: body.channel, language: body.language } })
    return accepted
  })
  mount(requests.list, (ctx, { query }) => listRequests(ctx, query))
  mount(requests.counts, (ctx) => countViews(ctx))
  mount(requests.loads, (ctx, { query }) => countLoads(ctx, query.teamId))
  mount(requests.get, (ctx, { params }) => viewRequest(ctx, params.id))
  mount(requests.messages, (ctx, { params, query }) => listMessages(ctx, params.id, query))
  mount(requests.events, (ctx, { params, query }) => listEvents(ctx, params.id, query))
  mount(requests.assignments, (ctx, { params }) => listAssignments(ctx, params.id))
  mount(requests.candidates, (ctx, { params }) => candidatesFor(ctx, params.id))
  mount(requests.verifications, (ctx, { params }) => listVerifications(ctx, params.id))

  mount(requests.deadlines, (ctx, { params }) => explainDeadlines(ctx, params.id))
  mount(requests.calendarDeadlines, (ctx, { params }) => previewDeadlines(ctx, params.id))
  mount(requests.moveDeadlines, (ctx, { params, body }) => moveDeadlines(ctx, params.id, body))

  mount(requests.take, after((ctx, id) => takeRequest(ctx, id)))
  mount(requests.assign, after(assignRequest))
  mount(requests.accept, after((ctx, id) => acceptAssignment(ctx, id)))
  mount(requests.decline, after((ctx, id, body: { reason: string }) => declineAssignment(ctx, id, body.reason)))
  mount(requests.correct, after(correctRequest))
  mount(requests.wait, after(startWaiting))
  mount(requests.resume, after((ctx, id) => stopWaiting(ctx, id)))
  mount(requests.askHuman, after((ctx, id) => askForHuman(ctx, id)))
  mount(requests.submit, after((ctx, id, body: { result: string }) => submitRequest(ctx, id, body.result)))
  mount(requests.verify, after(verifyRequest))
  mount(requests.close, after((ctx, id, body: { reason: string }) => closeRequest(ctx, id, body.reason)))
  mount(requests.reopen, async (ctx, { params, query }) => { await reopenByPerson(ctx, params.id, query.reason ?? 'requests.reason-reopened'); return viewRequest(ctx, params.id) })

  mount(requests.write, async (ctx, { params, body }) => oneMessage(ctx, await writeMessage(ctx, params.id, body)))
  mount(requests.whisper, async (ctx, { params, body }) => oneMessage(ctx, await writeMessage(ctx, params.id, { kind: 'note', ...body })))
  mount(requests.unsend, async (ctx, { params }) => ({ text: await unsendMessage(ctx, params.id, params.messageId) }))
  mount(requests.resend, async (ctx, { params }) => { await resendMessage(ctx, params.id, params.messageId); return oneMessage(ctx, params.messageId) })
  mount(requests.seen, (ctx, { params }) => markSeen(ctx, params.id))
  mount(requests.viewing, async (ctx, { params, body }) => {
    const { teamId } = await mustSee(ctx, params.id)
    pulse?.signal('looking', { requestId: params.id, teamId, personId: ctx.actor.id, name: ctx.actor.name, typing: body.typing })
  })

  mount(requests.tasks, (ctx, { params }) => listTasks(ctx, params.id))
  mount(requests.addTask, (ctx, { params, body }) => addTask(ctx, params.id, body))
  mount(requests.changeTask, (ctx, { params, body }) => changeTask(ctx, params.id, params.taskId, body))
  mount(requests.draft, (ctx, { params }) => listDrafts(ctx, params.id))
  mount(requests.saveDraft, async (ctx, { params, body }) => {
    const { customerId } = await mustSee(ctx, params.id)
    await holdKey(ctx, customerId)
    saveDraft(ctx, { id: params.id, customerId }, body.kind, body.text)
  })
  mount(requests.templates, (ctx, { query }) => listTemplates(ctx, query.requestId))
  mount(requests.addTemplate, (ctx, { body }) => addTemplate(ctx, body))
  mount(requests.changeTemplate, (ctx, { params, body }) => changeTemplate(ctx, params.id, body))

  mount(requests.upload, async (ctx, { request }) => {
    const file = await receiveFile(request)
    return run(app, { actor: ctx.actor, locale: ctx.locale }, (writing) => addAttachment(writing, file))
  })
  mount(requests.download, async (ctx, { params, query, reply }) => {
    const file = await readAttachment(ctx, params.id)
    return reply.headers(fileHeaders(file, query.inline ?? false)).send(file.bytes)
  })
  mount(requests.clocks, (ctx, { params }) => explainClocks(ctx, params.id))
  mount(requests.standardEffect, (ctx, { params }) => effectOf(ctx, params.id))
  mount(requests.applyStandard, (ctx, { params, body }) => applyToRunning(ctx, params.id, body.reason))
  mount(requests.confirmNotice, (ctx, { params }) => confirmNotice(ctx, params.id))
  mount(requests.notices, (ctx) => listNotices(ctx))
  mount(requests.readNotices, (ctx) => readNotices(ctx))
  mount(requests.live, (ctx, { request, reply }) => serveLive(app, pulse, ctx.actor, request, reply))
}
