import { expect, test } from 'vitest'
import { always24x7, compileCalendar } from '../../../lib/calendar/index.ts'
import { dueOf, mayExtend } from './deadline.ts'

const nine = [{ from: '09:00', to: '12:00' }, { from: '13:00', to: '18:00' }]
const taipei = compileCalendar({ zone: 'Asia/Taipei', week: { 1: nine, 2: nine, 3: nine, 4: nine, 5: nine, 6: [], 7: [] }, exceptions: [] })
const day = (text: string): Date => new Date(text)

test.each([
  // Monday 2 March 10:00 in Taipei + 15 days = Tuesday 17 March, closing at 18:00.
  ['tw-pdpa', 'copy', '2026-03-02T02:00:00Z', false, '2026-03-17T10:00:00.000Z'],
  // + 30 days = Wednesday 1 April.
  ['tw-pdpa', 'erase', '2026-03-02T02:00:00Z', false, '2026-04-01T10:00:00.000Z'],
  // Once more: 17 March + 15 = Wednesday 1 April.
  ['tw-pdpa', 'see', '2026-03-02T02:00:00Z', true, '2026-04-01T10:00:00.000Z'],
  // Friday 6 March + 15 = Saturday 21 March: the Friday before.
  ['tw-pdpa', 'see', '2026-03-06T02:00:00Z', false, '2026-03-20T10:00:00.000Z'],
  // Late in the evening UTC it is the next day in Taipei: Tuesday 3 March + 15 = Wednesday 18 March.
  ['tw-pdpa', 'see', '2026-03-02T17:00:00Z', false, '2026-03-18T10:00:00.000Z'],
  ['pipl', 'erase', '2026-03-02T02:00:00Z', false, '2026-04-01T10:00:00.000Z'],
  // A month from 31 January is 28 February, a Saturday: the Friday before.
  ['gdpr', 'copy', '2026-01-31T02:00:00Z', false, '2026-02-27T10:00:00.000Z'],
  ['gdpr', 'copy', '2026-03-02T02:00:00Z', true, '2026-06-02T10:00:00.000Z'],
] as const)('P14 %s %s from %s, extended %s: due %s', (law, kind, from, isExtended, due) => {
  expect(dueOf(law, kind, day(from), taipei, isExtended).toISOString()).toBe(due)
})

test('P14 round the clock the last day lasts until midnight, and summer time does not move it', () => {
  const berlin = compileCalendar({ ...always24x7, zone: 'Europe/Berlin', exceptions: [{ date: '2026-12-25', name: '', open: [] }] })
  expect(dueOf('gdpr', 'see', day('2026-03-10T09:00:00Z'), berlin).toISOString()).toBe('2026-04-10T21:59:00.000Z')
})

test('P14 PIPL knows no extension', () => {
  expect([mayExtend('pipl', 'see'), mayExtend('gdpr', 'see'), mayExtend('tw-pdpa', 'erase')]).toEqual([false, true, true])
})
