/** @jsxImportSource preact */
/** Ask by form. What was typed stays in this browser until the server has it, under one key, so it becomes one request. */
import { useEffect, useState } from 'preact/hooks'
import { call, Refusal, refusalText } from './api.ts'
import { keep, keptJson, newKey, visitorKey } from './keep.ts'
import { AttachButton, Field, UploadList, useUploads, useWords } from './parts.tsx'

interface Service { id: string; name: Record<string, string>; description: string }
interface Draft { key: string; name: string; address: string; subject: string; text: string; serviceId: string }
export interface Asked { number: number; token: string; subject: string; at: string }
/** More than this many to choose from is a list. */
const MOST_TILES = 6
const DRAFT = 'loopdesk.ask'
export const ASKED = 'loopdesk.asked'
const empty = (): Draft => ({ key: newKey(), name: '', address: '', subject: '', text: '', serviceId: '' })

/** Short: without subject and service, for the chat's narrow frame. */
export function AskForm({ isShort = false }: { isShort?: boolean }) {
  const { t, locale } = useWords()
  const [draft, setDraft] = useState<Draft>(() => ({ ...empty(), ...keptJson<Partial<Draft>>(DRAFT, {}) }))
  const [services, setServices] = useState<Service[]>([])
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [busy, setBusy] = useState(false)
  const [asked, setAsked] = useState<Asked | null>(null)
  const uploads = useUploads(() => ({ 'x-visitor': visitorKey() }))
  useEffect(() => { if (!isShort) call<{ services: Service[] }>('GET', '/api/portal/options').then((options) => setServices(options.services), () => {}) }, [])
  const change = (part: Partial<Draft>) => setDraft((now) => { const next = { ...now, ...part }; keep(DRAFT, JSON.stringify(next)); return next })

  const send = async () => {
    setBusy(true)
    setRefusal(null)
    const isPhone = /^\+?[0-9 ()-]{5,30}$/.test(draft.address.trim())
    const subject = isShort ? draft.text.trim().split('\n')[0]!.slice(0, 80) : draft.subject.trim()
    try {
      const answer = await call<{ number: number; token: string }>('POST', '/api/portal/requests', { body: {
        key: draft.key, visitor: visitorKey(), name: draft.name.trim(), [isPhone ? 'phone' : 'email']: draft.address.trim(), subject, text: draft.text, locale,
        ...(draft.serviceId ? { serviceId: draft.serviceId } : {}), ...(uploads.files.length ? { attachmentIds: uploads.files.map((file) => file.id) } : {}),
      } })
      const done = { ...answer, subject, at: new Date().toISOString() }
      keep(ASKED, JSON.stringify([done, ...keptJson<Asked[]>(ASKED, [])].slice(0, 20)))
      keep(DRAFT, JSON.stringify({ name: draft.name, address: draft.address }))
      setDraft({ ...empty(), name: draft.name, address: draft.address })
      uploads.clear()
      setAsked(done)
    } catch (error) {
      const problem = error instanceof Refusal ? error : new Refusal(400, '')
      // Something else went out under this key before (another tab): this is a new question.
      if (problem.code === 'input.idempotency-reused') change({ key: newKey() })
      setRefusal(problem)
    }
    setBusy(false)
  }
  if (asked) return <Received asked={asked} onMore={() => setAsked(null)} isFramed={isShort} />
  const wrong = (path: string) => (refusal ? refusalText(t, refusal, path) : '')
  return (
    <form class="ask" noValidate onSubmit={(event) => { event.preventDefault(); void send() }}>
      {services.length > MOST_TILES && <Field label={t('about-what')}>{(aria) => <select {...aria} value={draft.serviceId} onChange={(event) => change({ serviceId: event.currentTarget.value })}><option value="">{t('not-sure')}</option>{services.map((service) => <option key={service.id} value={service.id}>{service.name[locale]}</option>)}</select>}</Field>}
      {services.length > 1 && services.length <= MOST_TILES && (
        <fieldset class="tiles"><legend>{t('about-what')}</legend>
          {services.map((service) => (
            <label key={service.id}><input type="radio" name="service" checked={draft.serviceId === service.id} onChange={() => change({ serviceId: service.id })} /><span><b>{service.name[locale]}</b>{service.description && <small>{service.description}</small>}</span></label>
          ))}
        </fieldset>
      )}
      {!isShort && <Field label={t('subject')} error={wrong('subject')}>{(aria) => <input {...aria} maxLength={300} required value={draft.subject} onInput={(event) => change({ subject: event.currentTarget.value })} />}</Field>}
      <Field label={t('what-happened')} error={wrong('text')}>{(aria) => <textarea {...aria} rows={isShort ? 4 : 6} maxLength={20000} required value={draft.text} onInput={(event) => change({ text: event.currentTarget.value })} />}</Field>
      <Field label={t('name')} error={wrong('name')}>{(aria) => <input {...aria} autoComplete="name" maxLength={200} required value={draft.name} onInput={(event) => change({ name: event.currentTarget.value })} />}</Field>
      <Field label={t('address')} hint={t('address-hint')} error={wrong('email') || wrong('phone')}>{(aria) => <input {...aria} autoComplete="email" inputMode="email" maxLength={254} required value={draft.address} onInput={(event) => change({ address: event.currentTarget.value })} />}</Field>
      <UploadList uploads={uploads} />
      <AttachButton uploads={uploads}><span class="button">{t('attach')}</span></AttachButton>
      {refusal && <p class="late" role="alert">{refusalText(t, refusal)}</p>}
      <button class="primary wide" disabled={busy || uploads.busy}>{busy ? t('message-sending') : t('ask')}</button>
    </form>
  )
}

function Received({ asked, onMore, isFramed }: { asked: Asked; onMore: () => void; isFramed: boolean }) {
  const { t } = useWords()
  return (
    <section class="received" role="status">
      <h2>{t('received-number', { number: asked.number })}</h2>
      <p>{t('received-next')}</p>
      <p class="buttons"><a class="button primary" href={`/r/${asked.token}`} {...(isFramed ? { target: '_blank', rel: 'noopener' } : {})}>{t('follow-it')}</a><button onClick={onMore}>{t('ask-more')}</button></p>
    </section>
  )
}
