import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cell } from './index.ts'

/** What a spreadsheet reads of one cell. */
const read = (written: string): string => (written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written)

test.each(['=', '+', '-', '@', '\t=', '\r=', '\n=', ' =', '\u00a0=', '\u3000=', '\u200b=', '\ufeff=', '＝', '＋', '－', '＠', '|', '%', '"='])('G01 a cell that begins with %j is text', (prefix) => {
  for (const words of ['cmd|\' /C calc\'!A0', 'HYPERLINK("http://evil.example","x")', '1+1', '']) {
    const shown = read(cell(prefix + words))
    expect(shown.endsWith(prefix + words)).toBe(true)
    if (!prefix.startsWith('"')) expect(shown[0]).toBe("'")
  }
})

test('G01 property: a cell is one cell, begins no formula and keeps its words', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'=+-@|%＝＋\t\r\n "\',;\u200b\ufeff\u3000ab陳1\ud83d\ude00'), maxLength: 12 }), (text) => {
    const written = cell(text)
    expect([text, `'${text}`]).toContain(read(written))
    if (!written.startsWith('"')) expect(written).not.toMatch(/[",;\t\r\n]/)
    expect(read(written)).not.toMatch(/^[=+\-@\t\r]/)
  }))
})
