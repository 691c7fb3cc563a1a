import { expect, test } from 'vitest'
import { isAllowed } from './licences.ts'

test('one allowed choice is enough, every joined licence is needed', () => {
  expect(isAllowed('MIT')).toBe(true)
  expect(isAllowed('(MIT OR EUPL-1.1+)')).toBe(true)
  expect(isAllowed('MIT AND Apache-2.0')).toBe(true)
  expect(isAllowed('MIT AND EUPL-1.1')).toBe(false)
  expect(isAllowed('GPL-3.0-only')).toBe(false)
  expect(isAllowed('none named')).toBe(false)
})
