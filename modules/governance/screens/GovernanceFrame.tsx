import type { ReactElement, ReactNode } from 'react'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Page, PageRow, type PageProps } from '../../../ui/index.ts'

interface Part { id: string; text: string; href: string; needs: string | null }
const ofHouse = [
  { id: 'audit', text: 'governance.part.audit', href: paths.audit(), needs: 'audit.read' }, { id: 'alarms', text: 'governance.part.alarms', href: paths.alarms(), needs: 'alarms.read' },
  { id: 'notices', text: 'governance.part.notices', href: paths.notices(), needs: null }, { id: 'compliance', text: 'governance.part.compliance', href: paths.compliance(), needs: 'compliance.read' },
] as const
const ofPrivacy = [
  { id: 'requests', text: 'governance.privacy.part-requests', href: paths.personRequests(), needs: 'privacy.read' }, { id: 'breaches', text: 'governance.breach.part', href: paths.breaches(), needs: 'privacy.read' },
  { id: 'register', text: 'governance.privacy.part-register', href: paths.personalData(), needs: 'privacy.read' }, { id: 'consents', text: 'governance.privacy.part-consents', href: paths.consents(), needs: 'privacy.read' },
  { id: 'outside', text: 'governance.outside.part', href: paths.outside(), needs: 'privacy.read' }, { id: 'assessments', text: 'governance.assessment.part', href: paths.assessments(), needs: 'privacy.read' },
  { id: 'retention', text: 'governance.privacy.part-retention', href: paths.retention(), needs: 'privacy.read' }, { id: 'exports', text: 'governance.privacy.part-exports', href: paths.exports(), needs: 'privacy.export' },
] as const
export type GovernancePart = (typeof ofHouse | typeof ofPrivacy)[number]['id']

/** The pages of governance stand side by side, those about personal data in a row of their own; each person sees what is theirs. */
export function GovernanceFrame({ here, children, ...page }: { here: GovernancePart; children: ReactNode } & Omit<PageProps, 'children'>): ReactElement {
  const t = useText()
  const may = useMay()
  const shown = (parts: readonly Part[]) => parts.filter((part) => part.needs === null || may(part.needs)).map(({ id, href, text }) => ({ id, href, label: t(text) }))
  const own = shown(ofPrivacy)
  const isPrivacy = ofPrivacy.some((part) => part.id === here)
  const [first] = own
  return (
    <>
      <PageRow label={t('governance.part')} here={isPrivacy ? 'privacy' : here} pages={[...shown(ofHouse), ...(first ? [{ id: 'privacy', href: first.href, label: t('governance.privacy.part') }] : [])]} />
      {isPrivacy && own.length > 1 && <PageRow label={t('governance.privacy.pages')} here={here} pages={own} />}
      <Page {...page}>{children}</Page>
    </>
  )
}

/** Why the person may look but not change here; undefined when they may. */
export function useRefusal(permission: string): string | undefined {
  const t = useText()
  return useMay()(permission) ? undefined : t('governance.may-not', { permission: t(`staff.may.${permission}`) })
}
