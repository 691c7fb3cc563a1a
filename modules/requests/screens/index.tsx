/** The staff's pages of the requests room. */
import { lazyRouteComponent } from '@tanstack/react-router'

export { NoticesBell } from './Notices.tsx'
export const InboxPage = lazyRouteComponent(() => import('./Inbox.tsx'))
export const RequestPage = lazyRouteComponent(() => import('./RequestPage.tsx'))
