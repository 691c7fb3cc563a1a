import { useState, type ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { DeadlineSteps } from '../../../apps/console/DeadlineSteps.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Badge, Banner, Button, Dialog, Num, Skeleton, Time, useTimeWords, type Tone } from '../../../ui/index.ts'
import { requests, type ClockStory, type Deadlines } from '../contract.ts'
import { useNames, useTierName } from './data.ts'
import { clockWords, spanWords } from './words.ts'

const MINUTE = 60_000
const tone: Record<ClockStory['state'], Tone> = { running: 'info', paused: 'plain', breached: 'late', met: 'ok', cancelled: 'plain' }

/** Why this deadline? Clause, how it was chosen, hours, history and steps of each clock. */
export function WhyDeadline({ id }: { id: string }): ReactElement {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button size="sm" className="self-start" onPress={() => setOpen(true)}>{t('requests.why-deadline')}</Button>
      <Dialog isOpen={isOpen} onOpenChange={setOpen} title={t('requests.why-deadline')} closeLabel={t('console.close')} size="lg" isDismissable><Story id={id} /></Dialog>
    </>
  )
}

function Story({ id }: { id: string }): ReactElement {
  const t = useText()
  const found = useGet(requests.clocks, { params: { id } }, { live: (event) => event.subject === id })
  const told = useGet(requests.deadlines, { params: { id } }, { live: (event) => event.subject === id })
  if (!found.data) return <Skeleton label={t('requests.why-deadline')} rows={6} />
  if (found.data.clocks.length === 0) return <p className="text-muted">{t('requests.no-clocks')}</p>
  return <div className="flex flex-col gap-6">{found.data.clocks.map((clock) => <OneClock key={clock.id} clock={clock} told={told.data} />)}</div>
}

function OneClock({ clock, told }: { clock: ClockStory; told: Deadlines | undefined }): ReactElement {
  const t = useText()
  const span = (minutes: number) => spanWords(minutes * MINUTE, t)
  const due = useTimeWords(clock.dueAt ?? clock.startedAt).exact
  const steps = told?.clocks.find((one) => one.clock === clock.kind && one.startAt === clock.startedAt)
  return (
    <section className="flex flex-col gap-2">
      <h3 className="flex flex-wrap items-center gap-2 font-bold">{t(`requests.clock-kind.${clock.kind}`)}{clock.run > 1 && t('requests.clock-run', { run: clock.run })}<Badge tone={tone[clock.state]}>{t(`requests.clock-state.${clock.state}`)}</Badge></h3>
      <ol className="flex list-decimal flex-col gap-1.5 ps-5">
        <li>{t('requests.why-clause', { clause: clock.clause, version: clock.version, target: span(clock.targetMinutes) })}<Ranking clock={clock} /></li>
        <li>{told?.calendar && told.calendar.name === clock.calendar ? t('requests.why-calendar', { name: told.calendar.name, version: String(told.calendar.version), by: told.calendar.by }) : clock.calendar ? t('requests.why-hours', { calendar: clock.calendar }) : t('requests.why-no-calendar')}</li>
        <li>{t('requests.why-moves')}
          <ul className="flex flex-col text-muted">{clock.story.map((one, nr) => <li key={nr}><Time at={one.at} isPlain className="text-faint" /> {clockWords({ ...one, kind: clock.kind }, t)}{t('requests.why-cause', { cause: t(`requests.cause.${one.cause}`) })}</li>)}</ul>
        </li>
        <li>{clock.dueAt === null ? t('requests.why-stands') : t('requests.why-due', { due })}</li>
      </ol>
      {steps && (
        <details>
          <summary className="cursor-default text-muted"><Num value={Math.round(steps.countedMinutes)} unit={t('console.steps.minutes')} /> {t('requests.why-counted')}{steps.leftMinutes !== null && <> · <Num value={Math.round(steps.leftMinutes)} unit={t('console.steps.minutes')} /> {t('requests.why-left')}</>}</summary>
          {steps.provisionalYears.length > 0 && <Banner tone="soon">{t('requests.provisional-means', { years: steps.provisionalYears.join(t('requests.list-comma')) })}</Banner>}
          <DeadlineSteps steps={steps.steps} leftOut={steps.stepsLeftOut} zone={told!.zone} />
        </details>
      )}
      {clock.steps.length > 0 && <Steps clock={clock} />}
    </section>
  )
}

/** Which clauses there were, the most specific first. */
function Ranking({ clock }: { clock: ClockStory }): ReactElement {
  const t = useText()
  const names = useNames()
  const tierName = useTierName()
  const words: Record<string, (value: string) => string> = { priority: (value) => t(`requests.priority.${value}`), channel: (value) => t(`requests.channel.${value}`), tier: tierName, fromTeam: names.team, toTeam: names.team }
  return (
    <ul className="flex flex-col text-muted">
      {clock.ranked.map((one) => (
        <li key={one.key} className={one.key === clock.clause ? 'text-text' : undefined}>
          {t('requests.why-ranked', { case: Object.entries(one.when).map(([name, value]) => words[name]?.(value) ?? value).join(t('requests.list-and')) || t('requests.every-case'), count: one.conditions, target: one.targetMinutes === null ? '–' : spanWords(one.targetMinutes * MINUTE, t), verdict: one.key === clock.clause ? 'chosen' : one.fits ? 'weaker' : 'other' })}
        </li>
      ))}
    </ul>
  )
}

function Steps({ clock }: { clock: ClockStory }): ReactElement {
  const t = useText()
  return (
    <div>
      <h4 className="text-sm text-faint">{t('requests.why-steps')}</h4>
      <ul className="flex flex-col gap-0.5">
        {clock.steps.map((step) => (
          <li key={step.key}>
            {t('requests.why-step', { level: t(`requests.level.${step.level}`), side: step.offsetMinutes < 0 ? 'before' : step.offsetMinutes > 0 ? 'after' : 'at', span: spanWords(Math.abs(step.offsetMinutes) * MINUTE, t), does: t(`requests.step-does.${step.does}`) })}
            {step.taken ? <span className="text-muted"> · <Time at={step.taken.at} isPlain /> {t(step.taken.outcome.startsWith('requests.') ? step.taken.outcome : 'requests.step.taken')}{step.taken.told.length > 0 && ` · ${step.taken.told.join(t('requests.list-comma'))}`}</span>
              : step.at && <span className="text-muted"> · <Time at={step.at} isPlain /></span>}
          </li>
        ))}
      </ul>
    </div>
  )
}
