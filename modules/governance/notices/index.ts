/** Internal notices and hand-overs (7.2-b): delivered, read, confirmed, and told to the lead when they are not. */
import type { Module } from '../../../platform/module.ts'
import type { Mount } from '../../../platform/http/server.ts'
import { notices } from './contract.ts'
import { confirmNotice, deliverNotice, escalate, readNotice, remind } from './receive.ts'
import { sendHandOver, sendNotice, withdrawNotice } from './send.ts'
import { changeMail, listMine, listSent, mailsNotices, reportOf } from './store.ts'
import { noticesPersonal } from './personal-data.ts'

function mountNotices(mount: Mount): void {
  mount(notices.myNotices, (ctx, { query }) => listMine(ctx, query))
  mount(notices.noticeMail, (ctx) => mailsNotices(ctx))
  mount(notices.changeNoticeMail, (ctx, { body }) => changeMail(ctx, body.isOn))
  mount(notices.sentNotices, (ctx, { query }) => listSent(ctx, query))
  mount(notices.noticeReport, (ctx, { params }) => reportOf(ctx, params.id))
  mount(notices.sendNotice, (ctx, { body }) => sendNotice(ctx, body))
  mount(notices.sendHandOver, (ctx, { body }) => sendHandOver(ctx, body))
  mount(notices.withdrawNotice, (ctx, { params }) => withdrawNotice(ctx, params.id))
  mount(notices.deliverNotice, (ctx, { params }) => deliverNotice(ctx, params.id))
  mount(notices.readNotice, (ctx, { params }) => readNotice(ctx, params.id))
  mount(notices.confirmNotice, (ctx, { params }) => confirmNotice(ctx, params.id))
}

export const noticesPart: Omit<Module, 'name'> = {
  contract: notices,
  personal: noticesPersonal,
  routes: mountNotices,
  queues: { 'governance.remind': { work: remind, attempts: 20 }, 'governance.escalate': { work: escalate, attempts: 50 } },
}
