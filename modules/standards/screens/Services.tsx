import type { ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useGo } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { Badge, Button, EmptyState, Table } from '../../../ui/index.ts'
import { staff } from '../../staff/contract.ts'
import { standards, type Service } from '../contract.ts'
import { StandardsFrame, useRefusal } from './StandardsFrame.tsx'
import { duration, type Priority, sentence, targetOf } from './words.ts'

/** What is promised to customers. */
export default function Services(): ReactElement {
  const t = useText()
  const go = useGo()
  const may = useMay()
  const { locale } = useLanguage()
  const refusal = useRefusal()
  const services = useGet(standards.services, {}, { live: ['standard.'] })
  const teams = useGet(staff.teams, { query: {} }, { isEnabled: may('staff.read') })
  const add = <Button variant="primary" reason={refusal} onPress={() => go(paths.service({ id: 'new' }))}>{t('standards.add-service')}</Button>
  const target = (service: Service, priority: Priority) => {
    const [first, resolution] = [targetOf(service, 'first-response', priority), targetOf(service, 'resolution', priority)]
    return first === null && resolution === null ? '–' : <span className="whitespace-nowrap">{first === null ? '–' : duration(t, first)} / {resolution === null ? '–' : duration(t, resolution)}</span>
  }
  return (
    <StandardsFrame here="services" title={t('standards.services')} lead={t('standards.services-lead')} actions={add}>
      <Loaded of={services}>
        {({ rows }) => (
          <>
            {rows.filter((service) => service.isDefault).map((service) => <p key={service.id} className="max-w-reading text-lg">{sentence(t, locale, service, 'urgent')}</p>)}
            <Table<Service>
              label={t('standards.services')} rows={rows} rowId={(row) => row.id} rowHref={(row) => paths.service({ id: row.id })}
              empty={<EmptyState title={t('standards.no-services')} action={add}>{t('standards.no-services-next')}</EmptyState>}
              columns={[
                { id: 'name', title: t('standards.service'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2">{row.name[locale]}{row.isDefault && <Badge tone="accent">{t('standards.default')}</Badge>}{!row.isActive && <Badge>{t('standards.off')}</Badge>}</span> },
                { id: 'urgent', title: `▲ ${t('standards.priority.urgent')}`, cell: (row) => target(row, 'urgent') },
                { id: 'normal', title: `● ${t('standards.priority.normal')}`, cell: (row) => target(row, 'normal') },
                { id: 'routine', title: `○ ${t('standards.priority.routine')}`, cell: (row) => target(row, 'routine'), priority: 3 },
                { id: 'team', title: t('standards.team'), cell: (row) => teams.data?.rows.find((team) => team.id === row.teamId)?.name ?? '–' },
                { id: 'verify', title: t('standards.verification'), cell: (row) => t(`standards.verification.${row.verification}`), priority: 3 },
              ]}
            />
            <p className="text-sm text-faint">{t('standards.targets-read')}</p>
          </>
        )}
      </Loaded>
    </StandardsFrame>
  )
}
