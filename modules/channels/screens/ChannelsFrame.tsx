import { clsx } from 'clsx'
import type { ReactElement, ReactNode } from 'react'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Link, Page, type PageProps } from '../../../ui/index.ts'

const parts = [{ id: 'channels', href: paths.channels(), needs: 'channels.read' }, { id: 'mails', href: paths.mails(), needs: 'mails.read' }] as const

export function ChannelsFrame({ here, children, ...page }: { here: (typeof parts)[number]['id']; children: ReactNode } & Omit<PageProps, 'children'>): ReactElement {
  const t = useText()
  const may = useMay()
  return (
    <>
      <nav aria-label={t('channels.channels')} className="flex gap-4 overflow-x-auto border-b border-line px-6 max-sm:px-4">
        {parts.filter((part) => may(part.needs)).map((part) => (
          <Link key={part.id} href={part.href} variant="quiet" {...(part.id === here ? { 'aria-current': 'page' as const } : {})} className={clsx('-mb-px flex h-10 shrink-0 items-center border-b-2 no-underline!', part.id === here ? 'border-accent font-bold' : 'border-transparent text-muted')}>{t(`channels.${part.id}`)}</Link>
        ))}
      </nav>
      <Page {...page}>{children}</Page>
    </>
  )
}

/** Why nothing can be changed here; undefined when it can. */
export function useRefusal(permission: 'channels.configure' | 'mails.release' = 'channels.configure'): string | undefined {
  const t = useText()
  return useMay()(permission) ? undefined : t('channels.may-not')
}
