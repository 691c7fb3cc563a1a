/** @jsxImportSource preact */
/// <reference types="vite/client" />
/** The portal: ask (`/portal`) and follow (`/r/<token>`), without signing in. */
import { render } from 'preact'
import { useCallback, useEffect, useState } from 'preact/hooks'
import type { FollowView } from '../../modules/channels/chat/contract.ts'
import type { Locale } from '../../lib/text/index.ts'
import { call, Refusal, refusalText } from './api.ts'
import { ASKED, type Asked, AskForm } from './ask.tsx'
import { keep, keptJson, newKey } from './keep.ts'
import { Choices } from './choices.tsx'
import { OwnData } from './own-data.tsx'
import { Composer, LanguageChoice, Message, Moment, type Upload, useUploads, useWords, Verdict, Words } from './parts.tsx'
import { type Catalogue, chosenLocale, type T, translatorFor } from './text.ts'

const sources = import.meta.glob<Catalogue>('../../modules/channels/text/chat.*.json', { import: 'default' })
const POLL_MS = 20_000
const steps: readonly FollowView['step'][] = ['received', 'assigned', 'working', 'checking', 'answered']

function Ask() {
  const { t } = useWords()
  const before = keptJson<Asked[]>(ASKED, [])
  return (
    <>
      <h1>{t('ask-title')}</h1>
      <p class="muted">{t('ask-intro')}</p>
      <AskForm />
      {before.length > 0 && (
        <section class="before"><h2>{t('asked-here')}</h2>
          <ul>{before.map((one) => <li key={one.token}><a href={`/r/${one.token}`}>#{one.number} {one.subject}</a> <small class="muted"><Moment at={one.at} /></small></li>)}</ul>
        </section>
      )}
    </>
  )
}

interface Unsent { key: string; text: string; files: Upload[] }
function Follow({ token }: { token: string }) {
  const { t } = useWords()
  const [view, setView] = useState<FollowView | null>(null)
  const [refusal, setRefusal] = useState<unknown>(null)
  const kept = `loopdesk.unsent.${token.slice(0, 12)}`
  const [unsent, setUnsent] = useState<Unsent[]>(() => keptJson<Unsent[]>(kept, []))
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState('')
  const uploads = useUploads(() => ({ 'x-follow': token }))
  const load = useCallback(() => call<FollowView>('GET', `/api/portal/requests/${token}`).then((next) => { setView(next); setRefusal(null) }, setRefusal), [token])

  useEffect(() => {
    void load()
    const look = () => { if (document.visibilityState === 'visible') void load() }
    const beat = setInterval(look, POLL_MS)
    document.addEventListener('visibilitychange', look)
    return () => { clearInterval(beat); document.removeEventListener('visibilitychange', look) }
  }, [load])
  const put = (list: Unsent[]) => { setUnsent(list); keep(kept, list.length ? JSON.stringify(list) : null) }
  const flush = async (list: Unsent[]) => {
    if (sending) return
    setSending(true)
    setProblem('')
    try {
      for (let rest = list; rest.length; rest = rest.slice(1)) {
        const [{ key, text, files }] = rest as [Unsent]
        const sent = await call<{ follow: string; isFollowUp: boolean }>('POST', `/api/portal/requests/${token}/messages`, { body: { key, text, ...(files.length ? { attachmentIds: files.map((file) => file.id) } : {}) } })
        put(rest.slice(1))
        if (sent.isFollowUp) { location.assign(`/r/${sent.follow}`); return }
      }
    } catch (error) {
      setProblem(refusalText(t, error))
    } finally {
      setSending(false)
      void load()
    }
  }
  useEffect(() => {
    const online = () => void flush(keptJson<Unsent[]>(kept, []))
    if (unsent.length) online()
    addEventListener('online', online)
    return () => removeEventListener('online', online)
  }, [])

  if (!view) {
    const isUnknown = refusal instanceof Refusal && (refusal.status === 404 || refusal.status === 422)
    return refusal ? <><h1>{t('title')}</h1><p role="alert">{isUnknown ? t('link-unknown') : refusalText(t, refusal)}</p><p class="buttons">{isUnknown ? <a class="button" href="/portal">{t('ask-title')}</a> : <button onClick={() => void load()}>{t('retry')}</button>}</p></> : <p class="muted" role="status">{t('loading')}</p>
  }
  return (
    <>
      <p class="muted number">#{view.number} · {t('opened')} <Moment at={view.openedAt} /></p>
      <h1>{view.subject}</h1>
      <Where view={view} />
      {view.asksYou && <Verdict follow={token} onDone={() => void load()} />}
      {view.mayScore && <p class="buttons"><a class={view.score ? 'button' : 'button primary'} href={`/rate/${token}`}>{view.score ? t('rated', { score: view.score }) : t('rate-question')}</a></p>}
      <h2>{t('conversation')}</h2>
      <ol class="messages">{view.messages.map((message) => <Message key={message.id} message={message} follow={token} />)}
        {unsent.map((one) => <li key={one.key} class="message you waiting"><p class="who">{t('you')} · <span role="status">{t(sending ? 'message-sending' : 'message-waiting')}</span></p><p class="words">{one.text}</p></li>)}</ol>
      {problem && <p class="late" role="alert">{problem} <button onClick={() => void flush(unsent)}>{t('retry')}</button></p>}
      {view.step === 'answered' && <p class="muted">{view.canReopen ? t('writing-reopens') : t('writing-opens-new')}</p>}
      <Composer label={t('write-here')} uploads={uploads} draftKey={`loopdesk.draft.${token.slice(0, 12)}`} onSend={(text, files) => { const list = [...unsent, { key: newKey(), text, files }]; put(list); void flush(list) }} />
      <Choices token={token} view={view} onAsked={() => void load()} />
      <OwnData token={token} />
    </>
  )
}

/** One sentence, then the five steps. */
function Where({ view }: { view: FollowView }) {
  const { t } = useWords()
  const at = steps.indexOf(view.step)
  const name = view.holderName
  const sentence = view.closedAt ? t('now-closed') : view.asksYou ? t('now-asks-you') : view.isYourTurn ? t('now-your-turn') : name ? t(`now-${view.step}`, { name }) : t(`now-${view.step}-nobody`)
  return (
    <section class="where">
      <p class="sentence">{sentence}{view.nextUpdateBy && !view.closedAt && !view.isYourTurn && <> {t('next-update')} <Moment at={view.nextUpdateBy} /></>}</p>
      <ol class="steps">{steps.map((step, i) => <li key={step} class={i < at || view.closedAt ? 'done' : i === at ? 'here' : ''} aria-current={i === at ? 'step' : undefined}>{t(`step-${step}`)}</li>)}</ol>
    </section>
  )
}

function Portal({ initial, first }: { initial: Locale; first: T }) {
  const [{ locale, t }, setWords] = useState({ locale: initial, t: first })
  const change = (next: Locale) => void translatorFor(next, sources, 'channels.chat.').then((words) => setWords({ locale: next, t: words }))
  const token = /^\/r\/([\w-]+)/.exec(location.pathname)?.[1]
  useEffect(() => { document.title = token ? t('follow-title') : t('ask-title') }, [t])
  return (
    <Words.Provider value={{ t, locale, change }}>
      <header class="top"><a href="/portal">{t('title')}</a><LanguageChoice /></header>
      <main class="column">{token ? <Follow token={token} /> : <Ask />}</main>
    </Words.Provider>
  )
}

const locale = chosenLocale(new URLSearchParams(location.search).get('lang'))
void translatorFor(locale, sources, 'channels.chat.').then((t) => render(<Portal initial={locale} first={t} />, document.getElementById('page')!))
