import { Check, Clock, Ellipsis, Forward, Reply, StickyNote, Trash2, UserPlus } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import {
  Actions, AlertDialog, Button, Checkbox, ComboBox, Dialog, Drawer, FileDrop, Form, IconButton, Kbd, Link, Menu, MultiSelect, NumberField, Popover, RadioGroup, SearchField,
  Section, Select, Switch, Tabs, TextArea, TextField, toast, Tooltip,
} from '../../../../ui/index.ts'
import { useWords } from './words.ts'

const icon = 'size-4'

export function ControlParts(): ReactElement {
  const w = useWords()
  return (
    <Section title={w('controls')}>
      <div className="flex flex-wrap items-center gap-2">
        <Button variant="primary" icon={<Check className={icon} aria-hidden="true" />}>{w('accept')}</Button>
        <Button icon={<UserPlus className={icon} aria-hidden="true" />}>{w('assign-me')}</Button>
        <Button variant="note" icon={<StickyNote className={icon} aria-hidden="true" />}>{w('add-note')}</Button>
        <Button variant="quiet">{w('later')}</Button>
        <Button variant="danger" icon={<Trash2 className={icon} aria-hidden="true" />}>{w('return')}</Button>
        <Button variant="primary" busy>{w('sending')}</Button>
        <Button reason={w('close-reason')}>{w('close')}</Button>
        <Button size="sm">{w('small')}</Button>
        <IconButton label={w('reply')} keys="r" icon={<Reply className={icon} aria-hidden="true" />} />
        <IconButton label={w('hand-over')} icon={<Forward className={icon} aria-hidden="true" />} reason={w('hand-over-reason')} />
        <Tooltip text={w('tooltip')}><Button variant="quiet" icon={<Clock className={icon} aria-hidden="true" />}>{w('snooze')}</Button></Tooltip>
        <Link href="/ui#controls">{w('link')}</Link>
        <Kbd keys="mod+enter" /><Kbd keys="g i" />
      </div>
      <Tabs label={w('tabs')} tabs={[
        { id: 'talk', label: w('tab.talk'), count: 12, content: <p className="text-muted">{w('tab.talk-text')}</p> },
        { id: 'tasks', label: w('tab.tasks'), count: 2, content: <p className="text-muted">{w('tab.tasks-text')}</p> },
        { id: 'history', label: w('tab.history'), content: <p className="text-muted">{w('tab.history-text')}</p> },
      ]} />
    </Section>
  )
}

export function FieldParts(): ReactElement {
  const w = useWords()
  const [faults, setFaults] = useState<Record<string, string> | undefined>({ email: w('fault.email') })
  const [skills, setSkills] = useState<string[]>(['fibre', 'english'])
  const [files, setFiles] = useState<File[]>([])
  const services = ['repair', 'billing', 'moving', 'complaint'].map((id) => ({ id, label: w(`service.${id}`), description: w(`service.${id}-text`) }))
  return (
    <Section title={w('fields')}>
      <Form columns={2} faults={faults} onSubmit={(values) => setFaults(values.get('email') === '' ? { email: w('fault.email') } : undefined)} aria-label={w('fields')}>
        <TextField name="subject" label={w('field.subject')} isRequired defaultValue={w('field.subject-value')} />
        <TextField name="email" type="email" label={w('field.email')} description={w('field.email-text')} defaultValue="meiling@" />
        <TextField name="password" type="password" label={w('field.password')} revealLabel={w('field.reveal')} description={w('field.password-text')} />
        <SearchField label={w('field.search')} placeholder={w('field.search')} className="self-start pt-5.5" />
        <TextArea name="text" label={w('field.text')} className="sm:col-span-2" placeholder={w('field.text-hint')} />
        <Select name="service" label={w('field.service')} options={services} defaultValue="repair" />
        <ComboBox name="customer" label={w('field.customer')} placeholder={w('field.customer-hint')} emptyText={w('field.nobody')} options={['a', 'b', 'c'].map((id) => ({ id, label: w(`customer.${id}`), description: w(`customer.${id}-text`) }))} />
        <MultiSelect label={w('field.skills')} value={skills} onChange={setSkills} options={['fibre', 'english', 'billing', 'network'].map((id) => ({ id, label: w(`skill.${id}`) }))} />
        <NumberField name="minutes" label={w('field.minutes')} unit={w('field.minutes-unit')} defaultValue={30} minValue={0} step={5} />
        <RadioGroup name="verify" label={w('field.verify')} defaultValue="person" options={['person', 'customer', 'rule'].map((id) => ({ id, label: w(`verify.${id}`), description: w(`verify.${id}-text`) }))} />
        <div className="flex flex-col gap-1">
          <Checkbox name="callback" defaultSelected>{w('field.callback')}</Checkbox>
          <Checkbox isIndeterminate>{w('field.some')}</Checkbox>
          <Switch defaultSelected>{w('field.notify')}</Switch>
          <Switch>{w('field.auto')}</Switch>
        </div>
        <FileDrop label={w('field.drop')} chooseLabel={w('field.choose')} removeLabel={w('field.remove')} description={w('field.drop-text')} files={files} onChange={setFiles} className="sm:col-span-2" />
        <Actions><Button type="button">{w('cancel')}</Button><Button variant="primary" type="submit">{w('save')}</Button></Actions>
      </Form>
    </Section>
  )
}

export function OverlayParts(): ReactElement {
  const w = useWords()
  return (
    <Section title={w('overlays')}>
      <div className="flex flex-wrap gap-2">
        <Dialog trigger={<Button>{w('dialog')}</Button>} title={w('dialog-title')} closeLabel={w('close-dialog')} actions={(close) => <><Button onPress={close}>{w('cancel')}</Button><Button variant="primary" onPress={() => { close(); toast.ok(w('returned')) }}>{w('return')}</Button></>}>
          <TextArea label={w('dialog-reason')} isRequired description={w('dialog-reason-text')} autoFocus />
        </Dialog>
        <AlertDialog trigger={<Button variant="danger">{w('alert')}</Button>} title={w('alert-title')} confirmLabel={w('alert-confirm')} cancelLabel={w('cancel')} isDangerous onConfirm={() => { toast.ok(w('alert-done'), { label: w('undo'), run: () => { toast.ok(w('undone')) } }) }}>{w('alert-text')}</AlertDialog>
        <Drawer trigger={<Button>{w('drawer')}</Button>} title={w('drawer-title')} closeLabel={w('close-dialog')}><p>{w('drawer-text')}</p></Drawer>
        <Popover trigger={<Button>{w('popover')}</Button>} label={w('popover')} className="max-w-72"><p>{w('popover-text')}</p></Popover>
        <Menu label={w('more')} trigger={<IconButton label={w('more')} variant="plain" icon={<Ellipsis className={icon} aria-hidden="true" />} />} groups={[
          { id: 'do', title: w('menu.do'), entries: [
            { id: 'reply', label: w('reply'), keys: 'r', icon: <Reply className={icon} aria-hidden="true" /> },
            { id: 'snooze', label: w('snooze'), keys: 's', description: w('snooze-text'), icon: <Clock className={icon} aria-hidden="true" /> },
            { id: 'close', label: w('close'), reason: w('close-reason'), icon: <Check className={icon} aria-hidden="true" /> },
          ] },
          { id: 'danger', entries: [{ id: 'remove', label: w('return'), isDangerous: true, icon: <Trash2 className={icon} aria-hidden="true" /> }] },
        ]} onAction={(id) => { toast.ok(id) }} />
        <Button onPress={() => { toast.ok(w('toast-ok'), { label: w('undo'), run: () => { toast.ok(w('undone')) } }) }}>{w('toast-success')}</Button>
        <Button onPress={() => { toast.fault({ what: w('toast-what'), kept: w('toast-kept'), next: w('toast-next') }) }}>{w('toast-error')}</Button>
      </div>
    </Section>
  )
}
