import { useState, type ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { DeadlineSteps } from '../../../apps/console/DeadlineSteps.tsx'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Banner, Button, Dialog, Num, Time } from '../../../ui/index.ts'
import { requests, type Deadlines } from '../contract.ts'

/** "Why this deadline?": by which calendar, and what was counted and skipped since the start. */
export function WhyDeadline({ id }: { id: string }): ReactElement {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  const told = useGet(requests.deadlines, { params: { id } }, { isEnabled: isOpen })
  return (
    <>
      <Button size="sm" className="self-start" onPress={() => setOpen(true)}>{t('requests.why-deadline')}</Button>
      <Dialog isOpen={isOpen} onOpenChange={setOpen} title={t('requests.why-deadline')} closeLabel={t('console.close')} size="lg" isDismissable>
        <Loaded of={told}>{(found) => <Told found={found} />}</Loaded>
      </Dialog>
    </>
  )
}

function Told({ found }: { found: Deadlines }): ReactElement {
  const t = useText()
  return (
    <div className="flex flex-col gap-4">
      <p>{found.calendar ? t('requests.why-calendar', { name: found.calendar.name, version: String(found.calendar.version), by: found.calendar.by }) : t('requests.why-no-calendar')}</p>
      {found.clocks.length === 0 && <p className="text-muted">{t('requests.no-target')}</p>}
      {found.clocks.map((one) => (
        <section key={one.clock} className="flex flex-col gap-2">
          <h3 className="font-bold">{t(one.clock === 'resolution' ? 'requests.resolution' : 'requests.first-response')}: {one.dueAt ? <Time at={one.dueAt} isExact /> : t('requests.clock.paused')}</h3>
          <p><Num value={Math.round(one.countedMinutes)} unit={t('console.steps.minutes')} /> {t('requests.why-counted')}{one.leftMinutes !== null && <> · <Num value={Math.round(one.leftMinutes)} unit={t('console.steps.minutes')} /> {t('requests.why-left')}</>}</p>
          {one.provisionalYears.length > 0 && <Banner tone="soon">{t('requests.provisional-means', { years: one.provisionalYears.join(t('requests.list-comma')) })}</Banner>}
          <DeadlineSteps steps={one.steps} leftOut={one.stepsLeftOut} zone={found.zone} />
        </section>
      ))}
    </div>
  )
}
