import { DuePage } from '../../modules/staff/screens/index.tsx'
import { CatchBoundary, createRootRoute, createRoute, createRouter, Outlet, useLocation, useNavigate, useRouter } from '@tanstack/react-router'
import { Suspense, useEffect, type ReactElement, type ReactNode } from 'react'
import { RouterProvider as AriaRouterProvider } from 'react-aria-components'
import { Button, ErrorState, Link, Skeleton, ToastRegion } from '../../ui/index.ts'
import { foreseeLinks } from './foresee.ts'
import { paths, patterns, type PageName } from './paths.ts'
import { routes, type Route } from './routes.tsx'
import { useMay, useSession } from './session.tsx'
import { useRail } from './shell/Rail.tsx'
import { Shell } from './shell/Shell.tsx'
import { useText } from './text.tsx'

const root = createRootRoute({ component: Root, notFoundComponent: NotFound, errorComponent: BrokenAll })
const entries = Object.entries(routes) as [PageName, Route][]
const tree = root.addChildren(entries.map(([name, route]) => createRoute({
  // The page before stays until the next one's script is there: a placeholder, once shown, is kept by React for 300 ms.
  getParentRoute: () => root, path: patterns[name], component: Object.assign(() => <Framed route={route} />, { preload: () => route.page.preload?.() }),
})))

export const router = createRouter({
  routeTree: tree,
  // What a person reads in the address stays readable: plain text values, no JSON.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(Object.entries(search).flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]])).toString()
    return text && `?${text}`
  },
  scrollRestoration: true,
  defaultPendingComponent: Loading,
})

function Root(): ReactElement {
  const { history, preloadRoute } = useRouter()
  useEffect(() => foreseeLinks((path) => preloadRoute({ to: path } as never)), [preloadRoute])
  return <AriaRouterProvider navigate={(href) => { history.push(href) }}><Outlet /></AriaRouterProvider>
}

function Framed({ route }: { route: Route }): ReactElement {
  const { person } = useSession()
  const { href } = useLocation()
  // A page that breaks takes nothing else with it, and going elsewhere is a new beginning.
  const page = <CatchBoundary getResetKey={() => href} errorComponent={Broken}><route.page /></CatchBoundary>
  if (route.frame === 'bare' || (route.frame === 'either' && !person)) return <Bare>{page}</Bare>
  if (!person) return <ToSignIn />
  // What the sign-in rules ask for first stands in front of every page.
  if (person.due !== null) return <Suspense fallback={<Loading />}><DuePage person={person} /></Suspense>
  return <Shell><Permitted needs={route.needs}>{page}</Permitted></Shell>
}

function Permitted({ needs, children }: { needs: string | undefined; children: ReactNode }): ReactElement | null {
  const t = useText()
  const may = useMay()
  const { pathname } = useLocation()
  const rail = useRail()
  const navigate = useNavigate()
  const isAllowed = needs === undefined || may(needs)
  // Whoever has no work on requests begins where their own work is.
  const home = !isAllowed && pathname === patterns.start ? rail[0]?.href : undefined
  useEffect(() => { if (home !== undefined) void navigate({ href: home, replace: true }) }, [home, navigate])
  if (isAllowed) return <>{children}</>
  if (home !== undefined) return null
  return <ErrorState level={1} title={t('console.no-permission')} reference={needs}>{t('console.no-permission-next')}</ErrorState>
}

function Bare({ children }: { children: ReactNode }): ReactElement {
  const t = useText()
  return <><main>{children}</main><ToastRegion label={t('console.messages')} closeLabel={t('console.close')} /></>
}

/** After signing in the person is where they wanted to be. */
function ToSignIn(): ReactElement | null {
  const navigate = useNavigate()
  const { href, pathname } = useLocation()
  useEffect(() => {
    if (pathname !== patterns.signIn) void navigate({ href: paths.signIn({ return: href === '/' ? null : href }), replace: true })
  }, [navigate, href, pathname])
  return null
}

function Loading(): ReactElement {
  const t = useText()
  return <Skeleton label={t('console.loading')} rows={8} />
}

function NotFound(): ReactElement {
  const t = useText()
  return (
    <main><ErrorState title={t('console.no-page')} action={<Link href={paths.start()} variant="button">{t('console.to-start')}</Link>}>{t('console.no-page-next')}</ErrorState></main>
  )
}

function BrokenAll({ error }: { error: unknown }): ReactElement {
  return <main><Broken error={error} /></main>
}

function Broken({ error }: { error: unknown }): ReactElement {
  const t = useText()
  return (
    <ErrorState
      title={t('console.broken')} kept={t('console.broken-kept')} reference={error instanceof Error ? `${error.name}: ${error.message}` : String(error)}
      action={<Button onPress={() => { location.reload() }}>{t('console.reload')}</Button>}
    >{t('console.broken-next')}</ErrorState>
  )
}
