import { expect, test } from 'vitest'
import { changedBoth, readEdit } from './edit.ts'

const shown = { name: '陳美玲', tier: 'gold', language: 'zh-Hant', company: null, region: '臺中', note: null }

function form(values: Record<string, string>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries({ name: shown.name, tier: shown.tier, language: 'zh-Hant', company: '', region: '臺中', note: '', ...values })) data.set(name, value)
  return data
}

test('an edit sends only what was changed, and an emptied field as null', () => {
  expect(readEdit(form({}), shown)).toEqual({})
  expect(readEdit(form({ region: '', company: '大同', language: 'none' }), shown)).toEqual({ region: null, company: '大同', language: null })
  expect(readEdit(form({ name: ' 陳美齡 ' }), shown)).toEqual({ name: '陳美齡' })
})

test('what somebody else changed meanwhile is told by field', () => {
  expect(changedBoth(shown, { ...shown, tier: 'platinum', note: '怕吵' })).toEqual(['tier', 'note'])
  expect(changedBoth(shown, { ...shown, company: '' })).toEqual([])
})
