import { useState, type ReactElement } from 'react'
import { useText } from '../../../apps/console/text.tsx'
import { Button, Dialog, Skeleton, Table, Time, type TableColumn } from '../../../ui/index.ts'
import type { Assignment } from '../contract.ts'
import { useAssignments, useEvents, useNames } from './data.ts'
import { eventKind, eventKinds, eventSentence, reasonWords, type EventKind } from './words.ts'

/** Everything that happened, each kind to be folded away. */
export function History({ id }: { id: string }): ReactElement {
  const t = useText()
  const events = useEvents(id)
  const names = useNames()
  const [hidden, setHidden] = useState<ReadonlySet<EventKind>>(new Set())
  if (!events.data) return <Skeleton label={t('console.loading')} rows={4} />
  const rows = events.data.rows
  const present = eventKinds.filter((kind) => rows.some((event) => eventKind(event.type) === kind))
  const toggle = (kind: EventKind) => setHidden((before) => { const next = new Set(before); if (!next.delete(kind)) next.add(kind); return next })
  return (
    <div className="flex flex-col gap-2">
      <div role="group" aria-label={t('requests.history-kinds')} className="flex flex-wrap gap-1">
        {present.map((kind) => <Button key={kind} size="sm" variant={hidden.has(kind) ? 'quiet' : 'plain'} aria-pressed={!hidden.has(kind)} onPress={() => toggle(kind)}>{t(`requests.history-kind.${kind}`)}</Button>)}
      </div>
      <ol className="flex flex-col">
        {rows.filter((event) => !hidden.has(eventKind(event.type))).map((event) => (
          <li key={event.id} className="relative border-s border-line ps-3 pb-2 text-sm before:absolute before:-start-0.75 before:top-2 before:size-1.5 before:rounded-full before:bg-edge">
            <span className="wrap-anywhere">{eventSentence(event, names, t)}</span> <Time at={event.at} className="whitespace-nowrap text-faint" />
          </li>
        ))}
      </ol>
    </div>
  )
}

/** Who was asked to take it, why, and what came of it; the candidates of each decision behind a button. */
export function Assignments({ id }: { id: string }): ReactElement {
  const t = useText()
  const found = useAssignments(id)
  const [open, setOpen] = useState<Assignment | null>(null)
  if (!found.data) return <Skeleton label={t('console.loading')} rows={2} />
  if (found.data.rows.length === 0) return <p className="text-sm text-muted">{t('requests.no-assignments')}</p>
  return (
    <>
      <ol className="flex flex-col gap-2">
        {found.data.rows.map((one) => (
          <li key={one.id} className="text-sm">
            <span className="font-bold">{one.agent?.name ?? t('requests.in-queue')}</span> <span className="text-muted">{t(`requests.assignment-state.${one.state}`)}</span> <Time at={one.offeredAt} className="text-faint" />
            <p className="text-muted">{t(`requests.assignment-how.${one.how}`, { by: one.byName ?? t('requests.actor.system') })}{reasonWords(one.reason, t) && t('requests.colon')}{reasonWords(one.reason, t)}{one.score !== null && t('requests.with-score', { score: one.score.toFixed(2) })}{one.ruleVersion && one.how === 'rule' && <span className="block text-faint">{t('requests.rule-version', { version: one.ruleVersion })}</span>}</p>
            {one.candidates.length > 0 && <Button size="sm" variant="quiet" className="-ms-2" onPress={() => setOpen(one)}>{t('requests.show-candidates', { count: one.candidates.length })}</Button>}
          </li>
        ))}
      </ol>
      {open && <Candidates assignment={open} onClose={() => setOpen(null)} />}
    </>
  )
}

const factors = ['skill', 'region', 'history', 'capacity', 'load', 'presence', 'idle'] as const
type Candidate = Assignment['candidates'][number]

function Candidates({ assignment, onClose }: { assignment: Assignment; onClose: () => void }) {
  const t = useText()
  const columns: TableColumn<Candidate>[] = [
    { id: 'name', title: t('requests.colleague'), cell: (one) => one.name ?? t('requests.nobody') },
    { id: 'score', title: t('requests.score'), align: 'end', cell: (one) => one.excludedBecause.length > 0 ? '–' : one.score.toFixed(2) },
    { id: 'load', title: t('requests.load'), align: 'end', cell: (one) => `${one.open ?? 0} / ${one.capacity ?? 0}` },
    ...factors.map((factor): TableColumn<Candidate> => ({ id: `factor-${factor}`, title: t(`routing.factor.${factor}`), align: 'end', priority: 3, cell: (one) => (one.parts[factor] ?? 0).toFixed(2) })),
    { id: 'why', title: t('requests.left-out'), cell: (one) => one.excludedBecause.map((why) => t(`routing.exclusion.${why}`)).join(t('requests.list-comma')) },
  ]
  return (
    <Dialog isOpen size="lg" isDismissable onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('requests.candidates-title')} closeLabel={t('console.close')}>
      <p className="mb-3 max-w-reading text-muted">{reasonWords(assignment.reason, t)}{t('requests.candidates-means')}</p>
      <div className="overflow-auto"><Table label={t('requests.candidates-title')} columns={columns} rows={assignment.candidates} rowId={(one) => one.agentId} density="compact" /></div>
    </Dialog>
  )
}
