import { useNavigate, useParams, useSearch as useRouterSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { Search } from './paths.ts'

/** A named part of the present address: `useParam('id')` under `/requests/$id`. */
export function useParam(name: string): string {
  const params = useParams({ strict: false }) as Record<string, string | undefined>
  return params[name] ?? ''
}

/**
 * The state of a page in its address: filters, sorting, chosen tab. Values are text; `set` merges, and null or '' removes.
 * Changing it replaces the history entry unless `isStep` says that Back should return here.
 */
export function useSearchState<Name extends string>(): [Partial<Record<Name, string>>, (change: Partial<Record<Name, string | number | boolean | null | undefined>>, isStep?: boolean) => void] {
  const values = useRouterSearch({ strict: false }) as Partial<Record<Name, string>>
  const navigate = useNavigate()
  const set = useCallback((change: Search, isStep = false) => {
    void navigate({
      to: '.', replace: !isStep,
      search: (before: Record<string, unknown>) => Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined && value !== null && value !== '').map(([name, value]) => [name, String(value)])),
    } as never)
  }, [navigate])
  return [values, set]
}

/** Goes to an address made by `paths`. */
export function useGo(): (href: string, isReplacing?: boolean) => void {
  const navigate = useNavigate()
  return useCallback((href: string, isReplacing = false) => { void navigate({ href, replace: isReplacing }) }, [navigate])
}
