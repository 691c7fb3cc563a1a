/** The privacy officer's pages. */
import { lazyRouteComponent } from '@tanstack/react-router'

export const BreachesPage = lazyRouteComponent(() => import('../breaches/Breaches.tsx'))
export const BreachPage = lazyRouteComponent(() => import('../breaches/Breach.tsx'))
export const OutsidePage = lazyRouteComponent(() => import('../outside/Outside.tsx'))
export const AssessmentsPage = lazyRouteComponent(() => import('../outside/Assessments.tsx'))
export const PersonRequestsPage = lazyRouteComponent(() => import('./PersonRequests.tsx'))
export const PersonRequestPage = lazyRouteComponent(() => import('./PersonRequest.tsx'))
export const RetentionPage = lazyRouteComponent(() => import('./Retention.tsx'))
export const ConsentsPage = lazyRouteComponent(() => import('./Consents.tsx'))
export const ExportsPage = lazyRouteComponent(() => import('./Exports.tsx'))
export const RegisterPage = lazyRouteComponent(() => import('./Register.tsx'))
