/** Saved reports: a question under a name, shared without sharing anybody's rights, sent by mail. */
import type { Module } from '../../../platform/module.ts'
import { dayOf } from '../store.ts'
import { figuresOf } from '../metrics/report.ts'
import { savedReports } from './contract.ts'
import { fileOf, formatsHere } from './file.ts'
import { insightText } from './table.ts'
import { endMailing, forgetMails, leaveMailing, listMails, queueDue, setMailing } from './mailing.ts'
import { changeReport, deleteReport, listSaved, saveReport, viewSaved } from './saved.ts'
import { mailGivenUp, mailReport } from './send.ts'

export const reportsPart: Omit<Module, 'name'> = {
  contract: savedReports,
  routes: (mount, app) => {
    mount(savedReports.fileFormats, async () => formatsHere(app))
    mount(savedReports.reportFile, async (ctx, { params, query, reply }) => {
      const [figures, { zone }] = [await figuresOf(ctx, query), await dayOf(ctx)]
      const file = await fileOf(app, params.format, { name: insightText(ctx.locale, zone)(`insight.metric.${query.metric}`), asked: query, figures, locale: ctx.locale, zone })
      return reply.type(file.contentType).header('content-disposition', `attachment; filename="${query.metric}-${query.from}-${query.to}.${params.format}"; filename*=UTF-8''${encodeURIComponent(file.name)}`).send(Buffer.from(file.content))
    })
    mount(savedReports.savedReports, (ctx) => listSaved(ctx))
    mount(savedReports.savedReport, (ctx, { params }) => viewSaved(ctx, params.id))
    mount(savedReports.saveReport, (ctx, { body }) => saveReport(ctx, body))
    mount(savedReports.changeReport, (ctx, { params, body }) => changeReport(ctx, params.id, body))
    mount(savedReports.deleteReport, (ctx, { params }) => deleteReport(ctx, params.id))
    mount(savedReports.setMailing, (ctx, { params, body }) => setMailing(ctx, params.id, body))
    mount(savedReports.endMailing, (ctx, { params }) => endMailing(ctx, params.id))
    mount(savedReports.leaveMailing, (ctx, { params }) => leaveMailing(ctx, params.id))
    mount(savedReports.reportMails, (ctx, { params }) => listMails(ctx, params.id))
  },
  queues: {
    'insight.send-reports': { every: 60_000, work: queueDue },
    'insight.mail-report': { work: mailReport, attempts: 20, failed: mailGivenUp },
    'insight.forget-mails': { every: 86_400_000, work: forgetMails },
  },
}
