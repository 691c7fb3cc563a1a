import { lazyRouteComponent } from '@tanstack/react-router'

export const StartPage = lazyRouteComponent(() => import('./Start.tsx'))
export const ReportsPage = lazyRouteComponent(() => import('./Reports.tsx'))
export const ReportRequestsPage = lazyRouteComponent(() => import('./ReportRequests.tsx'))
export const SavedReportsPage = lazyRouteComponent(() => import('./SavedReports.tsx'))
export const MetricAlarmsPage = lazyRouteComponent(() => import('./Alarms.tsx'))
export const WallboardsPage = lazyRouteComponent(() => import('./Wallboards.tsx'))
export const WallPage = lazyRouteComponent(() => import('./Wall.tsx'))
export const ChannelEffectPage = lazyRouteComponent(() => import('./ChannelEffect.tsx'))
export const ChannelTiersPage = lazyRouteComponent(() => import('./ChannelTiers.tsx'))
export const QualityIndexPage = lazyRouteComponent(() => import('./QualityIndex.tsx'))
