/** The staff's pages of the customers room. */
import { lazy } from 'react'

export const CustomersPage = lazy(() => import('./Customers.tsx'))
export const CustomerPage = lazy(() => import('./Customer.tsx'))
export const LifecyclePage = lazy(() => import('./Lifecycle.tsx'))
export const StagesPage = lazy(() => import('./Stages.tsx'))
