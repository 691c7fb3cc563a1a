import type { ReactElement } from 'react'
import { useGet } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../../apps/console/location.ts'
import { useText } from '../../../../apps/console/text.tsx'
import { Badge, Button, EmptyState, Menu, Num, Table } from '../../../../ui/index.ts'
import { federation, kinds, whereOf, type ProviderKind, type ProviderRow } from '../../federation/contract.ts'
import { staff } from '../../contract.ts'
import { PeopleFrame } from '../PeopleFrame.tsx'
import { ProviderDrawer } from './ProviderDrawer.tsx'

/** The systems by which people may sign in. */
export default function Providers(): ReactElement {
  const t = useText()
  const providers = useGet(federation.providers, {}, { live: ['staff.provider'] })
  const policy = useGet(staff.policy, {})
  const [search, setSearch] = useSearchState<'provider'>()
  const isNew = (kinds as readonly string[]).includes(search.provider ?? '')
  const add = (
    <Menu
      label={t('staff.providers.add')} trigger={<Button variant="primary">{t('staff.providers.add')}</Button>}
      groups={[{ id: 'kinds', entries: kinds.map((kind) => ({ id: kind, label: t(`staff.providers.kind.${kind}`) })) }]} onAction={(kind) => setSearch({ provider: kind }, true)}
    />
  )
  return (
    <PeopleFrame here="providers" title={t('staff.part.providers')} lead={t('staff.providers.lead')} actions={add}>
      <Loaded of={providers}>
        {({ rows }) => {
          const open = rows.find((row) => row.id === search.provider) ?? null
          return (
            <>
              <Table<ProviderRow>
                label={t('staff.part.providers')} rows={rows} rowId={(row) => row.id} onOpen={(row) => setSearch({ provider: row.id }, true)}
                empty={<EmptyState title={t('staff.providers.none')} action={add}>{t('staff.providers.none-next')}</EmptyState>}
                columns={[
                  { id: 'name', title: t('staff.name'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2">{row.name}{row.disabledAt && <Badge>{t('staff.providers.off')}</Badge>}{policy.data?.separatedAt && !row.admittedAt && <Badge tone="soon">{t('staff.not-admitted')}</Badge>}</span> },
                  { id: 'kind', title: t('staff.providers.kind'), cell: (row) => t(`staff.providers.kind.${row.kind}`) },
                  { id: 'where', title: t('staff.providers.where'), cell: (row) => <span className="wrap-anywhere">{whereOf(row.settings)}</span>, priority: 3 },
                  { id: 'people', title: t('staff.providers.people'), align: 'end', cell: (row) => <Num value={row.people} /> },
                ]}
              />
              {(open || isNew) && <ProviderDrawer key={search.provider} provider={open} kind={open?.kind ?? (search.provider as ProviderKind)} onClose={() => setSearch({ provider: null })} onMade={(id) => setSearch({ provider: id })} />}
            </>
          )
        }}
      </Loaded>
    </PeopleFrame>
  )
}
