import type { ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Badge, Button, EmptyState, Link, Section, Table, Time } from '../../../ui/index.ts'
import { mail, type Mailbox } from '../mail/contract.ts'
import { useRefusal } from './ChannelsFrame.tsx'
import { MailboxDialog } from './MailboxDialog.tsx'

/** Mailboxes whose mail becomes requests, with the state of each connection in words. */
export function Mailboxes(): ReactElement {
  const t = useText()
  const refusal = useRefusal()
  const [search, setSearch] = useSearchState<'mailbox'>()
  const mailboxes = useGet(mail.mailboxes, {}, { live: ['channel.', 'mail.'], staleSeconds: 10 })
  const add = <Button variant={mailboxes.data?.rows.length === 0 ? 'primary' : 'plain'} reason={refusal} onPress={() => setSearch({ mailbox: 'new' }, true)}>{t('channels.mailbox-add')}</Button>
  return (
    <Section title={t('channels.mail')} actions={mailboxes.data && mailboxes.data.rows.length > 0 ? add : undefined} className="border-t-0! pt-0!">
      <Loaded of={mailboxes} rows={2}>
        {({ rows }) => (
          <>
            <Table<Mailbox>
              label={t('channels.mail')} rows={rows} rowId={(row) => row.id} onOpen={(row) => setSearch({ mailbox: row.id }, true)}
              empty={<EmptyState title={t('channels.mailbox-none')} action={add} exampleLabel={t('channels.example')} example="support@example.com · imap.example.com · smtp.example.com">{t('channels.mailbox-none-next')}</EmptyState>}
              columns={[
                { id: 'address', title: t('channels.mailbox'), cell: (row) => <span className="wrap-anywhere">{row.address}</span> },
                { id: 'name', title: t('channels.name'), cell: (row) => row.name, priority: 3 },
                { id: 'state', title: t('channels.state'), cell: (row) => row.isActive ? <StateWords row={row} /> : <Badge>{t('channels.off')}</Badge> },
                { id: 'seen', title: t('channels.last-seen'), cell: (row) => row.lastSeenAt ? <Time at={row.lastSeenAt} /> : '–' },
                { id: 'mails', title: t('channels.mails'), cell: (row) => <Link href={paths.mails({ mailbox: row.id })}>{t('channels.open')}</Link> },
              ]}
            />
            {(search.mailbox === 'new' || rows.some((row) => row.id === search.mailbox)) && <MailboxDialog key={search.mailbox} mailbox={rows.find((row) => row.id === search.mailbox) ?? null} onClose={() => setSearch({ mailbox: null })} />}
          </>
        )}
      </Loaded>
    </Section>
  )
}

function StateWords({ row }: { row: Mailbox }): ReactElement {
  const t = useText()
  const why = row.stateWhy === null ? null : t(row.stateWhy)
  return <span className="inline-flex flex-wrap items-center gap-2"><Badge tone={row.state === 'ok' ? 'ok' : row.state === 'failing' ? 'late' : 'info'}>{t(`channels.state.${row.state}`)}</Badge>{why !== null && <span className="text-sm text-late">{why}</span>}</span>
}
