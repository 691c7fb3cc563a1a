/** Metrics: one catalogue, measured from what happened, counted the same way for every screen and export. */
import type { Module } from '../../../platform/module.ts'
import { reports } from './contract.ts'
import { figuresCsv } from './export.ts'
import { measureNew } from './measure.ts'
import { behind, figuresOf } from './report.ts'

export const metricsPart: Omit<Module, 'name'> = {
  contract: reports,
  routes: (mount) => {
    mount(reports.figures, (ctx, { query }) => figuresOf(ctx, query))
    mount(reports.behind, (ctx, { query }) => behind(ctx, query))
    mount(reports.exportFigures, async (ctx, { query, reply }) => reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${query.metric}-${query.from}-${query.to}.csv"`).send(await figuresCsv(ctx, query)))
  },
  // Readers measure what is new themselves; this keeps it little.
  queues: {
    'insight.measure': { every: 60_000, work: async (app) => { await measureNew(app) } },
  },
}
