import { UserRoundPlus } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { useMay, useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Button, ComboBox, Dialog, Form, IconButton, PresenceDot, TextField, toast } from '../../../ui/index.ts'
import { insight } from '../../insight/contract.ts'
import { requests } from '../../requests/contract.ts'
import type { QueueRequest } from './QueueRow.tsx'

/** Takes a request over or gives it to a person, with the loads of those who come into question. */
export function Give({ row }: { row: QueueRequest }): ReactElement {
  const t = useText()
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <IconButton size="sm" label={t('routing.give-label', { number: row.number })} icon={<UserRoundPlus className="size-4" aria-hidden="true" />} reason={may('requests.work') ? undefined : t('routing.may-not-give')} onPress={() => setOpen(true)} />
      {isOpen && <GiveDialog row={row} onClose={() => setOpen(false)} />}
    </>
  )
}

function GiveDialog({ row, onClose }: { row: QueueRequest; onClose: () => void }): ReactElement {
  const t = useText()
  const { person: me } = useSession()
  const loads = useGet(insight.loads, { query: row.teamId ? { teamId: row.teamId } : {} })
  const [agentId, setAgentId] = useState<string | null>(null)
  const done = (words: string) => { toast.ok(words); onClose() }
  const again = [requests.list, requests.counts, insight.today, insight.columns, insight.loads]
  const take = useCall(requests.take, { refresh: again, onFault: () => undefined, onDone: () => done(t('routing.taken', { number: row.number })) })
  const assign = useCall(requests.assign, { refresh: again, onFault: () => undefined, onDone: (request) => done(t('routing.given', { number: row.number, name: request.offer?.to.name ?? request.holder?.name ?? '' })) })
  const params = { id: row.id }
  const submit = (values: FormData) => {
    const reason = String(values.get('reason') ?? '').trim()
    if (agentId !== null) assign.mutate({ params, body: { agentId, ...(reason ? { reason } : {}) } })
  }
  const options = (loads.data?.rows ?? []).filter((person) => person.id !== row.holder?.id).map((person) => {
    const [inHand, capacity] = person.channels.reduce(([held, room], one) => [held + one.inHand, room + one.capacity], [0, 0])
    return { id: person.id, label: person.name, description: `${t(`console.presence.${person.presence}`)} · ${t('routing.load', { inHand, capacity })}`, icon: <PresenceDot state={person.presence} /> }
  })
  return (
    <Dialog title={t('routing.give-title', { number: row.number })} isOpen onOpenChange={onClose} closeLabel={t('console.close')}>
      <Form onSubmit={submit} faults={assign.fieldFaults} fault={assign.faultText ?? take.faultText}>
        <p>{row.subject}</p>
        <p className="text-sm text-muted">{row.holder ? t('routing.held-by', { name: row.holder.name }) : t('routing.held-by-nobody')}</p>
        <ComboBox label={t('routing.give-to')} options={options} value={agentId} onChange={setAgentId} emptyText={t('routing.nobody-fits')} />
        <TextField name="reason" label={t('routing.why')} description={t('routing.why-hint')} maxLength={2000} />
        <Actions>
          <Button className="me-auto" busy={take.isPending} reason={row.holder?.id === me?.id ? t('requests.already-yours') : undefined} onPress={() => take.mutate({ params })}>{t('routing.take-over')}</Button>
          <Button variant="primary" type="submit" busy={assign.isPending} reason={agentId === null ? t('routing.choose-person') : undefined}>{t('routing.give')}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}
