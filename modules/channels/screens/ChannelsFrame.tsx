import type { ReactElement, ReactNode } from 'react'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Page, PageRow, type PageProps } from '../../../ui/index.ts'

const parts = [{ id: 'channels', href: paths.channels(), needs: 'channels.read' }, { id: 'mails', href: paths.mails(), needs: 'mails.read' }] as const

export function ChannelsFrame({ here, children, ...page }: { here: (typeof parts)[number]['id']; children: ReactNode } & Omit<PageProps, 'children'>): ReactElement {
  const t = useText()
  const may = useMay()
  return (
    <>
      <PageRow label={t('channels.channels')} here={here} pages={parts.filter((part) => may(part.needs)).map(({ id, href }) => ({ id, href, label: t(`channels.${id}`) }))} />
      <Page {...page}>{children}</Page>
    </>
  )
}

/** Why nothing can be changed here; undefined when it can. */
export function useRefusal(permission: 'channels.configure' | 'mails.release' = 'channels.configure'): string | undefined {
  const t = useText()
  return useMay()(permission) ? undefined : t('channels.may-not')
}
