import { useState, type ReactElement } from 'react'
import { useGet } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../../apps/console/location.ts'
import { useText, type Text } from '../../../../apps/console/text.tsx'
import { Badge, Button, EmptyState, SearchField, Select, Table, type Tone } from '../../../../ui/index.ts'
import { privacy, type RegisterRow } from '../../privacy/contract.ts'
import { GovernanceFrame } from '../GovernanceFrame.tsx'

const tones: Record<RegisterRow['class'], Tone> = { public: 'plain', internal: 'plain', personal: 'accent', sensitive: 'late' }

const AT_FIRST = 40

/** The name people know; a column or table nobody has named yet is told as the database calls it. */
export function named(t: Text, kind: 'table' | 'column', name: string): string {
  const key = `governance.privacy.${kind}.${name}`
  const words = t(key)
  return words === key ? name : words
}

/** Every field about a person, for the officer who answers for it. */
export default function Register(): ReactElement {
  const t = useText()
  const [search, setSearch] = useSearchState<'q' | 'room' | 'class'>()
  const [isWhole, setWhole] = useState(false)
  const found = useGet(privacy.register, {}, { staleSeconds: 600 })
  const say = (kind: string, value: string): string => t(`governance.privacy.${kind}.${value}`)
  const kept = (row: RegisterRow): string => typeof row.retention === 'number' ? t('governance.privacy.retention-days', { days: row.retention }) : say('retention', row.retention)
  return (
    <GovernanceFrame here="register" title={t('governance.privacy.register')} lead={t('governance.privacy.register-lead')}>
      <Loaded of={found} rows={10}>
        {({ rows, technical, impersonal }) => {
          const words = (search.q ?? '').trim().toLowerCase()
          const fits = (row: RegisterRow) => (!search.room || row.room === search.room) && (!search.class || row.class === search.class)
            && (words === '' || [row.table, row.column, named(t, 'table', row.table), named(t, 'column', row.column)].some((one) => one.toLowerCase().includes(words)))
          const fitting = rows.filter(fits)
          const shown = isWhole ? fitting : fitting.slice(0, AT_FIRST)
          return (
            <>
              <div className="flex flex-wrap items-end gap-2">
                <SearchField label={t('governance.privacy.register-search')} placeholder={t('governance.privacy.register-search')} value={search.q ?? ''} onChange={(q) => setSearch({ q })} className="w-64 max-sm:w-full" />
                <Select label={t('governance.privacy.room')} isLabelHidden className="w-40" value={search.room || 'all'} onChange={(id) => setSearch({ room: id === 'all' ? null : id })} options={[{ id: 'all', label: t('governance.privacy.room-all') }, ...[...new Set(rows.map((row) => row.room))].map((id) => ({ id, label: say('room', id) }))]} />
                <Select label={t('governance.privacy.class')} isLabelHidden className="w-40" value={search.class || 'all'} onChange={(id) => setSearch({ class: id === 'all' ? null : id })} options={[{ id: 'all', label: t('governance.privacy.class-all') }, ...(['sensitive', 'personal', 'internal', 'public'] as const).map((id) => ({ id, label: say('class', id) }))]} />
              </div>
              <p className="text-sm text-muted">{t('governance.privacy.register-count', { fields: fitting.length, technical, tables: impersonal.length })}</p>
              <Table<RegisterRow>
                label={t('governance.privacy.register')} rows={shown} rowId={(row) => `${row.table}.${row.column}`} density="compact"
                empty={<EmptyState title={t('governance.privacy.register-none')} action={<Button onPress={() => setSearch({ q: null, room: null, class: null })}>{t('governance.privacy.clear')}</Button>}>{t('governance.privacy.register-none-next')}</EmptyState>}
                columns={[
                  { id: 'field', title: t('governance.privacy.field'), cell: (row) => <span className="block py-1"><span className="font-bold">{named(t, 'column', row.column)}</span> <span className="text-muted">{named(t, 'table', row.table)}</span><code className="block font-mono text-sm wrap-anywhere text-faint">{row.table}.{row.column}</code></span> },
                  { id: 'class', title: t('governance.privacy.class'), cell: (row) => <Badge tone={tones[row.class]}>{say('class', row.class)}</Badge> },
                  { id: 'purpose', title: t('governance.privacy.purpose'), cell: (row) => say('purpose', row.purpose) },
                  { id: 'basis', title: t('governance.privacy.basis'), cell: (row) => say('basis', row.basis) },
                  { id: 'retention', title: t('governance.privacy.retention'), cell: kept },
                  { id: 'source', title: t('governance.privacy.source'), priority: 3, cell: (row) => say('source', row.source) },
                  { id: 'readers', title: t('governance.privacy.readers'), cell: (row) => say('readers', row.readers) },
                ]}
              />
              {fitting.length > shown.length && <Button className="self-center" onPress={() => setWhole(true)}>{t('governance.privacy.show-rest', { count: fitting.length - shown.length })}</Button>}
            </>
          )
        }}
      </Loaded>
    </GovernanceFrame>
  )
}
