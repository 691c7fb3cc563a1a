import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describe, storm } from './storm.ts'

test('4.1-a kill -9 of program and database loses no acknowledged request and doubles none', { timeout: 150_000 }, async () => {
  const seed = 20260302
  const began = performance.now()
  const verdict = await storm({ seed, kills: 3, clients: 3, dataDir: mkdtempSync(join(tmpdir(), 'loopdesk-storm-')) })
  console.log(describe(seed, verdict, (performance.now() - began) / 1000))
  expect(verdict.wrong).toEqual([])
  expect(verdict.counts.acknowledged).toBeGreaterThan(50)
  expect(verdict.counts.acknowledgedReplies).toBeGreaterThan(0)
})
