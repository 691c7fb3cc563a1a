import { useMemo, useRef, useState, type ReactElement } from 'react'
import {
  Avatar, Badge, Button, ClockRing, Facts, List, Num, PresenceDot, PriorityMark, Section, StageLine, Table, Time, useListKeys, useNow, Voice, type ClockState, type Priority, type TableColumn, type TableSort,
} from '../../../../ui/index.ts'
import { useText, type Text } from '../../text.tsx'
import { useWords } from './words.ts'

interface Row {
  number: number
  subject: string
  customer: string
  channel: string
  holder: string
  priority: Priority
  clock: { state: ClockState; used: number; words: string }
  openedAt: number
}

const clocks: readonly [ClockState, number][] = [['soon', 0.85], ['late', 1.1], ['ok', 0.2], ['paused', 0.4], ['ok', 0.5], ['met', 0.6]]
const priorities: readonly Priority[] = ['urgent', 'normal', 'routine']
const MINUTE = 60_000

function sampleRows(w: Text, now: number, count: number): Row[] {
  return Array.from({ length: count }, (_, at) => {
    const [state, used] = clocks[at % clocks.length]!
    return {
      number: 20_418 - at, subject: w(`row.${at % 6}`), customer: w(`customer.${'abc'[at % 3]}`), channel: w(`channel.${at % 4}`), holder: w(`holder.${at % 4}`),
      priority: priorities[at % 5 === 0 ? 0 : at % 3 === 0 ? 2 : 1]!, clock: { state, used, words: w(`clock.${state}`) }, openedAt: now - at * 47 * MINUTE,
    }
  })
}

export function MarkParts(): ReactElement {
  const w = useWords()
  const t = useText()
  const now = useNow()
  return (
    <Section title={w('marks')}>
      <StageLine
        label={w('stages')} stateLabels={{ done: w('stage.done'), here: w('stage.here'), next: w('stage.next'), returned: w('stage.returned') }}
        stages={['accept', 'assign', 'execute', 'track', 'verify', 'feedback'].map((id, at) => ({ id, label: w(`stage.${id}`), state: at < 2 ? 'done' as const : at === 2 ? 'here' as const : 'next' as const, explanation: w(at < 2 ? 'stage-done-text' : at === 2 ? 'stage-here-text' : 'stage-next-text') }))}
      />
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
        {priorities.map((priority) => <PriorityMark key={priority} priority={priority} label={w(`priority.${priority}`)} hasWords />)}
        {(['ok', 'soon', 'late', 'paused', 'met', 'missed'] as const).map((state, at) => <ClockRing key={state} state={state} used={[0.3, 0.85, 1.2, 0.5, 0.7, 1][at]!} words={w(`clock.${state}`)} explanation={w('clock-text')} />)}
      </div>
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
        <Avatar name="陳美玲" size="lg" presence={{ state: 'online', label: t('console.presence.online') }} />
        <Avatar name="林" presence={{ state: 'away', label: t('console.presence.away') }} />
        <Avatar name="Ann Lee" presence={{ state: 'offline', label: t('console.presence.offline') }} />
        <Avatar name="歐陽修文" size="sm" />
        <span className="inline-flex items-center gap-1.5"><PresenceDot state="busy" />{w('busy')}</span>
        <Badge>{w('badge.plain')}</Badge><Badge tone="customer">{w('badge.gold')}</Badge><Badge tone="note">{w('kind.note')}</Badge><Badge tone="ok">{w('clock.met')}</Badge><Badge tone="late">{w('clock.late')}</Badge><Badge tone="paused">{w('badge.paused')}</Badge>
        <Time at={now - 3 * MINUTE} /><Time at={now + 100 * MINUTE} /><Time at={now - 60 * 60 * 30 * MINUTE} />
        <span>{w('open')} <Num value={1204} href="/ui#rows" className="font-bold" /></span>
        <span>{w('rate')} <Num value={0.9134} style="percent" digits={1} href="/ui#rows" /></span>
      </div>
    </Section>
  )
}

export function VoiceParts(): ReactElement {
  const w = useWords()
  const now = useNow()
  return (
    <Section title={w('voices')}>
      <div className="grid gap-6 md:grid-cols-[minmax(0,1fr)_18rem]">
        <div className="flex flex-col gap-2">
          <Voice kind="customer" kindLabel={w('kind.customer')} author={w('customer.a')} at={now - 25 * MINUTE}>{w('voice.customer')}</Voice>
          <Voice kind="note" kindLabel={w('kind.note')} author={w('holder.1')} at={now - 22 * MINUTE}>{w('voice.note')}</Voice>
          <Voice kind="reply" kindLabel={w('kind.reply')} author={w('holder.0')} at={now - 18 * MINUTE} aside={w('delivered')}>{w('voice.reply')}</Voice>
        </div>
        <Facts facts={['tier', 'since', 'requests', 'score', 'promise'].map((id) => ({ label: w(`fact.${id}`), value: w(`fact.${id}-value`) }))} />
      </div>
    </Section>
  )
}

export function TableParts(): ReactElement {
  const w = useWords()
  const now = useNow()
  const [sort, setSort] = useState<TableSort>({ column: 'number', direction: 'descending' })
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const rows = useMemo(() => sampleRows(w, now, 6).toSorted((a, b) => (sort.column === 'openedAt' ? a.openedAt - b.openedAt : a.number - b.number) * (sort.direction === 'ascending' ? 1 : -1)), [w, now, sort])
  const columns: TableColumn<Row>[] = [
    { id: 'subject', title: w('column.subject'), cell: (row) => row.subject },
    { id: 'number', title: w('column.number'), cell: (row) => `#${row.number}`, isSortable: true, width: '6rem' },
    { id: 'priority', title: w('column.priority'), cell: (row) => <PriorityMark priority={row.priority} label={w(`priority.${row.priority}`)} hasWords />, width: '7rem' },
    { id: 'customer', title: w('column.customer'), cell: (row) => row.customer, priority: 2 },
    { id: 'channel', title: w('column.channel'), cell: (row) => row.channel, priority: 3 },
    { id: 'holder', title: w('column.holder'), cell: (row) => <span className="inline-flex items-center gap-1.5"><Avatar name={row.holder} size="sm" isDecorative />{row.holder}</span>, priority: 2 },
    { id: 'openedAt', title: w('column.opened'), cell: (row) => <Time at={row.openedAt} isPlain />, isSortable: true, align: 'end', priority: 3 },
    { id: 'clock', title: w('column.due'), cell: (row) => <ClockRing {...row.clock} />, align: 'end' },
  ]
  return (
    <Section title={w('table')} actions={<Button size="sm" {...(selected.size === 0 ? { reason: w('choose-first') } : {})}>{w('assign-chosen', { count: selected.size })}</Button>}>
      <Table label={w('table')} columns={columns} rows={rows} rowId={(row) => String(row.number)} sort={sort} onSort={setSort} selected={selected} onSelect={setSelected} />
    </Section>
  )
}

export function ListParts(): ReactElement {
  const w = useWords()
  const [now] = useState(useNow())
  const rows = useMemo(() => sampleRows(w, now, 10_000), [w, now])
  const [selected, setSelected] = useState<string>('20418')
  const listRef = useRef<HTMLDivElement>(null)
  useListKeys(listRef, { next: w('next'), previous: w('previous') })
  return (
    <Section title={w('list')}>
      <List
        label={w('list')} items={rows} itemId={(row) => String(row.number)} itemText={(row) => `#${row.number} ${row.subject}`} rowHeight={52}
        selected={selected} onSelect={setSelected} listRef={listRef} className="h-72 max-w-110 border border-line bg-raised"
      >
        {(row) => (
          <div className="flex min-w-0 flex-1 flex-col">
            <span className="flex items-center gap-2"><PriorityMark priority={row.priority} label={w(`priority.${row.priority}`)} /><span className="min-w-0 flex-1 truncate font-bold">{row.subject}</span><ClockRing {...row.clock} className="text-sm" /></span>
            <span className="flex items-center gap-2 text-sm text-muted"><span>#{row.number}</span><span className="min-w-0 flex-1 truncate">{row.customer} · {row.channel}</span><span>{row.holder}</span></span>
          </div>
        )}
      </List>
    </Section>
  )
}
