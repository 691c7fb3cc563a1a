import { lazy } from 'react'

export const ChannelsPage = lazy(() => import('./Channels.tsx'))
export const MailsPage = lazy(() => import('./Mails.tsx'))
