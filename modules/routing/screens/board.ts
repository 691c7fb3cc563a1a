/** The board's figures as a page keeps them: asked again when something happens and every two seconds, at most once a second. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { call, queryKey, type CallFault } from '../../../apps/console/api.ts'
import { useLive } from '../../../apps/console/live.ts'
import { insight, type Board } from '../../insight/contract.ts'
import { requests } from '../../requests/contract.ts'

/** What shows a request of the board. */
export const onBoard = [requests.list, requests.counts, insight.board]

/** Deadlines pass and people leave by the clock too, which no event tells. */
const ASK_MS = 2_000
/** The server counts no sooner. */
const FRESH_MS = 1_000
const concerned = ['request.', 'staff.', 'presence', 'alarm.']

export interface Shown { board: Board; /** When it was counted, on this machine's steady clock. */ at: number }

export function useBoard(teamId: string | undefined) {
  const query = teamId === undefined ? {} : { teamId }
  const found = useQuery<Shown, CallFault>({
    queryKey: queryKey(insight.board, { query }),
    queryFn: async ({ signal }) => { const board = await call(insight.board, { query }, { signal }); return { board, at: performance.now() - board.ageMs } },
    refetchInterval: ASK_MS, staleTime: 0, placeholderData: keepPreviousData,
  })
  const latest = useRef({ found, heardAt: 0 })
  latest.current.found = found
  useLive('', (event) => {
    if (!concerned.some((type) => event.type.startsWith(type))) return
    latest.current.heardAt = performance.now()
    const { data, isFetching, refetch } = latest.current.found
    if (data && !isFetching && document.visibilityState === 'visible' && performance.now() - data.at > FRESH_MS) void refetch()
  })
  // Counted before the last thing that happened: the next count has it.
  const { data } = found
  useEffect(() => {
    if (!data || latest.current.heardAt <= data.at) return
    const timer = setTimeout(() => { void latest.current.found.refetch() }, FRESH_MS)
    return () => clearTimeout(timer)
  }, [data])
  return found
}
