/** Who else looks at a request and who writes there: told to the server by signs that fade, heard on the live stream. */
import { useEffect, useState } from 'react'
import { call } from '../../../apps/console/api.ts'
import { useLive } from '../../../apps/console/live.ts'
import { useSession } from '../../../apps/console/session.tsx'
import { requests } from '../contract.ts'
import type { Voice } from './drafts.ts'

export interface Onlooker { personId: string; name: string; typing: Voice | null; at: number }

/** A sign is repeated every 20 s and believed for 30 s; who left is gone from the line soon after. */
const REPEAT_MS = 20_000
const FADES_MS = 30_000

/** Tells that I am here and whether I write; stops while the page is hidden. */
export function useShowing(id: string, typing: Voice | null): void {
  useEffect(() => {
    const tell = () => { if (document.visibilityState === 'visible') void call(requests.viewing, { params: { id }, body: { typing } }).catch(() => undefined) }
    tell()
    const timer = setInterval(tell, REPEAT_MS)
    document.addEventListener('visibilitychange', tell)
    return () => { clearInterval(timer); document.removeEventListener('visibilitychange', tell) }
  }, [id, typing])
}

/** The others at this request. */
export function useOnlookers(id: string): Onlooker[] {
  const { person } = useSession()
  const [others, setOthers] = useState<Onlooker[]>([])
  useEffect(() => {
    setOthers([])
    const timer = setInterval(() => {
      setOthers((before) => before.some((one) => Date.now() - one.at > FADES_MS) ? before.filter((one) => Date.now() - one.at <= FADES_MS) : before)
    }, 5_000)
    return () => clearInterval(timer)
  }, [id])
  useLive('looking', (event) => {
    const { requestId, personId, name, typing } = event as unknown as { requestId: string; personId: string; name: string; typing: Voice | null }
    if (requestId !== id || personId === person?.id) return
    setOthers((before) => [...before.filter((one) => one.personId !== personId), { personId, name, typing, at: Date.now() }])
  })
  return others
}

/** True from the first key until three quiet seconds after the last one. */
export function useTyping(text: string, isActive: boolean): boolean {
  const [isTyping, setTyping] = useState(false)
  useEffect(() => {
    if (!isActive || !text) { setTyping(false); return }
    setTyping(true)
    const timer = setTimeout(() => setTyping(false), 3_000)
    return () => clearTimeout(timer)
  }, [text, isActive])
  return isTyping
}
