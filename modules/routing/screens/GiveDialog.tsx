import { useState, type ReactElement } from 'react'
import { ListBox, ListBoxItem } from 'react-aria-components'
import { useCall, useGet, type Answer } from '../../../apps/console/api.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Avatar, Button, Dialog, Form, Link, Skeleton, TextField, toast } from '../../../ui/index.ts'
import { requests } from '../../requests/contract.ts'
import type { QueueRequest } from './QueueRow.tsx'
import { onBoard } from './board.ts'

type Candidate = Answer<typeof requests.candidates>['candidates'][number]

/** Gives a request to somebody: the people of its team as the rules rank them, each with the reason. Whoever leads may choose otherwise. */
export function GiveDialog({ row, onClose }: { row: QueueRequest; onClose: () => void }): ReactElement {
  const t = useText()
  const { person: me } = useSession()
  const found = useGet(requests.candidates, { params: { id: row.id } }, { staleSeconds: 0 })
  const [agentId, setAgentId] = useState<string | null>(null)
  const assign = useCall(requests.assign, { refresh: onBoard, onFault: () => undefined, onDone: (request) => { toast.ok(t('routing.given', { number: row.number, name: request.offer?.to.name ?? request.holder?.name ?? '' })); onClose() } })
  const submit = (values: FormData) => {
    const reason = String(values.get('reason') ?? '').trim()
    if (agentId !== null) assign.mutate({ params: { id: row.id }, body: { agentId, ...(reason ? { reason } : {}) } })
  }
  const rows = (found.data?.candidates ?? []).filter((one) => one.agentId !== row.holder?.id)
  return (
    <Dialog title={t('routing.give-title', { number: row.number })} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={t('console.close')}>
      <Form onSubmit={submit} faults={assign.fieldFaults} fault={assign.faultText}>
        <p>{row.subject}</p>
        <p className="text-sm text-muted">{row.holder ? t(row.holder.id === me?.id ? 'routing.held-by-you' : 'routing.held-by', { name: row.holder.name }) : t('routing.held-by-nobody')}</p>
        {found.isPending ? <Skeleton label={t('console.loading')} rows={4} /> : found.isError ? <p role="alert" className="text-late">{t(found.error.code, found.error.args)}</p> : (
          <ListBox
            aria-label={t('routing.give-to')} selectionMode="single" selectedKeys={agentId === null ? [] : [agentId]} autoFocus className="max-h-72 overflow-auto rounded-md border border-line p-1"
            onSelectionChange={(keys) => { const [key] = keys === 'all' ? [] : [...keys]; setAgentId(key === undefined ? null : String(key)) }}
            renderEmptyState={() => <p className="px-2 py-3 text-muted">{t('routing.nobody-fits')}</p>}
          >
            {rows.map((one) => <CandidateItem key={one.agentId} one={one} />)}
          </ListBox>
        )}
        <TextField name="reason" label={t('routing.why')} description={t('routing.why-hint')} maxLength={2000} />
        <p className="text-sm"><Link href={paths.request({ id: row.id })}>{t('routing.other-team')}</Link></p>
        <Actions>
          <Button onPress={onClose}>{t('routing.cancel')}</Button>
          <Button variant="primary" type="submit" busy={assign.isPending} reason={agentId === null ? t('routing.choose-person') : undefined}>{t('routing.give')}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}

const factors = ['skill', 'region', 'history', 'capacity', 'load', 'presence', 'idle'] as const

function CandidateItem({ one }: { one: Candidate }): ReactElement {
  const t = useText()
  const isLeftOut = one.excludedBecause.length > 0
  const why = isLeftOut
    ? t('routing.left-out', { why: one.excludedBecause.map((reason) => t(`routing.exclusion.${reason}`)).join(t('requests.list-comma')) })
    : t('routing.scored', { score: one.score.toFixed(2), parts: factors.filter((factor) => (one.parts[factor] ?? 0) > 0).map((factor) => `${t(`routing.factor.${factor}`)} ${one.parts[factor]!.toFixed(2)}`).join(t('requests.list-comma')) })
  return (
    <ListBoxItem id={one.agentId} textValue={one.name ?? ''} className="flex min-h-9 cursor-default items-start gap-2 rounded-sm px-2 py-1 -outline-offset-2 hover:bg-hover data-selected:bg-selected">
      <Avatar name={one.name ?? '?'} size="sm" isDecorative />
      <span className="min-w-0 flex-1">
        <span className="flex gap-2"><span className="min-w-0 flex-1 truncate font-bold">{one.name}</span><span className="text-sm text-muted tabular-nums">{t('routing.load', { inHand: one.open ?? 0, capacity: one.capacity ?? 0 })}</span></span>
        <span className={isLeftOut ? 'block text-sm text-soon' : 'block text-sm text-muted'}>{why}</span>
      </span>
    </ListBoxItem>
  )
}
