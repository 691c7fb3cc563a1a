/** The privacy officer's pages. */
import { lazy } from 'react'

export const PersonRequestsPage = lazy(() => import('./PersonRequests.tsx'))
export const PersonRequestPage = lazy(() => import('./PersonRequest.tsx'))
export const RetentionPage = lazy(() => import('./Retention.tsx'))
export const RegisterPage = lazy(() => import('./Register.tsx'))
