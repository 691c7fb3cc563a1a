import type { ReactElement, ReactNode } from 'react'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Page, PageRow, type PageProps } from '../../../ui/index.ts'
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
      <PageRow label={t('staff.people-and-access')} here={here} pages={parts.filter((part) => may(part.needs)).map(({ id, href }) => ({ id, href, label: t(`staff.part.${id}`) }))} />
      <Page {...page}>{children}</Page>
    </>
  )
}

/** Why the person may look but not change here; undefined when they may. */
export function useRefusal(permission: string): string | undefined {
  const t = useText()
  return useMay()(permission) ? undefined : t('staff.may-not', { permission: permissionWords(t, permission) })
}
