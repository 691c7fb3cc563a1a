/** Figures as CSV, for a spreadsheet: RFC 4180, with a byte order mark, nothing that a spreadsheet takes for a formula. */
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
  return `\uFEFF${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`
}

function cell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
