/** What the screens of requests read, and how an answer gets into everything that shows it. */
import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { call, queryKey, useGet, type CallFault } from '../../../apps/console/api.ts'
import { useRenewal, type LiveEvent } from '../../../apps/console/live.ts'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { toast } from '../../../ui/index.ts'
import { customers } from '../../customers/contract.ts'
import { standards } from '../../standards/contract.ts'
import { staff } from '../../staff/contract.ts'
import { requests, type Message, type Request, type RequestRow, type Stage, type View } from '../contract.ts'
import type { Names } from './words.ts'

type Page = { rows: RequestRow[]; next: string | null }
interface ListState { view: View; team?: string | undefined; search?: string | undefined; stage?: Stage | undefined; holder?: string | undefined }

const ofRequest = (id: string) => (event: LiveEvent): boolean => event.subject === id && event.type.startsWith('request.')

/** In a busy house every second brings events: one renewal at once, the next ones together. */
const LIST_RENEWAL_MS = 500
const COUNTS_RENEWAL_MS = 1_500

/** The list of a view, page by page; a live event renews the pages that are shown. */
export function useRequestList({ view, team, search, stage, holder }: ListState) {
  const query = { view, ...(team ? { teamId: team } : {}), ...(stage ? { stage } : {}), ...(holder ? { holderId: holder } : {}), ...(search ? { search } : {}), limit: 50 }
  const found = useInfiniteQuery<Page, CallFault, InfiniteData<Page>, readonly unknown[], string | null>({
    queryKey: [...queryKey(requests.list, { query }), 'pages'],
    queryFn: ({ pageParam, signal }) => call(requests.list, { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } }, { signal }),
    initialPageParam: null, getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  })
  useRenewal('request.', found.refetch, LIST_RENEWAL_MS)
  const rows = useMemo(() => {
    const seen = new Set<string>()
    return (found.data?.pages ?? []).flatMap((page) => page.rows).filter((row) => !seen.has(row.id) && seen.add(row.id))
  }, [found.data])
  return { ...found, rows }
}

export function useCounts() {
  const found = useGet(requests.counts, {}, { keepsPrevious: true })
  useRenewal('request.', found.refetch, COUNTS_RENEWAL_MS)
  return found
}
export const useRequest = (id: string) => useGet(requests.get, { params: { id } }, { live: ofRequest(id) })
export const useMessages = (id: string) => useGet(requests.messages, { params: { id } }, { live: ofRequest(id) })
export const useEvents = (id: string, isEnabled = true) => useGet(requests.events, { params: { id }, query: { limit: 500 } }, { live: ofRequest(id), isEnabled })
export const useAssignments = (id: string, isEnabled = true) => useGet(requests.assignments, { params: { id } }, { live: ofRequest(id), isEnabled })
export const useVerifications = (id: string) => useGet(requests.verifications, { params: { id } }, { live: ofRequest(id) })
export const useTasks = (id: string) => useGet(requests.tasks, { params: { id } }, { live: ofRequest(id) })

/** Answers and guesses go straight into what is on the screen; the live stream brings the rest. */
export function useRequestCache(id: string) {
  const client = useQueryClient()
  return useMemo(() => {
    const key = queryKey(requests.get, { params: { id } })
    const messagesKey = queryKey(requests.messages, { params: { id } })
    return {
      keep: (answer: Request) => { client.setQueryData(key, answer) },
      /** Shows at once what the server will most likely answer. */
      guess: (patch: Partial<Request>) => {
        void client.cancelQueries({ queryKey: key })
        client.setQueryData<Request>(key, (before) => before && { ...before, ...patch })
      },
      renew: () => { void client.invalidateQueries({ predicate: ({ queryKey: [path, params] }) => String(path).startsWith('/api/requests/:id') && (params as { id?: string } | undefined)?.id === id }) },
      changeMessages: (change: (rows: Message[]) => Message[]) => {
        void client.cancelQueries({ queryKey: messagesKey })
        client.setQueryData<{ rows: Message[]; next: string | null }>(messagesKey, (before) => before && { ...before, rows: change(before.rows) })
      },
      /** Reading makes no event: the lists are told here. */
      markRead: () => {
        client.setQueriesData<InfiniteData<Page>>({ queryKey: [requests.list.path] }, (before) => before && 'pages' in before
          ? { ...before, pages: before.pages.map((page) => ({ ...page, rows: page.rows.map((row) => row.id === id ? { ...row, isUnread: false } : row) })) } : before)
      },
    }
  }, [client, id])
}

/** Colleagues; `isLive` where their presence is looked at, since presence changes all the time. */
export const usePeople = (teamId?: string, { isEnabled = true, isLive = false } = {}) =>
  useGet(staff.people, { query: { ...(teamId ? { teamId } : {}), limit: 200 } }, { ...(isLive ? { live: ['presence', 'staff.'] } : {}), isEnabled, staleSeconds: isLive ? 5 : 300 })
export const useTeams = () => useGet(staff.teams, { query: {} }, { staleSeconds: 300 })
export const useServices = () => useGet(standards.services, {}, { staleSeconds: 300 })

/** A name written in three languages, in the reader's. */
export function useNamed(): (name: Record<string, string>) => string {
  const { locale } = useLanguage()
  return useCallback((name) => name[locale] ?? name['zh-Hant'] ?? Object.values(name)[0] ?? '', [locale])
}

/** What the company calls a tier of customers. */
export function useTierName(): (key: string) => string {
  const t = useText()
  const named = useNamed()
  const { data } = useGet(customers.tiers, {}, { staleSeconds: 600 })
  return useCallback((key) => { const name = data?.rows.find((row) => row.key === key)?.name; return name ? named(name) : t(`customers.tier-${key}`) }, [data, named, t])
}

/** Names for what the history knows only by id or key. */
export function useNames(): Names {
  const people = usePeople()
  const teams = useTeams()
  const services = useServices()
  const named = useNamed()
  return useMemo(() => ({
    service: (id) => { const found = services.data?.rows.find((one) => one.id === id); return found ? named(found.name) : '' },
    type: (key) => { const found = services.data?.rows.flatMap((one) => one.types).find((one) => one.key === key); return found ? named(found.name) : key },
    team: (id) => teams.data?.rows.find((one) => one.id === id)?.name ?? '',
    person: (id) => people.data?.rows.find((one) => one.id === id)?.name ?? '',
  }), [people.data, teams.data, services.data, named])
}

/** What every dialog does with the server's answer. */
export function useDone({ request, onClose }: { request: Request; onClose: () => void }, said: string): { onDone: (answer: Request) => void; onFault: () => void } {
  const { keep } = useRequestCache(request.id)
  return { onDone: (answer) => { keep(answer); onClose(); toast.ok(said) }, onFault: () => undefined }
}
