import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Button, ComboBox, Dialog, FileDrop, NumberField, RadioGroup, Select, useNow } from '../../../ui/index.ts'
import { staff, type CalendarRow, type ImportedHolidays } from '../contract.ts'
import type { Interval } from './week.ts'

type Exception = CalendarRow['hours']['exceptions'][number]
export interface TakenOver { exceptions: Exception[]; imported: ImportedHolidays }
type Kind = ImportedHolidays['kind']
interface Read { label: string; days: { date: string; name: string; kind: 'closed' | 'worked' }[]; leftOut: number }

/** Holidays from a calendar file or of another country: read, looked through, then taken over into the form. Nothing is saved here. */
export function HolidayImport({ isOpen, onOpenChange, worked, onTake }: { isOpen: boolean; onOpenChange: (isOpen: boolean) => void; worked: Interval[]; onTake: (taken: TakenOver) => void }): ReactElement {
  const t = useText()
  const year = new Date(useNow()).getUTCFullYear()
  const [kind, setKind] = useState<Kind>('ics')
  const [files, setFiles] = useState<File[]>([])
  const [country, setCountry] = useState<string | null>(null)
  const [state, setState] = useState<string | null>(null)
  const [span, setSpan] = useState({ from: year, to: year + 1 })
  const [found, setFound] = useState<Read | null>(null)
  const places = useGet(staff.holidayPlaces, { query: country ? { country } : {} }, { isEnabled: isOpen && kind === 'country' })
  const read = useCall(staff.readHolidays, { onFault: () => undefined, onDone: (answer) => setFound(answer as Read) })
  const ask = async () => {
    setFound(null)
    if (kind === 'country') read.mutate({ body: { kind, country: country!, ...(state ? { state } : {}), ...span } })
    else read.mutate({ body: { kind, text: await files[0]!.text(), ...span } })
  }
  const take = () => {
    const source = kind === 'ics' ? files[0]!.name.slice(0, 180) : found!.label
    onTake({
      imported: { kind, label: source, ...span },
      exceptions: found!.days.map((one) => ({ date: one.date, open: one.kind === 'worked' ? worked : [], ...(one.name ? { name: one.name } : {}), source })),
    })
    setFound(null)
    onOpenChange(false)
  }
  const missing = kind === 'ics' ? (files.length === 0 ? t('staff.import.no-file') : undefined) : country === null ? t('staff.import.no-country') : undefined
  return (
    <Dialog isOpen={isOpen} onOpenChange={onOpenChange} title={t('staff.import')} closeLabel={t('staff.cancel')} size="lg" actions={<Actions>
      <Button onPress={() => { void ask() }} busy={read.isPending} {...(missing ? { reason: missing } : {})}>{t('staff.import.read')}</Button>
      <Button variant="primary" onPress={take} {...(found && found.days.length > 0 ? {} : { reason: t('staff.import.nothing-read') })}>{t('staff.import.take')}</Button>
    </Actions>}>
      <div className="flex flex-col gap-4">
        <RadioGroup label={t('staff.import.from')} orientation="horizontal" options={(['ics', 'country'] as const).map((id) => ({ id, label: t(`staff.import.kind.${id}`) }))} value={kind} onChange={(id) => { setKind(id as Kind); setFound(null) }} />
        {kind === 'ics'
          ? <FileDrop label={t('staff.import.drop')} chooseLabel={t('staff.import.choose')} removeLabel={t('staff.import.remove')} files={files} onChange={(list) => { setFiles(list.slice(-1)); setFound(null) }} accept={['.ics', 'text/calendar']} description={t('staff.import.ics-means')} />
          : (
            <div className="flex flex-wrap gap-3">
              <ComboBox label={t('staff.import.country')} options={(places.data?.countries ?? []).map((one) => ({ id: one.code, label: `${one.name} (${one.code})` }))} value={country} onChange={(code) => { setCountry(code); setState(null); setFound(null) }} emptyText={t('console.loading')} className="w-72" />
              {(places.data?.states.length ?? 0) > 0 && <ComboBox label={t('staff.import.state')} options={places.data!.states.map((one) => ({ id: one.code, label: one.name }))} value={state} onChange={(code) => { setState(code); setFound(null) }} className="w-60" />}
              <p className="basis-full text-sm text-muted">{t('staff.import.country-means')}</p>
            </div>
          )}
        <div className="flex flex-wrap gap-3">
          <NumberField label={t('staff.import.from-year')} value={span.from} minValue={1970} maxValue={2399} formatOptions={{ useGrouping: false }} onChange={(from) => { if (!Number.isNaN(from)) setSpan({ ...span, from }) }} className="w-36" />
          <NumberField label={t('staff.import.to-year')} value={span.to} minValue={1970} maxValue={2399} formatOptions={{ useGrouping: false }} onChange={(to) => { if (!Number.isNaN(to)) setSpan({ ...span, to }) }} className="w-36" />
        </div>
        {read.error && <p role="alert" className="text-late">{t(read.error.code, read.error.args)}</p>}
        {found && <Found found={found} onChange={setFound} />}
      </div>
    </Dialog>
  )
}

function Found({ found, onChange }: { found: Read; onChange: (found: Read) => void }): ReactElement {
  const t = useText()
  return (
    <div className="flex flex-col gap-1">
      <p>{t('staff.import.found', { count: found.days.length })}{found.leftOut > 0 && ` ${t('staff.import.left-out', { count: found.leftOut })}`}</p>
      <ul className="flex max-h-80 flex-col overflow-auto" tabIndex={0} aria-label={t('staff.import.found', { count: found.days.length })}>
        {found.days.map((one, at) => (
          <li key={one.date} className="grid grid-cols-[6rem_minmax(0,1fr)_9rem] items-center gap-2 border-t border-line py-1">
            <span>{one.date}</span><span className="min-w-0 truncate">{one.name}</span>
            <Select label={t('staff.import.day-is', { date: one.date })} isLabelHidden options={(['closed', 'worked'] as const).map((id) => ({ id, label: t(`staff.import.day.${id}`) }))} value={one.kind} onChange={(id) => onChange({ ...found, days: found.days.map((each, index) => index === at ? { ...each, kind: id as 'closed' | 'worked' } : each) })} />
          </li>
        ))}
      </ul>
    </div>
  )
}
