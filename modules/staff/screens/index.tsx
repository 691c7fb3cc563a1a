import { lazy } from 'react'

export const SignInPage = lazy(() => import('./SignIn.tsx'))
export const SetupPage = lazy(() => import('./Setup.tsx'))
export const AccountPage = lazy(() => import('./Account.tsx'))
export const PeoplePage = lazy(() => import('./People.tsx'))
export const PersonPage = lazy(() => import('./Person.tsx'))
export const TeamsPage = lazy(() => import('./Teams.tsx'))
export const SkillsPage = lazy(() => import('./Skills.tsx'))
export const RolesPage = lazy(() => import('./Roles.tsx'))
export const CalendarsPage = lazy(() => import('./Calendars.tsx'))
export const CalendarPage = lazy(() => import('./Calendar.tsx'))
export const TokensPage = lazy(() => import('./Tokens.tsx'))
