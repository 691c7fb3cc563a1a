import { AtSign, Clock3, Lock, MessageSquareText, Paperclip, SendHorizontal, X } from 'lucide-react'
import { clsx } from 'clsx'
import { useEffect, useId, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent, type ReactElement, type Ref } from 'react'
import { FileTrigger } from 'react-aria-components'
import { call, CallFault, useCall, useGet } from '../../../apps/console/api.ts'
import { useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Button, IconButton, Kbd, toast } from '../../../ui/index.ts'
import { requests, type Message, type Request } from '../contract.ts'
import { fileSize } from './Conversation.tsx'
import { usePeople, useRequestCache } from './data.ts'
import { setDraft, useDraft, writeDraft, type Voice } from './drafts.ts'
import { useShowing, useTyping } from './looking.ts'
import { findTrigger, filterChoices, mentionedIn, type Choice } from './suggest.ts'

const MOST_BYTES = 25 * 1024 * 1024

export interface ComposerHandle { write: (voice: Voice) => void }
interface Upload { key: number; name: string; size: number; id: string | null; fault: string | null }

/** Where the next words are written. A reply and a note differ in surface, border, sign, label and the words of the button. */
export function Composer({ request, ref }: { request: Request; ref: Ref<ComposerHandle> }): ReactElement {
  const t = useText()
  const { id } = request
  const refusal = request.actions.reply ?? null
  const [chosen, setVoice] = useState<Voice>('reply')
  const voice: Voice = chosen === 'reply' && refusal !== null ? 'note' : chosen
  const area = useRef<HTMLTextAreaElement>(null)
  const draft = useDraft(id, voice)
  const uploads = useUploads(id)
  const typing = useTyping(draft.state === 'waiting' ? draft.text : '', true)
  useShowing(id, typing ? voice : null)
  // Once opened it stays: a composer that shrinks as it loses the focus moves what one is about to press.
  const [wasFocused, setFocused] = useState(false)
  const focus = () => { requestAnimationFrame(() => area.current?.focus()) }
  useImperativeHandle(ref, () => ({ write: (next) => { setVoice(next); focus() } }))
  const send = useSend(request, voice, uploads)
  const isNote = voice === 'note'
  const isOpen = wasFocused || draft.text !== '' || uploads.files.length > 0
  const reason = refusal !== null && chosen === 'reply' ? t(refusal) : null
  const isEmpty = draft.text.trim() === ''
  return (
    <section
      aria-label={t(`requests.compose.${voice}`)} onFocus={() => setFocused(true)} onKeyDown={(event) => { if (event.key === 'Escape') setFocused(false) }}
      className={clsx('shrink-0 border-t-2 px-4 pt-2 pb-3', isNote ? 'border-dashed border-note bg-note-surface' : 'border-accent bg-raised')}
      onDragOver={(event: DragEvent) => { if (event.dataTransfer.types.includes('Files')) event.preventDefault() }}
      onDrop={(event: DragEvent) => { event.preventDefault(); uploads.add([...event.dataTransfer.files]) }}
    >
      <div className="mb-1 flex items-center gap-1">
        <Button size="sm" variant={isNote ? 'quiet' : 'plain'} aria-pressed={!isNote} icon={<MessageSquareText className="size-4" aria-hidden="true" />} reason={refusal !== null ? t(refusal) : undefined} onPress={() => { setVoice('reply'); focus() }}>
          {t('requests.reply-by', { channel: t(`requests.channel.${request.channel}`) })}
        </Button>
        <Button size="sm" variant={isNote ? 'note' : 'quiet'} aria-pressed={isNote} icon={<Lock className="size-4" aria-hidden="true" />} onPress={() => { setVoice('note'); focus() }}>{t('requests.note')}</Button>
        <span role="status" className="ms-auto truncate text-sm text-faint">{draft.state === 'none' ? '' : t(`requests.draft.${draft.state}`)}</span>
      </div>
      {reason !== null && <p className="mb-1 text-sm text-muted">{reason}</p>}
      <Writing
        key={`${id} ${voice}`} request={request} voice={voice} area={area} text={draft.text} isOpen={isOpen} onChange={(text) => writeDraft(id, voice, text)} onSend={send.send}
        onFiles={uploads.add}
      />
      {uploads.files.length > 0 && <UploadList uploads={uploads} />}
      {isOpen && (
        <div className="mt-1.5 flex flex-wrap items-center gap-1.5">
          <FileTrigger allowsMultiple onSelect={(list) => { if (list) uploads.add([...list]) }}>
            <Button size="sm" variant="quiet" icon={<Paperclip className="size-4" aria-hidden="true" />}>{t('requests.attach')}</Button>
          </FileTrigger>
          <span className="text-sm text-faint max-md:hidden">{isNote ? t('requests.hint-note') : t('requests.hint-reply')}</span>
          <span className="ms-auto flex flex-wrap items-center justify-end gap-1.5">
            {!isNote && ['assign', 'execute', 'accept'].includes(request.stage) && (
              <Button busy={send.isSending} icon={<Clock3 className="size-4" aria-hidden="true" />} reason={isEmpty ? t('requests.nothing-written') : undefined} onPress={() => send.send('wait')}>{t('requests.send-and-wait')}</Button>
            )}
            <Button
              variant={isNote ? 'note' : 'primary'} busy={send.isSending} reason={isEmpty ? t('requests.nothing-written') : uploads.isBusy ? t('requests.uploading') : undefined}
              icon={isNote ? <Lock className="size-4" aria-hidden="true" /> : <SendHorizontal className="size-4" aria-hidden="true" />} onPress={() => send.send()}
            >{t(isNote ? 'requests.save-note' : 'requests.send-reply')}<Kbd keys="mod+enter" className="ms-1 opacity-80 max-sm:hidden" /></Button>
          </span>
        </div>
      )}
    </section>
  )
}

/** Sends what is written: it stands in the conversation at once, and returns to the composer when the server refuses it. */
function useSend(request: Request, voice: Voice, uploads: Uploads) {
  const t = useText()
  const { person } = useSession()
  const { id } = request
  const { changeMessages, renew } = useRequestCache(id)
  const people = usePeople(undefined, { isEnabled: voice === 'note' })
  const temporary = useRef('')
  const write = useCall(requests.write, {
    onDone: (answer) => {
      const known = temporary.current
      changeMessages((rows) => [...rows.filter((row) => row.id !== known && row.id !== answer.id), answer])
    },
    onFault: () => undefined,
  })
  const send = (then?: 'wait') => {
    const { text } = draftOf.current
    if (text.trim() === '' || uploads.isBusy || write.isPending || !person) return
    temporary.current = `sending-${Date.now()}`
    const files = uploads.files.flatMap((file) => file.id === null ? [] : [file.id])
    const mentions = voice === 'note' ? mentionedIn(text, people.data?.rows ?? []) : []
    const pending: Message = {
      id: temporary.current, kind: voice, authorKind: 'agent', authorId: person.id, authorName: person.name, channel: request.channel, to: null, body: text, html: null, quoted: null, oddities: [],
      state: voice === 'note' ? 'kept' : 'sending', stateWhy: null, sendAt: null, createdAt: new Date().toISOString(), attachments: [],
    }
    changeMessages((rows) => [...rows, pending])
    setDraft(id, voice, '')
    const attached = uploads.take()
    write.mutate({ params: { id }, body: { kind: voice, text, ...(mentions.length ? { mentions } : {}), ...(files.length ? { attachmentIds: files } : {}), ...(then && voice === 'reply' ? { then } : {}) } }, {
      onError: (fault: CallFault) => {
        changeMessages((rows) => rows.filter((row) => row.id !== pending.id))
        writeDraft(id, voice, text)
        uploads.putBack(attached)
        renew()
        toast.fault({ what: fault.fields[0] ? t(fault.fields[0].code, fault.fields[0].args) : t(fault.code, fault.args), kept: t('requests.words-kept'), next: t(fault.isUncertain ? 'requests.send-again' : 'requests.see-then-send') })
      },
    })
  }
  const draft = useDraft(id, voice)
  const draftOf = useRef(draft)
  draftOf.current = draft
  return { send, isSending: write.isPending }
}

interface Uploads { files: Upload[]; isBusy: boolean; add: (files: File[]) => void; remove: (key: number) => void; take: () => Upload[]; putBack: (files: Upload[]) => void }

let nextUpload = 1

function useUploads(requestId: string): Uploads {
  const t = useText()
  const [files, setFiles] = useState<Upload[]>([])
  useEffect(() => { setFiles([]) }, [requestId])
  const change = (key: number, patch: Partial<Upload>) => setFiles((before) => before.map((one) => one.key === key ? { ...one, ...patch } : one))
  const add = (given: File[]) => {
    for (const file of given) {
      const key = nextUpload++
      const fault = file.size > MOST_BYTES ? t('requests.attachment-too-large') : file.size === 0 ? t('requests.attachment-empty') : null
      setFiles((before) => [...before, { key, name: file.name, size: file.size, id: null, fault }])
      if (fault !== null) continue
      const form = new FormData()
      form.append('file', file)
      call(requests.upload, { form }).then((answer) => change(key, { id: answer.id }), (problem: unknown) => change(key, { fault: problem instanceof CallFault ? t(problem.code, problem.args) : t('console.unreachable') }))
    }
  }
  return {
    files, isBusy: files.some((one) => one.id === null && one.fault === null), add,
    remove: (key) => setFiles((before) => before.filter((one) => one.key !== key)),
    take: () => { setFiles([]); return files.filter((one) => one.fault === null) },
    putBack: (back) => setFiles((before) => [...back, ...before]),
  }
}

function UploadList({ uploads }: { uploads: Uploads }) {
  const t = useText()
  return (
    <ul aria-label={t('requests.attachments')} className="mt-1.5 flex flex-wrap gap-1.5">
      {uploads.files.map((file) => (
        <li key={file.key} className={clsx('flex max-w-full items-center gap-1 rounded-md border bg-raised ps-2 text-sm', file.fault === null ? 'border-line' : 'border-late/60 text-late')}>
          <Paperclip className="size-3.5 shrink-0" aria-hidden="true" />
          <span className="min-w-0 truncate">{file.name}</span>
          <span className="shrink-0 text-faint">{file.fault ?? (file.id === null ? t('requests.uploading') : fileSize(file.size))}</span>
          <IconButton size="sm" label={t('requests.remove-file', { name: file.name })} icon={<X className="size-3.5" aria-hidden="true" />} onPress={() => uploads.remove(file.key)} />
        </li>
      ))}
    </ul>
  )
}

interface WritingProps {
  request: Request
  voice: Voice
  area: React.RefObject<HTMLTextAreaElement | null>
  text: string
  isOpen: boolean
  onChange: (text: string) => void
  onSend: (then?: 'wait') => void
  onFiles: (files: File[]) => void
}

/** The text itself, with `/` for templates in a reply and `@` for colleagues in a note. */
function Writing({ request, voice, area, text, isOpen, onChange, onSend, onFiles }: WritingProps) {
  const t = useText()
  const listId = useId()
  const [caret, setCaret] = useState(0)
  const [active, setActive] = useState(0)
  const [dismissed, setDismissed] = useState<string | null>(null)
  const sign = voice === 'note' ? '@' : '/'
  const trigger = findTrigger(text, caret, sign)
  const isAsking = trigger !== null && dismissed !== `${trigger.start}`
  const choices = useChoices(request, voice, isAsking, trigger?.query ?? '')
  useEffect(() => { setActive(0) }, [trigger?.query, trigger?.start])
  useLayoutEffect(() => {
    const box = area.current
    if (!box) return
    box.style.height = 'auto'
    box.style.height = `${Math.min(Math.max(box.scrollHeight + 2, isOpen ? 84 : 36), Math.round(window.innerHeight * 0.4))}px`
  }, [text, isOpen, area])
  const choose = (choice: Choice) => {
    if (!trigger) return
    const before = text.slice(0, trigger.start) + choice.insert
    onChange(before + text.slice(caret))
    requestAnimationFrame(() => { area.current?.focus(); area.current?.setSelectionRange(before.length, before.length); setCaret(before.length) })
  }
  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While Chinese is composed, Enter and arrows belong to the input method.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (isAsking && choices.length > 0) {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); setActive((at) => (at + (event.key === 'ArrowDown' ? 1 : choices.length - 1)) % choices.length); return }
      if ((event.key === 'Enter' && !event.metaKey && !event.ctrlKey) || event.key === 'Tab') { event.preventDefault(); choose(choices[active] ?? choices[0]!); return }
      if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); setDismissed(`${trigger!.start}`); return }
    }
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) { event.preventDefault(); onSend(event.shiftKey ? 'wait' : undefined) }
    else if (event.key === 'Escape') area.current?.blur()
  }
  return (
    <div className="relative">
      {isAsking && choices.length > 0 && (
        <ul id={listId} role="listbox" aria-label={t(voice === 'note' ? 'requests.colleagues' : 'requests.templates')} className="absolute start-0 bottom-full z-30 mb-1 max-h-64 w-80 max-w-full overflow-auto rounded-md border border-line bg-raised p-1 shadow-float">
          {choices.map((choice, at) => (
            <li
              key={choice.id} id={`${listId}-${at}`} role="option" aria-selected={at === active} onPointerDown={(event) => { event.preventDefault(); choose(choice) }} onPointerMove={() => setActive(at)}
              className={clsx('flex min-h-7.5 cursor-default flex-col justify-center rounded-sm px-2 py-1', at === active && 'bg-selected')}
            ><span className="truncate">{choice.label}</span>{choice.description && <span className="truncate text-sm text-faint">{choice.description}</span>}</li>
          ))}
        </ul>
      )}
      <textarea
        ref={area} value={text} rows={1} aria-label={t(`requests.compose.${voice}`)} placeholder={t(`requests.compose-placeholder.${voice}`)}
        aria-autocomplete="list" {...(isAsking && choices.length > 0 ? { 'aria-controls': listId, 'aria-activedescendant': `${listId}-${active}` } : {})}
        onChange={(event) => { setCaret(event.target.selectionStart); if (dismissed !== null && !findTrigger(event.target.value, event.target.selectionStart, sign)) setDismissed(null); onChange(event.target.value) }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)} onKeyDown={press}
        onPaste={(event: ClipboardEvent) => { const files = [...event.clipboardData.files]; if (files.length > 0) { event.preventDefault(); onFiles(files) } }}
        className={clsx('block w-full resize-none rounded-md border px-2.5 py-1.5', voice === 'note' ? 'border-dashed border-note bg-raised' : 'border-edge bg-raised')}
      />
      {voice === 'note' && <AtSign className="pointer-events-none absolute end-2 top-2.5 size-4 text-faint" aria-hidden="true" />}
    </div>
  )
}

function useChoices(request: Request, voice: Voice, isAsking: boolean, query: string): Choice[] {
  const templates = useGet(requests.templates, { query: { requestId: request.id } }, { isEnabled: isAsking && voice === 'reply', staleSeconds: 120 })
  const people = usePeople(undefined, { isEnabled: isAsking && voice === 'note' })
  return useMemo(() => {
    if (!isAsking) return []
    const all: Choice[] = voice === 'reply'
      ? (templates.data?.rows ?? []).map((row) => ({ id: row.id, label: row.name, description: row.filled ?? row.body, insert: row.filled ?? row.body }))
      : [...(people.data?.rows ?? [])].filter((one) => one.disabledAt === null)
          .sort((a, b) => Number(b.teamIds.includes(request.team?.id ?? '')) - Number(a.teamIds.includes(request.team?.id ?? ''))).map((one) => ({ id: one.id, label: one.name, description: one.login, insert: `@${one.name} ` }))
    return filterChoices(all, query)
  }, [isAsking, voice, query, templates.data, people.data, request.team?.id])
}
