import { useInfiniteQuery } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { useDeferredValue, useState, type ReactElement } from 'react'
import { call, queryKey, useGet } from '../../../apps/console/api.ts'
import { useSearchState } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Avatar, Badge, Button, EmptyState, ErrorState, SearchField, Select, Skeleton, Table } from '../../../ui/index.ts'
import { staff, type PersonRow } from '../contract.ts'
import { Invite } from './Invite.tsx'
import { PeopleFrame, useRefusal } from './PeopleFrame.tsx'

/** Everybody who works here. */
export default function People(): ReactElement {
  const t = useText()
  const refusal = useRefusal('access.grant')
  const [search, setSearch] = useSearchState<'search' | 'team' | 'state'>()
  const [isInviting, setInviting] = useState(false)
  const teams = useGet(staff.teams, { query: {} })
  const add = <Button variant="primary" icon={<UserPlus className="size-4" aria-hidden="true" />} reason={refusal} onPress={() => setInviting(true)}>{t('staff.people.invite')}</Button>
  return (
    <PeopleFrame here="people" title={t('staff.part.people')} lead={t('staff.people.lead')} actions={add}>
      <div className="flex flex-wrap gap-2">
        <SearchField label={t('staff.people.search')} placeholder={t('staff.people.search')} value={search.search ?? ''} onChange={(text) => setSearch({ search: text })} className="w-64 max-sm:w-full" />
        <Select label={t('staff.team')} isLabelHidden value={search.team ?? 'all'} onChange={(team) => setSearch({ team: team === 'all' ? null : team })} className="w-44" options={[{ id: 'all', label: t('staff.people.all-teams') }, ...(teams.data?.rows ?? []).map((team) => ({ id: team.id, label: team.name }))]} />
        <Select label={t('staff.people.state')} isLabelHidden value={search.state ?? 'active'} onChange={(state) => setSearch({ state: state === 'active' ? null : state })} className="w-36" options={[{ id: 'active', label: t('staff.people.active') }, { id: 'disabled', label: t('staff.people.disabled') }]} />
      </div>
      <PeopleTable add={add} />
      {isInviting && <Invite teams={teams.data?.rows ?? []} onClose={() => setInviting(false)} />}
    </PeopleFrame>
  )
}

function PeopleTable({ add }: { add: ReactElement }): ReactElement {
  const t = useText()
  const [search] = useSearchState<'search' | 'team' | 'state'>()
  const words = useDeferredValue(search.search ?? '')
  const teams = useGet(staff.teams, { query: {} })
  const skills = useGet(staff.skills, {})
  const skillName = (key: string) => skills.data?.rows.find((skill) => skill.key === key)?.name ?? key
  const query = { ...(words ? { search: words } : {}), ...(search.team ? { teamId: search.team } : {}), disabled: search.state === 'disabled' ? 'true' as const : 'false' as const }
  const found = useInfiniteQuery({
    queryKey: queryKey(staff.people, { query }), initialPageParam: undefined as string | undefined, meta: { live: ['staff.', 'presence'] },
    queryFn: ({ pageParam, signal }) => call(staff.people, { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } }, { signal }),
    getNextPageParam: (page) => page.next ?? undefined, placeholderData: (before) => before,
  })
  if (found.isError && !found.data) return <ErrorState title={t('staff.people.not-loaded')} action={<Button onPress={() => { void found.refetch() }}>{t('console.try-again')}</Button>} />
  if (!found.data) return <Skeleton label={t('console.loading')} rows={8} />
  const rows = found.data.pages.flatMap((page) => page.rows)
  const isNarrowed = words !== '' || search.team !== undefined || search.state !== undefined
  const teamName = (id: string) => teams.data?.rows.find((team) => team.id === id)?.name ?? ''
  return (
    <>
      <Table<PersonRow>
        label={t('staff.part.people')} rows={rows} rowId={(row) => row.id} rowHref={(row) => paths.person({ id: row.id })}
        empty={isNarrowed
          ? <EmptyState title={t('staff.people.none-found')}>{t('staff.people.none-found-next')}</EmptyState>
          : <EmptyState title={t('staff.people.none')} action={add} exampleLabel={t('staff.example')} example={t('staff.people.example')}>{t('staff.people.none-next')}</EmptyState>}
        columns={[
          { id: 'name', title: t('staff.person-name'), cell: (row) => <span className="inline-flex min-w-0 items-center gap-2"><Avatar name={row.name} size="sm" presence={{ state: row.presence, label: t(`console.presence.${row.presence}`) }} /><span className="truncate">{row.name}</span>{row.disabledAt && <Badge tone="late">{t('staff.people.disabled')}</Badge>}{!row.hasPassword && !row.disabledAt && <Badge tone="soon">{t('staff.people.invited')}</Badge>}</span> },
          { id: 'login', title: t('staff.sign-in.login'), cell: (row) => <span className="wrap-anywhere text-muted">{row.login}</span>, priority: 3 },
          { id: 'role', title: t('staff.role'), cell: (row) => row.roleName ?? t(`staff.role.${row.roleKey}`) },
          { id: 'teams', title: t('staff.teams'), cell: (row) => row.teamIds.map(teamName).filter(Boolean).join(t('staff.list-comma')) || <span className="text-faint">–</span> },
          { id: 'skills', title: t('staff.skills'), cell: (row) => row.skills.map((skill) => `${skillName(skill.key)} ${skill.level}`).join(t('staff.list-comma')) || <span className="text-faint">–</span>, priority: 3 },
          { id: 'code', title: t('staff.totp'), cell: (row) => t(row.hasTotp ? 'staff.yes' : 'staff.no'), priority: 3 },
        ]}
      />
      {found.hasNextPage && <Button className="self-center" busy={found.isFetchingNextPage} onPress={() => { void found.fetchNextPage() }}>{t('staff.more')}</Button>}
    </>
  )
}
