import { lazy } from 'react'

export const QueuesPage = lazy(() => import('./Queues.tsx'))
