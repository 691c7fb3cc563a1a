import type { ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Link, Time } from '../../../ui/index.ts'
import { metricAlarms } from '../../insight/alarms/contract.ts'

const MOST = 5

/** Alarms nobody has seen to yet, with who is to and since when. */
export function OpenAlarms(): ReactElement | null {
  const t = useText()
  const found = useGet(metricAlarms.metricAlarms, { query: { state: 'open', limit: MOST } }, { live: ['alarm.'], keepsPrevious: true })
  const rows = found.data?.rows ?? []
  if (found.isPending) return null
  if (rows.length === 0) return <p className="text-muted">{t('routing.alarms-none')}</p>
  return (
    <ul>
      {rows.map((alarm) => (
        <li key={alarm.id} className="flex flex-wrap items-baseline gap-x-3 border-b border-line py-1.5">
          <Link href={paths.metricAlarms()} variant="quiet" className="font-bold text-late">{alarm.rule.name}</Link>
          <span className="text-sm text-muted">{t(`insight.metric.${alarm.metric}`)}{alarm.label !== null && ` · ${alarm.label}`}</span>
          <span className="ms-auto text-sm text-muted">{alarm.owner?.name ?? t('routing.nobody')} · <Time at={alarm.raisedAt} isPlain /></span>
        </li>
      ))}
      {found.data?.next && <li className="py-1.5"><Link href={paths.metricAlarms()}>{t('routing.alarms-all')}</Link></li>}
    </ul>
  )
}
