import { expect, test } from 'vitest'
import { audit, uncovered } from './audit.ts'

test('C12 a route without its audit entry is found, and a sensitive one that is called plain', () => {
  const write = { method: 'POST', path: '/api/things', access: 'things.make' } as const
  expect(uncovered('things.make', write)).toContain('has no line')
  expect(uncovered('staff.createPerson', write)).toBeNull()
  expect(uncovered('things.list', { method: 'GET', path: '/api/things', access: 'things.read' })).toContain('neither')
  expect(uncovered('things.get', { method: 'GET', path: '/api/things/:id', access: 'things.read', reads: 'thing' })).toBeNull()
  expect(uncovered('staff.me', { method: 'GET', path: '/api/me', access: 'signed-in', reads: 'thing' })).toContain('called plain')
})
test('C12 every endpoint of the house has its audit entry', () => { expect(audit().findings).toEqual([]) })
