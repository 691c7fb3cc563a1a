import { Plus } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useCall } from '../../../apps/console/api.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Button, Checkbox, Form, Select, TextField, Time, toast } from '../../../ui/index.ts'
import { requests, type Request } from '../contract.ts'
import { usePeople, useTasks } from './data.ts'
import { readLocalInput } from './local-time.ts'

/** What has to be done beside answering, by whom and until when. A request cannot be handed in while one is open. */
export function Tasks({ request }: { request: Request }): ReactElement {
  const t = useText()
  const { id } = request
  const tasks = useTasks(id)
  const [isAdding, setAdding] = useState(false)
  const change = useCall(requests.changeTask, { refresh: [requests.tasks, requests.get], onFault: (fault) => { void tasks.refetch(); toast.fault({ what: t(fault.code, fault.args) }) } })
  const rows = tasks.data?.rows ?? []
  return (
    <div className="flex flex-col gap-1.5">
      {rows.length === 0 && !isAdding && <p className="text-sm text-muted">{t('requests.no-tasks')}</p>}
      <ul className="flex flex-col gap-1">
        {rows.map((task) => {
          const isChanging = change.isPending && change.variables?.params.taskId === task.id
          const isDone = isChanging ? change.variables?.body.isDone ?? false : task.doneAt !== null
          return (
            <li key={task.id}>
              <Checkbox isSelected={isDone} onChange={(next) => change.mutate({ params: { id, taskId: task.id }, body: { isDone: next, version: task.version } })}>
                <span className="min-w-0">
                  <span className={isDone ? 'text-faint line-through' : ''}>{task.title}</span>
                  <span className="block text-sm text-faint">{task.owner?.name ?? t('requests.nobody')}{task.dueAt && <> · {t('requests.due')} <Time at={task.dueAt} isPlain /></>}</span>
                </span>
              </Checkbox>
            </li>
          )
        })}
      </ul>
      {isAdding ? <NewTask request={request} onClose={() => setAdding(false)} /> : request.stage !== 'closed' && (
        <Button size="sm" variant="quiet" className="-ms-2 self-start" icon={<Plus className="size-4" aria-hidden="true" />} reason={request.actions.note ? t(request.actions.note) : undefined} onPress={() => setAdding(true)}>{t('requests.add-task')}</Button>
      )}
    </div>
  )
}

function NewTask({ request, onClose }: { request: Request; onClose: () => void }) {
  const t = useText()
  const people = usePeople(request.team?.id)
  const add = useCall(requests.addTask, { refresh: [requests.tasks, requests.get], onDone: onClose, onFault: () => undefined })
  const [missing, setMissing] = useState<string | undefined>()
  return (
    <Form
      className="gap-2!" faults={add.fieldFaults} {...(add.faultText ? { fault: add.faultText } : {})}
      onSubmit={(values) => {
        const title = String(values.get('title') ?? '').trim()
        const ownerId = String(values.get('ownerId') ?? '')
        const dueAt = readLocalInput(String(values.get('dueAt') ?? ''))
        setMissing(title === '' ? t('input.empty') : undefined)
        if (title !== '') add.mutate({ params: { id: request.id }, body: { title, ...(ownerId ? { ownerId } : {}), ...(dueAt ? { dueAt } : {}) } })
      }}
    >
      <TextField name="title" label={t('requests.task-title')} placeholder={t('requests.task-example')} autoFocus error={missing} />
      <Select name="ownerId" label={t('requests.task-owner')} options={(people.data?.rows ?? []).filter((one) => one.disabledAt === null).map((one) => ({ id: one.id, label: one.name }))} />
      <TextField name="dueAt" type="datetime-local" label={t('requests.task-due')} />
      <Actions><Button size="sm" onPress={onClose}>{t('requests.cancel')}</Button><Button size="sm" type="submit" variant="primary" busy={add.isPending}>{t('requests.add-task')}</Button></Actions>
    </Form>
  )
}
