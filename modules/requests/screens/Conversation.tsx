import { ArrowDown, ChevronDown, ChevronRight, Download, Lock, MailWarning, Paperclip, RotateCw } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState, type ReactElement, type ReactNode } from 'react'
import { call, useCall } from '../../../apps/console/api.ts'
import { useConnection } from '../../../apps/console/live.ts'
import { useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { fillPath } from '../../../platform/http/contract.ts'
import { Badge, Button, ErrorState, Skeleton, toast, Tooltip, Voice, type Tone } from '../../../ui/index.ts'
import { requests, type Message } from '../contract.ts'
import { useMessages, useRequestCache } from './data.ts'
import { setDraft } from './drafts.ts'
import { MailFrame } from './MailFrame.tsx'
import { reasonWords } from './words.ts'

/** How near to the end counts as reading along. */
const NEAR_END_PX = 120

/** The whole conversation, oldest first; it opens at its end and follows new words only when the reader is there. */
export function Conversation({ id, onUnsent }: { id: string; onUnsent: () => void }): ReactElement {
  const t = useText()
  const found = useMessages(id)
  const [older, setOlder] = useState<{ rows: Message[]; next: string | null } | null>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const [hasNews, setNews] = useState(false)
  useEffect(() => { setOlder(null); isAtEnd.current = true }, [id])
  const rows = [...(older?.rows ?? []), ...(found.data?.rows ?? [])]
  const lastId = rows.at(-1)?.id
  useWhispers(found.data?.rows)
  const toEnd = () => { const box = scroller.current; if (box) box.scrollTop = box.scrollHeight; setNews(false) }
  useLayoutEffect(() => { if (isAtEnd.current) toEnd(); else if (lastId) setNews(true) }, [lastId])
  useEffect(() => {
    // Frames and pictures grow after they are shown.
    const inner = scroller.current?.firstElementChild
    if (!inner) return
    const observer = new ResizeObserver(() => { if (isAtEnd.current) toEnd() })
    observer.observe(inner)
    return () => observer.disconnect()
  }, [found.isPending])
  const next = older ? older.next : found.data?.next
  const showOlder = async () => {
    isAtEnd.current = false
    const page = await call(requests.messages, { params: { id }, query: { before: next! } }).catch(() => null)
    if (page) setOlder({ rows: [...page.rows, ...(older?.rows ?? [])], next: page.next })
  }
  if (found.isPending) return <div className="flex-1"><Skeleton label={t('requests.loading-messages')} rows={6} /></div>
  if (found.isError && !found.data) {
    return <div className="flex-1"><ErrorState title={t(found.error.code, found.error.args)} action={<Button onPress={() => { void found.refetch() }}>{t('console.try-again')}</Button>}>{t('console.unreachable-next')}</ErrorState></div>
  }
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller} role="log" aria-label={t('requests.conversation')} tabIndex={0} className="h-full overflow-auto px-4 -outline-offset-2"
        onScroll={(event) => { const box = event.currentTarget; isAtEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX; if (isAtEnd.current) setNews(false) }}
      >
        <div className="flex flex-col gap-3 py-4">
          {next && <Button size="sm" variant="quiet" className="self-center" onPress={() => { void showOlder() }}>{t('requests.earlier-messages')}</Button>}
          {rows.map((message) => <MessageLine key={message.id} requestId={id} message={message} onUnsent={onUnsent} />)}
        </div>
      </div>
      {hasNews && <Button size="sm" variant="primary" className="absolute! inset-x-0 bottom-2 mx-auto w-fit shadow-float" icon={<ArrowDown className="size-4" aria-hidden="true" />} onPress={toEnd}>{t('requests.new-messages')}</Button>}
    </div>
  )
}

/** What is whispered while one is here is told at once, wherever one reads. */
function useWhispers(rows: readonly Message[] | undefined): void {
  const t = useText()
  const { person } = useSession()
  const known = useRef<Set<string> | null>(null)
  useEffect(() => {
    if (!rows) return
    const before = known.current
    known.current = new Set(rows.map((row) => row.id))
    if (before === null) return
    for (const row of rows) if (row.to?.id === person?.id && row.to && !before.has(row.id)) toast.ok(t('requests.whisper-from', { name: row.authorName, text: row.body.slice(0, 200) }), undefined, 20)
  }, [rows, person?.id])
}

const looks = { customer: 'customer', reply: 'reply', result: 'reply', notice: 'reply', note: 'note' } as const

function MessageLine({ requestId, message, onUnsent }: { requestId: string; message: Message; onUnsent: () => void }) {
  const t = useText()
  const channel = message.kind === 'note' ? '' : t(`requests.channel.${message.channel}`)
  const { person } = useSession()
  const isForMe = message.to !== null && message.to.id === person?.id
  const kindLabel = message.to === null ? t(`requests.voice.${message.kind}`, { channel }) : isForMe ? t('requests.voice.whisper-to-you') : t('requests.voice.whisper', { name: message.to.name })
  return (
    <div className={message.kind === 'customer' ? 'me-6 max-sm:me-0' : 'ms-6 max-sm:ms-0'}>
      <Voice
        kind={looks[message.kind]} isMarked={isForMe} kindLabel={kindLabel} author={message.authorName} at={message.createdAt}
        aside={<DeliveryMark requestId={requestId} message={message} onUnsent={onUnsent} />}
      >
        {message.oddities.length > 0 && <Oddities codes={message.oddities} />}
        {message.html !== null ? <MailFrame message={message} /> : reasonWords(message.body, t)}
        {message.quoted && <Quoted text={message.quoted} />}
        {message.attachments.length > 0 && <Attachments message={message} />}
      </Voice>
    </div>
  )
}

function Oddities({ codes }: { codes: string[] }) {
  const t = useText()
  const words = codes.map((code) => { const key = `requests.oddity.${code.split(':')[0]}`; const found = t(key); return found === key ? t('requests.oddity.other', { code }) : found })
  return <p className="mb-1 flex items-start gap-1 rounded-sm bg-soon-surface px-2 py-0.5 text-sm text-soon"><MailWarning className="mt-0.5 size-3.5 shrink-0" aria-hidden="true" /><span>{words.join(t('requests.list-comma'))}</span></p>
}

/** What was quoted from before: known already, so folded. */
function Quoted({ text }: { text: string }) {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  return (
    <div className="mt-1">
      <Button size="sm" variant="quiet" aria-expanded={isOpen} className="-ms-2" icon={isOpen ? <ChevronDown className="size-3.5" aria-hidden="true" /> : <ChevronRight className="size-3.5" aria-hidden="true" />} onPress={() => setOpen(!isOpen)}>
        {t(isOpen ? 'requests.hide-quoted' : 'requests.show-quoted')}
      </Button>
      {isOpen && <blockquote className="max-h-80 overflow-auto border-s-2 border-line ps-3 text-base text-muted" tabIndex={0}>{text}</blockquote>}
    </div>
  )
}

function Attachments({ message }: { message: Message }) {
  const t = useText()
  const shown = message.attachments.filter((one) => !(message.html !== null && one.contentId !== null && message.html.includes(one.contentId)))
  return (
    <ul className="mt-2 flex flex-wrap gap-2">
      {shown.map((one) => {
        const href = fillPath(requests.download.path, { id: one.id })
        const isPicture = /^image\/(png|jpeg|gif|webp)$/.test(one.contentType)
        return (
          <li key={one.id}>
            <a href={href} download={one.name} className="flex max-w-70 items-center gap-2 rounded-md border border-line bg-raised px-2 py-1 text-sm text-text hover:bg-hover" title={t('requests.download-file', { name: one.name })}>
              {isPicture ? <img src={`${href}?inline=true`} alt="" loading="lazy" className="size-9 rounded-sm object-cover" /> : <Paperclip className="size-4 shrink-0 text-muted" aria-hidden="true" />}
              <span className="min-w-0"><span className="block truncate">{one.name}</span><span className="block text-faint">{fileSize(one.size)}</span></span>
              <Download className="size-4 shrink-0 text-muted" aria-hidden="true" />
            </a>
          </li>
        )
      })}
    </ul>
  )
}

/** "812 kB", "3.4 MB": powers of ten, as file managers count. */
export const fileSize = (bytes: number): string => bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`

const tones: Record<string, Tone> = { held: 'info', sending: 'plain', queued: 'plain', sent: 'plain', delivered: 'ok', read: 'ok', failed: 'late', uncertain: 'soon' }

/** What became of an outgoing message; while it is held it can be taken back. */
function DeliveryMark({ requestId, message, onUnsent }: { requestId: string; message: Message; onUnsent: () => void }) {
  const t = useText()
  const { person } = useSession()
  if (message.kind === 'customer' || message.kind === 'note') {
    return message.kind === 'note' ? <span className="inline-flex items-center gap-1 text-note"><Lock className="size-3" aria-hidden="true" />{t('requests.only-colleagues')}</span> : null
  }
  const mark = <Badge tone={tones[message.state] ?? 'plain'}>{t(`requests.delivery.${message.state}`)}</Badge>
  if (message.state === 'held' && message.sendAt && message.authorId === person?.id) return <Held requestId={requestId} message={message} onUnsent={onUnsent} />
  if (message.state === 'failed' || message.state === 'uncertain') return <Failed requestId={requestId} message={message}>{mark}</Failed>
  return mark
}

/** Seconds left until an instant of this machine's clock (epoch ms), turning over each second. */
function useSecondsUntil(at: number): number {
  const read = () => Math.max(0, Math.ceil((at - Date.now()) / 1000))
  const [left, setLeft] = useState(read)
  useEffect(() => {
    const tick = () => setLeft(read())
    tick()
    const timer = setInterval(tick, 250)
    return () => clearInterval(timer)
  }, [at])
  return left
}

function Held({ requestId, message, onUnsent }: { requestId: string; message: Message; onUnsent: () => void }) {
  const t = useText()
  const { clockOffset } = useConnection()
  // A wrong clock on this machine must not shorten or stretch the ten seconds.
  const left = useSecondsUntil(Date.parse(message.sendAt!) - clockOffset)
  const unsend = useUnsend(requestId, onUnsent)
  const latest = useRef({ left, isDone: false, unsend })
  latest.current.left = left
  latest.current.unsend = unsend
  const take = () => { latest.current.isDone = true; unsend(message.id) }
  // Whoever goes on to another request within the ten seconds takes the way back along.
  useEffect(() => () => {
    const now = latest.current
    if (now.left > 0 && !now.isDone) toast.ok(t('requests.held'), { label: t('requests.unsend'), run: () => now.unsend(message.id) }, now.left)
  }, [message.id])
  return (
    <span className="inline-flex items-center gap-1">
      <Badge tone="info">{left > 0 ? t('requests.sends-in', { seconds: left }) : t('requests.delivery.queued')}</Badge>
      {left > 0 && <Button size="sm" onPress={take}>{t('requests.unsend')}</Button>}
    </span>
  )
}

/** Takes a held reply back; its words return to the composer. */
function useUnsend(requestId: string, onUnsent: () => void): (messageId: string) => void {
  const t = useText()
  const { changeMessages, renew } = useRequestCache(requestId)
  const unsend = useCall(requests.unsend, {
    onDone: ({ text }) => { setDraft(requestId, 'reply', text); onUnsent(); toast.ok(t('requests.unsent')); renew() },
    onFault: (fault) => { renew(); toast.fault({ what: t(fault.code, fault.args), next: t('requests.unsend-late-next') }) },
  })
  return (messageId) => {
    changeMessages((rows) => rows.filter((row) => row.id !== messageId))
    unsend.mutate({ params: { id: requestId, messageId } })
  }
}

function Failed({ requestId, message, children }: { requestId: string; message: Message; children: ReactNode }) {
  const t = useText()
  const { changeMessages } = useRequestCache(requestId)
  const resend = useCall(requests.resend, { onDone: (answer) => changeMessages((rows) => rows.map((row) => row.id === answer.id ? answer : row)) })
  const why = message.stateWhy ? reasonWords(message.stateWhy, t) : t(`requests.delivery-means.${message.state}`)
  return (
    <span className="inline-flex flex-wrap items-center gap-1">
      {children}<span className="text-late">{why}</span>
      <Tooltip text={t(`requests.delivery-means.${message.state}`)}>
        <Button size="sm" busy={resend.isPending} icon={<RotateCw className="size-3.5" aria-hidden="true" />} onPress={() => resend.mutate({ params: { id: requestId, messageId: message.id } })}>{t('requests.resend')}</Button>
      </Tooltip>
    </span>
  )
}
