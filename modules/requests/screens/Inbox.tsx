import { Plus, X } from 'lucide-react'
import { useEffect, useRef, useState, type ReactElement } from 'react'
import { useSearchState } from '../../../apps/console/location.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Button, EmptyState, IconButton, Kbd, SearchField, SplitPane, useShortcuts } from '../../../ui/index.ts'
import { stages, views, type View } from '../contract.ts'
import { useCounts, useRequest, useRequestList } from './data.ts'
import { useMedia } from './media.ts'
import { NewRequestDialog } from './NewRequest.tsx'
import { RequestList } from './RequestList.tsx'
import { RequestPane } from './RequestPane.tsx'
import { Side } from './Side.tsx'
import { Views, ViewSelect } from './Views.tsx'

const SEARCH_AFTER_MS = 250
/** Room for conversation and details beside the list. */
const WIDE = '(min-width: 1150px)'

/** Views, list and request side by side; the address holds the whole state, so that it can be sent to a colleague. */
export default function Inbox(): ReactElement {
  const t = useText()
  const may = useMay()
  const [state, set] = useSearchState<'view' | 'team' | 'q' | 'id' | 'stage' | 'holder'>()
  const view: View = views.find((one) => one === state.view) ?? (may('requests.work') ? 'mine' : 'open')
  const { team, q, id, holder } = state
  const stage = stages.find((one) => one === state.stage)
  const counts = useCounts()
  const list = useRequestList({ view: q ? 'all' : view, team, search: q, stage, holder })
  const [isNew, setNew] = useState(false)
  const isWide = useMedia(WIDE)
  useShortcuts([{ keys: 'c', label: t('requests.new-request'), group: t('requests.list'), run: () => { if (may('requests.open')) setNew(true) } }])
  const selected = id ?? null
  const open = (next: string) => set({ id: next }, selected === null)
  // Enter goes on from the list into the conversation.
  const enter = (next: string) => { open(next); requestAnimationFrame(() => document.querySelector<HTMLElement>('[role=log]')?.focus()) }
  const main = selected === null ? <NothingOpen /> : <RequestPane key={selected} id={selected} hasSide={isWide} />
  return (
    <div className="flex h-full min-h-0">
      <div className="w-46 shrink-0 border-e border-line bg-sunken max-lg:hidden"><Views view={view} team={team} counts={counts.data} /></div>
      <div className="h-full min-h-0 min-w-0 flex-1">
        <SplitPane
          shown={selected === null ? 'start' : 'main'} startWidth={328} endWidth={288} resizeLabel={t('requests.list-width')}
          labels={{ start: t('requests.list'), main: t('requests.one'), end: t('requests.details') }} back={{ label: t('requests.back-to-list'), onPress: () => set({ id: null }) }}
          start={(
            <>
              <div className="flex flex-col gap-2 border-b border-line p-2">
                <div className="flex items-center gap-2">
                  <h1 className="min-w-0 flex-1 truncate ps-1 font-bold max-lg:sr-only">{q ? t('requests.found-title') : t(`requests.view.${view}`)}</h1>
                  <div className="hidden min-w-0 flex-1 max-lg:block"><ViewSelect view={view} team={team} counts={counts.data} onChange={(next) => set({ view: next, q: null, stage: null, holder: null })} /></div>
                  {may('requests.open') && <IconButton label={t('requests.new-request')} keys="c" variant="plain" icon={<Plus className="size-4" aria-hidden="true" />} onPress={() => setNew(true)} />}
                </div>
                <Search q={q ?? ''} onSearch={(next) => set({ q: next })} />
                {(stage || holder) && (
                  <Button variant="quiet" size="sm" onPress={() => set({ stage: null, holder: null })}>
                    {t(stage ? 'requests.narrowed-stage' : 'requests.narrowed-holder', { stage: stage ? t(`requests.stage.${stage}`) : '' })} <X className="size-3.5" aria-hidden="true" />
                  </Button>
                )}
              </div>
              <RequestList label={t(`requests.view.${view}`)} list={list} selected={selected} onSelect={open} onOpen={enter} empty={<NothingFound view={view} search={q} onClear={() => set({ q: null })} onNew={may('requests.open') ? () => setNew(true) : undefined} />} />
            </>
          )}
          main={main} {...(isWide && selected !== null ? { end: <SideOf key={selected} id={selected} /> } : {})}
        />
      </div>
      {isNew && <NewRequestDialog onClose={() => setNew(false)} onOpened={(opened) => { setNew(false); set({ id: opened }) }} />}
    </div>
  )
}

function SideOf({ id }: { id: string }) {
  const { data } = useRequest(id)
  return data ? <Side request={data} /> : null
}

function Search({ q, onSearch }: { q: string; onSearch: (q: string) => void }) {
  const t = useText()
  const [text, setText] = useState(q)
  const input = useRef<HTMLInputElement>(null)
  useShortcuts([{ keys: '/', label: t('requests.key.search'), group: t('requests.list'), run: () => input.current?.focus() }])
  useEffect(() => { setText(q) }, [q])
  useEffect(() => {
    if (text.trim() === q) return
    const timer = setTimeout(() => onSearch(text.trim()), SEARCH_AFTER_MS)
    return () => clearTimeout(timer)
  }, [text])
  return <SearchField label={t('requests.search')} placeholder={t('requests.search-example')} value={text} onChange={setText} inputRef={input} onClear={() => onSearch('')} />
}

function NothingOpen() {
  const t = useText()
  return (
    <EmptyState title={t('requests.nothing-open')}>
      <p>{t('requests.nothing-open-means')}</p>
      <ul className="mt-3 flex flex-col gap-1">
        {(['j', 'k', 'r', 'n', 'a', 'e', '/', '?'] as const).map((keys) => <li key={keys} className="flex items-center gap-3"><span className="w-8"><Kbd keys={keys} /></span>{t(`requests.key-means.${keys === '/' ? 'slash' : keys === '?' ? 'help' : keys}`)}</li>)}
      </ul>
    </EmptyState>
  )
}

/** What an empty list means, and what to do. */
function NothingFound({ view, search, onClear, onNew }: { view: View; search: string | undefined; onClear: () => void; onNew: (() => void) | undefined }) {
  const t = useText()
  if (search) return <EmptyState title={t('requests.nothing-found', { search })} action={<Button onPress={onClear}>{t('requests.clear-search')}</Button>}>{t('requests.nothing-found-means')}</EmptyState>
  return <EmptyState title={t(`requests.empty.${view}`)} {...(onNew && ['mine', 'open', 'all', 'queue'].includes(view) ? { action: <Button onPress={onNew}>{t('requests.new-request')}</Button> } : {})}>{t(`requests.empty-means.${view}`)}</EmptyState>
}
