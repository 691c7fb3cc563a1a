/** A report on paper: its figure, its chart and every row, as a PDF with the words as words. */
import { madeOf, metrics, valueWords } from '../../../lib/metrics/index.ts'
import { chartOf } from './chart.ts'
import type { Face } from './font.ts'
import { tableOf, type Told } from './table.ts'

const EDGE = 48
const LINE = 18
const [TEXT, MUTED, RULE] = ['#1d2530', '#5b6673', '#d8dce1']

/** What stands above a report's chart, on a page as in a picture. */
export function headOf(told: Told): { title: string; period: string; total: string; formula: string } {
  const { asked, figures, name } = told
  const { t, isCompared } = tableOf(told)
  const words = valueWords(asked.metric, told.locale, t, figures.currency)
  const metric = t(`insight.metric.${asked.metric}`)
  const days = asked.from === asked.to ? asked.from : `${asked.from} – ${asked.to}`
  return {
    title: name, period: `${name === metric ? '' : `${metric} · `}${t(`insight.report.by-${asked.by}`)} · ${days}`,
    total: [words(figures.total.value), ...(isCompared ? [t(`insight.report.before-${asked.compare}`, { value: words(figures.total.before) })] : []), ...(metrics[asked.metric].aggregate === 'count' ? [] : [t(madeOf(asked.metric).of, { count: figures.total.count })])].join('　'),
    formula: t(`insight.metric.${asked.metric}-formula`),
  }
}

export async function pdfOf(told: Told, face: Face): Promise<Uint8Array> {
  const head = headOf(told)
  // Read when first wanted: the program starts without it.
  const { default: PDFDocument } = await import('pdfkit')
  const doc = new PDFDocument({ size: 'A4', margin: EDGE, bufferPages: true, lang: told.locale, info: { Title: `${head.title} · ${head.period}`, CreationDate: new Date(told.figures.asOf), Producer: 'Loopdesk' }, font: undefined as never })
  const parts: Buffer[] = []
  const done = new Promise<Uint8Array>((resolve, reject) => { doc.on('data', (part: Buffer) => parts.push(part)); doc.on('end', () => resolve(Buffer.concat(parts))); doc.on('error', reject) })
  doc.font(face.path, face.postscript)
  const width = doc.page.width - 2 * EDGE
  doc.fontSize(18).fillColor(TEXT).text(head.title).fontSize(10).fillColor(MUTED).text(head.period).moveDown(0.6)
  doc.fontSize(14).fillColor(TEXT).text(head.total).moveDown(0.3).fontSize(9).fillColor(MUTED).text(head.formula).moveDown(0.8)
  draw(doc, told, width)
  rows(doc, told, width)
  const { count } = doc.bufferedPageRange()
  for (let nr = 0; nr < count; nr++) {
    doc.switchToPage(nr)
    doc.page.margins.bottom = 0
    doc.fontSize(8).fillColor(MUTED).text(`${nr + 1} / ${count}`, EDGE, doc.page.height - 32, { width, align: 'right', lineBreak: false })
  }
  doc.end()
  return done
}

type Doc = InstanceType<typeof import('pdfkit')>

function draw(doc: Doc, told: Told, width: number): void {
  if (told.figures.rows.length === 0) return
  const chart = chartOf(told, width, 190)
  const [left, top] = [EDGE, doc.y]
  doc.save().translate(left, top)
  for (const part of chart.parts) {
    if (part.kind === 'words') {
      doc.fontSize(part.size * 0.85).fillColor(part.colour)
      const length = part.anchor === 'start' ? 0 : doc.widthOfString(part.text)
      doc.text(part.text, part.x - (part.anchor === 'end' ? length : length / 2), part.y - part.size, { lineBreak: false })
    } else {
      doc.path(part.path)
      if (part.dash) doc.dash(part.dash[0], { space: part.dash[1] })
      if (part.fill) doc.fill(part.fill)
      else doc.lineWidth(part.width ?? 1).lineJoin('round').stroke(part.stroke)
      if (part.dash) doc.undash()
    }
  }
  doc.restore()
  doc.x = left
  doc.y = top + chart.height + 18
}

function rows(doc: Doc, told: Told, width: number): void {
  const { head, rows: all, isCompared, t } = tableOf(told)
  const words = valueWords(told.asked.metric, told.locale, t, told.figures.currency)
  const { total } = told.figures
  const part = isCompared ? 0.2 : 0.25
  const widths = [width * (1 - part * (isCompared ? 3 : 2)), ...Array.from({ length: isCompared ? 3 : 2 }, () => width * part)]
  const line = (cells: string[], colour = TEXT): void => {
    if (doc.y + LINE > doc.page.height - EDGE) { doc.addPage(); line(titles, MUTED) }
    const y = doc.y
    let x = EDGE
    cells.forEach((cell, nr) => {
      doc.fontSize(9).fillColor(colour).text(cell, x + 2, y + 3, { width: widths[nr]! - 4, height: LINE - 4, align: nr === 0 ? 'left' : 'right', lineBreak: false, ellipsis: true })
      x += widths[nr]!
    })
    doc.moveTo(EDGE, y + LINE).lineTo(EDGE + width, y + LINE).lineWidth(0.5).stroke(RULE)
    doc.x = EDGE
    doc.y = y + LINE
  }
  const titles = [head.name, head.value, head.count, ...(isCompared ? [head.before] : [])]
  const cells = (row: { name: string; value: number | null; count: number; before: number | null }): string[] => [row.name, words(row.value), String(row.count), ...(isCompared ? [words(row.before)] : [])]
  line(titles, MUTED)
  for (const row of all) line(cells(row))
  line(cells({ name: t('insight.saved.total'), ...total }))
}
