import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, type ReactElement } from 'react'
import { call, refresh, useCall, useGet } from '../console/api.ts'
import { useText } from '../console/text.tsx'
import { AlertDialog, Button, Page, Progress } from '../../ui/index.ts'
import { demo } from './contract.ts'

/** The demonstration company: load it into an empty desk, watch it move in, take it away again. */
export default function DemoPage(): ReactElement {
  const t = useText()
  const state = useGet(demo.state, {}, { staleSeconds: 0 })
  const client = useQueryClient()
  const [asks, setAsks] = useState(false)
  const start = useCall(demo.start, { refresh: [demo.state] })
  const remove = useCall(demo.remove, { refresh: [demo.state] })
  const now = state.data
  const isMoving = now?.state === 'filling' || now?.state === 'removing'
  useEffect(() => {
    if (!isMoving) return
    const timer = setInterval(() => { void refresh(client, [demo.state]) }, 1000)
    return () => clearInterval(timer)
  }, [isMoving, client])
  return (
    <Page title={t('console.demo')} lead={t('console.demo.lead')}>
      {now?.state === 'filling' && (
        <Progress label={t('console.demo.filling')} value={now.total ? now.done / now.total : 0} words={`${now.done} / ${now.total}`} cancelLabel={t('console.demo.cancel')}
          onCancel={() => { void call(demo.cancel, {}).then(() => refresh(client, [demo.state])) }} />
      )}
      {now?.state === 'removing' && <Progress label={t('console.demo.removing')} />}
      {now?.state === 'none' && (
        <div className="flex flex-col items-start gap-3">
          <p className="max-w-prose">{t('console.demo.none')}</p>
          <Button variant="primary" busy={start.isPending} onPress={() => start.mutate({ body: { days: 30, requests: 4000 } })}>{t('console.demo.start')}</Button>
        </div>
      )}
      {(now?.state === 'ready' || now?.state === 'cancelled') && (
        <div className="flex flex-col items-start gap-3">
          <p className="max-w-prose">{t(now.state === 'ready' ? 'console.demo.ready' : 'console.demo.cancelled', { count: now.total })}</p>
          <Button variant="danger" busy={remove.isPending} onPress={() => setAsks(true)}>{t('console.demo.remove')}</Button>
        </div>
      )}
      <AlertDialog isOpen={asks} onOpenChange={setAsks} title={t('console.demo.remove')} confirmLabel={t('console.demo.remove')} cancelLabel={t('console.demo.keep')} onConfirm={() => { setAsks(false); remove.mutate({}) }}>
        {t('console.demo.remove-means')}
      </AlertDialog>
    </Page>
  )
}
