import type { ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { paths } from '../../../apps/console/paths.ts'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { Badge, Link, Section, Table } from '../../../ui/index.ts'
import { standards, type Service } from '../contract.ts'
import { isoDimensions, versions, type Clause } from '../versions/contract.ts'
import { useKnown } from './known.ts'
import { caseWords, measureWords, targetWords } from './standard-words.ts'
import { StandardsFrame } from './StandardsFrame.tsx'

interface Promised { service: Service; clause: Clause }

/** Every promise of every service, by the sides ISO 9001 looks from, and what is missing. */
export default function Catalogue(): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const known = useKnown()
  const services = useGet(standards.services, {}, { live: ['standard.'] })
  const gaps = useGet(versions.gaps, {}, { live: ['standard.'] })
  return (
    <StandardsFrame here="standards" title={t('standards.catalogue')} lead={t('standards.catalogue-lead')}>
      <Loaded of={services}>
        {({ rows }) => {
          const promised = rows.filter((service) => service.isActive).flatMap((service) => (service.standard?.content.clauses ?? []).map((clause): Promised => ({ service, clause })))
          const clauseWords = (serviceId: string, key: string): string => {
            const clause = promised.find((one) => one.service.id === serviceId && one.clause.key === key)?.clause
            return clause ? `${clause.measure === null ? clause.words : measureWords(t, clause.measure)} · ${caseWords(t, clause.when, known)}` : key
          }
          const name = (id: string): string => rows.find((service) => service.id === id)?.name[locale] ?? ''
          return (
            <>
              <Section title={t('standards.gaps', { count: gaps.data?.rows.length ?? 0 })}>
                {gaps.data?.rows.length === 0 ? <p className="text-muted">{t('standards.no-gaps')}</p> : (
                  <ul className="flex flex-col gap-1">
                    {(gaps.data?.rows ?? []).map((gap) => (
                      <li key={`${gap.serviceId ?? gap.channel}-${gap.kind}-${gap.clause ?? ''}`} className="flex flex-wrap items-center gap-2">
                        <Badge tone={gap.kind === 'review-overdue' || gap.kind === 'no-standard' || gap.kind === 'no-channel-record' ? 'late' : 'soon'}>{t(`standards.gap.${gap.kind}`)}</Badge>
                        {gap.serviceId !== null && <Link href={paths.standard({ id: gap.serviceId })}>{name(gap.serviceId)}</Link>}
                        {gap.channel !== undefined && <Link href={paths.channelRecord({ id: gap.channel })}>{t(`requests.channel.${gap.channel}`)}</Link>}
                        {gap.serviceId !== null && gap.clause && <span className="text-muted">{clauseWords(gap.serviceId, gap.clause)}</span>}{gap.reviewOn && <span className="text-muted">{gap.reviewOn}</span>}
                      </li>
                    ))}
                  </ul>
                )}
              </Section>
              {isoDimensions.map((dimension) => {
                const own = promised.filter((one) => one.clause.dimension === dimension)
                return (
                  <Section key={dimension} title={t('standards.dimension-count', { dimension: t(`standards.dimension.${dimension}`), count: own.length })}>
                    <Table<Promised> label={t(`standards.dimension.${dimension}`)} density="compact" rows={own} rowId={(row) => `${row.service.id}/${row.clause.key}`} rowHref={(row) => paths.standard({ id: row.service.id })} empty={<p className="text-muted">{t('standards.no-promise')}</p>} columns={[
                      { id: 'service', title: t('standards.service'), cell: (row) => row.service.name[locale] },
                      { id: 'measure', title: t('standards.measure'), cell: (row) => row.clause.measure === null ? row.clause.words : measureWords(t, row.clause.measure) },
                      { id: 'case', title: t('standards.holds-for'), cell: (row) => caseWords(t, row.clause.when, known) },
                      { id: 'target', title: t('standards.target'), cell: (row) => targetWords(t, row.clause) },
                      { id: 'owner', title: t('standards.owner'), cell: (row) => known.people.find((one) => one.id === (row.clause.ownerId ?? row.service.standard?.content.ownerId))?.name ?? '–', priority: 3 },
                    ]} />
                  </Section>
                )
              })}
            </>
          )
        }}
      </Loaded>
    </StandardsFrame>
  )
}
