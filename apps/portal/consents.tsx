/** @jsxImportSource preact */
/** What the customer agrees to: one button to give, the same one to take back. */
import { useEffect, useState } from 'preact/hooks'
import type { OwnConsent } from '../../modules/governance/privacy/contract.ts'
import { call, refusalText } from './api.ts'
import { Moment, useWords } from './parts.tsx'

type Rows = { rows: OwnConsent[] }
export function Consents({ token }: { token: string }) {
  const { t, locale } = useWords()
  const [rows, setRows] = useState<OwnConsent[]>([])
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const path = `/api/portal/requests/${token}/consents`
  const run = async (deed: Promise<Rows>) => {
    setBusy(true)
    await deed.then((answer) => { setRows(answer.rows); setProblem('') }, (error: unknown) => setProblem(refusalText(t, error)))
    setBusy(false)
  }
  useEffect(() => { void run(call<Rows>('GET', path)) }, [token])
  if (rows.length === 0) return problem ? <p class="late" role="alert">{problem}</p> : null
  return (
    <section>
      <h3>{t('consent-title')}</h3>
      <ul>{rows.map((row) => (
        <li key={row.purpose} class="consent">
          <p><strong>{t(`consent-${row.purpose}`)}</strong> <span class="muted">{row.isGiven && row.since ? <>{t('consent-given')} <Moment at={row.since} /></> : t('consent-not-given')}</span></p>
          <p class="words">{row.words[locale]}</p>
          <p class="buttons"><button disabled={busy} aria-label={`${t(row.isGiven ? 'consent-withdraw' : 'consent-give')} ${t(`consent-${row.purpose}`)}`} onClick={() => void run(row.isGiven ? call<Rows>('DELETE', `${path}/${row.purpose}`) : call<Rows>('PUT', `${path}/${row.purpose}`, { body: { noticeId: row.noticeId } }))}>{t(row.isGiven ? 'consent-withdraw' : 'consent-give')}</button></p>
        </li>
      ))}</ul>
      {problem && <p class="late" role="alert">{problem}</p>}
    </section>
  )
}
