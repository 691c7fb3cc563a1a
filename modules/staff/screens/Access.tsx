import { useState, type ReactElement } from 'react'
import { useCall, useGet, type Answer } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSession } from '../../../apps/console/session.tsx'
import { useText, type Text } from '../../../apps/console/text.tsx'
import { AlertDialog, Badge, Button, CopyField, Dialog, EmptyState, Facts, RadioGroup, Section, Table, Time, toast } from '../../../ui/index.ts'
import { staff, type PolicyRow, type Profile, type ProposalRow, type RoleRow } from '../contract.ts'
import { federation, type ProviderSettings, whereOf } from '../federation/contract.ts'
import { scim } from '../scim/contract.ts'
import { LinkOnce } from './Invite.tsx'
import { PeopleFrame, useRefusal } from './PeopleFrame.tsx'
import { useSecondPerson } from './SecondPerson.tsx'
import { permissionWords, roleName } from './words.ts'

/** What guards the doors, and the grants that wait for a second person. */
export default function Access(): ReactElement {
  const t = useText()
  const policy = useGet(staff.policy, {}, { live: ['staff.profile-changed', 'staff.separated', 'staff.united'] })
  return (
    <PeopleFrame here="access" title={t('staff.part.access')} lead={t('staff.access.lead')} width="reading">
      <Loaded of={policy}>
        {(row) => (
          <>
            {row.separatedAt && <Proposals />}
            <Section title={t('staff.access.profile')}><ProfileChoice policy={row} /></Section>
            <Section title={t('staff.access.separation')}><Separation policy={row} /></Section>
          </>
        )}
      </Loaded>
    </PeopleFrame>
  )
}

function ProfileChoice({ policy }: { policy: PolicyRow }): ReactElement {
  const t = useText()
  const refusal = useRefusal('access.configure')
  const [chosen, setChosen] = useState<Profile | null>(null)
  const change = useCall(staff.changeProfile, { refresh: [staff.policy, staff.me], onDone: () => { setChosen(null); toast.ok(t('staff.saved')) } })
  return (
    <>
      <RadioGroup label={t('staff.access.profile')} isLabelHidden isDisabled={refusal !== undefined} value={policy.profile} onChange={(id) => { if (id !== policy.profile) setChosen(id as Profile) }} options={(['asvs', 'mlps3'] as const).map((id) => ({ id, label: t(`staff.profile.${id}`), description: t(`staff.profile.${id}-means`) }))} />
      <Facts facts={[
        { label: t('staff.access.least'), value: t('staff.access.characters', { count: policy.leastCharacters }) },
        { label: t('staff.access.change'), value: policy.mostDays === null ? t('staff.access.never') : t('staff.access.days', { count: policy.mostDays }) },
        { label: t('staff.access.idle'), value: t('staff.access.minutes', { count: policy.idleMinutes }) },
        { label: t('staff.access.whole'), value: t('staff.access.hours', { count: policy.absoluteMinutes / 60 }) },
        { label: t('staff.access.second-factor'), value: t(policy.needsSecondFactor ? 'staff.access.second-factor-needed' : 'staff.access.second-factor-free') },
      ]} />
      {refusal !== undefined && <p className="text-sm text-faint">{refusal}</p>}
      <AlertDialog isOpen={chosen !== null} onOpenChange={() => setChosen(null)} title={t('staff.access.profile-ask', { profile: chosen ? t(`staff.profile.${chosen}`) : '' })} confirmLabel={t('staff.access.profile-do')} cancelLabel={t('staff.cancel')} onConfirm={() => chosen ? change.mutateAsync({ body: { profile: chosen, version: policy.version } }).then(() => undefined) : undefined}>{t(chosen === 'mlps3' ? 'staff.access.mlps3-begins' : 'staff.access.asvs-begins')}</AlertDialog>
    </>
  )
}

function Separation({ policy }: { policy: PolicyRow }): ReactElement {
  const t = useText()
  const refusal = useRefusal('access.configure')
  const { renew } = useSession()
  const [asks, setAsks] = useState(false)
  const second = useSecondPerson()
  const separate = useCall(staff.separate, { refresh: [staff.policy, staff.roles, staff.people], onDone: () => { setAsks(false); void renew(); toast.ok(t('staff.access.separated-now')) } })
  return (
    <>
      <p className="max-w-reading text-muted">{t('staff.access.separation-what')}</p>
      <ul className="flex list-disc flex-col gap-1 ps-5">
        {(['system-administrator', 'security-administrator', 'audit-administrator'] as const).map((key) => <li key={key}><strong>{t(`staff.role.${key}`)}</strong> {t(`staff.role.${key}-does`)}</li>)}
      </ul>
      {policy.separatedAt ? (
        <p className="flex flex-wrap items-center gap-3">
          <Badge tone="ok">{t('staff.access.is-separated')}</Badge><span className="text-sm text-faint">{t('staff.access.since')} <Time at={policy.separatedAt} /></span>
          <Button onPress={() => second.propose({ kind: 'unite-administrators' })}>{t('staff.access.unite')}</Button>
        </p>
      ) : (
        <p className="flex flex-wrap items-center gap-3"><Badge>{t('staff.access.not-separated')}</Badge><Button reason={refusal} onPress={() => setAsks(true)}>{t('staff.access.separate')}</Button></p>
      )}
      {second.dialog}
      <AlertDialog isOpen={asks} onOpenChange={setAsks} title={t('staff.access.separate-ask')} confirmLabel={t('staff.access.separate')} cancelLabel={t('staff.cancel')} isDangerous onConfirm={() => separate.mutateAsync({ body: { version: policy.version } }).then(() => undefined, () => setAsks(false))}>{t('staff.access.separate-means')}</AlertDialog>
    </>
  )
}

/** What is proposed, in words: who would be given what. */
function contentOf(t: Text, row: ProposalRow, roles: readonly RoleRow[]): string {
  const { name, login, roleId, permissions, scope, domains, settings, about } = row.payload as { name?: string; login?: string; roleId?: string; permissions?: string[]; scope?: string; domains?: string[]; settings?: ProviderSettings; about?: { name: string; where?: string; roleId?: string; domains?: string[] } }
  const role = roles.find((one) => one.id === (roleId ?? about?.roleId))
  return [
    about?.name, about?.where, row.personName, name === about?.name ? undefined : name, login, settings && whereOf(settings) !== about?.where ? whereOf(settings) : undefined, (domains ?? about?.domains)?.join(t('staff.list-comma')), role ? `${t('staff.role')}: ${roleName(t, role)}` : undefined, scope ? t(`staff.scope.${scope}`) : undefined, permissions?.map((one) => permissionWords(t, one)).join(t('staff.list-comma')),
  ].filter((part): part is string => part !== undefined && part !== null && part !== '').join(' · ')
}

type Outcome = Answer<typeof staff.decide>

function Proposals(): ReactElement {
  const t = useText()
  const { person } = useSession()
  const live = ({ type }: { type: string }) => /^staff\.propos/.test(type)
  const pending = useGet(staff.proposals, { query: { state: 'pending' } }, { live })
  const decided = useGet(staff.proposals, { query: { state: 'decided' } }, { live })
  const roles = useGet(staff.roles, {})
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const decide = useCall(staff.decide, { refresh: [staff.proposals, staff.people, staff.roles, staff.tokens, staff.policy, federation.providers, scim.directories], onDone: (answer) => { if (answer.link || answer.token) setOutcome(answer); else toast.ok(t(`staff.verdict.${answer.proposal.verdict ?? 'approved'}`)) } })
  const own = (row: ProposalRow) => row.proposedById === person?.id
  const told = (row: ProposalRow) => <span className="flex min-w-0 flex-col gap-0.5"><strong>{t(`staff.proposal.${row.kind}`)}</strong><span className="text-sm wrap-anywhere text-muted">{contentOf(t, row, roles.data?.rows ?? [])}</span></span>
  const because = (row: ProposalRow) => <span className="flex flex-col gap-0.5"><span className="wrap-anywhere">{row.reason}</span><span className="text-sm text-faint">{row.proposedByName} · <Time at={row.proposedAt} /></span></span>
  return (
    <>
      <Section title={t('staff.access.pending')}>
        <Loaded of={pending} rows={2}>
          {({ rows }) => (
            <Table<ProposalRow>
              label={t('staff.access.pending')} rows={rows} rowId={(row) => row.id} empty={<EmptyState title={t('staff.access.none-pending')}>{t('staff.access.none-pending-next')}</EmptyState>}
              columns={[
                { id: 'what', title: t('staff.access.what'), cell: told },
                { id: 'why', title: t('staff.access.why'), cell: because },
                { id: 'act', title: t('staff.action'), align: 'end', cell: (row) => (
                  <span className="inline-flex flex-wrap justify-end gap-2">
                    <Button size="sm" variant="quiet" busy={decide.isPending} onPress={() => decide.mutate({ params: { id: row.id }, body: { verdict: 'refused' } })}>{t(own(row) ? 'staff.access.withdraw' : 'staff.access.refuse')}</Button>
                    <Button size="sm" variant="primary" busy={decide.isPending} reason={own(row) || row.personId === person?.id ? t('staff.own-proposal') : undefined} onPress={() => decide.mutate({ params: { id: row.id }, body: { verdict: 'approved' } })}>{t('staff.access.approve')}</Button>
                  </span>
                ) },
              ]}
            />
          )}
        </Loaded>
      </Section>
      <Section title={t('staff.access.decided')}>
        <Loaded of={decided} rows={2}>
          {({ rows }) => rows.length === 0 ? <p className="text-muted">{t('staff.access.none-decided')}</p> : (
            <Table<ProposalRow>
              label={t('staff.access.decided')} rows={rows} rowId={(row) => row.id}
              columns={[
                { id: 'what', title: t('staff.access.what'), cell: told },
                { id: 'why', title: t('staff.access.why'), cell: because, priority: 3 },
                { id: 'verdict', title: t('staff.access.verdict'), cell: (row) => <span className="flex flex-col gap-0.5"><span>{t(`staff.verdict.${row.verdict ?? 'approved'}`)}</span><span className="text-sm text-faint">{row.decidedByName} {row.decidedAt && <Time at={row.decidedAt} />}</span></span> },
              ]}
            />
          )}
        </Loaded>
      </Section>
      <Dialog title={t('staff.verdict.approved')} isOpen={outcome !== null} onOpenChange={() => setOutcome(null)} actions={(close) => <Button variant="primary" onPress={close}>{t('staff.done')}</Button>}>
        {outcome?.link && <LinkOnce link={outcome.link} />}
        {outcome?.token && <CopyField label={t('staff.tokens.token')} text={outcome.token} copyLabel={t('staff.copy')} copiedLabel={t('staff.copied')} />}
      </Dialog>
    </>
  )
}
