import { lazy } from 'react'

export const AuditPage = lazy(() => import('./audit/Audit.tsx'))
export const NoticesPage = lazy(() => import('./notices/Notices.tsx'))
export const CompliancePage = lazy(() => import('./compliance/Compliance.tsx'))
export const AlarmsPage = lazy(() => import('./audit/Alarms.tsx'))
