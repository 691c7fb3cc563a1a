import { expect, test } from 'vitest'
import { isAddress, maskAddress, maskEmail, maskForeign, maskKey, maskName, maskPhone } from './index.ts'

test.each([
  ['王小明', '王＊＊'], ['王明', '王＊＊'], ['歐陽娜娜', '歐＊＊'], ['刘洋', '刘＊＊'], ['佐藤 花子', '佐＊＊ 花＊＊'], ['김민수', '김＊＊'], ['𠮷田', '𠮷＊＊'],
  ['Amy Wong', 'A*** W***'], ['J', 'J***'], ['Élodie', 'É***'], ['王小明 Amy', '王＊＊ A***'], ['', ''], ['  ', '  '],
  ['silent@example.com', 's***@example.com'], ['0912-345-678', '09**-***-678'],
])('the name %s is shown as %s', (name, shown) => { expect(maskName(name)).toBe(shown) })

test.each([
  ['lin@example.com', 'l***@example.com'], ['l@example.com', '***@example.com'], ['a.very.long.name@mail.example', 'a***@mail.example'], ['林@例子.公司', '***@例子.公司'],
  ['"odd@local"@example.com', '"***@example.com'], ['no address', '***'], ['@example.com', '***'],
])('the address %s is shown as %s', (address, shown) => { expect(maskEmail(address)).toBe(shown) })

test.each([
  ['0912-345-678', '09**-***-678'], ['0912345678', '09*****678'], ['+886 912 345 678', '+88* *** *** 678'], ['+8613812345678', '+86********678'], ['(02) 2345-6789', '(02) ****-*789'],
  ['1234567', '*****67'], ['12345', '*****'], ['０９１２－３４５－６７８', '09**-***-678'], ['', ''],
])('the number %s is shown as %s', (number, shown) => { expect(maskPhone(number)).toBe(shown) })

test('a key shows its first sign at most, and a cover never tells the length', () => {
  expect(maskKey('LH-2026-001')).toBe('L***')
  expect(maskKey('A123')).toBe('***')
  expect(new Set(['王明', '王小明', '王大小明'].map(maskName)).size).toBe(1)
  expect(new Set(['lin@x.example', 'linda.long@x.example'].map(maskAddress)).size).toBe(1)
})

test('an address that stands for a name is known as one', () => {
  expect(['a@b.example', '+886912345678', '0912-345-678', ' 02 2345 6789 '].map(isAddress)).toEqual([true, true, true, true])
  expect(['王小明', 'Amy', 'Room 12', '4711', '訪客 A1B2', ''].map(isAddress)).toEqual([false, false, false, false, false, false])
})

test('of a text handed to a person only the addresses of others are covered', () => {
  const own = ['Lin@example.com', '+886 912 345 678']
  expect(maskForeign('lin@example.com 與 wang@example.com，電話 0912-345-678 或 0933 111 222', own)).toBe('lin@example.com 與 w***@example.com，電話 0912-345-678 或 09** *** 222')
  expect(maskForeign('訂單 4711，2026-03-02 的 A1-2026-000123456', own)).toBe('訂單 4711，2026-03-02 的 A1-2026-000123456')
  expect(maskForeign('回電０９１２３４５６７８或0912345678', [])).toBe('回電09*****678或09*****678')
  expect(maskForeign('請寄wang@example.com，或林先生lin@example.com看看', own)).toBe('請寄w***@example.com，或林先生lin@example.com看看')
  expect(maskForeign('打 +86 138 1234 5678。', [])).toBe('打 +86 *** **** *678。')
})
