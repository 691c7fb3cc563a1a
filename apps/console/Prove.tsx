import { lazy, Suspense, useEffect, useState, type ReactElement } from 'react'
import type { MeRow } from '../../modules/staff/contract.ts'
import { onProve } from './api.ts'

const ProveDialog = lazy(() => import('./ProveDialog.tsx'))

/** Asks whether the person is still at the screen, once for all calls that wait for it, which then go on. */
export function Prove({ person }: { person: MeRow }): ReactElement | null {
  const [waiting, setWaiting] = useState<((isProven: boolean) => void)[]>([])
  useEffect(() => onProve(() => new Promise((resolve) => setWaiting((before) => [...before, resolve]))), [])
  const settle = (isProven: boolean) => { for (const resolve of waiting) resolve(isProven); setWaiting([]) }
  return waiting.length === 0 ? null : <Suspense fallback={null}><ProveDialog person={person} onEnd={settle} /></Suspense>
}
