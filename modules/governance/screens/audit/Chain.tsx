import { useQuery } from '@tanstack/react-query'
import { useState, type ReactElement } from 'react'
import { call, queryKey, useCall, useGet } from '../../../../apps/console/api.ts'
import { useText, type Text } from '../../../../apps/console/text.tsx'
import { Actions, Banner, Button, Dialog, Form, NumberField, Progress } from '../../../../ui/index.ts'
import { audit, LEAST_DAYS, type Chain as State } from '../../audit/contract.ts'
import { useRefusal } from '../GovernanceFrame.tsx'

/** What the last check of the whole chain found. */
function verdictWords(t: Text, last: State['last']): string {
  if (!last?.verdict || last.doneAt === null) return t('governance.audit.chain-never')
  const { damage, events } = last.verdict
  return damage ? t('governance.audit.chain-damaged', { at: last.doneAt, seal: damage.seal, what: t(`governance.audit.damage.${damage.kind}`) }) : t('governance.audit.chain-whole', { at: last.doneAt, events })
}

/** The chain of seals in one line, the check of all of it, and how long events are kept. */
export function Chain(): ReactElement | null {
  const t = useText()
  // Progress is not told by events: while a check runs, the page asks each second.
  const found = useQuery({ queryKey: queryKey(audit.auditChain), queryFn: ({ signal }) => call(audit.auditChain, {}, { signal }), meta: { live: ['audit.'] }, refetchInterval: (query) => query.state.data?.running ? 1000 : false })
  const kept = useGet(audit.auditRetention, {}, { live: ['audit.retention'] })
  const verify = useCall(audit.verifyAudit, { refresh: [audit.auditChain] })
  const [isChanging, setChanging] = useState(false)
  const refusal = useRefusal('audit.configure')
  if (!found.data) return null
  const chain = found.data
  const isRunning = chain.running !== null
  const damage = chain.last?.verdict?.damage ?? null
  return (
    <section aria-label={t('governance.audit.chain')} className="flex flex-col gap-2 border-y border-line py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="min-w-0 flex-1 basis-80">
          {chain.lastSealAt === null ? t('governance.audit.chain-none') : t('governance.audit.chain-state', { seals: chain.seals, at: chain.lastSealAt })}{' '}
          {chain.unsealed > 0 && t('governance.audit.chain-unsealed', { count: chain.unsealed })}{' '}
          {!damage && verdictWords(t, chain.last)}
        </p>
        <Button size="sm" busy={verify.isPending} reason={isRunning ? t('governance.audit.verifying') : undefined} onPress={() => verify.mutate({})}>{t('governance.audit.verify')}</Button>
        {kept.data && <Button size="sm" variant="quiet" reason={refusal} onPress={() => setChanging(true)}>{t('governance.audit.retention')}{' '}{t('governance.audit.retention-days', { days: kept.data.days })}</Button>}
      </div>
      {damage && <Banner tone="late">{verdictWords(t, chain.last)}</Banner>}
      {chain.running && <Progress label={t('governance.audit.verifying')} {...(chain.running.sealsTotal ? { value: chain.running.sealsDone / chain.running.sealsTotal } : {})} />}
      {isChanging && kept.data && <RetentionDialog days={kept.data.days} onClose={() => setChanging(false)} />}
    </section>
  )
}

function RetentionDialog({ days, onClose }: { days: number; onClose: () => void }): ReactElement {
  const t = useText()
  const [value, setValue] = useState(days)
  const change = useCall(audit.changeAuditRetention, { refresh: [audit.auditRetention], onFault: () => undefined, onDone: onClose })
  return (
    <Dialog title={t('governance.audit.retention-change')} isOpen onOpenChange={onClose} closeLabel={t('console.close')}>
      <Form onSubmit={() => change.mutate({ body: { days: value } })} faults={change.fieldFaults} fault={change.faultText}>
        <p className="max-w-reading text-muted">{t('governance.audit.retention-means', { least: LEAST_DAYS })}</p>
        <NumberField label={t('governance.audit.retention-label')} value={value} onChange={setValue} error={change.fieldFaults?.['days']} />
        <Actions><Button onPress={onClose}>{t('governance.cancel')}</Button><Button variant="primary" type="submit" busy={change.isPending}>{t('governance.audit.save')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
