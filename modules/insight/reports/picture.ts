/** A report's chart as a PNG, drawn in a thread beside the one that answers. */
import { renderAsync } from '@resvg/resvg-js'
import { chartOf, type Drawing } from './chart.ts'
import type { Face } from './font.ts'
import { headOf } from './page.ts'
import type { Told } from './table.ts'

const [WIDTH, HEIGHT, EDGE] = [960, 360, 24]

export async function pngOf(told: Told, face: Face): Promise<Uint8Array> {
  const chart = chartOf(told, WIDTH - 2 * EDGE, HEIGHT)
  const { title, period, total, formula } = headOf(told)
  const words = (y: number, text: string, size: number, colour = '#5b6673') => ({ kind: 'words' as const, x: EDGE, y, text, size, colour, anchor: 'start' as const })
  const above = 108
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${above + chart.height + 44}" font-family="${escaped(face.family)}"><rect width="100%" height="100%" fill="#fff"/>
${svgOf([words(38, title, 20, '#1d2530'), words(62, period, 12), words(92, total, 20, '#1d2530')])}<g transform="translate(${EDGE} ${above})">${svgOf(chart.parts)}</g>${svgOf([words(above + chart.height + 28, formula, 11)])}</svg>`
  const image = await renderAsync(svg, { fitTo: { mode: 'zoom', value: 2 }, font: { loadSystemFonts: false, fontFiles: [face.path], defaultFontFamily: face.family } })
  return image.asPng()
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
const svgOf = (parts: Drawing['parts']): string => parts.map((part) => part.kind === 'words'
  ? `<text x="${part.x.toFixed(1)}" y="${part.y.toFixed(1)}" font-size="${part.size}" fill="${part.colour}" text-anchor="${part.anchor}">${escaped(part.text)}</text>`
  : `<path d="${part.path}" fill="${part.fill ?? 'none'}"${part.stroke ? ` stroke="${part.stroke}" stroke-width="${part.width ?? 1}" stroke-linejoin="round"` : ''}${part.dash ? ` stroke-dasharray="${part.dash.join(' ')}"` : ''}/>`).join('')
