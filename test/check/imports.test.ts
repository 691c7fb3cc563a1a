import { expect, test } from 'vitest'
import { ruleBroken } from './imports.ts'

test.each([
  ['lib/search/index.ts', 'platform/fault.ts', false],
  ['platform/context.ts', 'lib/id/index.ts', true],
  ['platform/context.ts', 'modules/staff/index.ts', false],
  ['ui/Time.tsx', 'lib/text/index.ts', true],
  ['ui/Time.tsx', 'apps/console/api.ts', false],
  ['modules/requests/accept.ts', 'modules/staff/index.ts', true],
  ['modules/requests/accept.ts', 'modules/staff/people.ts', false],
  ['modules/requests/accept.ts', 'modules/routing/index.ts', false],
  ['modules/requests/accept.ts', 'modules/requests/screens/Inbox.tsx', false],
  ['modules/requests/accept.ts', 'apps/assemble.ts', false],
  ['modules/requests/contract.ts', 'zod', true],
  ['modules/requests/contract.ts', 'node:crypto', false],
  ['modules/requests/contract.ts', 'modules/requests/store.ts', false],
  ['modules/requests/screens/Inbox.tsx', 'modules/routing/contract.ts', true],
  ['modules/requests/screens/Inbox.tsx', 'modules/requests/store.ts', false],
  ['modules/requests/screens/Inbox.tsx', 'modules/staff/screens/Person.tsx', false],
  ['modules/requests/screens/Inbox.tsx', 'apps/console/paths.ts', true],
  ['modules/requests/screens/Inbox.tsx', 'apps/console/router.tsx', false],
  ['modules/requests/loop.test.ts', 'test/harness.ts', true],
  ['modules/requests/loop.test.ts', 'apps/assemble.ts', false],
  ['apps/server.ts', 'modules/requests/index.ts', true],
] as const)('%s may import %s: %s', (from, to, isAllowed) => { expect(ruleBroken(from, to) === null).toBe(isAllowed) })
