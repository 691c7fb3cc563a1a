import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asText, cell, writeCsv } from './index.ts'

test('G01 no cell begins as a formula, in whatever width or behind whatever blank', () => {
  const prefixes = ['=', '+', '-', '@', '\t=', '\r=', '\n=', ' =', '　=', '＝', '＋', '－', '＠', '|', '%', '\u00a0+', '−', '"=', '\'=', '﹢']
  for (const prefix of prefixes) expect(asText(`${prefix}cmd|' /C calc'!A0`), JSON.stringify(prefix)).toBe(`'${prefix}cmd|' /C calc'!A0`)
  for (const plain of ['陳美玲', 'lin@example.com', '0912-345-678', 'a=b', '12', '']) expect(asText(plain)).toBe(plain)
})

test('cells with commas, quotes and line ends come back as they were', () => {
  expect(writeCsv(['名稱', 'x'], [['林, "小" 姐', 1], ['a\nb', null]])).toBe('\ufeff名稱,x\r\n"林, ""小"" 姐",1\r\n"a\nb",\r\n')
})

/** What a spreadsheet reads of one cell. */
const read = (written: string): string => (written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written)

test('G01 property: a cell is one cell, begins no formula and keeps its words', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'=+-@|%＝＋\t\r\n "\',;\u200b\ufeff\u3000ab陳1\ud83d\ude00'), maxLength: 12 }), (text) => {
    const written = cell(text)
    expect([text, `'${text}`]).toContain(read(written))
    if (!written.startsWith('"')) expect(written).not.toMatch(/[",;\t\r\n]/)
    expect(read(written)).not.toMatch(/^[=+\-@\t\r]/)
  }))
})
