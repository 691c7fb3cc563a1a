import { lazy } from 'react'

export const ServicesPage = lazy(() => import('./Services.tsx'))
export const ServicePage = lazy(() => import('./ServicePage.tsx'))
export const StandardPage = lazy(() => import('./StandardPage.tsx'))
export const CataloguePage = lazy(() => import('./Catalogue.tsx'))
export const RulesPage = lazy(() => import('./Rules.tsx'))
export const ChannelRecordsPage = lazy(() => import('./Channels.tsx'))
export const ChannelRecordPage = lazy(() => import('./Channel.tsx'))
