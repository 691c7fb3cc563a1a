import { lazyRouteComponent } from '@tanstack/react-router'

export const QueuesPage = lazyRouteComponent(() => import('./Queues.tsx'))
