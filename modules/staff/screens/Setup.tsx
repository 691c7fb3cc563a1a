import { useState, type ReactElement } from 'react'
import { CallFault, call, faultTexts, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useGo, useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useSession } from '../../../apps/console/session.tsx'
import { languages, useLanguage, useText } from '../../../apps/console/text.tsx'
import { Actions, Button, ErrorState, Form, Link, RadioGroup, TextField } from '../../../ui/index.ts'
import { staff, type Holidays } from '../contract.ts'
import { Door, takeFragment } from './Door.tsx'
import { presets, sameWeek, type Preset, type Week } from './week.ts'
import { WeekEditor } from './WeekEditor.tsx'
import { browserZone, ZoneField } from './ZoneField.tsx'

const steps = ['language', 'hours', 'administrator', 'start'] as const
type Step = (typeof steps)[number]

interface Draft {
  zone: string
  holidays: Holidays
  week: Week
  name: string
  login: string
  password: string
  start: 'demo' | 'empty'
}

const KEPT = 'loopdesk.setup'

// A reload must not lose the link: it works only once, and only who has it may set up.
function takeToken(): string {
  const token = takeFragment() || sessionStorage.getItem(KEPT) || ''
  if (token) sessionStorage.setItem(KEPT, token)
  return token
}

/** Where a fault of the whole set-up is mended, by the first part of its field. */
const stepOf = (path: string): Step => path.startsWith('calendar') || path === 'zone' ? 'hours' : path.startsWith('administrator') ? 'administrator' : 'start'

/** The first visit: four calm pages, then the desk is open. Back is the browser's Back; nothing is stored before the last step. */
export default function Setup(): ReactElement {
  const t = useText()
  const [token] = useState(takeToken)
  const state = useGet(staff.setupState, {})
  return (
    <Loaded of={state}>
      {({ needed }) => needed && token !== '' ? <Steps token={token} /> : (
        <Door title={t(needed ? 'staff.setup.no-link' : 'staff.setup.done')}>
          <p className="text-muted">{t(needed ? 'staff.setup.no-link-next' : 'staff.setup.done-next')}</p>
          {!needed && <p><Link href={paths.signIn()} variant="button">{t('staff.sign-in.title')}</Link></p>}
        </Door>
      )}
    </Loaded>
  )
}

function Steps({ token }: { token: string }): ReactElement {
  const t = useText()
  const go = useGo()
  const { locale } = useLanguage()
  const { renew } = useSession()
  const [search, setSearch] = useSearchState<'step'>()
  const zone = browserZone()
  const [draft, setDraft] = useState<Draft>({ zone, holidays: /Taipei/.test(zone) ? 'TW' : /Shanghai|Urumqi|Chongqing|Harbin/.test(zone) ? 'CN' : 'none', week: presets.office, name: '', login: '', password: '', start: 'demo' })
  const [fault, setFault] = useState<CallFault | null>(null)
  const [isBusy, setBusy] = useState(false)
  const step = steps.find((one) => one === search.step) ?? 'language'
  const at = steps.indexOf(step)
  // A reload forgets what was typed (a password is not kept anywhere): it then starts where something is missing.
  const present: Step = at > 2 && draft.login === '' ? 'administrator' : step
  const texts = faultTexts(fault, t)
  const toStep = (next: Step) => setSearch({ step: next }, true)
  const next = () => { const following = steps[steps.indexOf(present) + 1]; if (following) toStep(following) }
  const send = async (start: Draft['start']) => {
    setBusy(true)
    setFault(null)
    try {
      const calendarName = t('staff.setup.calendar-name')
      await call(staff.setUp, { body: { token, locale, zone: draft.zone, calendar: { name: calendarName, week: draft.week, holidays: draft.holidays }, administrator: { name: draft.name, login: draft.login, password: draft.password }, start } })
      sessionStorage.removeItem(KEPT)
      await renew()
      go(start === 'demo' ? paths.demo() : paths.start(), true)
    } catch (error) {
      if (!(error instanceof CallFault)) throw error
      setFault(error)
      const [field] = error.fields
      if (field) toStep(stepOf(field.path))
    } finally {
      setBusy(false)
    }
  }
  const shared = { draft, set: (change: Partial<Draft>) => setDraft({ ...draft, ...change }), fields: texts.fieldFaults ?? {}, next, back: () => { history.back() } }
  return (
    <Door title={t(`staff.setup.${present}`)} lead={t(`staff.setup.${present}-lead`)} step={t('staff.setup.step', { at: steps.indexOf(present) + 1, of: steps.length })}>
      {present === 'language' && <LanguageStep {...shared} />}
      {present === 'hours' && <HoursStep {...shared} />}
      {present === 'administrator' && <AdministratorStep {...shared} />}
      {present === 'start' && <StartStep {...shared} isBusy={isBusy} faultText={texts.faultText} send={send} isDead={fault?.code === 'staff.setup-link-dead'} />}
    </Door>
  )
}

interface StepProps {
  draft: Draft
  set: (change: Partial<Draft>) => void
  fields: Record<string, string>
  next: () => void
  back: () => void
}

function StepActions({ back, label, busy }: { back?: () => void; label?: string; busy?: boolean }): ReactElement {
  const t = useText()
  return (
    <Actions className="justify-between!">
      {back ? <Button variant="quiet" onPress={back}>{t('staff.setup.back')}</Button> : <span />}
      <Button variant="primary" type="submit" busy={busy ?? false}>{label ?? t('staff.setup.next')}</Button>
    </Actions>
  )
}

function LanguageStep({ next }: StepProps): ReactElement {
  const t = useText()
  const { locale, setLocale } = useLanguage()
  return (
    <Form onSubmit={next}>
      <RadioGroup label={t('console.language')} options={languages} value={locale} onChange={(id) => { const chosen = languages.find((language) => language.id === id); if (chosen) setLocale(chosen.id) }} />
      <StepActions />
    </Form>
  )
}

function HoursStep({ draft, set, fields, next, back }: StepProps): ReactElement {
  const t = useText()
  const [isOwn, setOwn] = useState(!Object.values(presets).some((week) => sameWeek(week, draft.week)))
  const chosen = isOwn ? 'own' : (Object.entries(presets).find(([, week]) => sameWeek(week, draft.week))?.[0] ?? 'own')
  const choose = (id: string) => {
    setOwn(id === 'own')
    if (id in presets) set({ week: presets[id as Preset] })
  }
  return (
    <Form onSubmit={next}>
      <ZoneField value={draft.zone} onChange={(zone) => set({ zone })} error={fields['zone']} />
      <RadioGroup label={t('staff.hours.holidays')} options={(['TW', 'CN', 'HK', 'MO', 'SG', 'none'] as const).map((id) => ({ id, label: t(`staff.hours.holidays.${id}`) }))} value={draft.holidays} onChange={(id) => set({ holidays: id as Holidays })} description={t('staff.hours.holidays-why')} />
      <RadioGroup label={t('staff.hours.week')} options={(['office', 'daily', 'always', 'own'] as const).map((id) => ({ id, label: t(`staff.hours.preset.${id}`) }))} value={chosen} onChange={choose} error={isOwn ? undefined : fields['calendar.week']} />
      {isOwn && <WeekEditor week={draft.week} onChange={(week) => set({ week })} error={fields['calendar.week']} />}
      <StepActions back={back} />
    </Form>
  )
}

function AdministratorStep({ draft, set, fields, next, back }: StepProps): ReactElement {
  const t = useText()
  const [own, setOwn] = useState<Record<string, string>>({})
  const submit = () => {
    const missing = (['name', 'login', 'password'] as const).filter((field) => draft[field].trim() === '')
    setOwn(Object.fromEntries(missing.map((field) => [field, t('input.empty')])))
    if (missing.length === 0) next()
  }
  const error = (field: string) => own[field] ?? fields[`administrator.${field}`]
  return (
    <Form onSubmit={submit}>
      <TextField label={t('staff.person-name')} value={draft.name} onChange={(name) => set({ name })} autoComplete="name" isRequired autoFocus error={error('name')} />
      <TextField label={t('staff.sign-in.login')} type="email" value={draft.login} onChange={(login) => set({ login })} autoComplete="username" isRequired error={error('login')} />
      <TextField label={t('staff.sign-in.password')} type="password" value={draft.password} onChange={(password) => set({ password })} autoComplete="new-password" revealLabel={t('staff.sign-in.reveal')} description={t('staff.password-advice')} isRequired error={error('password')} />
      <StepActions back={back} />
    </Form>
  )
}

function StartStep({ draft, set, back, isBusy, faultText, send, isDead }: StepProps & { isBusy: boolean; faultText: string | undefined; send: (start: Draft['start']) => Promise<void>; isDead: boolean }): ReactElement {
  const t = useText()
  if (isDead) return <ErrorState title={t('staff.setup-link-dead')}>{t('staff.setup.no-link-next')}</ErrorState>
  return (
    <Form onSubmit={() => { void send(draft.start) }} fault={faultText}>
      <RadioGroup label={t('staff.setup.start')} isLabelHidden options={(['demo', 'empty'] as const).map((id) => ({ id, label: t(`staff.setup.start.${id}`), description: t(`staff.setup.start.${id}-means`) }))} value={draft.start} onChange={(id) => set({ start: id as Draft['start'] })} />
      <StepActions back={back} label={t('staff.setup.open')} busy={isBusy} />
    </Form>
  )
}
