import { lazy } from 'react'

export const StartPage = lazy(() => import('./Start.tsx'))
export const ReportsPage = lazy(() => import('./Reports.tsx'))
export const ReportRequestsPage = lazy(() => import('./ReportRequests.tsx'))
export const SavedReportsPage = lazy(() => import('./SavedReports.tsx'))
export const MetricAlarmsPage = lazy(() => import('./Alarms.tsx'))
export const WallboardsPage = lazy(() => import('./Wallboards.tsx'))
export const WallPage = lazy(() => import('./Wall.tsx'))
export const ChannelEffectPage = lazy(() => import('./ChannelEffect.tsx'))
export const ChannelTiersPage = lazy(() => import('./ChannelTiers.tsx'))
export const QualityIndexPage = lazy(() => import('./QualityIndex.tsx'))
