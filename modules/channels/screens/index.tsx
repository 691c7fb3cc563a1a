import { lazyRouteComponent } from '@tanstack/react-router'

export const ChannelsPage = lazyRouteComponent(() => import('./Channels.tsx'))
export const MailsPage = lazyRouteComponent(() => import('./Mails.tsx'))
