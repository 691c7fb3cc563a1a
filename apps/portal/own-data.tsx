/** @jsxImportSource preact */
/** What the customer asks about their own data, at the foot of the page that follows a request. */
import { useState } from 'preact/hooks'
import type { OwnRequest } from '../../modules/governance/privacy/contract.ts'
import { call, refusalText } from './api.ts'
import { Consents } from './consents.tsx'
import { Field, Moment, useWords } from './parts.tsx'

const kinds: readonly OwnRequest['kind'][] = ['see', 'copy', 'correct', 'erase', 'move', 'stop']

export function OwnData({ token }: { token: string }) {
  const { t } = useWords()
  const [rows, setRows] = useState<OwnRequest[] | null>(null)
  const [kind, setKind] = useState<OwnRequest['kind']>('see')
  const [wish, setWish] = useState('')
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const path = `/api/portal/requests/${token}/person-requests`
  const load = () => call<{ rows: OwnRequest[] }>('GET', path).then((answer) => { setRows(answer.rows); setProblem('') }, (error: unknown) => setProblem(refusalText(t, error)))
  const ask = async () => {
    setBusy(true)
    try {
      await call<OwnRequest>('POST', path, { body: { kind, wish: wish.trim() } })
      setWish('')
      await load()
    } catch (error) {
      setProblem(refusalText(t, error))
    }
    setBusy(false)
  }
  return (
    <details class="own-data" onToggle={(event) => { if (event.currentTarget.open && rows === null) void load() }}>
      <summary>{t('privacy-title')}</summary>
      {rows !== null && <Consents token={token} />}
      <p class="muted">{t('privacy-intro')}</p>
      {rows !== null && rows.length > 0 && (
        <ul class="before">{rows.map((row) => (
          <li key={row.number}>
            <strong>{t(`privacy-kind-${row.kind}`)}</strong> <span class="muted">#{row.number} · <Moment at={row.openedAt} /></span>
            <p>{t(`privacy-stage-${row.stage}`)}{row.endedAt === null && <> {t('privacy-due')} <Moment at={row.dueAt} /></>}</p>
            {row.reason && <p class="words">{row.reason}</p>}
          </li>
        ))}</ul>
      )}
      <form onSubmit={(event) => { event.preventDefault(); if (wish.trim()) void ask() }}>
        <Field label={t('privacy-kind')}>{(aria) => <select {...aria} value={kind} onChange={(event) => setKind(kinds.find((one) => one === event.currentTarget.value) ?? 'see')}>{kinds.map((one) => <option key={one} value={one}>{t(`privacy-kind-${one}`)}</option>)}</select>}</Field>
        <Field label={t('privacy-wish')}>{(aria) => <textarea {...aria} rows={3} maxLength={4000} value={wish} onInput={(event) => setWish(event.currentTarget.value)} />}</Field>
        {problem && <p class="late" role="alert">{problem}</p>}
        <p class="buttons"><button type="submit" disabled={busy || wish.trim() === ''}>{t('privacy-ask')}</button></p>
      </form>
    </details>
  )
}
