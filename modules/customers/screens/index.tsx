/** The staff's pages of the customers room. */
import { lazyRouteComponent } from '@tanstack/react-router'

export const CustomersPage = lazyRouteComponent(() => import('./Customers.tsx'))
export const CustomerPage = lazyRouteComponent(() => import('./Customer.tsx'))
export const LifecyclePage = lazyRouteComponent(() => import('./Lifecycle.tsx'))
export const StagesPage = lazyRouteComponent(() => import('./Stages.tsx'))
