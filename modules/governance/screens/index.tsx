import { lazyRouteComponent } from '@tanstack/react-router'

export const AuditPage = lazyRouteComponent(() => import('./audit/Audit.tsx'))
export const NoticesPage = lazyRouteComponent(() => import('./notices/Notices.tsx'))
export const CompliancePage = lazyRouteComponent(() => import('./compliance/Compliance.tsx'))
export const AlarmsPage = lazyRouteComponent(() => import('./audit/Alarms.tsx'))
