import { lazyRouteComponent } from '@tanstack/react-router'

export const ServicesPage = lazyRouteComponent(() => import('./Services.tsx'))
export const ServicePage = lazyRouteComponent(() => import('./ServicePage.tsx'))
export const StandardPage = lazyRouteComponent(() => import('./StandardPage.tsx'))
export const CataloguePage = lazyRouteComponent(() => import('./Catalogue.tsx'))
export const RulesPage = lazyRouteComponent(() => import('./Rules.tsx'))
export const ChannelRecordsPage = lazyRouteComponent(() => import('./Channels.tsx'))
export const ChannelRecordPage = lazyRouteComponent(() => import('./Channel.tsx'))
