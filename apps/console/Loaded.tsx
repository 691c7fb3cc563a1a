import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement, ReactNode } from 'react'
import { Button, ErrorState, Skeleton } from '../../ui/index.ts'
import type { CallFault } from './api.ts'
import { useText } from './text.tsx'

export interface LoadedProps<T> {
  of: Pick<UseQueryResult<T, CallFault>, 'data' | 'error' | 'refetch'>
  rows?: number
  children: (answer: T) => ReactNode
}

/** An answer of the server while it comes, when it does not come, and when it is there. An old answer stays while a newer one is asked for. */
export function Loaded<T>({ of, rows = 6, children }: LoadedProps<T>): ReactElement {
  const t = useText()
  if (of.data !== undefined) return <>{children(of.data)}</>
  if (!of.error) return <Skeleton label={t('console.loading')} rows={rows} />
  return (
    <ErrorState title={t(of.error.code, of.error.args)} action={<Button onPress={() => { void of.refetch() }}>{t('console.try-again')}</Button>}>
      {of.error.status === 0 ? t('console.unreachable-next') : undefined}
    </ErrorState>
  )
}
