import type { ReactElement, ReactNode } from 'react'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Page, PageRow, type PageProps } from '../../../ui/index.ts'

const parts = [
  { id: 'reports', text: 'insight.report.title', href: paths.reports(), needs: 'requests.read' },
  { id: 'index', text: 'insight.index.title', href: paths.qualityIndex(), needs: 'insight.read' },
  { id: 'saved', text: 'insight.saved.title', href: paths.savedReports(), needs: 'requests.read' },
  { id: 'effect', text: 'insight.effect.title', href: paths.channelEffect(), needs: 'requests.read' },
  { id: 'alarms', text: 'insight.alarm.title', href: paths.metricAlarms(), needs: 'insight.read' },
  { id: 'wallboards', text: 'insight.wall.title', href: paths.wallboards(), needs: 'insight.arrange' },
] as const

/** The pages of insight stand side by side; each person sees those that are theirs. */
export function InsightFrame({ here, children, ...page }: { here: (typeof parts)[number]['id']; children: ReactNode } & Omit<PageProps, 'children'>): ReactElement {
  const t = useText()
  const may = useMay()
  return (
    <>
      <PageRow label={t('insight.part')} here={here} pages={parts.filter((part) => may(part.needs)).map(({ id, href, text }) => ({ id, href, label: t(text) }))} />
      <Page {...page}>{children}</Page>
    </>
  )
}
