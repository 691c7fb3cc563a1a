import { Ellipsis, PanelRight, Star, UserRound } from 'lucide-react'
import type { ReactElement } from 'react'
import { useCall } from '../../../apps/console/api.ts'
import { useSession } from '../../../apps/console/session.tsx'
import { useText } from '../../../apps/console/text.tsx'
import { paths } from '../../../apps/console/paths.ts'
import { Avatar, Badge, Button, ClockRing, Explained, IconButton, Link, Menu, PriorityMark, StageLine, toast, useNow, useTimeWords, type MenuEntry, type Stage } from '../../../ui/index.ts'
import { requests, stages, type Action, type Request } from '../contract.ts'
import { useRequestCache } from './data.ts'
import { useMedia } from './media.ts'
import { nextStage, readClock, reasonWords } from './words.ts'

export type DialogKind = 'assign' | 'decline' | 'wait' | 'submit' | 'sendBack' | 'close' | 'reopen' | 'correct' | 'whisper'

/** Actions that need no further word; each shows its likely result at once. */
export function useDirectActions(request: Request): { run: (action: Action) => void; busy: Action | null } {
  const t = useText()
  const { person } = useSession()
  const { id } = request
  const { keep, guess, renew } = useRequestCache(id)
  const me = person ? { id: person.id, name: person.name } : null
  const onFault = (fault: { code: string; args: Record<string, string | number>; isUncertain: boolean }) => {
    renew()
    toast.fault({ what: t(fault.code, fault.args), kept: t('requests.unchanged'), ...(fault.isUncertain ? { next: t('console.try-again') } : {}) })
  }
  const options = { onDone: keep, onFault }
  const take = useCall(requests.take, options)
  const accept = useCall(requests.accept, options)
  const resume = useCall(requests.resume, options)
  const verify = useCall(requests.verify, options)
  const askHuman = useCall(requests.askHuman, { ...options, onDone: (answer: Request) => { keep(answer); toast.ok(t('requests.human-asked-done')) } })
  const params = { id }
  const now = new Date().toISOString()
  const run = (action: Action) => {
    if (request.actions[action] !== null && request.actions[action] !== undefined) { toast.fault({ what: t(request.actions[action]) }); return }
    if (action === 'take') { guess({ stage: request.stage === 'track' ? 'track' : 'execute', stageSince: now, holder: me, offer: null, actions: { ...request.actions, take: 'requests.already-yours', reply: null, submit: null } }); take.mutate({ params }) }
    else if (action === 'accept') { guess({ stage: request.stage === 'track' ? 'track' : 'execute', stageSince: now, holder: me, offer: null }); accept.mutate({ params }) }
    else if (action === 'resume') { guess({ stage: 'execute', stageSince: now, waitingFor: null, waitUntil: null }); resume.mutate({ params }) }
    else if (action === 'verify') { guess({ stage: 'feedback', stageSince: now }); verify.mutate({ params, body: { verdict: 'passed' } }) }
    else if (action === 'askHuman') askHuman.mutate({ params })
  }
  return { run, busy: take.isPending ? 'take' : accept.isPending ? 'accept' : resume.isPending ? 'resume' : verify.isPending ? 'verify' : null }
}

/** The step that moves the request along from where it is: the main button, and the key `e`. */
export function mainStep(request: Request, me: string | undefined): Action | null {
  if (request.offer && request.offer.to.id === me) return 'accept'
  switch (request.stage) {
    case 'accept': return 'take'
    case 'assign': return 'take'
    case 'execute': return request.holder && request.holder.id !== me && request.actions.submit ? 'take' : 'submit'
    case 'track': return 'resume'
    case 'verify': return 'verify'
    case 'feedback': return 'close'
    case 'closed': return 'reopen'
  }
}

const dialogOf: Partial<Record<Action, DialogKind>> = { assign: 'assign', handOver: 'assign', decline: 'decline', wait: 'wait', submit: 'submit', close: 'close', reopen: 'reopen', correct: 'correct', whisper: 'whisper' }

export interface HeadProps {
  request: Request
  direct: ReturnType<typeof useDirectActions>
  onDialog: (dialog: DialogKind) => void
  onSide?: (() => void) | undefined
}

export function Head({ request, direct, onDialog, onSide }: HeadProps): ReactElement {
  const t = useText()
  return (
    <header className="flex shrink-0 flex-col gap-1.5 border-b border-line px-4 pt-2.5 pb-2">
      <div className="flex items-start gap-2">
        <h1 className="min-w-0 flex-1 text-lg leading-6 font-bold wrap-anywhere line-clamp-2" title={request.subject}>{request.subject}</h1>
        {onSide && <IconButton size="sm" label={t('requests.details')} icon={<PanelRight className="size-4" aria-hidden="true" />} onPress={onSide} />}
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <Link variant="quiet" href={paths.request({ id: request.id })} className="text-muted tabular-nums">#{request.number}</Link>
        <PriorityMark priority={request.priority} label={t(`requests.priority.${request.priority}`)} hasWords />
        <Clocks request={request} />
        <Holder request={request} />
        <HumanAsked request={request} />
        {request.score !== null && <Badge tone={request.score >= 4 ? 'ok' : request.score <= 2 ? 'late' : 'plain'} icon={<Star className="size-3" aria-hidden="true" />}>{t('requests.scored', { score: request.score })}</Badge>}
        {request.linkedFrom && <Link variant="quiet" href={paths.request({ id: request.linkedFrom.id })}>{t('requests.linked-from', { number: request.linkedFrom.number })}</Link>}
      </div>
      <Stages request={request} />
      <Situation request={request} />
      <ActionRow request={request} direct={direct} onDialog={onDialog} />
    </header>
  )
}

/** The clocks that still run, each with how it is counted. */
function Clocks({ request }: { request: Request }) {
  const t = useText()
  const now = useNow()
  const around = { startAt: request.openedAt, pausedAt: request.pausedAt, isClosed: request.stage === 'closed', now }
  const first = readClock(request.firstResponse, around, t)
  const resolution = readClock(request.resolution, around, t)
  return (
    <>
      {first && !request.firstResponse.metAt && <span className="inline-flex items-center gap-1"><span className="text-faint">{t('requests.first-response')}</span><ClockRing {...first} explanation={<ClockExplanation request={request} clock="firstResponse" />} /></span>}
      {resolution && <span className="inline-flex items-center gap-1"><span className="text-faint">{t('requests.resolution')}</span><ClockRing {...resolution} explanation={<ClockExplanation request={request} clock="resolution" />} /></span>}
    </>
  )
}

/** How a clock is counted, in one or two sentences. */
export function ClockExplanation({ request, clock }: { request: Request; clock: 'firstResponse' | 'resolution' }): ReactElement {
  const t = useText()
  const { dueAt, metAt, breachedAt } = request[clock]
  const opened = useTimeWords(request.openedAt).exact
  const due = useTimeWords(dueAt ?? request.openedAt).exact
  const met = useTimeWords(metAt ?? request.openedAt).exact
  return (
    <>
      {t('requests.clock-from', { opened })}
      {dueAt !== null && t('requests.clock-due', { due })}
      {metAt !== null && t('requests.clock-met-at', { met })}
      {breachedAt !== null && t('requests.clock-breached')}
      {request.pausedAt !== null && metAt === null && t('requests.clock-stands')}
    </>
  )
}

function Holder({ request }: { request: Request }) {
  const t = useText()
  const { holder, answerable, firstResponder, offer, team } = request
  const others = [
    answerable && answerable.id !== holder?.id ? t('requests.answerable-is', { name: answerable.name }) : null,
    firstResponder && firstResponder.id !== holder?.id && firstResponder.id !== answerable?.id ? t('requests.first-responder-is', { name: firstResponder.name }) : null,
  ].filter((one) => one !== null)
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5">
      {holder ? <><Avatar name={holder.name} size="sm" isDecorative /><span>{holder.name}</span></> : <Badge tone="soon">{team ? t('requests.in-queue-of', { team: team.name }) : t('requests.no-team')}</Badge>}
      {holder && team && <span className="text-faint">{team.name}</span>}
      {offer && request.stage !== 'assign' && <Badge tone="info">{t('requests.offered-to', { name: offer.to.name })}</Badge>}
      {others.length > 0 && <Explained text={t('requests.answerable-means')}><span className="text-muted">{others.join(t('requests.list-comma'))}</span></Explained>}
    </span>
  )
}

function HumanAsked({ request }: { request: Request }) {
  const t = useText()
  const at = useTimeWords(request.humanAsked?.at ?? request.openedAt).exact
  if (!request.humanAsked) return null
  return <Explained text={t('requests.human-asked-means', { by: request.humanAsked.by, at })}><Badge tone="info" icon={<UserRound className="size-3" aria-hidden="true" />}>{t('requests.human-asked')}</Badge></Explained>
}

function Stages({ request }: { request: Request }) {
  const t = useText()
  const since = useTimeWords(request.stageSince)
  const here = stages.indexOf(request.stage)
  const line: Stage[] = stages.slice(0, 6).map((stage, at) => {
    const isHere = at === here
    // Tracking is a detour: after it comes execution again, so that a request in execution has not "done" it.
    const state = request.stage === 'closed' ? 'done' : isHere ? (stage === 'execute' && (request.failedVerifications > 0 || request.reopened > 0) ? 'returned' : 'here') : at < here ? 'done' : 'next'
    return {
      id: stage, label: t(`requests.stage.${stage}`), state,
      ...(isHere ? { explanation: t('requests.stage-since', { who: request.holder?.name ?? t('requests.nobody'), since: since.exact }) } : { explanation: t(`requests.stage-means.${stage}`) }),
    }
  })
  return (
    <div className="max-sm:hidden">
      <StageLine label={t('requests.stages')} stages={line} stateLabels={{ done: t('requests.stage-state.done'), here: t('requests.stage-state.here'), next: t('requests.stage-state.next'), returned: t('requests.stage-state.returned') }} />
    </div>
  )
}

/** Where it stands in one sentence: who, since when, what next, until when. */
function Situation({ request }: { request: Request }) {
  const t = useText()
  const since = useTimeWords(request.stageSince).relative
  const until = useTimeWords(request.waitUntil ?? request.offer?.acceptDueAt ?? request.closeAfter ?? request.reopenUntil ?? request.stageSince)
  const next = nextStage[request.stage]
  const args = {
    who: request.holder?.name ?? t('requests.nobody'), since, team: request.team?.name ?? t('requests.no-team'), waitingFor: request.waitingFor ?? 'customer', until: until.exact,
    hasUntil: (request.stage === 'track' && request.waitUntil) || (request.stage === 'assign' && request.offer?.acceptDueAt) || (request.stage === 'feedback' && request.closeAfter && !request.humanAsked) || (request.stage === 'closed' && request.reopenUntil) ? 'yes' : 'no',
    why: reasonWords(request.stage === 'track' ? request.waitReason : request.closedWhy, t), hasWhy: request.waitReason || request.closedWhy ? 'yes' : 'no',
    how: request.verification, by: request.submittedBy?.name ?? t('requests.nobody'), next: next ? t(`requests.stage.${next}`) : '',
  }
  return <p className="max-w-reading text-sm text-muted">{t(`requests.situation.${request.stage}`, args)}</p>
}

const inRow: Action[] = ['accept', 'decline', 'take', 'submit', 'resume', 'verify', 'wait', 'assign', 'handOver', 'close', 'reopen']
const keysOf: Partial<Record<Action, string>> = { assign: 'a', handOver: 'a' }

/** The main step first, what else fits the stage after it, the rest in a menu that says why it cannot be done. */
function ActionRow({ request, direct, onDialog }: Omit<HeadProps, 'onSide'>) {
  const t = useText()
  const { person } = useSession()
  const main = mainStep(request, person?.id)
  const run = (action: Action) => {
    const dialog = dialogOf[action]
    if (dialog) onDialog(dialog)
    else direct.run(action)
  }
  const assigning: Action = request.actions.handOver === null ? 'handOver' : 'assign'
  // On a telephone the conversation needs the room: two buttons, the rest in the menu.
  const isNarrow = useMedia('(max-width: 40rem)')
  const label = (action: Action): string => t(action === 'take' && request.holder && request.holder.id !== person?.id ? 'requests.action.takeOver' : `requests.action.${action}`)
  const shown = inRow.filter((action) => action === main || request.actions[action] === null && action !== (assigning === 'assign' ? 'handOver' : 'assign'))
    .sort((a, b) => Number(b === main) - Number(a === main)).slice(0, isNarrow ? 2 : 5)
  const rest = (Object.keys(request.actions) as Action[]).filter((action) => !shown.includes(action) && action !== 'reply' && action !== 'note' && action !== (assigning === 'assign' ? 'handOver' : 'assign'))
  const entries: MenuEntry[] = rest.map((action) => {
    const why = request.actions[action]
    const keys = keysOf[action]
    return { id: action, label: label(action), ...(why ? { reason: t(why) } : {}), ...(keys ? { keys } : {}) }
  })
  return (
    <div className="mt-0.5 flex flex-wrap items-center gap-1.5">
      {shown.map((action) => {
        const why = request.actions[action]
        return (
          <Button
            key={action} size="sm" variant={action === main ? 'primary' : 'plain'} busy={direct.busy === action} reason={why ? t(why) : undefined} onPress={() => run(action)}
          >{label(action)}</Button>
        )
      })}
      {request.stage === 'verify' && <Button size="sm" reason={request.actions.verify ? t(request.actions.verify) : undefined} onPress={() => onDialog('sendBack')}>{t('requests.action.sendBack')}</Button>}
      <Menu label={t('requests.more-actions')} trigger={<IconButton size="sm" label={t('requests.more-actions')} icon={<Ellipsis className="size-4" aria-hidden="true" />} />} groups={[{ id: 'rest', entries }]} onAction={(id) => run(id as Action)} />
    </div>
  )
}
