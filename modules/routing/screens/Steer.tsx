import { EllipsisVertical } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { useText } from '../../../apps/console/text.tsx'
import { IconButton, Menu, toast, type MenuEntry } from '../../../ui/index.ts'
import { requests } from '../../requests/contract.ts'
import { onBoard } from './board.ts'
import { GiveDialog } from './GiveDialog.tsx'
import type { QueueRequest } from './QueueRow.tsx'
import { WhisperDialog } from '../../../apps/console/WhisperDialog.tsx'

/** Takes a request over, gives it to somebody, or whispers to who holds it. What may not be done says why, by the request's own rules. */
export function Steer({ row }: { row: QueueRequest }): ReactElement {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  const [dialog, setDialog] = useState<'give' | 'whisper' | null>(null)
  const found = useGet(requests.get, { params: { id: row.id } }, { isEnabled: isOpen || dialog !== null, staleSeconds: 0 })
  const take = useCall(requests.take, { refresh: onBoard, onDone: () => toast.ok(t('routing.taken', { number: row.number })) })
  const { actions, holder } = found.data ?? { actions: null, holder: row.holder }
  const why = (refusal: string | null | undefined) => (actions === null || !refusal ? {} : { reason: t(refusal) })
  // Who holds it hands it over; who leads gives it.
  const giving = actions?.handOver === null ? null : actions?.assign
  const entries: MenuEntry[] = [
    { id: 'take', label: t('routing.take-over'), ...why(actions?.take) },
    { id: 'give', label: t('routing.give-to-somebody'), ...why(giving) },
    { id: 'whisper', label: holder ? t('requests.dialog.whisper', { name: holder.name }) : t('requests.action.whisper'), ...why(actions?.whisper) },
  ]
  const run = (id: string) => { if (id === 'take') take.mutate({ params: { id: row.id } }); else setDialog(id === 'give' ? 'give' : 'whisper') }
  return (
    <>
      <Menu label={t('routing.steer', { number: row.number })} isOpen={isOpen} onOpenChange={setOpen} placement="bottom end" groups={[{ id: 'steer', entries }]} onAction={run}
        trigger={<IconButton size="sm" label={t('routing.steer', { number: row.number })} icon={<EllipsisVertical className="size-4" aria-hidden="true" />} />} />
      {dialog === 'give' && <GiveDialog row={row} onClose={() => setDialog(null)} />}
      {dialog === 'whisper' && holder && <WhisperDialog request={row} to={holder} onClose={() => setDialog(null)} />}
    </>
  )
}
