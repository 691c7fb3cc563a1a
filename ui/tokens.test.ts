import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')
const tokens = new Map<string, [string, string]>()
for (const [, name, light, dark] of css.matchAll(/--color-([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)) {
  tokens.set(name!, [light!, dark!])
}

/** Relative luminance 0–1 of `#rrggbb` (WCAG 2.2, definition of relative luminance). */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

function ratio(front: string, back: string, theme: 0 | 1): number {
  const [a, b] = [tokens.get(front), tokens.get(back)]
  if (!a || !b) throw new Error(`no token ${a ? back : front}`)
  return contrast(a[theme], b[theme])
}

const ground = ['surface', 'raised', 'sunken', 'hover', 'selected']
const words = ['text', 'muted', 'faint', 'accent', 'accent-strong', 'customer', 'note', 'ok', 'soon', 'late', 'paused', 'info']
const tinted = ['customer', 'note', 'ok', 'soon', 'late', 'paused', 'info']

const pairs: [string, string][] = [
  ...ground.flatMap((back) => words.map((front): [string, string] => [front, back])),
  ...tinted.flatMap((kind) => [kind, 'text', 'muted', 'accent'].map((front): [string, string] => [front, `${kind}-surface`])),
  ['on-accent', 'accent'], ['on-accent', 'accent-strong'], ['on-late', 'late'],
]

test('every text colour reads at 4.5 : 1 or better on every surface, light and dark', () => {
  expect(tokens.size).toBeGreaterThan(25)
  const weak = pairs.flatMap(([front, back]) =>
    ([0, 1] as const).map((theme) => ({ front, back, theme: theme ? 'dark' : 'light', ratio: ratio(front, back, theme) })),
  ).filter((pair) => pair.ratio < 4.5)
  expect(weak).toEqual([])
})

test('the border of a control stands out at 3 : 1 or better (WCAG 1.4.11)', () => {
  for (const back of ['surface', 'raised', 'sunken']) for (const theme of [0, 1] as const) {
    expect(ratio('edge', back, theme)).toBeGreaterThanOrEqual(3)
  }
})

test('the two voices can be told apart from each other and from the page by lightness or hue', () => {
  for (const theme of [0, 1] as const) {
    const [customer, note] = [tokens.get('customer-surface')![theme], tokens.get('note-surface')![theme]]
    const distance = [1, 3, 5].reduce((sum, at) => sum + Math.abs(Number.parseInt(customer.slice(at, at + 2), 16) - Number.parseInt(note.slice(at, at + 2), 16)), 0)
    expect(distance).toBeGreaterThan(30)
  }
})
