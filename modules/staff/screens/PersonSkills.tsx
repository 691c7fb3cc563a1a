import { X } from 'lucide-react'
import type { ReactElement } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { refresh, useCall, useGet } from '../../../apps/console/api.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { Badge, ComboBox, IconButton, Link, Select } from '../../../ui/index.ts'
import { staff, type PersonRow } from '../contract.ts'
import { useRefusal } from './PeopleFrame.tsx'
import { conflict, skillLevels } from './words.ts'

/** What a person can do and how well; every change counts at once. */
export function PersonSkills({ person }: { person: PersonRow }): ReactElement {
  const t = useText()
  const client = useQueryClient()
  const refusal = useRefusal('staff.configure')
  const skills = useGet(staff.skills, {})
  const again = [staff.person, staff.people, staff.skills]
  const save = useCall(staff.setSkills, { refresh: again, onFault: (fault) => conflict(t, fault, () => { void refresh(client, again) }) })
  const put = (next: { skillId: string; level: number }[]) => save.mutate({ params: { id: person.id }, body: { skills: next, version: person.version } })
  const present = person.skills.map(({ skillId, level }) => ({ skillId, level }))
  const name = (id: string, key: string) => skills.data?.rows.find((skill) => skill.id === id)?.name ?? key
  const free = (skills.data?.rows ?? []).filter((skill) => skill.archivedAt === null && !present.some((one) => one.skillId === skill.id))
  if (refusal !== undefined) return <p className="flex flex-wrap gap-1">{person.skills.map((skill) => <Badge key={skill.skillId}>{name(skill.skillId, skill.key)} {skill.level}</Badge>)}{person.skills.length === 0 && '–'}</p>
  return (
    <div className="flex flex-col gap-2">
      {person.skills.length === 0 && <p className="text-muted">{t('staff.skills.none-here')}</p>}
      {person.skills.map((skill) => (
        <div key={skill.skillId} className="flex items-center gap-2">
          <span className="min-w-0 flex-1 truncate">{name(skill.skillId, skill.key)}</span>
          <Select label={t('staff.skills.level-of', { name: name(skill.skillId, skill.key) })} isLabelHidden className="w-40" options={skillLevels.map((level) => ({ id: String(level), label: t(`staff.level.${level}`) }))} value={String(skill.level)} onChange={(level) => put(present.map((one) => one.skillId === skill.skillId ? { ...one, level: Number(level) } : one))} />
          <IconButton label={t('staff.skills.take', { name: name(skill.skillId, skill.key) })} icon={<X className="size-4" aria-hidden="true" />} onPress={() => put(present.filter((one) => one.skillId !== skill.skillId))} />
        </div>
      ))}
      {(skills.data?.rows.length ?? 0) === 0
        ? <p className="text-sm text-faint">{t('staff.skills.none')} <Link href={paths.skills()}>{t('staff.skills.make')}</Link></p>
        : free.length > 0 && <ComboBox key={present.length} label={t('staff.skills.give')} options={free.map((skill) => ({ id: skill.id, label: skill.name }))} emptyText={t('staff.none-fits')} onChange={(id) => { if (id !== null) put([...present, { skillId: id, level: 3 }]) }} className="max-w-80" />}
    </div>
  )
}
