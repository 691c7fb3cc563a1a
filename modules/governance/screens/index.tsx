import { lazy } from 'react'

export const AuditPage = lazy(() => import('./audit/Audit.tsx'))
export const AlarmsPage = lazy(() => import('./audit/Alarms.tsx'))
