import { useState, type ReactElement } from 'react'
import { useCall } from '../../../../apps/console/api.ts'
import { useText } from '../../../../apps/console/text.tsx'
import { Actions, Button, Checkbox, Dialog, Form, Select, TextArea, TextField, toast } from '../../../../ui/index.ts'
import { outside, processorRoles, transferBases, type Processor } from '../../outside/contract.ts'
import { useRefusal } from '../GovernanceFrame.tsx'

/** The record of one host: `given` is it, or the host it shall be of. */
export function ProcessorDialog({ given, refusal, onClose }: { given: Processor | string; refusal: string | undefined; onClose: () => void }): ReactElement {
  const t = useText()
  const known = typeof given === 'string' ? null : given
  const mayNotApprove = useRefusal('privacy.approve')
  const [missing, setMissing] = useState<Record<string, string>>({})
  const done = { refresh: [outside.outside], onFault: () => undefined, onDone: () => { toast.ok(t('governance.privacy.saved')); onClose() } }
  const add = useCall(outside.addProcessor, done)
  const change = useCall(outside.changeProcessor, done)
  const approve = useCall(outside.approveBasis, done)
  const one = known ? change : add
  const faultText = one.faultText ?? approve.faultText
  return (
    <Dialog isOpen size="lg" onOpenChange={(isOpen) => { if (!isOpen) onClose() }} title={known ? known.name : t('governance.outside.new')} closeLabel={t('console.close')}>
      <Form
        columns={2} faults={{ ...one.fieldFaults, ...missing }} {...(faultText ? { fault: faultText } : {})}
        onSubmit={(values) => {
          const word = (name: string): string => String(values.get(name) ?? '').trim()
          const lacking = Object.fromEntries((['host', 'name', 'purpose', 'country'] as const).filter((name) => word(name) === '').map((name) => [name, t('input.empty')]))
          setMissing(lacking)
          if (Object.keys(lacking).length > 0) return
          const basis = transferBases.find((id) => id === word('basis')) ?? null
          const body = {
            host: word('host').toLowerCase(), name: word('name'), role: processorRoles.find((id) => id === word('role')) ?? 'processor', purpose: word('purpose'), contract: word('contract'), untilOn: word('untilOn') || null, contact: word('contact'),
            country: word('country').toUpperCase(), isSensitive: values.get('isSensitive') !== null, basis, basisWords: word('basisWords'), basisUntilOn: word('basisUntilOn') || null,
          }
          if (known) change.mutate({ params: { id: known.id }, body: { ...body, version: known.version } })
          else add.mutate({ body })
        }}
      >
        <TextField name="host" label={t('governance.outside.host')} isRequired defaultValue={known?.host ?? (typeof given === 'string' ? given : '')} />
        <TextField name="name" label={t('governance.outside.name')} isRequired defaultValue={known?.name ?? ''} autoFocus />
        <Select name="role" label={t('governance.outside.role')} description={t('governance.outside.role-means')} className="col-span-full" defaultValue={known?.role ?? 'processor'} options={processorRoles.map((id) => ({ id, label: t(`governance.outside.role.${id}`) }))} />
        <TextArea name="purpose" label={t('governance.outside.purpose')} rows={2} isRequired className="col-span-full" defaultValue={known?.purpose ?? ''} />
        <TextField name="contract" label={t('governance.outside.contract')} description={t('governance.outside.contract-means')} defaultValue={known?.contract ?? ''} />
        <TextField name="untilOn" type="date" label={t('governance.outside.until')} defaultValue={known?.untilOn ?? ''} />
        <TextField name="contact" label={t('governance.outside.contact')} defaultValue={known?.contact ?? ''} />
        <TextField name="country" label={t('governance.outside.country')} description={t('governance.outside.country-means')} isRequired maxLength={2} defaultValue={known?.country ?? ''} />
        <Checkbox name="isSensitive" className="col-span-full" defaultSelected={known?.isSensitive ?? false}>{t('governance.outside.sensitive')}</Checkbox>
        <Select name="basis" label={t('governance.outside.basis')} className="col-span-full" defaultValue={known?.basis ?? 'none'} options={['none', ...transferBases].map((id) => ({ id, label: t(`governance.outside.basis.${id}`) }))} />
        <TextField name="basisWords" label={t('governance.outside.basis-words')} defaultValue={known?.basisWords ?? ''} />
        <TextField name="basisUntilOn" type="date" label={t('governance.outside.basis-until')} defaultValue={known?.basisUntilOn ?? ''} />
        {known?.approvedAt && <p className="col-span-full text-muted">{t('governance.outside.approved-by', { by: known.approvedBy ?? '', at: known.approvedAt })}</p>}
        <Actions>
          <Button onPress={onClose}>{t('governance.privacy.cancel')}</Button>
          {known?.basis && !known.approvedAt && <Button busy={approve.isPending} reason={mayNotApprove ?? (known.isMine ? t('governance.outside.own-record') : undefined)} onPress={() => approve.mutate({ params: { id: known.id }, body: { version: known.version } })}>{t('governance.outside.approve')}</Button>}
          <Button type="submit" variant="primary" busy={one.isPending} reason={refusal}>{t('governance.privacy.save')}</Button>
        </Actions>
      </Form>
    </Dialog>
  )
}
