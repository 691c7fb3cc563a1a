import { BadgeCheck, ChevronRight } from 'lucide-react'
import { Children, useState, type ReactElement, type ReactNode } from 'react'
import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from 'react-aria-components'
import { useGet } from '../../../apps/console/api.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Badge, ClockRing, Facts, Link, PriorityMark, Time, useNow, useTimeWords } from '../../../ui/index.ts'
import { customers } from '../../customers/contract.ts'
import { requests, type Request } from '../contract.ts'
import { useNamed, useNames, useTierName, useVerifications } from './data.ts'
import { Assignments, History } from './History.tsx'
import { ClockExplanation } from './Head.tsx'
import { Tasks } from './Tasks.tsx'
import { WhyDeadline } from './WhyDeadline.tsx'
import { readClock, reasonWords, recognitionSentences } from './words.ts'

/** What one wants to know beside the conversation. */
export function Side({ request }: { request: Request }): ReactElement {
  const t = useText()
  return (
    <div className="flex flex-col pb-6">
      <CustomerPart request={request} />
      <Fold title={t('requests.side.clocks')} isOpen><ClocksPart request={request} /><WhyDeadline id={request.id} /></Fold>
      <Fold title={t('requests.side.recognition')} isOpen><RecognitionPart request={request} /></Fold>
      <Fold title={request.openTasks > 0 ? t('requests.side.tasks-open', { count: request.openTasks }) : t('requests.side.tasks')} isOpen><Tasks request={request} /></Fold>
      <Fold title={t('requests.side.verification')} isOpen={request.stage === 'verify' || request.failedVerifications > 0}><VerificationPart request={request} /></Fold>
      <Fold title={t('requests.side.assignments')}><Assignments id={request.id} /></Fold>
      <Fold title={t('requests.side.history')}><History id={request.id} /></Fold>
    </div>
  )
}

function Fold({ title, isOpen = false, children }: { title: string; isOpen?: boolean; children: ReactNode }) {
  const [isExpanded, setExpanded] = useState(isOpen)
  return (
    <Disclosure isExpanded={isExpanded} onExpandedChange={setExpanded} className="border-t border-line px-4">
      <Heading level={2}>
        <AriaButton slot="trigger" className="flex h-9 w-full cursor-default items-center gap-1 text-start font-bold -outline-offset-2">
          <ChevronRight className={isExpanded ? 'size-4 rotate-90 text-muted transition-transform' : 'size-4 text-muted transition-transform'} aria-hidden="true" />{title}
        </AriaButton>
      </Heading>
      {/* What is folded costs nothing: it is asked for when it opens. */}
      <DisclosurePanel>{isExpanded && <div className="pb-3">{Children.toArray(children)}</div>}</DisclosurePanel>
    </Disclosure>
  )
}

function CustomerPart({ request }: { request: Request }) {
  const t = useText()
  const { customer } = request
  const tierName = useTierName()
  const found = useGet(customers.get, { params: { id: customer.id } }, { live: (event) => event.subject === customer.id })
  const history = useGet(requests.list, { query: { view: 'all', customerId: customer.id, limit: 8 } }, { live: ['request.accepted', 'request.closed', 'request.answered'] })
  const others = (history.data?.rows ?? []).filter((row) => row.id !== request.id)
  const identities = (found.data?.identities ?? []).filter((one) => one.kind !== 'chat')
  return (
    <section aria-label={t('requests.side.customer')} className="flex flex-col gap-2 px-4 py-3">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="text-lg font-bold"><Link href={paths.customer({ id: customer.id })}>{customer.name || t('requests.nameless')}</Link></h2>
        <Badge tone={customer.tier === 'standard' ? 'plain' : 'accent'}>{tierName(customer.tier)}</Badge>
        {customer.isVerified ? <Badge tone="ok" icon={<BadgeCheck className="size-3" aria-hidden="true" />}>{t('requests.verified')}</Badge> : <Badge tone="soon">{t('requests.only-claimed')}</Badge>}
      </div>
      {found.data && (found.data.company || found.data.region) && <p className="text-sm text-muted">{[found.data.company, found.data.region].filter(Boolean).join(' · ')}</p>}
      {identities.length > 0 && (
        <ul className="flex flex-col text-sm">
          {identities.slice(0, 4).map((one) => <li key={one.id} className="flex items-center gap-1.5 wrap-anywhere"><span className="min-w-0">{one.shown}</span>{one.verifiedAt === null && <span className="shrink-0 text-soon">{t('requests.claimed')}</span>}</li>)}
        </ul>
      )}
      {found.data && found.data.masked.length > 0 && <p className="text-sm text-muted">{t('requests.covered')} <Link href={paths.customer({ id: customer.id })}>{t('requests.covered-next')}</Link></p>}
      {found.data?.note && <p className="rounded-sm bg-note-surface px-2 py-1 text-sm wrap-anywhere text-note">{found.data.note}</p>}
      <div>
        <h3 className="text-sm text-faint">{t('requests.other-requests')}</h3>
        {others.length === 0 ? <p className="text-sm text-muted">{t('requests.first-request')}</p> : (
          <ul className="flex flex-col">
            {others.slice(0, 6).map((row) => (
              <li key={row.id} className="flex min-w-0 items-center gap-1.5 text-sm">
                <PriorityMark priority={row.priority} label={t(`requests.priority.${row.priority}`)} />
                <Link variant="quiet" href={paths.request({ id: row.id })} className="min-w-0 flex-1 truncate">#{row.number} {row.subject}</Link>
                <span className="shrink-0 text-faint">{t(`requests.stage.${row.stage}`)}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  )
}

function ClocksPart({ request }: { request: Request }) {
  const t = useText()
  const now = useNow()
  const around = { startAt: request.openedAt, pausedAt: request.pausedAt, isClosed: request.stage === 'closed', now }
  const facts = (['firstResponse', 'resolution'] as const).map((clock) => {
    const reading = readClock(request[clock], around, t)
    return { label: t(clock === 'firstResponse' ? 'requests.first-response' : 'requests.resolution'), value: reading ? <span className="inline-flex flex-wrap items-center gap-2"><ClockRing {...reading} explanation={<ClockExplanation request={request} clock={clock} />} />{request[clock].isProvisional && <Badge tone="soon">{t('requests.provisional')}</Badge>}</span> : t('requests.no-target') }
  })
  return (
    <Facts facts={[
      ...facts,
      { label: t('requests.opened'), value: <Time at={request.openedAt} /> },
      ...(request.closedAt ? [{ label: t('requests.closed-on'), value: <Time at={request.closedAt} /> }] : []),
      ...(request.reopened > 0 ? [{ label: t('requests.reopened-times'), value: request.reopened }] : []),
    ]} />
  )
}

function RecognitionPart({ request }: { request: Request }) {
  const t = useText()
  const named = useNamed()
  const names = useNames()
  const sentences = recognitionSentences(request.explanation, useTierName(), t)
  return (
    <div className="flex flex-col gap-1.5">
      <Facts facts={[
        { label: t('requests.field.service'), value: request.service ? named(request.service.name) : t('requests.none') },
        { label: t('requests.field.type'), value: request.type ? names.type(request.type) : t('requests.none') },
        { label: t('requests.channel'), value: t(`requests.channel.${request.channel}`) },
        { label: t('requests.language'), value: t(`requests.language.${request.language}`) },
      ]} />
      {sentences.length === 0 ? <p className="text-sm text-muted">{t('requests.no-rule')}</p> : <ul className="flex flex-col gap-1 text-sm text-muted">{sentences.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>}
    </div>
  )
}

function VerificationPart({ request }: { request: Request }) {
  const t = useText()
  const found = useVerifications(request.id)
  const rows = found.data?.rows ?? []
  return (
    <div className="flex flex-col gap-2 text-sm">
      <p className="text-muted">{t(`requests.verified-by.${request.verification}`)}</p>
      {rows.map((one) => (
        <div key={one.id} className="flex flex-col gap-0.5 border-s-2 border-line ps-2">
          <span>{t('requests.submitted-by', { name: one.submittedByName ?? t('requests.actor.system') })} <Time at={one.submittedAt} className="text-faint" /></span>
          <p className="wrap-anywhere whitespace-pre-wrap">{one.result}</p>
          {one.verdict === null ? <Badge tone="info" className="self-start">{t('requests.verdict.waiting')}</Badge> : <Verdict verdict={one.verdict} by={one.byName ?? t(`requests.verdict-by.${one.byKind ?? 'system'}`)} at={one.decidedAt ?? one.submittedAt} reason={reasonWords(one.reason, t)} />}
        </div>
      ))}
    </div>
  )
}

function Verdict({ verdict, by, at, reason }: { verdict: string; by: string; at: string; reason: string }) {
  const t = useText()
  const when = useTimeWords(at).relative
  return <p className={verdict === 'passed' ? 'text-ok' : 'text-late'}>{t(`requests.verdict.${verdict}`, { by, when })}{reason && t('requests.colon')}{reason}</p>
}
