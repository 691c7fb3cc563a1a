import { useMemo, useState, type ReactElement } from 'react'
import { ListBox, ListBoxItem } from 'react-aria-components'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Avatar, Button, Dialog, Form, PresenceDot, SearchField, Select, Skeleton, TextArea } from '../../../ui/index.ts'
import { requests, type Request } from '../contract.ts'
import { usePeople, useTeams, useDone } from './data.ts'

const order = { online: 0, away: 1, offline: 2 }

/** To a person (their presence and what they hold beside the name) or back to a team's queue. */
export function AssignDialog(props: { request: Request; onClose: () => void }): ReactElement {
  const t = useText()
  const { request, onClose } = props
  const { person: me } = useSession()
  const isHandOver = request.actions.handOver === null
  const [teamId, setTeamId] = useState(request.team?.id ?? '')
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState<string | null>(null)
  const teams = useTeams()
  const people = usePeople(teamId || undefined, { isLive: true })
  const loads = useGet(requests.loads, { query: teamId ? { teamId } : {} }, { live: ['request.'] })
  const assign = useCall(requests.assign, useDone(props, t(isHandOver ? 'requests.done.handOver' : 'requests.done.assign')))
  const rows = useMemo(() => {
    const open = new Map((loads.data?.rows ?? []).map((one) => [one.agentId, one.open]))
    return (people.data?.rows ?? []).filter((one) => one.disabledAt === null && one.id !== request.holder?.id && one.name.toLocaleLowerCase().includes(search.toLocaleLowerCase()))
      .map((one) => ({ ...one, open: open.get(one.id) ?? 0 })).sort((a, b) => order[a.presence] - order[b.presence] || a.open - b.open || a.name.localeCompare(b.name))
  }, [people.data, loads.data, search, request.holder?.id])
  const teamName = teams.data?.rows.find((one) => one.id === teamId)?.name ?? ''
  const mayQueue = request.actions.assign === null && teamId !== ''
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t(isHandOver ? 'requests.dialog.handOver' : 'requests.dialog.assign', { number: request.number })} closeLabel={t('console.close')}>
      <Form
        {...(assign.faultText ? { fault: assign.faultText } : {})} faults={assign.fieldFaults}
        onSubmit={(values) => {
          const reason = String(values.get('reason') ?? '').trim()
          if (chosen === null) return
          const to = chosen === 'queue' ? { teamId } : { agentId: chosen, ...(teamId && teamId !== request.team?.id ? { teamId } : {}) }
          assign.mutate({ params: { id: request.id }, body: { ...to, ...(reason ? { reason } : {}) } })
        }}
      >
        {isHandOver && <p className="max-w-reading text-muted">{t('requests.hand-over-means')}</p>}
        <div className="grid grid-cols-2 gap-2 max-sm:grid-cols-1">
          <Select label={t('requests.team')} value={teamId} onChange={(id) => { setTeamId(id); setChosen(null) }} options={(teams.data?.rows ?? []).filter((one) => one.archivedAt === null).map((one) => ({ id: one.id, label: one.name }))} />
          <div className="self-end"><SearchField label={t('requests.find-colleague')} placeholder={t('requests.find-colleague')} value={search} onChange={setSearch} autoFocus /></div>
        </div>
        {people.isPending ? <Skeleton label={t('console.loading')} rows={5} /> : (
          <ListBox
            aria-label={t('requests.colleagues')} selectionMode="single" selectedKeys={chosen === null ? [] : [chosen]} className="max-h-72 overflow-auto rounded-md border border-line p-1"
            onSelectionChange={(keys) => { const [key] = keys === 'all' ? [] : [...keys]; setChosen(key === undefined ? null : String(key)) }}
            renderEmptyState={() => <p className="px-2 py-3 text-muted">{t('requests.no-colleague')}</p>}
          >
            {mayQueue && (
              <ListBoxItem id="queue" textValue={t('requests.to-queue-of', { team: teamName })} className="flex min-h-9 cursor-default items-center gap-2 rounded-sm px-2 -outline-offset-2 hover:bg-hover data-selected:bg-selected data-selected:font-bold">
                <span className="flex min-w-0 flex-1 items-center gap-2">{t('requests.to-queue-of', { team: teamName })}<span className="ms-auto text-sm font-normal text-faint">{t('requests.to-queue-means')}</span></span>
              </ListBoxItem>
            )}
            {rows.map((one) => (
              <ListBoxItem key={one.id} id={one.id} textValue={one.name} className="flex min-h-9 cursor-default items-center gap-2 rounded-sm px-2 -outline-offset-2 hover:bg-hover data-selected:bg-selected data-selected:font-bold">
                <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2">
                  <Avatar name={one.name} size="sm" isDecorative />
                  <span className="min-w-0 flex-1 truncate">{one.name}{one.id === me?.id && ` (${t('requests.me')})`}</span>
                  <span className="inline-flex items-center gap-1 text-sm font-normal text-muted"><PresenceDot state={one.presence} />{t(`console.presence.${one.presence}`)}</span>
                  <span className="w-20 text-end text-sm font-normal text-muted">{t('requests.holds', { open: one.open, capacity: one.capacity[request.channel] ?? 0 })}</span>
                </span>
              </ListBoxItem>
            ))}
          </ListBox>
        )}
        <TextArea name="reason" label={t('requests.assign-reason')} rows={2} placeholder={t('requests.assign-reason-example')} />
        <Actions>
          <Button onPress={onClose}>{t('requests.cancel')}</Button>
          <Button type="submit" variant="primary" busy={assign.isPending} reason={chosen === null ? t('requests.choose-colleague') : undefined}>{t(isHandOver ? 'requests.dialog-do.handOver' : 'requests.dialog-do.assign')}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}
