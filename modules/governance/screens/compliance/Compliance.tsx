import { useQuery } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { useState, type ReactElement } from 'react'
import { call, queryKey, useCall, type CallFault } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../../apps/console/location.ts'
import { useText } from '../../../../apps/console/text.tsx'
import { Badge, Banner, Button, EmptyState, Progress, Select, toast, type Tone } from '../../../../ui/index.ts'
import { compliance, verdicts, type Check, type ComplianceState } from '../../compliance/contract.ts'
import { download } from '../download.ts'
import { GovernanceFrame, useRefusal } from '../GovernanceFrame.tsx'

const tones: Record<Check['verdict'], Tone> = { met: 'ok', 'not-met': 'late', 'not-checked': 'soon', 'not-built': 'plain', 'by-you': 'info' }

/** What this installation answers to the fifty clauses, each with its evidence. */
export default function Compliance(): ReactElement {
  const t = useText()
  const [search, setSearch] = useSearchState<'verdict'>()
  // Progress is not told by events: while a check runs, the page asks each second.
  const found = useQuery<ComplianceState, CallFault>({ queryKey: queryKey(compliance.complianceState), queryFn: ({ signal }) => call(compliance.complianceState, {}, { signal }), meta: { live: ['compliance.'] }, refetchInterval: (query) => query.state.data?.isRunning ? 1000 : false })
  const ask = useCall(compliance.runCompliance, { refresh: [compliance.complianceState] })
  const refusal = useRefusal('compliance.export')
  const [isExporting, setExporting] = useState(false)
  const verdict = verdicts.find((one) => one === search.verdict)
  const isRunning = found.data?.isRunning === true
  const hasRun = found.data?.run !== null && found.data?.run !== undefined
  const take = () => {
    setExporting(true)
    download(compliance.exportCompliance.path, 'compliance.zip', undefined).catch(() => toast.fault({ what: t('governance.compliance.export-failed'), kept: t('console.kept') })).finally(() => setExporting(false))
  }
  const again = <Button variant="primary" busy={ask.isPending} reason={isRunning ? t('governance.compliance.running') : undefined} onPress={() => ask.mutate({})}>{t('governance.compliance.run')}</Button>
  return (
    <GovernanceFrame here="compliance" title={t('governance.part.compliance')} lead={t('governance.compliance.lead')} actions={<><Button busy={isExporting} reason={refusal ?? (hasRun ? undefined : t('governance.compliance-never'))} onPress={take}>{t('governance.compliance.export')}</Button>{again}</>}>
      {isRunning && <Progress label={t('governance.compliance.running')} words="" />}
      <Loaded of={found}>
        {({ run, lastFailed }) => (
          <>
            {lastFailed !== null && <Banner tone="late">{t('governance.compliance.failed', { why: lastFailed })}</Banner>}
            {run === null ? (isRunning ? null : <EmptyState title={t('governance.compliance.never-run')}>{t('governance.compliance.never-next')}</EmptyState>) : (
              <>
                <div className="flex flex-wrap items-center gap-2">
                  <Select label={t('governance.compliance.show')} isLabelHidden className="w-44" value={verdict ?? 'all'} onChange={(id) => setSearch({ verdict: id === 'all' ? null : id })} options={[{ id: 'all', label: t('governance.compliance.all') }, ...verdicts.map((id) => ({ id, label: `${t(`governance.verdict.${id}`)} ${run.counts[id] ?? 0}` }))]} />
                  <p className="text-muted">{t('governance.compliance.at', { at: run.at })}{' · '}{verdicts.map((one) => `${t(`governance.verdict.${one}`)} ${run.counts[one] ?? 0}`).join(' · ')}</p>
                </div>
                <p className="max-w-reading text-sm text-faint">{t('governance.compliance.claims')}</p>
                <ol className="flex flex-col">{run.checks.filter((check) => !verdict || check.verdict === verdict).map((check) => <One key={check.id} check={check} />)}</ol>
              </>
            )}
          </>
        )}
      </Loaded>
    </GovernanceFrame>
  )
}

const signs = { ok: '✓', bad: '✗', info: '·' } as const

function One({ check }: { check: Check }): ReactElement {
  const t = useText()
  return (
    <li className="grid gap-x-4 gap-y-1 border-t border-line py-3 sm:grid-cols-[3rem_minmax(0,16rem)_minmax(0,1fr)]">
      <span className="font-mono text-sm text-faint">{check.id}</span>
      <div>
        <h2 className="font-bold">{t(`governance.check.${check.id}`)}</h2>
        <p className="text-sm text-faint">{check.clause}</p>
        <Badge tone={tones[check.verdict]} className="mt-1">{t(`governance.verdict.${check.verdict}`)}</Badge>
      </div>
      <ul className="flex flex-col gap-0.5">
        {check.evidence.map((one, at) => <li key={at} className={clsx('flex gap-2 wrap-anywhere', one.result === 'bad' && 'text-late')}><span aria-hidden="true">{signs[one.result]}</span><span className="sr-only">{t(`governance.result.${one.result}`)}</span><span className="min-w-0">{t(`governance.found.${one.what}`, one.args)}</span></li>)}
        {check.open.map((one, at) => <li key={`open ${at}`} className="text-muted">{t(`governance.why.${one.why}`)} {t(`governance.open.${one.what}`)}</li>)}
      </ul>
    </li>
  )
}
