import { useState, type ReactElement } from 'react'
import { useCall, useGet } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSession } from '../../../apps/console/session.tsx'
import { languages, useLanguage, useText } from '../../../apps/console/text.tsx'
import { Actions, Badge, Button, Facts, Form, Page, RadioGroup, Section, Switch, Table, TextField, Time, toast } from '../../../ui/index.ts'
import { usePreferences, type Theme } from '../../../apps/console/theme.ts'
import { staff, type MeRow, type SessionRow } from '../contract.ts'
import { Identities } from './federation/Identities.tsx'
import { Passkeys } from './Passkeys.tsx'
import { Password } from './Password.tsx'
import { Totp } from './Totp.tsx'
import { ZoneField } from './ZoneField.tsx'

/** What a person decides about themselves. */
export default function Account(): ReactElement {
  const t = useText()
  const me = useGet(staff.me, {}, { live: ['staff.person'] })
  return (
    <Page title={t('console.account')} width="reading">
      <Loaded of={me}>
        {(person) => (
          <>
            <Self person={person} />
            <Section title={t('staff.sign-in.password')}><Password person={person} /></Section>
            <Section title={t('staff.totp')}><Totp isOn={person.hasTotp} codesLeft={person.recoveryCodesLeft} /></Section>
            <Section title={t('staff.passkeys')}><Passkeys /></Section>
            <Identities />
            <Section title={t('staff.sessions')}><Sessions /></Section>
            <Section title={t('staff.account.display')}><Display /></Section>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Self({ person }: { person: MeRow }): ReactElement {
  const t = useText()
  const { renew, setLanguage } = useSession()
  const { locale } = useLanguage()
  const [name, setName] = useState(person.name)
  const [zone, setZone] = useState(person.zone)
  const save = useCall(staff.editMe, { refresh: [staff.me], onDone: () => { void renew(); toast.ok(t('staff.saved')) } })
  const isChanged = name !== person.name || zone !== person.zone
  return (
    <>
      <Facts facts={[
        { label: t('staff.sign-in.login'), value: person.login },
        { label: t('staff.role'), value: person.role.name ?? t(`staff.role.${person.role.key}`) },
        { label: t('staff.teams'), value: person.teams.map((team) => team.name).join(t('staff.list-comma')) || t('staff.account.no-team') },
      ]} />
      <Form onSubmit={() => save.mutate({ body: { name, zone } })} faults={save.fieldFaults}>
        <TextField name="name" label={t('staff.person-name')} value={name} onChange={setName} autoComplete="name" />
        <ZoneField value={zone} onChange={setZone} description={t('staff.account.zone-why')} error={save.fieldFaults?.['zone']} />
        <RadioGroup label={t('console.language')} orientation="horizontal" options={languages} value={locale} onChange={(id) => { const chosen = languages.find((language) => language.id === id); if (chosen) setLanguage(chosen.id) }} />
        <Actions><Button variant="primary" type="submit" busy={save.isPending} reason={isChanged ? undefined : t('staff.nothing-changed')}>{t('staff.save')}</Button></Actions>
      </Form>
    </>
  )
}

/** "Chrome · Windows" from the words browsers send; only what people recognise. */
function machine(userAgent: string): string {
  const browser = (/Edg\//.test(userAgent) && 'Edge') || (/OPR\//.test(userAgent) && 'Opera') || (/Firefox\//.test(userAgent) && 'Firefox') || (/Chrome\//.test(userAgent) && 'Chrome') || (/Safari\//.test(userAgent) && 'Safari') || ''
  const system = (/Windows/.test(userAgent) && 'Windows') || (/iPhone|iPad/.test(userAgent) && 'iOS') || (/Mac OS/.test(userAgent) && 'macOS') || (/Android/.test(userAgent) && 'Android') || (/Linux/.test(userAgent) && 'Linux') || ''
  return [browser, system].filter(Boolean).join(' · ') || userAgent.slice(0, 40) || '–'
}

function Sessions(): ReactElement {
  const t = useText()
  const sessions = useGet(staff.mySessions, {})
  const end = useCall(staff.endMySession, { refresh: [staff.mySessions] })
  return (
    <>
      <p className="max-w-reading text-muted">{t('staff.sessions-what')}</p>
      <Loaded of={sessions} rows={2}>
        {({ rows }) => (
          <Table<SessionRow>
            label={t('staff.sessions')} rows={rows} rowId={(row) => row.id}
            columns={[
              { id: 'machine', title: t('staff.sessions.machine'), cell: (row) => <span className="inline-flex flex-wrap items-center gap-2">{machine(row.userAgent)}{row.isCurrent && <Badge tone="ok">{t('staff.sessions.this')}</Badge>}</span> },
              { id: 'seen', title: t('staff.sessions.seen'), cell: (row) => <Time at={row.lastSeenAt} /> },
              { id: 'since', title: t('staff.sessions.since'), cell: (row) => <Time at={row.createdAt} />, priority: 3 },
              { id: 'ip', title: t('staff.sessions.ip'), cell: (row) => row.ip || '–', priority: 3 },
              { id: 'end', title: t('staff.action'), align: 'end', cell: (row) => <Button size="sm" variant="quiet" reason={row.isCurrent ? t('staff.sessions.this-stays') : undefined} onPress={() => end.mutate({ params: { id: row.id } })}>{t('staff.sessions.end')}</Button> },
            ]}
          />
        )}
      </Loaded>
    </>
  )
}

function Display(): ReactElement {
  const t = useText()
  const [preferences, change] = usePreferences()
  return (
    <>
      <p className="text-sm text-faint">{t('staff.account.display-where')}</p>
      <RadioGroup label={t('console.theme')} orientation="horizontal" value={preferences.theme} onChange={(theme) => change({ theme: theme as Theme })} options={(['system', 'light', 'dark'] as const).map((id) => ({ id, label: t(`console.theme.${id}`) }))} />
      <Switch isSelected={preferences.hasSingleKeys} onChange={(hasSingleKeys) => change({ hasSingleKeys })}>{t('console.single-keys')}</Switch>
      <Switch isSelected={!preferences.hasMotion} onChange={(isOff) => change({ hasMotion: !isOff })}>{t('console.less-motion')}</Switch>
    </>
  )
}
