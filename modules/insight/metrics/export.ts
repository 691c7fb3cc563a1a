/** Figures as CSV, for a spreadsheet: RFC 4180, with a byte order mark, nothing that a spreadsheet takes for a formula. */
import { cell } from '../../../lib/sheet/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import type { Asked } from './contract.ts'
import { figuresOf } from './report.ts'

export async function figuresCsv(ctx: Ctx, asked: Asked): Promise<string> {
  const figures = await figuresOf(ctx, asked)
  const lines: (string | number | null)[][] = [
    [asked.by, 'label', asked.metric, 'requests', 'before'],
    ...figures.rows.map((row) => [row.id, row.label, row.value, row.count, row.before]),
    ['total', null, figures.total.value, figures.total.count, figures.total.before],
  ]
  return `\uFEFF${lines.map((line) => line.map((value) => (typeof value === 'string' ? cell(value) : value ?? '')).join(',')).join('\r\n')}\r\n`
}
