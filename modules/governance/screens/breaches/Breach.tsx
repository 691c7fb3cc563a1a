import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../../apps/console/api.ts'
import { Loaded } from '../../../../apps/console/Loaded.tsx'
import { useParam } from '../../../../apps/console/location.ts'
import { useLanguage, useText } from '../../../../apps/console/text.tsx'
import { locales, type Locale } from '../../../../lib/text/index.ts'
import { Actions, Badge, Button, CodeBlock, Dialog, Facts, Form, Num, RadioGroup, Section, Select, TextArea, Time, toast, useNow } from '../../../../ui/index.ts'
import { audiences, breaches, type Audience, type Breach, type BreachDuty } from '../../breaches/contract.ts'
import { GovernanceFrame, useRefusal } from '../GovernanceFrame.tsx'
import { DutyBadge, KnownFields, readKnown } from './parts.tsx'

const languages: Record<Locale, string> = { 'zh-Hant': '繁體中文', 'zh-Hans': '简体中文', en: 'English' }

/** One breach: what is known, who must be told by when, what was decided, and the notices to send. */
export default function BreachPage(): ReactElement {
  const id = useParam('id')
  const t = useText()
  const found = useGet(breaches.breach, { params: { id } }, { live: ['privacy.breach'] })
  return found.data ? <Shown key={id} breach={found.data} /> : <GovernanceFrame here="breaches" title={t('governance.breach.event')}><Loaded of={found} rows={8}>{() => null}</Loaded></GovernanceFrame>
}

type Worded = { act: 'decide' | 'tell' | 'close' } | { act: 'settle'; duty: BreachDuty }
type Asked = { act: 'edit' } | Worded

function Shown({ breach }: { breach: Breach }) {
  const t = useText()
  const refusal = useRefusal('privacy.edit')
  const [asked, setAsked] = useState<Asked | null>(null)
  const why = (act: keyof Breach['actions']): string | undefined => refusal ?? (breach.actions[act] ? t(breach.actions[act]) : undefined)
  const words = (text: string) => text ? <span className="whitespace-pre-wrap">{text}</span> : <span className="text-faint">{t('governance.breach.unknown')}</span>
  const close = () => setAsked(null)
  return (
    <GovernanceFrame
      here="breaches" title={t('governance.breach.name', { number: breach.number, title: breach.title })}
      actions={<><Button reason={why('edit')} onPress={() => setAsked({ act: 'edit' })}>{t('governance.breach.edit')}</Button><Button variant="primary" reason={why('close')} onPress={() => setAsked({ act: 'close' })}>{t('governance.breach.close')}</Button></>}
    >
      <div className="-mt-2 flex flex-wrap gap-2"><Badge tone={breach.closedAt ? 'plain' : 'accent'}>{t(breach.closedAt ? 'governance.breach.is-closed' : 'governance.breach.open')}</Badge></div>
      <div className="grid gap-x-10 gap-y-4 md:grid-cols-2">
        <Section title={t('governance.breach.happened')}>
          <p className="max-w-reading whitespace-pre-wrap wrap-anywhere">{breach.happened}</p>
          <Facts facts={[
            { label: t('governance.breach.noticed'), value: <Time at={breach.noticedAt} isExact /> },
            { label: t('governance.breach.opened'), value: <>{breach.openedBy} <Time at={breach.openedAt} className="text-faint" /></> },
            { label: t('governance.breach.categories'), value: words(breach.categories.map((one) => t(`governance.breach.category.${one}`)).join(t('governance.privacy.list-comma'))) },
            { label: t('governance.breach.persons'), value: breach.persons === null ? words('') : <Num value={breach.persons} /> },
            ...(['cause', 'harm', 'measures', 'advice', 'contact'] as const).map((part) => ({ label: t(`governance.breach.${part}`), value: words(breach[part]) })),
          ]} />
        </Section>
        <div className="flex flex-col gap-4">
          <Section title={t('governance.breach.authorities')}>
            <ul className="flex flex-col gap-3">{breach.duties.map((duty) => <Duty key={duty.law} duty={duty} reason={why('edit')} onSettle={() => setAsked({ act: 'settle', duty })} />)}</ul>
          </Section>
          <Section title={t('governance.breach.persons-section')} actions={breach.decision?.verdict === 'tell' && !breach.told ? <Button size="sm" reason={why('tell')} onPress={() => setAsked({ act: 'tell' })}>{t('governance.breach.tell')}</Button> : undefined}>
            {breach.decision
              ? <p className="max-w-reading"><strong>{t(`governance.breach.verdict.${breach.decision.verdict}`)}</strong> {breach.decision.by} <Time at={breach.decision.at} className="text-faint" /><span className="block whitespace-pre-wrap wrap-anywhere">{breach.decision.reason}</span></p>
              : <p className="text-muted">{t('governance.breach.undecided-yet')}</p>}
            {breach.told && <p className="max-w-reading"><strong>{t('governance.breach.told')}</strong> {breach.told.by} <Time at={breach.told.at} className="text-faint" /><span className="block whitespace-pre-wrap wrap-anywhere">{breach.told.how}</span></p>}
            {!breach.told && !breach.closedAt && <Button className="self-start" reason={why('decide')} onPress={() => setAsked({ act: 'decide' })}>{t(breach.decision ? 'governance.breach.decide-again' : 'governance.breach.decide')}</Button>}
          </Section>
          {breach.closedAt && <Section title={t('governance.breach.outcome')}><p className="max-w-reading whitespace-pre-wrap wrap-anywhere">{breach.outcome}</p><p className="text-muted">{breach.closedBy} <Time at={breach.closedAt} /></p></Section>}
        </div>
      </div>
      <Drafts breach={breach} />
      {asked?.act === 'edit' && <EditDialog breach={breach} onClose={close} />}
      {asked !== null && asked.act !== 'edit' && <ActDialog asked={asked} breach={breach} onClose={close} />}
    </GovernanceFrame>
  )
}

function Duty({ duty, reason, onSettle }: { duty: BreachDuty; reason: string | undefined; onSettle: () => void }) {
  const t = useText()
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-1">
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-1.5"><strong>{t(`governance.privacy.law.${duty.law}`)}</strong> <DutyBadge duty={duty} /></p>
        {duty.settledAt
          ? <p className="text-muted wrap-anywhere">{duty.words}{duty.delayReason && <span className="block">{t('governance.breach.delay')}{': '}{duty.delayReason}</span>} <span className="block text-sm">{duty.settledBy} <Time at={duty.settledAt} /></span></p>
          : <p className="text-muted">{duty.hours === 0 ? <>{t('governance.breach.at-once-since')} <Time at={duty.dueAt} /></> : <>{t('governance.breach.due')} <Time at={duty.dueAt} isExact /></>}</p>}
      </div>
      {!duty.settledAt && <Button size="sm" reason={reason} onPress={onSettle} aria-label={t('governance.breach.settle-of', { law: t(`governance.privacy.law.${duty.law}`) })}>{t('governance.breach.settle')}</Button>}
    </li>
  )
}

function EditDialog({ breach, onClose }: { breach: Breach; onClose: () => void }) {
  const t = useText()
  const [isCountKnown, setCountKnown] = useState(breach.persons !== null)
  const [missing, setMissing] = useState<Record<string, string>>({})
  const save = useCall(breaches.editBreach, { refresh: [breaches.breach, breaches.breaches, breaches.breachDraft], onFault: () => undefined, onDone: () => { toast.ok(t('governance.privacy.saved')); onClose() } })
  return (
    <Dialog isOpen size="lg" onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={t('governance.breach.edit')} closeLabel={t('console.close')}>
      <Form
        faults={{ ...save.fieldFaults, ...missing }} {...(save.faultText ? { fault: save.faultText } : {})}
        onSubmit={(values) => {
          const known = readKnown(values, isCountKnown)
          const lacking = { ...(known.title === '' ? { title: t('input.empty') } : {}), ...(known.happened === '' ? { happened: t('input.empty') } : {}) }
          setMissing(lacking)
          if (Object.keys(lacking).length === 0) save.mutate({ params: { id: breach.id }, body: { ...known, version: breach.version } })
        }}
      >
        <KnownFields breach={breach} usualLaw="gdpr" faults={save.fieldFaults} isCountKnown={isCountKnown} onCountKnown={setCountKnown} />
        <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button type="submit" variant="primary" busy={save.isPending}>{t('governance.privacy.save')}</Button></Actions>
      </Form>
    </Dialog>
  )
}

/** Settle, decide, tell and close: each a choice at most, and words that stay on record. */
function ActDialog({ asked, breach, onClose }: { asked: Worded; breach: Breach; onClose: () => void }) {
  const t = useText()
  const now = useNow()
  const options = { refresh: [breaches.breach, breaches.breaches], onFault: () => undefined, onDone: () => { toast.ok(t('governance.privacy.saved')); onClose() } }
  const settle = useCall(breaches.settleDuty, options)
  const decide = useCall(breaches.decidePersons, options)
  const tell = useCall(breaches.tellPersons, options)
  const end = useCall(breaches.closeBreach, options)
  const one = { settle, decide, tell, close: end }[asked.act]
  const [choice, setChoice] = useState<string>(asked.act === 'settle' ? 'reported' : breach.decision?.verdict ?? 'tell')
  const [missing, setMissing] = useState<Record<string, string>>({})
  const isLate = asked.act === 'settle' && asked.duty.hours > 0 && Date.parse(asked.duty.dueAt) < now && choice === 'reported'
  const label = { settle: t(`governance.breach.settle-words.${choice === 'reported' ? 'reported' : 'not-required'}`), decide: t('governance.breach.reason'), tell: t('governance.breach.how'), close: t('governance.breach.outcome') }[asked.act]
  const title = asked.act === 'settle' ? t('governance.breach.settle-of', { law: t(`governance.privacy.law.${asked.duty.law}`) }) : t(`governance.breach.${asked.act}`)
  return (
    <Dialog isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={title} closeLabel={t('console.close')}>
      <Form
        faults={{ ...one.fieldFaults, ...missing }} {...(one.faultText ? { fault: one.faultText } : {})}
        onSubmit={(values) => {
          const words = String(values.get('words') ?? '').trim()
          const delayReason = String(values.get('delayReason') ?? '').trim()
          const lacking = { ...(words === '' ? { words: t('input.empty') } : {}), ...(isLate && delayReason === '' ? { delayReason: t('governance.breach.delay-reason') } : {}) }
          setMissing(lacking)
          if (Object.keys(lacking).length > 0) return
          const { id, version } = breach
          if (asked.act === 'settle') settle.mutate({ params: { id, law: asked.duty.law }, body: { outcome: choice === 'reported' ? 'reported' : 'not-required', words, ...(delayReason ? { delayReason } : {}), version } })
          else if (asked.act === 'decide') decide.mutate({ params: { id }, body: { verdict: choice === 'tell' ? 'tell' : 'not-tell', reason: words, version } })
          else if (asked.act === 'tell') tell.mutate({ params: { id }, body: { how: words, version } })
          else end.mutate({ params: { id }, body: { outcome: words, version } })
        }}
      >
        {asked.act === 'settle' && <RadioGroup label={t('governance.breach.authorities')} value={choice} onChange={setChoice} options={(['reported', 'not-required'] as const).map((id) => ({ id, label: t(`governance.breach.outcome.${id}`) }))} />}
        {asked.act === 'decide' && <><p className="max-w-reading text-muted">{t('governance.breach.decide-means')}</p><RadioGroup label={t('governance.breach.persons-section')} value={choice} onChange={setChoice} options={(['tell', 'not-tell'] as const).map((id) => ({ id, label: t(`governance.breach.verdict.${id}`) }))} /></>}
        {asked.act === 'close' && <p className="max-w-reading text-muted">{t('governance.breach.close-means')}</p>}
        <TextArea name="words" label={label} rows={3} isRequired autoFocus />
        {isLate && <TextArea name="delayReason" label={t('governance.breach.delay')} rows={2} isRequired />}
        <Actions><Button onPress={onClose}>{t('governance.privacy.cancel')}</Button><Button type="submit" variant="primary" busy={one.isPending}>{t('governance.privacy.save')}</Button></Actions>
      </Form>
    </Dialog>
  )
}

function Drafts({ breach }: { breach: Breach }) {
  const t = useText()
  const { locale } = useLanguage()
  const [audience, setAudience] = useState<Audience>('authority')
  const [language, setLanguage] = useState<Locale>(locale)
  const found = useGet(breaches.breachDraft, { params: { id: breach.id, audience }, query: { language } }, { live: ['privacy.breach'], keepsPrevious: true })
  return (
    <Section title={t('governance.breach.drafts')}>
      <p className="max-w-reading text-muted">{t('governance.breach.drafts-means')}</p>
      <div className="flex flex-wrap gap-2">
        <Select label={t('governance.breach.audience')} className="w-40" value={audience} onChange={(id) => setAudience(audiences.find((one) => one === id) ?? 'authority')} options={audiences.map((id) => ({ id, label: t(`governance.breach.audience.${id}`) }))} />
        <Select label={t('governance.breach.language')} className="w-40" value={language} onChange={(id) => setLanguage(locales.find((one) => one === id) ?? locale)} options={locales.map((id) => ({ id, label: languages[id] }))} />
      </div>
      <Loaded of={found} rows={6}>
        {(draft) => (
          <>
            {draft.missing > 0 && <p className="text-soon">{t('governance.breach.drafts-missing', { count: draft.missing })}</p>}
            <div lang={language}><CodeBlock label={draft.title} text={draft.text} isProse copyLabel={t('governance.breach.copy')} copiedLabel={t('governance.breach.copied')} /></div>
          </>
        )}
      </Loaded>
    </Section>
  )
}
