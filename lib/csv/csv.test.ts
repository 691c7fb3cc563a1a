import { expect, test } from 'vitest'
import { asText, writeCsv } from './index.ts'

test('G01 no cell begins as a formula, in whatever width or behind whatever blank', () => {
  const prefixes = ['=', '+', '-', '@', '\t=', '\r=', '\n=', ' =', '　=', '＝', '＋', '－', '＠', '|', '%', '\u00a0+', '−', '"=', '\'=', '﹢']
  for (const prefix of prefixes) expect(asText(`${prefix}cmd|' /C calc'!A0`), JSON.stringify(prefix)).toBe(`'${prefix}cmd|' /C calc'!A0`)
  for (const plain of ['陳美玲', 'lin@example.com', '0912-345-678', 'a=b', '-12.5', '12', '']) expect(asText(plain)).toBe(plain)
})

test('cells with commas, quotes and line ends come back as they were', () => {
  expect(writeCsv(['名稱', 'x'], [['林, "小" 姐', 1], ['a\nb', null]])).toBe('\ufeff名稱,x\r\n"林, ""小"" 姐",1\r\n"a\nb",\r\n')
})
