/**
 * Requests: what somebody asks of us, and the loop it travels. Channels bring arrivals in by `acceptRequest`
 * and `receiveMessage` and report deliveries by `setDelivery`; routing answers the allocation port; quality
 * records ratings by `scoreRequest`. What happened is told as `request.…` events.
 */
import type { Module } from '../../platform/module.ts'
import { requests } from './contract.ts'
import { forgetUploads } from './attachments.ts'
import { releaseMessage } from './execute.ts'
import { RELATIONS } from '../customers/index.ts'
import { requestsPersonal } from './personal-data.ts'
import { relations } from './relations.ts'
import { mountRequests } from './routes.ts'
import { putUnder } from './under.ts'
import { forgetWords } from './words.ts'
import { requestPolicies } from './visible.ts'
import { tellOfStalled } from './stalled.ts'
import { sweepDue } from './sweep.ts'
import { run } from '../../platform/context.ts'

export { type Accepted, acceptRequest, type Arrival } from './accept.ts'
export { ALLOCATOR, type Allocation, type AllocationCandidate, type AllocationNeed, type Allocator, loadsOf, servedBefore } from './allocation.ts'
export { acceptAssignment, assignRequest, declineAssignment, noticeTo, offerFromQueue, takeRequest } from './assign.ts'
export { addAttachment, displayName, fileHeaders, MOST_BYTES, receiveFile } from './attachments.ts'
export { outgoing, releaseMessage, setDelivery, writeMessage } from './execute.ts'
export { closeRequest, reopenByPerson, scoreRequest } from './feedback.ts'
export { askForHuman } from './human.ts'
export { openStream, type Stream } from './live.ts'
export { NAME as ATTACHMENT_NAME, draftRow, SUBJECT } from './kept.ts'
export { requestsOf } from './personal-data.ts'
export { type Hands, nameOnRequest } from './relations.ts'
export { type Planted, plantRequest } from './plant.ts'
export { type CustomerMessage, receiveMessage } from './receive.ts'
export { sweepRequest } from './sweep.ts'
export { calendarFor } from './clocks.ts'
export { startWaiting, stopWaiting, correctRequest } from './track.ts'
export { customerVerdict, submitRequest, verifyRequest } from './verify.ts'
export { customerHead, type CustomerHead, customerView, type CustomerView, deliveryOf, type Delivery } from './outside.ts'
export { addTemplate } from './templates.ts'
export { addTask, changeTask } from './tasks.ts'
export { requestPolicies, shownLike, visible, withRequest } from './visible.ts'
export { isOfLiving } from './store.ts'
export { viewRequest } from './view.ts'
export { requestText } from './text.ts'

export const requestsRoom: Module = {
  name: 'requests',
  migrations: new URL('./migrations/', import.meta.url),
  text: new URL('./text/', import.meta.url),
  contract: requests,
  personal: requestsPersonal,
  policies: requestPolicies,
  permissions: ['requests.assign'],
  routes: mountRequests,
  events: { followers: { 'customer.key-destroyed': (ctx, event) => forgetWords(ctx, event.subject!) }, listeners: { 'customer.stage-stalled': tellOfStalled } },
  provides: { [RELATIONS]: relations },
  queues: {
    'requests.release': { work: (app, job: { payload: { messageId: string } }) => run(app, {}, (ctx) => releaseMessage(ctx, job.payload.messageId)), perLane: 4 },
    'requests.put-under': { work: (app, job: { payload: { versionId: string } }) => putUnder(app, job.payload.versionId) },
    'requests.tidy': { every: 3_600_000, work: (app) => forgetUploads(app) },
    'requests.sweep': { every: 2_000, work: async (app) => { while ((await sweepDue(app)) >= 100); } },
  },
}
