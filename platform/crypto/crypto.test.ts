import { expect, test } from 'vitest'
import { deriveKeys, loadKeys } from './index.ts'

test('a root key from outside is whole or refused', async () => {
  const hex = 'ab'.repeat(32)
  expect((await loadKeys('unused', { LOOPDESK_KEY: hex })).for('tokens')).toEqual(deriveKeys(Buffer.from(hex, 'hex')).for('tokens'))
  for (const wrong of ['abc', hex.slice(1), `${hex}00`, `0x${hex.slice(2)}`, 'secret']) await expect(loadKeys('unused', { LOOPDESK_KEY: wrong })).rejects.toMatchObject({ code: 'start.setting-wrong', args: { name: 'LOOPDESK_KEY' } })
})

test('keys of two purposes differ', () => {
  const keys = deriveKeys(Buffer.alloc(32, 1))
  expect(keys.for('tokens').equals(keys.for('mail marks'))).toBe(false)
})
