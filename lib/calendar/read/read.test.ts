import { expect, test } from 'vitest'
import { IcsError, readIcs } from './ics.ts'
import { readCountryHolidays, readIcsFile, readPlaces, ReadTimeout } from './index.ts'

const file = (...events: string[]): string => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...events.flatMap((event) => ['BEGIN:VEVENT', 'UID:1', ...event.split('|'), 'END:VEVENT']), 'END:VCALENDAR', ''].join('\r\n')
const read = (text: string, limitMs?: number) => readIcsFile({ text, from: 2026, to: 2027 }, limitMs)

test('1.2-b a calendar file becomes days off and make-up workdays, over several days and years', async () => {
  expect(await read(file(
    'DTSTART;VALUE=DATE:20260217|DTEND;VALUE=DATE:20260220|SUMMARY:春節', 'DTSTART;VALUE=DATE:20260228|SUMMARY:春節 補班', 'DTSTART;VALUE=DATE:20201225|SUMMARY:聖誕|RRULE:FREQ=YEARLY',
    'DTSTART:20260101T090000Z|DTEND:20260101T100000Z|SUMMARY:開會', 'DTSTART;VALUE=DATE:20260301|SUMMARY:取消|STATUS:CANCELLED', 'DTSTART;VALUE=DATE:20250101|SUMMARY:去年',
  ))).toEqual({ leftOut: 2, days: [
    ...['2026-02-17', '2026-02-18', '2026-02-19'].map((date) => ({ date, name: '春節', kind: 'closed' })), { date: '2026-02-28', name: '春節 補班', kind: 'worked' },
    { date: '2026-12-25', name: '聖誕', kind: 'closed' }, { date: '2027-12-25', name: '聖誕', kind: 'closed' },
  ] })
  const days = await read(file('DTSTART;VALUE=DATE:20260101|SUMMARY:長名\r\n 字接續', 'DTSTART;VALUE=DATE:20260101|SUMMARY:又一'))
  expect(days).toMatchObject({ days: [{ date: '2026-01-01', name: '長名字接續 · 又一' }] })
})

test('a broken calendar file is refused with the line that breaks it', async () => {
  const trouble = (text: string, from = 2026): unknown => {
    try { return readIcs(text, from, 2026) } catch (error) { return error instanceof IcsError ? [error.trouble, error.line] : error }
  }
  expect(trouble('')).toEqual(['not-a-calendar', 1])
  expect(trouble('date,name\n2026-01-01,元旦')).toEqual(['not-a-calendar', 1])
  expect(trouble('BEGIN:VCARD\nEND:VCARD')).toEqual(['not-a-calendar', 1])
  expect(trouble(file('DTSTART;VALUE=DATE:20260101|oops'))).toEqual(['broken-line', 7])
  expect(trouble(file('DTSTART;VALUE=DATE:20261399'))).toEqual(['date', 6])
  expect(trouble(file('DTSTART;VALUE=DATE:2026x101'))).toEqual(['date', 6])
  expect(trouble(file('SUMMARY:nothing'))).toEqual(['date', 4])
  expect(trouble(file('DTSTART;VALUE=DATE:20260101').replace('END:VEVENT\r\n', ''))).toEqual(['unbalanced', 7])
  expect(trouble('BEGIN:VCALENDAR\nVERSION:2.0')).toEqual(['unbalanced', 2])
  expect(trouble(file('DTSTART;VALUE=DATE:20260101|RRULE:FREQ=DAILY;BYMONTH=13'))).toEqual(['broken-line', 7])
  expect(trouble(file('DTSTART;VALUE=DATE:20200101|RRULE:FREQ=DAILY|SUMMARY:always'), 2020)).toEqual(['too-many', 6])
  expect(await read('hello')).toEqual({ trouble: 'not-a-calendar', line: 1 })
})

test('a rule the parser never finishes with ends at the limit and holds up nobody', async () => {
  const endless = file('DTSTART;VALUE=DATE:20260101|RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30')
  const [first, second] = await Promise.allSettled([read(endless, 2_000), read(file('DTSTART;VALUE=DATE:20260101|SUMMARY:元旦'))])
  expect(first.status === 'rejected' && first.reason).toBeInstanceOf(ReadTimeout)
  expect(second).toMatchObject({ status: 'fulfilled', value: { days: [{ date: '2026-01-01' }] } })
}, 30_000)

test('1.2-b holidays of another country come from a kept library, loaded only then', async () => {
  const japan = await readCountryHolidays({ country: 'JP', from: 2026, to: 2026, language: 'zh' })
  expect(japan!.days.map((one) => one.date)).toEqual(expect.arrayContaining(['2026-01-01', '2026-02-11', '2026-11-03']))
  expect(await readCountryHolidays({ country: 'XX', from: 2026, to: 2026, language: 'en' })).toBeNull()
  const places = await readPlaces({ country: 'DE', language: 'en' })
  expect(places.countries.length).toBeGreaterThan(150)
  expect(places.states.map((one) => one.code)).toContain('BY')
}, 60_000)
