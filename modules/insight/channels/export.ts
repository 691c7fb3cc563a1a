/** The effect of channels as a table: words in the reader's language, figures as figures. */
import type { Cell } from 'write-excel-file/node'
import { writeCsv } from '../../../lib/csv/index.ts'
import { metrics } from '../../../lib/metrics/index.ts'
import type { Ctx } from '../../../platform/context.ts'
import { insightText } from '../reports/table.ts'
import { formats } from '../reports/workbook.ts'
import type { EffectAsked } from './contract.ts'
import { effectOf } from './effect.ts'

interface Line { words: readonly string[]; figures: readonly (number | null)[]; format: string; verdict: string }

async function linesOf(ctx: Ctx, asked: EffectAsked): Promise<{ head: string[]; lines: Line[] }> {
  const effect = await effectOf(ctx, asked)
  const t = insightText(ctx.locale, effect.zone)
  const sides = ['now', 'low', 'high', 'count', 'before', 'before-low', 'before-high', 'before-count', 'change', 'change-low', 'change-high', 'target']
  const lines = effect.channels.flatMap(({ channel, record, rows }) => rows.map(({ metric, now, before, change, target }): Line => ({
    words: [channel === null ? t('insight.effect.all') : t(`requests.channel.${channel}`), record ? t(`insight.tier.${record.tier}`) : '', `${t(`insight.metric.${metric}`)}${metrics[metric].unit === 'money' && effect.currency ? ` (${effect.currency})` : ''}`],
    figures: [now.value, now.low, now.high, now.count, before.value, before.low, before.high, before.count, change?.value ?? null, change?.low ?? null, change?.high ?? null, target?.value ?? null],
    format: formats[metrics[metric].unit], verdict: change?.isChance == null ? '' : t(change.isChance ? 'insight.effect.chance' : 'insight.effect.not-chance'),
  })))
  return { head: [t('insight.report.by-channel'), t('insight.tier.tier'), t('insight.report.metric'), ...sides.map((side) => t(`insight.effect.column-${side}`)), t('insight.effect.verdict')], lines }
}

export async function effectCsv(ctx: Ctx, asked: EffectAsked): Promise<string> {
  const { head, lines } = await linesOf(ctx, asked)
  return writeCsv(head, lines.map(({ words, figures, verdict }) => [...words, ...figures, verdict]))
}

export async function effectWorkbook(ctx: Ctx, asked: EffectAsked): Promise<Uint8Array> {
  const { head, lines } = await linesOf(ctx, asked)
  const word = (value: string): Cell => ({ value, type: String })
  // The fourth and the eighth figure count requests.
  const figure = (value: number | null, at: number, format: string): Cell => (value === null ? null : { value, type: Number, format: at === 3 || at === 7 ? '#,##0' : format })
  const { default: writeExcel } = await import('write-excel-file/node')
  return writeExcel([
    head.map((value): Cell => ({ value, type: String, fontWeight: 'bold' })),
    ...lines.map(({ words, figures, format, verdict }) => [...words.map(word), ...figures.map((value, at) => figure(value, at, format)), word(verdict)]),
  ], { sheet: 'channels', columns: head.map((_, at) => ({ width: at < 3 ? 24 : 12 })), stickyRowsCount: 1 }).toBuffer()
}
