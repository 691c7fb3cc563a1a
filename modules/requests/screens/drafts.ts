/**
 * What a person is writing, per request and voice. It lives outside the components, so that moving to another request
 * loses nothing, and is saved on the server shortly after the last key.
 */
import { useEffect, useSyncExternalStore } from 'react'
import { call, CallFault } from '../../../apps/console/api.ts'
import { requests } from '../contract.ts'

export type Voice = 'reply' | 'note'
type SaveState = 'none' | 'waiting' | 'saved' | 'failed'
interface Draft { text: string; state: SaveState }

const SAVE_AFTER_MS = 700
const RETRY_MS = 5_000
const empty: Draft = { text: '', state: 'none' }
const drafts = new Map<string, Draft>()
const timers = new Map<string, ReturnType<typeof setTimeout>>()
const watchers = new Set<() => void>()
const loaded = new Set<string>()

const keyOf = (id: string, kind: Voice): string => `${id} ${kind}`

function put(key: string, draft: Draft): void {
  drafts.set(key, draft)
  for (const watcher of watchers) watcher()
}

function saveSoon(id: string, kind: Voice, wait = SAVE_AFTER_MS): void {
  const key = keyOf(id, kind)
  clearTimeout(timers.get(key))
  timers.set(key, setTimeout(() => {
    timers.delete(key)
    const { text } = drafts.get(key) ?? empty
    call(requests.saveDraft, { params: { id }, body: { kind, text } }).then(
      () => { if (drafts.get(key)?.text === text) put(key, { text, state: text.trim() ? 'saved' : 'none' }) },
      // The words stay here; they are saved when the server can be reached again. A refusal would stay one.
      (problem: unknown) => {
        put(key, { text: drafts.get(key)?.text ?? text, state: 'failed' })
        if (problem instanceof CallFault && problem.isUncertain && !timers.has(key)) saveSoon(id, kind, RETRY_MS)
      },
    )
  }, wait))
}

/** The person typed. */
export function writeDraft(id: string, kind: Voice, text: string): void {
  put(keyOf(id, kind), { text, state: 'waiting' })
  saveSoon(id, kind)
}

/** The server has it already: it was sent (and forgotten) or taken back (and kept). */
export function setDraft(id: string, kind: Voice, text: string): void {
  const key = keyOf(id, kind)
  clearTimeout(timers.get(key))
  timers.delete(key)
  put(key, { text, state: text ? 'saved' : 'none' })
}

/** What was written earlier, here or at another machine. Words typed meanwhile are never overwritten. */
function load(id: string): void {
  if (loaded.has(id)) return
  loaded.add(id)
  call(requests.draft, { params: { id } }).then(({ mine }) => {
    for (const kind of ['reply', 'note'] as const) {
      const text = mine[kind]
      if (text && !drafts.get(keyOf(id, kind))?.text) put(keyOf(id, kind), { text, state: 'saved' })
    }
  }, () => { loaded.delete(id) })
}

export function useDraft(id: string, kind: Voice): Draft {
  useEffect(() => { load(id) }, [id])
  return useSyncExternalStore((watcher) => { watchers.add(watcher); return () => { watchers.delete(watcher) } }, () => drafts.get(keyOf(id, kind)) ?? empty)
}
