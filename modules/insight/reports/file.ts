/** A report as a file, the same for whoever fetches it and for whoever gets it by mail. */
import { writeCsv } from '../../../lib/csv/index.ts'
import type { Locale } from '../../../lib/text/index.ts'
import type { App } from '../../../platform/context.ts'
import { Fault } from '../../../platform/fault.ts'
import { formats, type Format } from './contract.ts'
import { faceFor } from './font.ts'
import { pdfOf } from './page.ts'
import { pngOf } from './picture.ts'
import { tableOf, type Told } from './table.ts'
import { workbookOf } from './workbook.ts'

export interface ReportFile { name: string; contentType: string; content: Uint8Array }

export const types: Record<Format, string> = { xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', csv: 'text/csv', pdf: 'application/pdf', png: 'image/png' }
const needsFace: ReadonlySet<Format> = new Set(['pdf', 'png'])

/** Why a file of this format can't be made on this machine; null when it can. */
export const refusalOf = async (app: App, format: Format): Promise<string | null> => (needsFace.has(format) && !(await faceFor('zh-Hant', app.config.reportFont)) ? 'insight.file.no-font' : null)
export const formatsHere = async (app: App) => ({ rows: await Promise.all(formats.map(async (format) => ({ format, reason: await refusalOf(app, format) }))) })

// Setting a page takes some hundred milliseconds and megabytes: one after another, however many are asked for.
let last: Promise<unknown> = Promise.resolve()
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work)
  last = mine.catch(() => {})
  return mine
}

/** Throws 409 `insight.file.no-font` where the machine has no face for Chinese words. */
export async function fileOf(app: App, format: Format, told: Told): Promise<ReportFile> {
  return { name: `${fileName(told)}.${format}`, contentType: types[format], content: await contentOf(app, format, told) }
}

const fileName = ({ name, asked: { from, to } }: Told): string => `${name.replace(/[\\/:*?"<>|\p{Cc}]/gu, ' ').trim()} ${from === to ? from : `${from} ${to}`}`

async function contentOf(app: App, format: Format, told: Told): Promise<Uint8Array> {
  const table = tableOf(told)
  const { total } = told.figures
  if (format === 'xlsx') return workbookOf({ table, metric: told.asked.metric, total })
  if (format === 'csv') {
    const { head, rows, isCompared, t } = table
    return Buffer.from(writeCsv([head.name, head.value, head.count, ...(isCompared ? [head.before] : [])], [
      ...rows.map((row) => [row.name, row.value, row.count, ...(isCompared ? [row.before] : [])]), [t('insight.saved.total'), total.value, total.count, ...(isCompared ? [total.before] : [])],
    ]))
  }
  const face = await faceFor(told.locale as Locale, app.config.reportFont)
  if (!face) throw new Fault('insight.file.no-font', 409)
  return inTurn(() => (format === 'pdf' ? pdfOf(told, face) : pngOf(told, face)))
}
