/** A report as an Excel workbook: numbers as numbers, words as words that no spreadsheet takes for a formula. */
import type { Cell } from 'write-excel-file/node'
import { metrics, type MetricKey } from '../../../lib/metrics/index.ts'
import type { tableOf } from './table.ts'

export const formats: Record<(typeof metrics)[MetricKey]['unit'], string> = { requests: '#,##0', minutes: '#,##0.0', share: '0.0%', score: '0.00', times: '0.00', money: '#,##0.00' }

interface Told { table: ReturnType<typeof tableOf>; metric: MetricKey; total: { value: number | null; count: number; before: number | null } }

export async function workbookOf({ table: { head, rows, isCompared, t }, metric, total }: Told): Promise<Uint8Array> {
  const word = (value: string, isBold = false): Cell => ({ value, type: String, ...(isBold ? { fontWeight: 'bold' as const } : {}) })
  const number = (value: number | null, format: string): Cell => (value === null ? null : { value, type: Number, format })
  const line = (row: { name: string; value: number | null; count: number; before: number | null }, isBold = false): Cell[] => [
    word(row.name, isBold), number(row.value, formats[metrics[metric].unit]), number(row.count, '#,##0'), ...(isCompared ? [number(row.before, formats[metrics[metric].unit])] : []),
  ]
  const { default: writeExcel } = await import('write-excel-file/node')
  return writeExcel([
    [word(head.name, true), word(head.value, true), word(head.count, true), ...(isCompared ? [word(head.before, true)] : [])],
    ...rows.map((row) => line(row)), line({ name: t('insight.saved.total'), ...total }, true),
  ], { sheet: sheetName(head.value), columns: [{ width: 28 }, { width: 24 }, { width: 12 }, { width: 18 }], stickyRowsCount: 1 }).toBuffer()
}

/** What Excel takes as the name of a sheet: up to 31 signs, some not among them. */
const sheetName = (name: string): string => name.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31)
