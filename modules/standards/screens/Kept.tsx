import { useState, type ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { valueWords, type MetricKey } from '../../../lib/metrics/index.ts'
import { Badge, Checkbox, Drawer, Explained, Link, Num, Table, Time, type TableColumn } from '../../../ui/index.ts'
import { clauses as kept, type ClauseFigure, type Decided } from '../../insight/clauses/contract.ts'
import { isClockKind, type Clause } from '../versions/contract.ts'
import { clauseWords, type Known } from './standard-words.ts'

/** A column with what came of each clause in the last four weeks; undefined for who may not see requests. */
export function useKept(serviceId: string, isShown: boolean): TableColumn<Clause> | undefined {
  const t = useText()
  const may = useMay()
  const found = useGet(kept.keptClauses, { params: { id: serviceId } }, { isEnabled: isShown && may('requests.read'), staleSeconds: 60 })
  const { data } = found
  if (!isShown || !data) return undefined
  const byKey = new Map(data.rows.map((row) => [row.key, row]))
  return { id: 'kept', title: t('standards.kept'), cell: (clause) => <Actual clause={clause} figure={byKey.get(clause.key)} currency={data.currency} serviceId={serviceId} /> }
}

function Actual({ clause, figure, currency, serviceId }: { clause: Clause; figure: ClauseFigure | undefined; currency: string | null; serviceId: string }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const { measure, when: { priority, tier, channel } } = clause
  if (measure === null || !figure) return <span className="text-faint">{t(measure === null ? 'standards.kept-unmeasured' : 'standards.kept-untraced')}</span>
  if (figure.value === null) return <span className="text-faint">{t('standards.kept-nothing')}</span>
  if (isClockKind(measure)) {
    return (
      <span>
        <Num value={figure.value} style="percent" digits={1} className="font-bold" />{' '}
        <Explained text={t('standards.kept-deadlines-mean')}><span className="text-sm text-muted">{t('standards.kept-of-deadlines', { count: figure.count })}</span></Explained>
        <Link href={paths.standard({ id: serviceId }, { clause: clause.key })} className="block text-sm">{t('standards.kept-open')}</Link>
      </span>
    )
  }
  return (
    <span>
      <Link href={paths.reports({ metric: measure, by: 'time', period: '4-weeks', serviceId, priority, tier, channel })} variant="quiet" className="font-bold">{valueWords(measure as MetricKey, locale, t, currency)(figure.value)}</Link>{' '}
      <span className="text-sm text-muted">{t('standards.kept-of-requests', { count: figure.count })}</span>
      {figure.isMet !== null && <span className="block"><Badge tone={figure.isMet ? 'ok' : 'late'}>{t(figure.isMet ? 'standards.kept-yes' : 'standards.kept-no')}</Badge></span>}
    </span>
  )
}

/** The deadlines behind the share of the clause that stands in the address. */
export function MissedDrawer({ serviceId, clauses, known }: { serviceId: string; clauses: readonly Clause[]; known: Known }): ReactElement | null {
  const t = useText()
  const [search, setSearch] = useSearchState<'clause'>()
  const [isAll, setAll] = useState(false)
  const clause = clauses.find((one) => one.key === search.clause)
  const found = useGet(kept.clauseClocks, { params: { id: serviceId, key: clause?.key ?? '' }, query: { ...(isAll ? {} : { missed: 'true' }), limit: 200 } }, { isEnabled: clause !== undefined, keepsPrevious: true })
  if (!clause) return null
  return (
    <Drawer title={t('standards.kept-title')} isOpen onOpenChange={(isOpen) => { if (!isOpen) setSearch({ clause: null }) }} closeLabel={t('console.close')}>
      <div className="flex flex-col gap-3">
        <p>{clauseWords(t, clause, known)}</p>
        <Checkbox isSelected={isAll} onChange={setAll}>{t('standards.kept-all')}</Checkbox>
        <Loaded of={found} rows={4}>{({ rows, next }) => (
          <>
            <Table<Decided> label={t('standards.kept-title')} rows={rows} rowId={(row) => row.id} rowHref={(row) => paths.request({ id: row.requestId })} density="compact" empty={<p className="text-muted">{t('standards.kept-none-missed')}</p>} columns={[
              { id: 'number', title: t('standards.kept-request'), cell: (row) => `#${row.number}` },
              { id: 'state', title: t('standards.kept-state'), cell: (row) => <Badge tone={row.isKept ? 'ok' : 'late'}>{t(row.isKept ? 'standards.kept-in-time' : 'standards.kept-missed')}</Badge> },
              { id: 'due', title: t('standards.kept-due'), cell: (row) => row.dueAt ? <Time at={row.dueAt} isExact /> : '–' },
              { id: 'holder', title: t('standards.kept-holder'), cell: (row) => row.holder ?? '–' },
            ]} />
            {next !== null && <p className="text-sm text-muted">{t('standards.kept-more')}</p>}
          </>
        )}</Loaded>
      </div>
    </Drawer>
  )
}
