import { useState, type ReactElement, type ReactNode } from 'react'
import { useCall, type CallFault } from '../../../apps/console/api.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, Button, Dialog, Form, Link, TextArea, toast } from '../../../ui/index.ts'
import { staff, type Proposed } from '../contract.ts'

/** When the server says that a grant needs a second person, it becomes a proposal, with the reason the other one reads. */
export function useSecondPerson(onProposed?: () => void): { ask: (fault: CallFault, what: Proposed) => boolean; propose: (what: Proposed) => void; dialog: ReactNode } {
  const [what, setWhat] = useState<Proposed | null>(null)
  return {
    ask: (fault, proposed) => {
      if (fault.code !== 'staff.needs-second-person') return false
      setWhat(proposed)
      return true
    },
    propose: setWhat,
    dialog: what && <Propose what={what} onClose={() => setWhat(null)} onProposed={() => { setWhat(null); onProposed?.() }} />,
  }
}

function Propose({ what, onClose, onProposed }: { what: Proposed; onClose: () => void; onProposed: () => void }): ReactElement {
  const t = useText()
  const propose = useCall(staff.propose, { refresh: [staff.proposals], onFault: () => undefined, onDone: () => { toast.ok(t('staff.proposed-done')); onProposed() } })
  return (
    <Dialog title={t('staff.propose')} isOpen onOpenChange={onClose} closeLabel={t('console.close')}>
      <Form onSubmit={(values) => propose.mutate({ body: { what, reason: String(values.get('reason')).trim().replaceAll(/\s+/g, ' ') } })} faults={propose.fieldFaults} fault={propose.faultText}>
        <p className="max-w-reading">{t(`staff.proposal.${what.kind}`)}</p>
        <p className="max-w-reading text-muted">{t('staff.propose-means')} <Link href={paths.access()}>{t('staff.part.access')}</Link></p>
        <TextArea name="reason" label={t('staff.propose-reason')} rows={2} maxLength={500} isRequired autoFocus />
        <Actions><Button onPress={onClose}>{t('staff.cancel')}</Button><Button variant="primary" type="submit" busy={propose.isPending}>{t('staff.propose-do')}</Button></Actions>
      </Form>
    </Dialog>
  )
}
