/** @jsxImportSource preact */
/** What rules do with a request and its customer, in plain words, and one click each to have it otherwise. */
import { useState } from 'preact/hooks'
import type { FollowView } from '../../modules/channels/chat/contract.ts'
import { call, refusalText } from './api.ts'
import { Moment, useWords } from './parts.tsx'

/** `askedAt`: since when a person is asked for. */
export function HumanPlease({ token, askedAt, onAsked }: { token: string; askedAt: string | null; onAsked: () => void }) {
  const { t } = useWords()
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const ask = async () => {
    setBusy(true)
    await call<FollowView>('PUT', `/api/portal/requests/${token}/human`).then(() => { setProblem(''); onAsked() }, (error: unknown) => setProblem(refusalText(t, error)))
    setBusy(false)
  }
  if (askedAt) return <p class="muted" role="status">{t('human-asked')} <Moment at={askedAt} /></p>
  return (
    <>
      <p class="buttons"><button disabled={busy} title={t('human-means')} onClick={() => void ask()}>{t('human-ask')}</button></p>
      {problem && <p class="late" role="alert">{problem}</p>}
    </>
  )
}

/** Marketing and profiling end for this customer, whatever they said before. */
function OptOut({ token }: { token: string }) {
  const { t } = useWords()
  const [isOut, setOut] = useState(false)
  const [problem, setProblem] = useState('')
  const say = () => call('PUT', `/api/portal/requests/${token}/opt-out`).then(() => { setOut(true); setProblem('') }, (error: unknown) => setProblem(refusalText(t, error)))
  if (isOut) return <p class="muted" role="status">{t('opted-out')}</p>
  return <><p class="buttons"><button onClick={() => void say()}>{t('opt-out')}</button></p>{problem && <p class="late" role="alert">{problem}</p>}</>
}

function Why({ view }: { view: FollowView }) {
  const { t } = useWords()
  const { why, holderName: name } = view
  if (!why || !name) return null
  const isRanked = why.how === 'rule' && why.of > 0
  return (
    <details>
      <summary>{t('why-title')}</summary>
      <p>{isRanked ? t('why-rule', { name, count: why.of }) : t(why.how === 'rule' ? 'why-again' : `why-${why.how}`, { name })}{isRanked && why.reason && <> {t(`why-reason-${why.reason}`)}</>}</p>
      {isRanked && why.factors.length > 0 && <><p>{t('why-factors')}</p><ul>{why.factors.map((factor) => <li key={factor}>{t(`why-factor-${factor}`)}</li>)}</ul></>}
      {isRanked && why.ruleVersion && <p class="muted">{t('why-version', { version: why.ruleVersion })}</p>}
    </details>
  )
}

export function Choices({ token, view, onAsked }: { token: string; view: FollowView; onAsked: () => void }) {
  const { t } = useWords()
  return (
    <section class="choices">
      <h2>{t('human-title')}</h2>
      <Why view={view} />
      {(!view.closedAt || view.humanAskedAt) && <>{!view.humanAskedAt && <p class="muted">{t('human-means')}</p>}<HumanPlease token={token} askedAt={view.humanAskedAt} onAsked={onAsked} /></>}
      <OptOut token={token} />
    </section>
  )
}
