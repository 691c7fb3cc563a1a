import { clsx } from 'clsx'
import type { ReactElement, ReactNode } from 'react'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Link, Page, type PageProps } from '../../../ui/index.ts'

const parts = [
  { id: 'audit', text: 'governance.part.audit', href: paths.audit(), needs: 'audit.read' }, { id: 'alarms', text: 'governance.part.alarms', href: paths.alarms(), needs: 'alarms.read' },
  { id: 'notices', text: 'governance.part.notices', href: paths.notices(), needs: null }, { id: 'compliance', text: 'governance.part.compliance', href: paths.compliance(), needs: 'compliance.read' },
  { id: 'requests', text: 'governance.privacy.part-requests', href: paths.personRequests(), needs: 'privacy.read' }, { id: 'register', text: 'governance.privacy.part-register', href: paths.personalData(), needs: 'privacy.read' },
  { id: 'consents', text: 'governance.privacy.part-consents', href: paths.consents(), needs: 'privacy.read' }, { id: 'retention', text: 'governance.privacy.part-retention', href: paths.retention(), needs: 'privacy.read' },
  { id: 'exports', text: 'governance.privacy.part-exports', href: paths.exports(), needs: 'privacy.export' },
] as const
export type GovernancePart = (typeof parts)[number]['id']

/** The pages of governance stand side by side; each person sees those that are theirs. */
export function GovernanceFrame({ here, children, ...page }: { here: GovernancePart; children: ReactNode } & Omit<PageProps, 'children'>): ReactElement {
  const t = useText()
  const may = useMay()
  return (
    <>
      <nav aria-label={t('governance.part')} className="flex gap-4 overflow-x-auto border-b border-line px-6 max-sm:px-4">
        {parts.filter((part) => part.needs === null || may(part.needs)).map((part) => (
          <Link key={part.id} href={part.href} variant="quiet" {...(part.id === here ? { 'aria-current': 'page' as const } : {})} className={clsx('-mb-px flex h-10 shrink-0 items-center border-b-2 no-underline!', part.id === here ? 'border-accent font-bold' : 'border-transparent text-muted')}>{t(part.text)}</Link>
        ))}
      </nav>
      <Page {...page}>{children}</Page>
    </>
  )
}

/** Why the person may look but not change here; undefined when they may. */
export function useRefusal(permission: string): string | undefined {
  const t = useText()
  return useMay()(permission) ? undefined : t('governance.may-not', { permission })
}
