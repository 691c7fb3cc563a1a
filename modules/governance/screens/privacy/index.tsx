/** The privacy officer's pages. */
import { lazy } from 'react'

export const BreachesPage = lazy(() => import('../breaches/Breaches.tsx'))
export const BreachPage = lazy(() => import('../breaches/Breach.tsx'))
export const OutsidePage = lazy(() => import('../outside/Outside.tsx'))
export const AssessmentsPage = lazy(() => import('../outside/Assessments.tsx'))
export const PersonRequestsPage = lazy(() => import('./PersonRequests.tsx'))
export const PersonRequestPage = lazy(() => import('./PersonRequest.tsx'))
export const RetentionPage = lazy(() => import('./Retention.tsx'))
export const ConsentsPage = lazy(() => import('./Consents.tsx'))
export const ExportsPage = lazy(() => import('./Exports.tsx'))
export const RegisterPage = lazy(() => import('./Register.tsx'))
