import type { ReactElement, ReactNode } from 'react'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Page, PageRow, type PageProps } from '../../../ui/index.ts'

const parts = [{ id: 'services', href: paths.services() }, { id: 'standards', href: paths.standards() }, { id: 'channels', href: paths.channelRecords() }, { id: 'rules', href: paths.rules() }] as const

/** Services, what they and the channels promise, and the rules that find them, side by side. */
export function StandardsFrame({ here, children, ...page }: { here: (typeof parts)[number]['id']; children: ReactNode } & Omit<PageProps, 'children'>): ReactElement {
  const t = useText()
  return (
    <>
      <PageRow label={t('standards.standards')} here={here} pages={parts.map(({ id, href }) => ({ id, href, label: t(`standards.${id}`) }))} />
      <Page {...page}>{children}</Page>
    </>
  )
}

/** Why nothing can be changed here; undefined when it can. */
export function useRefusal(): string | undefined {
  const t = useText()
  return useMay()('standards.configure') ? undefined : t('standards.may-not')
}
