/** Figures as CSV, for a spreadsheet. */
import { writeCsv } from '../../../lib/csv/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import type { Asked } from './contract.ts'
import { figuresOf } from './report.ts'

export async function figuresCsv(ctx: Ctx, asked: Asked): Promise<string> {
  const figures = await figuresOf(ctx, asked)
  return writeCsv([asked.by, 'label', figures.currency ? `${asked.metric} ${figures.currency}` : asked.metric, 'requests', 'before'], [
    ...figures.rows.map((row) => [row.id, row.label, row.value, row.count, row.before]),
    ['total', null, figures.total.value, figures.total.count, figures.total.before],
  ])
}
