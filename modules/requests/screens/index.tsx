/** The staff's pages of the requests room. */
import { lazy } from 'react'

export { NoticesBell } from './Notices.tsx'
export const InboxPage = lazy(() => import('./Inbox.tsx'))
export const RequestPage = lazy(() => import('./RequestPage.tsx'))
