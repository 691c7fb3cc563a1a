import { expect, test } from 'vitest'
import { dutyOf, isMixed } from './duties.ts'

test.each([
  ['access.grant', 'security'], ['access.configure', 'security'], ['access.approve', null], ['audit.read', 'audit'], ['audit.configure', 'security'], ['alarms.handle', 'security'], ['privacy.edit', 'contents'], ['notices.send', null], ['channels.configure', 'system'], ['staff.configure', 'system'],
  ['staff.read', null], ['channels.read', null], ['requests.read', 'contents'], ['requests.configure', 'contents'], ['customers.reveal', 'contents'], ['mails.read', 'contents'],
])('C09 %s belongs to the duty %s', (permission, duty) => { expect(dutyOf(permission)).toBe(duty) })

test.each([
  [['*'], true], [[], false], [['staff.read'], false], [['access.grant', 'access.configure', 'access.approve', 'staff.read'], false], [['access.grant', 'channels.configure'], true],
  [['audit.read', 'audit.export'], false], [['audit.read', 'requests.read'], true], [['channels.configure', 'requests.read'], true], [['requests.read', 'customers.read', 'staff.read'], false],
])('C09 %j is mixed: %s', (permissions, mixed) => { expect(isMixed(permissions)).toBe(mixed) })
