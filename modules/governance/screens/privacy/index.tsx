/** The privacy officer's pages. */
import { lazy } from 'react'

export const RegisterPage = lazy(() => import('./Register.tsx'))
