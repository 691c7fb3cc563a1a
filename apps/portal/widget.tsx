/** @jsxImportSource preact */
/// <reference types="vite/client" />
/** The chat in its frame: live while somebody is there, a form when nobody is. */
import { render } from 'preact'
import { useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks'
import type { Availability, ChatState } from '../../modules/channels/chat/contract.ts'
import type { Locale } from '../../lib/text/index.ts'
import { call, Refusal, refusalText } from './api.ts'
import { AskForm } from './ask.tsx'
import { HumanPlease } from './choices.tsx'
import { Conversation } from './conversation.ts'
import { keep, kept, keptJson } from './keep.ts'
import { Composer, LanguageChoice, Message, useUploads, useWords, Verdict, Words } from './parts.tsx'
import { type Catalogue, chosenLocale, type T, translatorFor } from './text.ts'

const sources = import.meta.glob<Catalogue>('../../modules/channels/text/chat.*.json', { import: 'default' })
const given = new URLSearchParams(location.hash.slice(1))
/** Ids of the replies somebody has looked at, so that a reload does not call them new. */
const READ = 'loopdesk.read'
const ADDRESS = 'loopdesk.address'
const isFramed = parent !== window
// The site around us learns that we are open, closed or have something unread; never a word of what is said.
const tell = (what: string, more: Record<string, unknown> = {}) => { if (isFramed) parent.postMessage({ loopdesk: what, ...more }, '*') }

function Queue({ state }: { state: ChatState | null }) {
  const { t } = useWords()
  if (!state?.queue) return null
  const { place, waitMinutes } = state.queue
  return <p class="queue">{place > 1 ? t('queue-place', { ahead: place - 1 }) : t('queue-next')}{waitMinutes !== null && ` ${t('queue-wait', { minutes: waitMinutes })}`}</p>
}

function Rate({ follow, score, onDone }: { follow: string; score: number | null; onDone: () => void }) {
  const { t } = useWords()
  const [problem, setProblem] = useState('')
  const give = async (value: number) => {
    try {
      await call('PUT', `/api/portal/requests/${follow}/rating`, { body: { score: value } })
      setProblem('')
      onDone()
    } catch (error) {
      setProblem(refusalText(t, error))
    }
  }
  return (
    <section class="rate-row" aria-label={t('rate-question')}>
      <p>{score ? t('rated', { score }) : t('rate-question')}</p>
      <div role="group">{[1, 2, 3, 4, 5].map((value) => <button key={value} aria-pressed={score === value} aria-label={`${value} ${t(`score-${value}`)}`} title={t(`score-${value}`)} onClick={() => void give(value)}>{value}</button>)}</div>
      {score !== null && <a href={`/rate/${follow}`} target="_blank" rel="noopener">{t('rate-more')}</a>}
      <p class="late" role="alert">{problem}</p>
    </section>
  )
}

/** Without an address the answer waits here; with one it follows the visitor who left. */
function LeaveAddress({ talk }: { talk: Conversation }) {
  const { t } = useWords()
  const [email, setEmail] = useState('')
  const [known, setKnown] = useState(kept(ADDRESS) === talk.id)
  const [problem, setProblem] = useState('')
  if (known) return null
  const save = async () => {
    try {
      await call('PATCH', '/api/chat/sessions', { body: { email: email.trim() }, headers: talk.headers })
      keep(ADDRESS, talk.id)
      setKnown(true)
    } catch (error) {
      setProblem(error instanceof Refusal && error.status === 422 ? t('fault-email-only') : refusalText(t, error))
    }
  }
  return (
    <form class="leave" noValidate onSubmit={(event) => { event.preventDefault(); void save() }}>
      <label for="leave-address">{t('leave-address')}</label>
      <div class="line"><input id="leave-address" inputMode="email" autoComplete="email" maxLength={254} value={email} onInput={(event) => setEmail(event.currentTarget.value)} /><button disabled={!email.trim()}>{t('keep')}</button></div>
      <p class="late" role="alert">{problem}</p>
    </form>
  )
}

function Chat({ talk, shown, focusOn }: { talk: Conversation; shown: boolean; focusOn: number }) {
  const { t } = useWords()
  const { state, messages, pending, typing } = talk
  const end = useRef<HTMLDivElement>(null)
  const request = state?.request ?? null
  const uploads = useUploads(async () => { await talk.begin(); return talk.headers })
  useEffect(() => { end.current?.scrollIntoView({ block: 'end' }) }, [messages.length, pending.length, typing, shown])
  return (
    <>
      <div class="log" role="log" aria-live="polite" aria-label={t('conversation')} tabIndex={0}>
        {!messages.length && !pending.length && <p class="welcome">{t('welcome')}</p>}
        <ol>{messages.map((message) => <Message key={message.id} message={message} follow={request?.follow ?? ''} />)}
          {pending.map((one) => (
            <li key={one.key} class={`message you ${one.state}`}>
              <p class="who">{t('you')} · <span role="status">{t(`message-${one.state}`)}</span></p>
              <p class="words">{one.text}</p>
              {one.fileNames && <p class="muted">{one.fileNames.join('、')}</p>}
              {one.state === 'failed' && <p class="buttons"><span class="late">{refusalText(t, new Refusal(422, one.code ?? ''))}</span><button onClick={() => talk.retry(one.key)}>{t('retry')}</button><button onClick={() => talk.drop(one.key)}>{t('discard')}</button></p>}
            </li>
          ))}</ol>
        <Queue state={state} />
        {request && !request.closedAt && !request.mayScore && talk.link !== 'idle' && !messages.some((message) => message.from === 'us') && <LeaveAddress talk={talk} />}
        {typing && <p class="typing">{t('typing', { name: typing })}</p>}
        {request?.asksYou && <Verdict follow={request.follow} onDone={() => {}} />}
        {request?.mayScore && <Rate follow={request.follow} score={request.score} onDone={() => {}} />}
        <div ref={end} />
      </div>
      {request && (!request.closedAt || request.humanAskedAt) && <div class="please"><HumanPlease token={request.follow} askedAt={request.humanAskedAt} onAsked={() => {}} /></div>}
      {request && <p class="foot"><a href={`/r/${request.follow}`} target="_blank" rel="noopener">{t('follow-number', { number: request.number })}</a></p>}
      <Composer label={t('write-here')} uploads={uploads} onSend={(text, files) => talk.say(text, files)} focusOn={shown ? focusOn : 0} draftKey="loopdesk.chat-draft" />
    </>
  )
}

function Header({ talk, availability }: { talk: Conversation; availability: Availability | null }) {
  const { t } = useWords()
  const request = talk.state?.request
  const answered = [...talk.messages].reverse().find((message) => message.from === 'us')?.author
  const speaks = answered || request?.holderName
  const status = talk.link === 'down' || !navigator.onLine ? t('reconnecting')
    : request ? (answered ? t('speaks-person') : speaks ? t('waits-for-name', { name: speaks }) : t('waits-for-person'))
      : availability === null ? '' : availability.isOpen ? t('somebody-there') : t('nobody-there')
  return (
    <header>
      <div><h1>{speaks ?? t('title')}</h1><p class={talk.link === 'down' ? 'soon' : 'muted'} role="status">{status}</p></div>
      <LanguageChoice />
      {isFramed && <button class="close" aria-label={t('close')} onClick={() => tell('close')}><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18" /></svg></button>}
    </header>
  )
}

function Widget({ initial, first }: { initial: Locale; first: T }) {
  const [{ locale, t }, setWords] = useState({ locale: initial, t: first })
  const [, changed] = useReducer<number, void>((n) => n + 1, 1)
  const talk = useMemo(() => new Conversation(() => changed(), { locale: initial, page: given.get('page') }), [])
  const [shown, setShown] = useState(!isFramed)
  const [shownCount, setShownCount] = useState(0)
  const [asked, setAsked] = useState<Availability | null>(null)
  const read = useRef(new Set(keptJson<string[]>(READ, [])))
  const arrived = useRef(new Set<string>())

  useEffect(() => {
    const hear = ({ source, data }: MessageEvent) => {
      if (source !== parent || !data) return
      if (data.loopdesk === 'shown') { setShown(true); setShownCount((n) => n + 1) } else if (data.loopdesk === 'hidden') setShown(false)
    }
    const escape = (event: KeyboardEvent) => { if (event.key === 'Escape' && !event.isComposing) tell('close') }
    addEventListener('message', hear)
    addEventListener('keydown', escape)
    tell('ready')
    document.addEventListener('visibilitychange', () => changed())
    return () => { removeEventListener('message', hear); removeEventListener('keydown', escape) }
  }, [])
  const hasBegun = talk.hasBegun
  useEffect(() => { if (hasBegun) tell('begun') }, [hasBegun])
  // Before the first word there is no stream to tell whether somebody is there.
  useEffect(() => { if (!hasBegun && shown) call<Availability>('GET', '/api/chat/availability').then(setAsked, () => setAsked(null)) }, [hasBegun, shown])
  const isRead = shown && document.visibilityState === 'visible'
  useEffect(() => {
    const ours = talk.messages.filter((message) => message.from === 'us').map((message) => message.id)
    const fresh = ours.filter((id) => !(isRead ? read : arrived).current.has(id))
    for (const id of fresh) { arrived.current.add(id); if (isRead) read.current.add(id) }
    if (isRead && fresh.length) keep(READ, JSON.stringify([...read.current].slice(-500)))
    void talk.acknowledge(fresh, isRead)
    tell('unread', { count: ours.filter((id) => !read.current.has(id)).length })
  }, [talk.messages.length, isRead])

  const change = (next: Locale) => void translatorFor(next, sources, 'channels.chat.').then((words) => setWords({ locale: next, t: words }))
  const availability = talk.state?.availability ?? asked
  const asksByForm = availability?.isOpen === false && !talk.state?.request && !talk.messages.length && !talk.outbox.length
  return (
    <Words.Provider value={{ t, locale, change }}>
      <main class="chat">
        <Header talk={talk} availability={availability} />
        {asksByForm ? <div class="scroll"><p class="welcome">{availability.opensAt ? t('form-opens', { at: availability.opensAt }) : t('form-intro')}</p><AskForm isShort /></div> : <Chat talk={talk} shown={shown} focusOn={shownCount} />}
      </main>
    </Words.Provider>
  )
}

const locale = chosenLocale(given.get('lang'))
void translatorFor(locale, sources, 'channels.chat.').then((t) => {
  document.title = t('title')
  render(<Widget initial={locale} first={t} />, document.getElementById('page')!)
})
