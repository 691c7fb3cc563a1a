import { useQuery } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useMemo, type ReactElement, type ReactNode } from 'react'
import type { Locale } from '../../lib/text/index.ts'
import { staff, type MeRow, type Presence } from '../../modules/staff/contract.ts'
import { Button, DisplayContext, ErrorState } from '../../ui/index.ts'
import { call, CallFault, onSignedOut, queryClient } from './api.ts'
import { startLive, useConnection } from './live.ts'
import { Prove } from './Prove.tsx'
import { hasChosenLocale, useLanguage, useText } from './text.tsx'

export type SignedIn = Omit<MeRow, 'role'> & { role: MeRow['role'] | null }

export interface Session {
  /** Who works at this screen. */
  person: SignedIn | null
  setPresence: (presence: Presence) => void
  /** Changes the language here and in the person's settings. */
  setLanguage: (locale: Locale) => void
  signOut: () => void
  /** Asks the server again who is signed in: after signing in. */
  renew: () => Promise<void>
}

export const SessionContext = createContext<Session>({ person: null, setPresence: () => undefined, setLanguage: () => undefined, signOut: () => undefined, renew: async () => undefined })

export const useSession = (): Session => useContext(SessionContext)

/** Whether the signed-in person may do something; screens hide what they may not and say why where it matters. */
export function useMay(): (permission: string) => boolean {
  const { person } = useSession()
  return (permission) => person !== null && (person.permissions.includes(permission) || person.permissions.includes('*'))
}

const key = ['session']
const SIGN_OF_LIFE_MS = 60_000

const readMe = () => call(staff.me, {}).catch((fault: unknown) => {
  if (fault instanceof CallFault && fault.status === 401) return null
  throw fault
})

/** Knows who is signed in, keeps the live stream open for them, and forgets everything when they leave. */
export function SessionProvider({ children }: { children: ReactNode }): ReactElement | null {
  const found = useQuery({ queryKey: key, queryFn: readMe, staleTime: Infinity, meta: { live: ['presence'] } })
  const t = useText()
  const { locale, setLocale } = useLanguage()
  // Whoever has something to do first hears and sees nothing else.
  const id = found.data?.due ? undefined : found.data?.id
  usePresenceKept(found.data?.presence)
  useEffect(() => onSignedOut(() => { if (queryClient.getQueryData(key)) queryClient.setQueryData(key, null) }), [])
  useEffect(() => id === undefined ? undefined : startLive(queryClient, () => { void queryClient.invalidateQueries({ queryKey: key }) }), [id])
  const value = useMemo<Session>(() => ({
    person: found.data ?? null,
    setPresence: (state) => {
      void call(staff.setMyPresence, { body: { presence: state } }).then(() => queryClient.invalidateQueries({ queryKey: key }), () => undefined)
    },
    setLanguage: (next) => {
      setLocale(next)
      if (found.data) void call(staff.editMe, { body: { locale: next } }).catch(() => undefined)
    },
    signOut: () => {
      void call(staff.signOut, {}).catch(() => undefined).then((left) => { queryClient.clear(); location.assign(left?.url ?? '/sign-in') })
    },
    renew: () => queryClient.invalidateQueries({ queryKey: key }),
  }), [found.data, setLocale])
  const own = found.data?.locale
  useEffect(() => { if (own !== undefined && own !== locale && !hasChosenLocale()) setLocale(own) }, [own])
  if (found.isPending) return null
  if (found.isError && !found.data) {
    return <ErrorState title={t('console.unreachable')} action={<Button onPress={() => { void found.refetch() }}>{t('console.try-again')}</Button>}>{t('console.unreachable-next')}</ErrorState>
  }
  return <SessionContext value={value}><Display person={found.data ?? null}>
    {children}
    {found.data && <Prove person={found.data} />}
  </Display></SessionContext>
}

/** The server takes a silent person for offline after three minutes; whoever is here says so. */
function usePresenceKept(presence: Presence | undefined): void {
  useEffect(() => {
    if (presence === undefined || presence === 'offline') return
    const timer = setInterval(() => { void call(staff.setMyPresence, { body: { presence } }).catch(() => undefined) }, SIGN_OF_LIFE_MS)
    return () => clearInterval(timer)
  }, [presence])
}

function Display({ person, children }: { person: SignedIn | null; children: ReactNode }) {
  const { clockOffset } = useConnection()
  const settings = useMemo(() => ({
    clockOffset, ...(person ? { timeZone: person.zone } : {}),
  }), [clockOffset, person?.zone])
  return <DisplayContext value={settings}>{children}</DisplayContext>
}
