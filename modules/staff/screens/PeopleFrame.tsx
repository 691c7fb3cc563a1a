import { clsx } from 'clsx'
import type { ReactElement, ReactNode } from 'react'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Link, Page, type PageProps } from '../../../ui/index.ts'
import { permissionWords } from './words.ts'

const parts = [
  { id: 'people', href: paths.people(), needs: 'staff.read' }, { id: 'teams', href: paths.teams(), needs: 'staff.read' }, { id: 'skills', href: paths.skills(), needs: 'staff.read' },
  { id: 'roles', href: paths.roles(), needs: 'staff.read' }, { id: 'calendars', href: paths.calendars(), needs: 'staff.read' }, { id: 'tokens', href: paths.tokens(), needs: 'access.grant' },
  { id: 'access', href: paths.access(), needs: 'access.approve' },
  { id: 'providers', href: paths.providers(), needs: 'access.configure' }, { id: 'directories', href: paths.directories(), needs: 'access.grant' },
] as const
export type PeoplePart = (typeof parts)[number]['id']

/** The pages about people stand side by side; every one has its address. */
export function PeopleFrame({ here, children, ...page }: { here: PeoplePart; children: ReactNode } & Omit<PageProps, 'children'>): ReactElement {
  const t = useText()
  const may = useMay()
  return (
    <>
      <nav aria-label={t('staff.people-and-access')} className="flex gap-4 overflow-x-auto border-b border-line px-6 max-sm:px-4">
        {parts.filter((part) => may(part.needs)).map((part) => (
          <Link key={part.id} href={part.href} variant="quiet" {...(part.id === here ? { 'aria-current': 'page' as const } : {})} className={clsx('-mb-px flex h-10 shrink-0 items-center border-b-2 no-underline!', part.id === here ? 'border-accent font-bold' : 'border-transparent text-muted')}>{t(`staff.part.${part.id}`)}</Link>
        ))}
      </nav>
      <Page {...page}>{children}</Page>
    </>
  )
}

/** Why the person may look but not change here; undefined when they may. */
export function useRefusal(permission: string): string | undefined {
  const t = useText()
  return useMay()(permission) ? undefined : t('staff.may-not', { permission: permissionWords(t, permission) })
}
