import { expect, test } from 'vitest'
import { initials } from './Avatar.tsx'
import { timeWords } from './display.ts'
import { isComposing, keyName } from './shortcuts.ts'

test('a face shows the given name in Chinese and first letters otherwise', () => {
  expect(['陳美玲', '林志', '林', '歐陽修文', 'Ann Lee', 'ann', 'lin.chih@example.com', ''].map(initials))
    .toEqual(['美玲', '志', '林', '修文', 'AL', 'A', 'LC', '?'])
})

test('times are relative within a day and dated after it, in the zone and years the reader chose', () => {
  const now = Date.parse('2026-11-23T06:00:00Z')
  const at = (minutes: number) => new Date(now + minutes * 60_000)
  expect(timeWords(at(-3), now, 'zh-TW').relative).toBe('3 分鐘前')
  expect(timeWords(at(120), now, 'zh-CN').relative).toBe('2小时后')
  expect(timeWords(at(-0.2), now, 'en').relative).toBe('now')
  expect(timeWords(at(-2880), now, 'zh-TW', { timeZone: 'Asia/Taipei' }).relative).toBe('11月21日')
  expect(timeWords(at(0), now, 'en', { timeZone: 'Asia/Taipei' }).exact).toContain('14:00')
  expect(timeWords(at(0), now, 'zh-TW', { timeZone: 'Asia/Taipei', isRocYear: true }).exact).toContain('民國115年')
})

test('a key press has one name on every machine', () => {
  const press = (key: string, extra = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...extra })
  expect(keyName(press('K', { ctrlKey: true }), false)).toBe('mod+k')
  expect(keyName(press('k', { metaKey: true }), true)).toBe('mod+k')
  expect(keyName(press('?', { shiftKey: true }), false)).toBe('?')
  expect(keyName(press('Enter', { shiftKey: true, ctrlKey: true }), false)).toBe('mod+shift+enter')
  expect(isComposing({ isComposing: false, keyCode: 229 })).toBe(true)
  expect(isComposing({ isComposing: false, keyCode: 74 })).toBe(false)
})
