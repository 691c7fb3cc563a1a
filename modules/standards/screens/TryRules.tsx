import { useEffect, useState, type ReactElement } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { call, CallFault, type Answer } from '../../../apps/console/api.ts'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { Facts, PriorityMark, Select, TextArea, TextField } from '../../../ui/index.ts'
import { standards, type Rule } from '../contract.ts'
import { useTiers } from './tiers.ts'
import { channelOptions, type Named, typeName, valueWords } from './words.ts'

/** What the rules make of a text while it is typed, and why. Nothing is stored. */
export function TryRules({ known, rules }: { known: Named; rules: readonly Rule[] }): ReactElement {
  const t = useText()
  const [subject, setSubject] = useState(t('standards.try-subject'))
  const [text, setText] = useState(t('standards.try-text'))
  const [channel, setChannel] = useState('email')
  const tiers = useTiers()
  const [customerTier, setTier] = useState('standard')
  const asked = useSettled(JSON.stringify({ subject, text, channel, customerTier }))
  const found = useQuery<Answer<typeof standards.tryRules>, CallFault>({
    // Changed rules give another answer to the same text.
    queryKey: ['try-rules', asked, rules.map((rule) => `${rule.id}/${rule.version}/${rule.position}`).join()], enabled: text.trim() !== '', retry: false, placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call(standards.tryRules, { body: JSON.parse(asked) as { subject: string; text: string; channel: string; customerTier: string } }, { signal }),
  })
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm text-faint">{t('standards.try-means')}</p>
      <TextField label={t('standards.field.subject')} value={subject} onChange={setSubject} maxLength={300} />
      <TextArea label={t('standards.field.text')} value={text} onChange={setText} rows={3} maxRows={8} />
      <div className="grid grid-cols-2 gap-2">
        <Select label={t('standards.field.channel')} options={channelOptions.map((id) => ({ id, label: t(`standards.value.${id}`) }))} value={channel} onChange={setChannel} />
        <Select label={t('standards.field.customerTier')} options={tiers} value={customerTier} onChange={setTier} />
      </div>
      <div aria-live="polite" className="border-t border-line pt-3">
        {found.error ? <p className="text-late">{t(found.error.code, found.error.args)}</p> : found.data && text.trim() !== '' && <Found answer={found.data} known={known} />}
      </div>
    </div>
  )
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 300)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

function Found({ answer, known }: { answer: Answer<typeof standards.tryRules>; known: Named }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const tiers = useTiers()
  return (
    <>
      <Facts facts={[
        { label: t('standards.service'), value: known.services.find((service) => service.id === answer.serviceId)?.name[locale] ?? '–' },
        { label: t('standards.type'), value: answer.type === null ? t('standards.type-open') : typeName(known.services, locale, answer.type) },
        { label: t('standards.priority'), value: <PriorityMark priority={answer.priority} label={t(`standards.priority.${answer.priority}`)} hasWords /> },
        { label: t('standards.team'), value: known.teams.find((team) => team.id === answer.teamId)?.name ?? (answer.teamId === null ? t('standards.team-none') : '–') },
      ]} />
      <h3 className="mt-3 mb-1 text-sm font-bold text-muted">{t('standards.because')}</h3>
      {answer.explanation.length === 0 ? <p className="text-sm text-muted">{t('standards.no-rule-fits')}</p> : (
        <ol className="flex flex-col gap-2 text-sm">
          {answer.explanation.map((one) => (
            <li key={one.rule}>
              <span className="font-bold">{one.name}</span> <span className="text-muted">→ {one.set.map((set) => t(`standards.set.${set}`)).join(t('standards.comma'))}</span>
              <ul className="ps-4 text-muted">{one.because.map((why, at) => <li key={at}>{t('standards.found', { field: t(`standards.field.${why.field}`), op: t(`standards.op.${why.op}`), found: why.found === null ? t('standards.nothing') : valueWords(t, why.field, why.found, tiers) })}</li>)}</ul>
            </li>
          ))}
        </ol>
      )}
    </>
  )
}
