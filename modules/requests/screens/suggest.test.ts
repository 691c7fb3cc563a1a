import { expect, test } from 'vitest'
import { filterChoices, findTrigger, mentionedIn } from './suggest.ts'

test('a slash offers templates only where a line begins', () => {
  expect(findTrigger('/退', 2, '/')).toEqual({ start: 0, query: '退' })
  expect(findTrigger('您好\n/', 4, '/')).toEqual({ start: 3, query: '' })
  expect(findTrigger('2026/3', 6, '/')).toBeNull()
  expect(findTrigger('/ 之後', 4, '/')).toBeNull()
})

test('@ offers colleagues after a blank, a Chinese character or a sign, but not inside an address', () => {
  expect(findTrigger('請@林', 3, '@')).toEqual({ start: 1, query: '林' })
  expect(findTrigger('ok @li', 6, '@')).toEqual({ start: 3, query: 'li' })
  expect(findTrigger('a@b', 3, '@')).toBeNull()
})

test('names that begin with what was typed come first', () => {
  const choice = (label: string) => ({ id: label, label, insert: label })
  expect(filterChoices(['王小林', '林美', '陳'].map(choice), '林').map((one) => one.id)).toEqual(['林美', '王小林'])
})

test('the longest name counts where one begins like another', () => {
  const people = [{ id: '1', name: '林美' }, { id: '2', name: '林美玲' }, { id: '3', name: '王' }]
  expect(mentionedIn('請 @林美玲 看一下', people)).toEqual(['2'])
  expect(mentionedIn('@林美 @林美玲', people).sort()).toEqual(['1', '2'])
  expect(mentionedIn('林美玲', people)).toEqual([])
})
