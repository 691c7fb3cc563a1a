import { useState, type ReactElement } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { refresh, useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useGo, useParam } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { Button, ErrorState, Link, toast } from '../../../ui/index.ts'
import { standards, type Service } from '../contract.ts'
import { ServiceForm, type ServiceDraft } from './ServiceForm.tsx'
import { StandardsFrame } from './StandardsFrame.tsx'
import { sentence } from './words.ts'

const fresh: ServiceDraft = {
  name: { 'zh-Hant': '', 'zh-Hans': '', en: '' }, description: '', teamId: null, calendarId: null, verification: 'rule', closeAfterHours: 72, reopenDays: 7, acceptMinutes: 15, skills: [], types: [], isActive: true,
}

function draftOf({ id: _id, key: _key, standard: _standard, isDefault: _isDefault, version: _version, ...fields }: Service): ServiceDraft {
  return fields
}

export default function ServicePage(): ReactElement {
  const t = useText()
  const id = useParam('id')
  const { locale } = useLanguage()
  const services = useGet(standards.services, {}, { live: ['standard.'] })
  const service = services.data?.rows.find((one) => one.id === id)
  const isNew = id === 'new'
  return (
    <StandardsFrame here="services" title={service?.name[locale] ?? t('standards.add-service')} lead={<Link href={paths.services()}>{t('standards.back-to-services')}</Link>} width="reading">
      <Loaded of={services}>
        {() => isNew ? <NewService /> : service ? <EditService key={service.id} service={service} /> : <ErrorState title={t('standards.service.not-found')}><Link href={paths.services()}>{t('standards.back-to-services')}</Link></ErrorState>}
      </Loaded>
    </StandardsFrame>
  )
}

function NewService(): ReactElement {
  const go = useGo()
  const t = useText()
  const [draft, setDraft] = useState(fresh)
  const [key, setKey] = useState('')
  const add = useCall(standards.addService, { refresh: [standards.services], onFault: () => undefined, onDone: (service) => { toast.ok(t('standards.saved')); go(paths.service({ id: service.id }), true) } })
  // A name in one language is better than a form that is refused: the others start from it.
  const named = () => { const any = Object.values(draft.name).find((one) => one.trim() !== '') ?? ''; return { 'zh-Hant': draft.name['zh-Hant'] || any, 'zh-Hans': draft.name['zh-Hans'] || any, en: draft.name.en || any } }
  return <ServiceForm draft={draft} onChange={setDraft} serviceKey={{ value: key, onChange: setKey }} isDefault={false} isBusy={add.isPending} fault={add.faultText} fields={add.fieldFaults ?? {}} isChanged onSubmit={() => add.mutate({ body: { ...draft, name: named(), key } })} />
}

function EditService({ service }: { service: Service }): ReactElement {
  const t = useText()
  const { locale } = useLanguage()
  const client = useQueryClient()
  const [base, setBase] = useState(service)
  const [draft, setDraft] = useState(() => draftOf(service))
  const isChanged = JSON.stringify(draft) !== JSON.stringify(draftOf(base))
  if (!isChanged && service.version !== base.version) {
    setBase(service)
    setDraft(draftOf(service))
  }
  const save = useCall(standards.changeService, {
    refresh: [standards.services], onDone: (row) => { setBase(row); setDraft(draftOf(row)); toast.ok(t('standards.saved')) }, onFault: () => undefined,
  })
  const isConflict = save.error?.code === 'standards.changed-meanwhile'
  const loadTheirs = () => { void refresh(client, [standards.services]).then(() => { setBase(service); setDraft(draftOf(service)); save.reset() }) }
  // What the other person changed stays unless the same field was changed here too; then ours wins, knowingly.
  const keepMine = () => {
    const before = draftOf(base)
    const theirs = draftOf(service)
    const merged = Object.fromEntries(Object.entries(theirs).map(([name, value]) => [name, JSON.stringify(draft[name as keyof ServiceDraft]) === JSON.stringify(before[name as keyof ServiceDraft]) ? value : draft[name as keyof ServiceDraft]])) as unknown as ServiceDraft
    setBase(service)
    setDraft(merged)
    save.mutate({ params: { id: service.id }, body: { ...merged, version: service.version } })
  }
  const fault = !save.error ? undefined : isConflict ? (
    <>
      <p>{t('standards.conflict')}</p>
      <p className="mt-2 flex flex-wrap gap-2"><Button size="sm" onPress={loadTheirs}>{t('standards.load-theirs')}</Button><Button size="sm" reason={service.version === base.version ? t('standards.conflict-loading') : undefined} onPress={keepMine}>{t('standards.keep-mine')}</Button></p>
    </>
  ) : save.faultText
  return (
    <>
      <div className="flex max-w-reading flex-col gap-1 text-lg">{(['urgent', 'normal', 'routine'] as const).map((priority) => <p key={priority}>{sentence(t, locale, { ...base, ...draft }, priority)}</p>)}</div>
      <p><Link href={paths.standard({ id: base.id })}>{t(base.standard ? 'standards.open-standard' : 'standards.begin-first')}</Link></p>
      <ServiceForm draft={draft} onChange={setDraft} isDefault={base.isDefault} isBusy={save.isPending} fault={fault} fields={save.fieldFaults ?? {}} isChanged={isChanged} onSubmit={() => save.mutate({ params: { id: base.id }, body: { ...draft, version: base.version } })} onUndo={() => setDraft(draftOf(base))} />
    </>
  )
}
