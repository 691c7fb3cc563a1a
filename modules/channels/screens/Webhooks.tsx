import type { ReactElement } from 'react'
import { useState } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Actions, AlertDialog, Badge, Button, Checkbox, CopyField, Dialog, Drawer, EmptyState, Form, Num, Section, Switch, Table, TextField, Time, toast } from '../../../ui/index.ts'
import { eventTypes, webhooks, type EventType, type Webhook, type WebhookDelivery } from '../webhooks/contract.ts'
import { useRefusal } from './ChannelsFrame.tsx'

/** Programs that are told when something happens to a request. */
export function Webhooks(): ReactElement {
  const t = useText()
  const refusal = useRefusal()
  const [search, setSearch] = useSearchState<'webhook'>()
  const found = useGet(webhooks.webhooks, {}, { staleSeconds: 10 })
  const add = <Button reason={refusal} onPress={() => setSearch({ webhook: 'new' }, true)}>{t('channels.hook-add')}</Button>
  return (
    <Section title={t('channels.hooks')} actions={found.data && found.data.rows.length > 0 ? add : undefined}>
      <Loaded of={found} rows={2}>
        {({ rows }) => {
          const open = rows.find((row) => row.id === search.webhook)
          return (
            <>
              <Table<Webhook>
                label={t('channels.hooks')} rows={rows} rowId={(row) => row.id} onOpen={(row) => setSearch({ webhook: row.id }, true)}
                empty={<EmptyState title={t('channels.hook-none')} action={add} exampleLabel={t('channels.example')} example={<code className="font-mono text-sm wrap-anywhere">{'{"type":"request.closed","data":{"number":20418,"stage":"closed"}}'}</code>}>{t('channels.hook-none-next')}</EmptyState>}
                columns={[
                  { id: 'url', title: t('channels.hook-url'), cell: (row) => <span className="wrap-anywhere">{row.url}</span> },
                  { id: 'state', title: t('channels.state'), cell: (row) => <Badge tone={!row.isActive ? 'plain' : row.state === 'ok' ? 'ok' : 'late'}>{t(row.isActive ? `channels.hook-state.${row.state}` : 'channels.off')}</Badge> },
                  { id: 'types', title: t('channels.hook-types'), cell: (row) => t('channels.hook-count', { count: row.types.length }), priority: 3 },
                  { id: 'failed', title: t('channels.hook-failed'), align: 'end', cell: (row) => <Num value={row.failed} className={row.failed > 0 ? 'font-bold text-late' : ''} /> },
                ]}
              />
              {search.webhook === 'new' && <NewHook onClose={() => setSearch({ webhook: null })} />}
              {open && <HookDrawer key={`${open.id}/${open.version}`} hook={open} refusal={refusal} onClose={() => setSearch({ webhook: null })} />}
            </>
          )
        }}
      </Loaded>
    </Section>
  )
}

function Types({ chosen, onChange, error }: { chosen: readonly string[]; onChange: (types: EventType[]) => void; error?: string | undefined }): ReactElement {
  const t = useText()
  const all = eventTypes.filter((type) => chosen.includes(type))
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-bold text-muted">{t('channels.hook-types')}</legend>
      {error !== undefined && <p role="alert" className="text-late">{error}</p>}
      <div className="grid gap-x-4 sm:grid-cols-2">
        {eventTypes.map((type) => <Checkbox key={type} isSelected={chosen.includes(type)} onChange={(isOn) => onChange(isOn ? [...all, type] : all.filter((one) => one !== type))}><span>{t(`channels.event.${type}`)} <code className="font-mono text-sm text-faint">{type}</code></span></Checkbox>)}
      </div>
    </fieldset>
  )
}

function SecretOnce({ secret }: { secret: string }): ReactElement {
  const t = useText()
  return (
    <div className="flex flex-col gap-3">
      <p className="max-w-reading font-bold">{t('channels.secret-once')}</p>
      <CopyField label={t('channels.secret')} text={secret} copyLabel={t('channels.copy')} copiedLabel={t('channels.copied')} />
      <p className="text-sm text-faint">{t('channels.secret-how')}</p>
    </div>
  )
}

function NewHook({ onClose }: { onClose: () => void }): ReactElement {
  const t = useText()
  const [types, setTypes] = useState<EventType[]>(['request.accepted', 'request.closed'])
  const add = useCall(webhooks.addWebhook, { refresh: [webhooks.webhooks], onFault: () => undefined })
  const done = <Button variant="primary" onPress={onClose}>{t('channels.done')}</Button>
  if (add.data) return <Dialog title={t('channels.hook-made')} isOpen onOpenChange={onClose} actions={done}><SecretOnce secret={add.data.secret} /></Dialog>
  return (
    <Dialog title={t('channels.hook-add')} isOpen onOpenChange={onClose} size="lg" closeLabel={t('console.close')}>
      <Form onSubmit={(values) => add.mutate({ body: { url: String(values.get('url')).trim(), types } })} faults={add.fieldFaults} fault={add.faultText}>
        <TextField name="url" type="url" label={t('channels.hook-url')} placeholder="https://example.com/hooks/loopdesk" isRequired autoFocus />
        <Types chosen={types} onChange={setTypes} error={add.fieldFaults?.['types']} />
        <Actions><Button onPress={onClose}>{t('channels.cancel')}</Button><Button variant="primary" type="submit" busy={add.isPending}>{t('channels.hook-add')}</Button></Actions>
      </Form>
    </Dialog>
  )
}

function HookDrawer({ hook, refusal, onClose }: { hook: Webhook; refusal: string | undefined; onClose: () => void }): ReactElement {
  const t = useText()
  const [draft, setDraft] = useState({ url: hook.url, types: eventTypes.filter((type) => hook.types.includes(type)), isActive: hook.isActive })
  const [asks, setAsks] = useState<'remove' | 'renew' | null>(null)
  const again = [webhooks.webhooks]
  const save = useCall(webhooks.changeWebhook, { refresh: again, onFault: () => undefined, onDone: () => toast.ok(t('channels.saved')) })
  const renew = useCall(webhooks.renewSecret, {})
  const remove = useCall(webhooks.removeWebhook, { refresh: again, onDone: onClose })
  const params = { id: hook.id }
  return (
    <Drawer title={new URL(hook.url).host} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={t('console.close')}>
      <div className="flex flex-col gap-6">
        {hook.stateWhy !== null && <p className="text-late">{t(hook.stateWhy)}</p>}
        <Form onSubmit={() => save.mutate({ params, body: { ...draft, version: hook.version } })} faults={save.fieldFaults} fault={save.faultText}>
          <TextField label={t('channels.hook-url')} type="url" value={draft.url} onChange={(url) => setDraft({ ...draft, url })} error={save.fieldFaults?.['url']} />
          <Types chosen={draft.types} onChange={(types) => setDraft({ ...draft, types })} error={save.fieldFaults?.['types']} />
          <Switch isSelected={draft.isActive} onChange={(isActive) => setDraft({ ...draft, isActive })}>{t('channels.hook-active')}</Switch>
          <Actions>
            <Button variant="danger" reason={refusal} onPress={() => setAsks('remove')}>{t('channels.hook-remove')}</Button>
            <Button reason={refusal} onPress={() => setAsks('renew')}>{t('channels.secret-renew')}</Button>
            <Button variant="primary" type="submit" busy={save.isPending} reason={refusal}>{t('channels.save')}</Button>
          </Actions>
        </Form>
        <Deliveries hook={hook} refusal={refusal} />
      </div>
      <AlertDialog isOpen={asks === 'remove'} onOpenChange={() => setAsks(null)} title={t('channels.hook-remove-ask')} confirmLabel={t('channels.hook-remove')} cancelLabel={t('channels.cancel')} isDangerous onConfirm={() => remove.mutateAsync({ params }).then(() => undefined)}>{t('channels.hook-remove-means')}</AlertDialog>
      <AlertDialog isOpen={asks === 'renew'} onOpenChange={() => setAsks(null)} title={t('channels.secret-renew')} confirmLabel={t('channels.secret-renew')} cancelLabel={t('channels.cancel')} isDangerous onConfirm={() => renew.mutateAsync({ params }).then(() => setAsks(null))}>{t('channels.secret-renew-means')}</AlertDialog>
      <Dialog title={t('channels.secret')} isOpen={renew.data !== undefined} onOpenChange={() => renew.reset()} actions={(close) => <Button variant="primary" onPress={close}>{t('channels.done')}</Button>}>{renew.data && <SecretOnce secret={renew.data.secret} />}</Dialog>
    </Drawer>
  )
}

const tones = { waiting: 'info', delivered: 'ok', failed: 'late' } as const

function Deliveries({ hook, refusal }: { hook: Webhook; refusal: string | undefined }): ReactElement {
  const t = useText()
  const found = useGet(webhooks.deliveries, { params: { id: hook.id }, query: {} }, { staleSeconds: 5 })
  const resend = useCall(webhooks.resendDelivery, { refresh: [webhooks.deliveries, webhooks.webhooks] })
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-bold">{t('channels.deliveries')}</h3>
      <Loaded of={found} rows={3}>
        {({ rows }) => (
          <Table<WebhookDelivery>
            label={t('channels.deliveries')} rows={rows} rowId={(row) => row.id} density="compact" empty={<p className="text-muted">{t('channels.deliveries-none')}</p>}
            columns={[
              { id: 'type', title: t('channels.hook-type'), cell: (row) => t(`channels.event.${row.type}`) },
              { id: 'state', title: t('channels.state'), cell: (row) => <Badge tone={tones[row.state]}>{t(`channels.delivery.${row.state}`)}{row.lastStatus !== null && ` ${row.lastStatus}`}</Badge> },
              { id: 'at', title: t('channels.at'), cell: (row) => <Time at={row.at} /> },
              { id: 'act', title: t('channels.action'), align: 'end', cell: (row) => <Button size="sm" variant="quiet" reason={refusal ?? (row.state === 'waiting' ? t('channels.delivery-waits') : undefined)} onPress={() => resend.mutate({ params: { id: hook.id, deliveryId: row.id } })}>{t('channels.resend')}</Button> },
            ]}
          />
        )}
      </Loaded>
    </section>
  )
}
