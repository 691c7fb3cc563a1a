import { Eye, PenLine } from 'lucide-react'
import { useEffect, useRef, useState, type ReactElement } from 'react'
import { call } from '../../../apps/console/api.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { Banner, Button, Drawer, ErrorState, Link, Skeleton, useShortcuts } from '../../../ui/index.ts'
import { requests, type Request } from '../contract.ts'
import { Composer, type ComposerHandle } from './Composer.tsx'
import { Conversation } from './Conversation.tsx'
import { useRequest, useRequestCache } from './data.ts'
import { ActionDialog } from './Dialogs.tsx'
import { Head, mainStep, useDirectActions, type DialogKind } from './Head.tsx'
import { useOnlookers } from './looking.ts'
import { Side } from './Side.tsx'

/** One request: head, conversation, composer. `hasSide`: its details stand beside it already. */
export function RequestPane({ id, hasSide }: { id: string; hasSide: boolean }): ReactElement {
  const t = useText()
  const found = useRequest(id)
  if (found.isPending) return <Skeleton label={t('requests.loading')} rows={8} />
  if (!found.data) {
    const isGone = found.error?.status === 404
    return (
      <ErrorState
        title={t(found.error?.code ?? 'console.unreachable', found.error?.args)} {...(isGone ? {} : { kept: t('console.kept') })}
        action={isGone ? <Link variant="button" href={paths.inbox({ view: 'mine' })}>{t('requests.to-inbox')}</Link> : <Button onPress={() => { void found.refetch() }}>{t('console.try-again')}</Button>}
      >{t(isGone ? 'requests.not-found-next' : 'console.unreachable-next')}</ErrorState>
    )
  }
  return <Loaded key={id} request={found.data} hasSide={hasSide} />
}

function Loaded({ request, hasSide }: { request: Request; hasSide: boolean }) {
  const t = useText()
  const { person } = useSession()
  const { id } = request
  const direct = useDirectActions(request)
  const composer = useRef<ComposerHandle>(null)
  const [dialog, setDialog] = useState<DialogKind | null>(null)
  const [isSideOpen, setSideOpen] = useState(false)
  useSeen(request)
  const assignRefusal = request.actions.handOver === null ? null : request.actions.assign
  const step = () => {
    const main = mainStep(request, person?.id)
    if (main === 'submit' || main === 'close' || main === 'reopen') { if (request.actions[main] === null) setDialog(main); else direct.run(main) }
    else if (main) direct.run(main)
  }
  const group = t('requests.this-request')
  useShortcuts([
    { keys: 'r', label: t('requests.key.reply'), group, run: () => composer.current?.write('reply') },
    { keys: 'n', label: t('requests.key.note'), group, run: () => composer.current?.write('note') },
    { keys: 'a', label: t('requests.key.assign'), group, run: () => { if (assignRefusal === null || assignRefusal === undefined) setDialog('assign'); else direct.run('assign') } },
    { keys: 'e', label: t('requests.key.next'), group, run: step },
    { keys: 's', label: t('requests.key.wait'), group, run: () => { if (request.actions.wait === null) setDialog('wait'); else direct.run('wait') } },
    ...(hasSide ? [] : [{ keys: 'i', label: t('requests.details'), group, run: () => setSideOpen(true) }]),
  ])
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Head request={request} direct={direct} onDialog={setDialog} onSide={hasSide ? undefined : () => setSideOpen(true)} />
      {request.offer?.to.id === person?.id && request.offer?.how === 'hand-over' && <Banner tone="info">{t('requests.handed-to-you', { name: request.offer.by ?? t('requests.actor.agent') })}</Banner>}
      <Conversation id={id} onUnsent={() => composer.current?.write('reply')} />
      <Onlookers id={id} />
      {request.stage === 'closed' && <ClosedFoot request={request} onReopen={() => setDialog('reopen')} />}
      <Composer request={request} ref={composer} />
      <ActionDialog kind={dialog} request={request} onClose={() => setDialog(null)} />
      {!hasSide && <Drawer isOpen={isSideOpen} onOpenChange={setSideOpen} title={t('requests.details')} closeLabel={t('console.close')}><div className="-mx-5"><Side request={request} /></div></Drawer>}
    </div>
  )
}

/** Reading is told to the server once per new word, and only while the page is looked at. */
function useSeen(request: Request): void {
  const { id, version } = request
  const { markRead } = useRequestCache(id)
  useEffect(() => {
    const tell = () => {
      if (document.visibilityState !== 'visible') return
      void call(requests.seen, { params: { id } }).then(markRead, () => undefined)
    }
    const timer = setTimeout(tell, 400)
    document.addEventListener('visibilitychange', tell)
    return () => { clearTimeout(timer); document.removeEventListener('visibilitychange', tell) }
  }, [id, version, markRead])
}

/** Who else is here: two people must not write the same answer. */
function Onlookers({ id }: { id: string }) {
  const t = useText()
  const others = useOnlookers(id)
  const typing = others.filter((one) => one.typing !== null)
  const looking = others.filter((one) => one.typing === null)
  const names = (list: typeof others) => list.map((one) => one.name).join(t('requests.list-comma'))
  return (
    <div role="status" className="flex shrink-0 flex-wrap gap-x-3 px-4 text-sm text-muted empty:hidden">
      {typing.length > 0 && <span className="inline-flex items-center gap-1 font-bold text-soon"><PenLine className="size-3.5" aria-hidden="true" />{t(typing[0]!.typing === 'reply' ? 'requests.others-reply' : 'requests.others-note', { names: names(typing) })}</span>}
      {looking.length > 0 && <span className="inline-flex items-center gap-1"><Eye className="size-3.5" aria-hidden="true" />{t('requests.others-look', { names: names(looking) })}</span>}
    </div>
  )
}

function ClosedFoot({ request, onReopen }: { request: Request; onReopen: () => void }) {
  const t = useText()
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-t border-line bg-surface px-4 py-2.5 text-muted">
      <span className="min-w-0 flex-1">{t('requests.closed-means')}</span>
      <Button size="sm" reason={request.actions.reopen ? t(request.actions.reopen) : undefined} onPress={onReopen}>{t('requests.action.reopen')}</Button>
    </div>
  )
}
