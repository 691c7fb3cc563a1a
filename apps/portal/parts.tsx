/** @jsxImportSource preact */
/** What the customers' pages share: words, messages, the box to write in, the question whether it is solved. */
import { createContext, type ComponentChildren } from 'preact'
import { useContext, useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { CustomerMessageRow } from '../../modules/channels/chat/contract.ts'
import type { Locale } from '../../lib/text/index.ts'
import { call, refusalText } from './api.ts'
import { chooseLocale, languages, type T } from './text.ts'

export const Words = createContext<{ t: T; locale: Locale; change: (locale: Locale) => void }>({ t: (key) => key, locale: 'zh-Hant', change: () => {} })
export const useWords = () => useContext(Words)

/** Today only the time, else the date as well. */
export function Moment({ at }: { at: string }) {
  const { t } = useWords()
  const isToday = new Date(at).toDateString() === new Date().toDateString()
  return <time dateTime={at}>{isToday ? t('at-today', { at }) : t('at', { at })}</time>
}

export function LanguageChoice() {
  const { t, locale, change } = useWords()
  return (
    <select class="languages" aria-label={t('language')} value={locale} onChange={(event) => { const next = event.currentTarget.value as Locale; chooseLocale(next); change(next) }}>
      {languages.map(([id, name]) => <option key={id} value={id} lang={id}>{name}</option>)}
    </select>
  )
}

const size = (bytes: number): string => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`)
const LINK = /https?:\/\/[^\s<>"'）」』】]+[^\s<>"'）」』】.,;:!?。，；：！？]/g

/** Text as it was written, with its addresses as links. */
export function Text({ text }: { text: string }) {
  const parts: ComponentChildren[] = []
  let at = 0
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(at, found.index), <a href={found[0]} target="_blank" rel="noopener noreferrer nofollow">{found[0]}</a>)
    at = found.index + found[0].length
  }
  return <p class="words">{parts}{text.slice(at)}</p>
}

export function Message({ message, follow }: { message: CustomerMessageRow; follow: string }) {
  const { t } = useWords()
  return (
    <li class={`message ${message.from}${message.isResult ? ' result' : ''}`}>
      <p class="who">{message.from === 'you' ? t('you') : message.author || t('us')} · <Moment at={message.at} />{message.isResult && <b> {t('result')}</b>}</p>
      <Text text={message.text} />
      {message.files.length > 0 && (
        <ul class="files">{message.files.map((file) => <li key={file.id}><a href={`/api/portal/requests/${follow}/files/${file.id}`} download={file.name}>{file.name} <small>{size(file.size)}</small></a></li>)}</ul>
      )}
    </li>
  )
}

export interface Upload { id: string; name: string }
export function useUploads(headers: () => Promise<Record<string, string>> | Record<string, string>) {
  const { t } = useWords()
  const [files, setFiles] = useState<Upload[]>([])
  const [busy, setBusy] = useState(0)
  const [problem, setProblem] = useState('')
  const add = async (chosen: Iterable<File>) => {
    setProblem('')
    for (const file of chosen) {
      if (file.size > 25 * 1024 * 1024) { setProblem(t('too-large')); continue }
      const body = new FormData()
      body.append('file', file)
      setBusy((n) => n + 1)
      try {
        const stored = await call<Upload>('POST', '/api/portal/files', { body, headers: await headers() })
        setFiles((now) => [...now, { id: stored.id, name: stored.name }].slice(0, 10))
      } catch (error) {
        setProblem(`${file.name}：${refusalText(t, error)}`)
      } finally {
        setBusy((n) => n - 1)
      }
    }
  }
  return { files, busy: busy > 0, problem, add, remove: (id: string) => setFiles((now) => now.filter((file) => file.id !== id)), clear: () => setFiles([]) }
}
export type Uploads = ReturnType<typeof useUploads>

export function UploadList({ uploads }: { uploads: Uploads }) {
  const { t } = useWords()
  return (
    <div class="uploads" role="status">
      {uploads.files.map((file) => <span class="chip" key={file.id}>{file.name} <button type="button" aria-label={t('remove-file', { name: file.name })} onClick={() => uploads.remove(file.id)}>×</button></span>)}
      {uploads.busy && <span class="muted">{t('uploading')}</span>}
      {uploads.problem && <span class="late">{uploads.problem}</span>}
    </div>
  )
}
export function AttachButton({ uploads, children }: { uploads: Uploads; children: ComponentChildren }) {
  const { t } = useWords()
  return (
    <label class="attach" title={t('attach')}>
      <input type="file" multiple aria-label={t('attach')} onChange={(event) => { const input = event.currentTarget; void uploads.add([...(input.files ?? [])]).then(() => { input.value = '' }) }} />
      <span aria-hidden="true">{children}</span>
    </label>
  )
}

/** Grows with its text; Enter sends unless a word is being composed, Shift+Enter makes a line. */
export function Composer({ label, uploads, onSend, focusOn, draftKey }: { label: string; uploads: Uploads; onSend: (text: string, files: Upload[]) => void; focusOn?: number; draftKey: string }) {
  const { t } = useWords()
  const [text, setText] = useState(() => sessionStorageText(draftKey))
  const box = useRef<HTMLTextAreaElement>(null)
  useEffect(() => { if (focusOn) box.current?.focus() }, [focusOn])
  useLayoutEffect(() => {
    const area = box.current!
    area.style.height = 'auto'
    area.style.height = `${Math.min(area.scrollHeight + 2, 160)}px`
    sessionStorageText(draftKey, text)
  }, [text])
  const send = () => {
    if ((!text.trim() && !uploads.files.length) || uploads.busy) return
    onSend(text.trim() || uploads.files.map((file) => file.name).join('\n'), uploads.files)
    setText('')
    uploads.clear()
    box.current?.focus()
  }
  return (
    <form class="composer" onSubmit={(event) => { event.preventDefault(); send() }}>
      <UploadList uploads={uploads} />
      <div class="line">
        <AttachButton uploads={uploads}><svg viewBox="0 0 24 24"><path d="M8 12.5l6-6a3 3 0 0 1 4.5 4.5l-8 8a5 5 0 0 1-7-7l7.5-7.5" /></svg></AttachButton>
        <textarea ref={box} rows={1} maxLength={20000} aria-label={label} placeholder={label} value={text} onInput={(event) => setText(event.currentTarget.value)}
          onPaste={(event) => { if (event.clipboardData?.files.length) { event.preventDefault(); void uploads.add([...event.clipboardData.files]) } }}
          onKeyDown={(event) => {
            // 229: an input method is composing; its Enter chooses a word.
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
            event.preventDefault()
            send()
          }} />
        <button class="send" aria-label={t('send')} disabled={uploads.busy || (!text.trim() && !uploads.files.length)}><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 12h15M13 6l6 6-6 6" /></svg></button>
      </div>
    </form>
  )
}

function sessionStorageText(key: string, value?: string): string {
  try {
    if (value !== undefined) sessionStorage.setItem(key, value)
    return sessionStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}

/** Asks whether it is solved; a no needs a reason, so that the second try starts better. */
export function Verdict({ follow, onDone }: { follow: string; onDone: () => void }) {
  const { t } = useWords()
  const [asksWhy, setAsksWhy] = useState(false)
  const [reason, setReason] = useState('')
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const id = useId()
  const give = async (isSolved: boolean) => {
    setBusy(true)
    try {
      await call('POST', `/api/portal/requests/${follow}/verdict`, { body: { isSolved, ...(isSolved ? {} : { reason }) } })
      onDone()
    } catch (error) {
      setProblem(refusalText(t, error))
    }
    setBusy(false)
  }
  return (
    <section class="ask-solved" aria-labelledby={id}>
      <h2 id={id}>{t('is-it-solved')}</h2>
      {asksWhy ? (
        <form onSubmit={(event) => { event.preventDefault(); void give(false) }}>
          <label class="field">{t('why-not-solved')}<textarea required maxLength={2000} rows={3} value={reason} onInput={(event) => setReason(event.currentTarget.value)} /></label>
          <p class="buttons"><button class="primary" disabled={busy || !reason.trim()}>{t('send-back')}</button><button type="button" onClick={() => setAsksWhy(false)}>{t('cancel')}</button></p>
        </form>
      ) : <p class="buttons"><button class="primary" disabled={busy} onClick={() => void give(true)}>{t('solved')}</button><button disabled={busy} onClick={() => setAsksWhy(true)}>{t('not-solved')}</button></p>}
      <p class="late" role="alert">{problem}</p>
    </section>
  )
}

export function Field({ label, hint, error, children }: { label: string; hint?: string; error?: string; children: (aria: { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean }) => ComponentChildren }) {
  const id = useId()
  const note = error || hint
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': note ? `${id}-note` : undefined, 'aria-invalid': Boolean(error) })}
      {note && <p id={`${id}-note`} class={error ? 'late' : 'muted'}>{note}</p>}
    </div>
  )
}
