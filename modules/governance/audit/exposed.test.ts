import { expect, test } from 'vitest'
import { cell } from '../../../lib/csv/index.ts'
import { exposed } from './exposed.ts'

test('7.3-b settings and people of the house are shown with before and after, secrets never', () => {
  expect(exposed('staff.person-changed', { changes: { roleId: { from: 'a', to: 'b' }, passwordHash: { from: 'x', to: 'y' } } }).difference).toEqual([
    { field: 'roleId', before: 'a', after: 'b', isCovered: false }, { field: 'passwordHash', before: null, after: null, isCovered: true }])
  expect(exposed('staff.role-changed', { key: 'night', from: { scope: 'own', permissions: ['a'] }, to: { scope: 'own', permissions: ['a', 'b'] } })).toEqual({
    difference: [{ field: 'permissions', before: 'a', after: 'a, b', isCovered: false }], details: [{ field: 'key', value: 'night' }] })
  expect(exposed('audit.retention-changed', { before: { days: 400 }, after: { days: 500 } }).difference).toEqual([{ field: 'days', before: '400', after: '500', isCovered: false }])
  expect(exposed('channels.webhook-changed', { secret: 'renewed' }).details).toEqual([])
})

test.each([
  ['request.task-added', { task: '0198f0c2-0000-7000-8000-000000000000', title: '陳美玲要退款' }],
  ['request.corrected', { before: { subject: '陳美玲', priority: 'normal' }, after: { subject: '王小明', priority: 'urgent' }, reason: '陳美玲說的' }],
  ['request.assignment-declined', { by: 'x', name: '陳美玲', reason: '陳美玲' }],
  ['request.recognised', { explanation: [{ because: [{ found: '陳美玲' }] }] }],
  ['customer.changed', { fields: ['name'], before: { name: '陳美玲' }, after: { name: '王小明' } }],
  ['customer.merged', { other: '0198f0c2-0000-7000-8000-000000000000', name: '陳美玲', reason: '陳美玲' }],
  ['channels.mail-discarded', { reason: 'spam', address: 'chen@example.com' }],
  ['something.new', { customer: 'chen mei ling', who: 'chen@example.com' }],
])('C09 the audit shows nothing of what customers wrote or are: %s', (type, data) => {
  expect(JSON.stringify(exposed(type, data))).not.toMatch(/陳美玲|王小明|chen/)
})

test('C09 of a correction the audit shows what is ours, and that the rest changed', () => {
  expect(exposed('request.corrected', { before: { subject: 'a', priority: 'normal' }, after: { subject: 'b', priority: 'urgent' } }).difference).toEqual([
    { field: 'subject', before: null, after: null, isCovered: true }, { field: 'priority', before: 'normal', after: 'urgent', isCovered: false }])
})

test.each([['=1+1', "'=1+1"], ['+886', "'+886"], ['-2', "'-2"], ['@cmd', "'@cmd"], ['\t=x', `"'\t=x"`], [' =x', "' =x"], ['a,"b"', '"a,""b"""'], ['=a,b', `"'=a,b"`], ['陳', '陳']])('G01 a spreadsheet takes no cell for a formula: %j', (text, safe) => { expect(cell(text)).toBe(safe) })
