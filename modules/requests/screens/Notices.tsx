import { Bell } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { Link as AriaLink } from 'react-aria-components'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Button, Popover, Time } from '../../../ui/index.ts'
import { requests } from '../contract.ts'

/** Only these events can bring somebody a notice. */
const noticed = ['request.escalated', 'request.escalation-confirmed', 'request.assigned', 'request.handed-over', 'request.noted', 'request.sent-back', 'request.human-asked', 'request.silence-over', 'request.task-', 'customer.stage-stalled']

/** The bell of the top line: what concerns me, newest first. Everything in it counts as read once it was open. */
export function NoticesBell(): ReactElement {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  const found = useGet(requests.notices, {}, { live: noticed, staleSeconds: 60 })
  const confirm = useCall(requests.confirmNotice, { refresh: [requests.notices] })
  const read = useCall(requests.readNotices, { refresh: [requests.notices], onFault: () => undefined })
  const unread = found.data?.unread ?? 0
  const rows = found.data?.rows ?? []
  const change = (next: boolean) => {
    setOpen(next)
    // Marked when it closes, so that the new ones are still to be told apart while one reads.
    if (!next && unread > 0) read.mutate({})
  }
  return (
    <Popover
      label={t('requests.notices')} isOpen={isOpen} onOpenChange={change} placement="bottom end" className="w-88 max-w-[calc(100vw-1rem)]"
      trigger={(
        <Button variant="quiet" className="relative px-2!" aria-label={unread > 0 ? t('requests.notices-unread', { count: unread }) : t('requests.notices')}>
          <Bell className="size-4" aria-hidden="true" />
          {unread > 0 && <span aria-hidden="true" className="absolute end-0 top-0 min-w-4 rounded-full bg-accent px-1 text-center text-[0.625rem] leading-4 font-bold text-on-accent tabular-nums">{unread > 49 ? '49+' : unread}</span>}
        </Button>
      )}
    >
      {(close) => rows.length === 0 ? <p className="text-muted">{t('requests.notices-empty')}</p> : (
        <ul className="-mx-1 flex max-h-100 flex-col overflow-auto">
          {rows.map((row) => (
            <li key={row.id}>
              <AriaLink href={paths.request({ id: row.requestId })} onPress={close} className="flex cursor-pointer gap-2 rounded-sm px-2 py-1.5 hover:bg-hover">
                <span aria-hidden="true" className={row.readAt === null ? 'mt-2 size-2 shrink-0 rounded-full bg-accent' : 'mt-2 size-2 shrink-0'} />
                <span className="min-w-0 flex-1">
                  <span className={row.readAt === null ? 'block font-bold' : 'block'}>{t(`requests.notice.${row.kind}`, { level: row.level ? t(`requests.level.${row.level}`) : '' })}{row.readAt === null && <span className="sr-only">{t('requests.unread')}</span>}</span>
                  <span className="block truncate text-sm text-muted">#{row.number} {row.subject}</span>
                </span>
                <Time at={row.at} isPlain className="shrink-0 text-sm text-faint" />
              </AriaLink>
              {row.needsConfirmation && (row.confirmedAt
                ? <p className="ps-6 text-sm text-muted">{t('requests.notice-confirmed')} <Time at={row.confirmedAt} isPlain /></p>
                : <div className="ps-6 pb-1.5"><Button onPress={() => confirm.mutate({ params: { id: row.id } })}>{t('requests.notice-confirm')}</Button></div>)}
            </li>
          ))}
        </ul>
      )}
    </Popover>
  )
}
