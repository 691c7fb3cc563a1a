import type { ReactElement, ReactNode } from 'react'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Page, PageRow, type PageProps } from '../../../ui/index.ts'

const parts = [
  { id: 'customers', text: 'customers.list', href: paths.customers() },
  { id: 'lifecycle', text: 'customers.lifecycle', href: paths.lifecycle() },
  { id: 'stages', text: 'customers.stages', href: paths.stages() },
] as const

/** The pages of customers stand side by side. */
export function CustomersFrame({ here, children, ...page }: { here: (typeof parts)[number]['id']; children: ReactNode } & Omit<PageProps, 'children'>): ReactElement {
  const t = useText()
  return (
    <>
      <PageRow label={t('customers.pages')} here={here} pages={parts.map(({ id, href, text }) => ({ id, href, label: t(text) }))} />
      <Page {...page}>{children}</Page>
    </>
  )
}
