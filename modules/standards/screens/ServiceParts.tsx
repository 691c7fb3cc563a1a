import { Plus, X } from 'lucide-react'
import type { ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { languages, useText } from '../../../apps/console/text.tsx'
import { Button, ComboBox, IconButton, Link, Select, TextField } from '../../../ui/index.ts'
import { staff } from '../../staff/contract.ts'
import type { Service } from '../contract.ts'

const levels = [1, 2, 3, 4, 5] as const

/** Skills somebody must have to be given requests of this service. */
export function SkillNeeds({ needs, onChange }: { needs: Service['skills']; onChange: (needs: Service['skills']) => void }): ReactElement {
  const t = useText()
  const skills = useGet(staff.skills, {}, { isEnabled: useMay()('staff.read') })
  const known = skills.data?.rows ?? []
  const name = (key: string) => known.find((skill) => skill.key === key)?.name ?? key
  const free = known.filter((skill) => skill.archivedAt === null && !needs.some((need) => need.skill === skill.key))
  return (
    <div className="flex flex-col gap-2">
      {needs.length === 0 && <p className="text-muted">{t('standards.skills-none')}</p>}
      {needs.map((need) => (
        <div key={need.skill} className="flex items-center gap-2">
          <span className="min-w-0 flex-1 truncate">{name(need.skill)}</span>
          <Select label={t('standards.skill-level', { name: name(need.skill) })} isLabelHidden className="w-40" options={levels.map((level) => ({ id: String(level), label: t('standards.level-from', { level }) }))} value={String(need.level)} onChange={(level) => onChange(needs.map((one) => one.skill === need.skill ? { ...one, level: Number(level) } : one))} />
          <IconButton label={t('standards.remove', { name: name(need.skill) })} icon={<X className="size-4" aria-hidden="true" />} onPress={() => onChange(needs.filter((one) => one.skill !== need.skill))} />
        </div>
      ))}
      {known.length === 0 ? <p className="text-sm"><Link href={paths.skills()}>{t('standards.make-skills')}</Link></p>
        : needs.length < 10 && free.length > 0 && <ComboBox key={needs.length} className="max-w-80" label={t('standards.skill-add')} options={free.map((skill) => ({ id: skill.key, label: skill.name }))} onChange={(key) => { if (key !== null) onChange([...needs, { skill: key, level: 3 }]) }} />}
    </div>
  )
}

/** Kinds of requests within the service; rules and people choose among them. */
export function Types({ types, onChange, fields }: { types: Service['types']; onChange: (types: Service['types']) => void; fields: Record<string, string> }): ReactElement {
  const t = useText()
  const set = (at: number, change: Partial<Service['types'][number]>) => onChange(types.map((one, index) => index === at ? { ...one, ...change } : one))
  return (
    <div className="flex flex-col gap-2">
      {types.length === 0 && <p className="text-muted">{t('standards.types-none')}</p>}
      {types.map((type, at) => (
        <fieldset key={at} className="grid grid-cols-[minmax(0,1fr)_auto] items-end gap-2 border-b border-line pb-2 sm:grid-cols-[8rem_repeat(3,minmax(0,1fr))_auto]">
          <legend className="sr-only">{type.name['zh-Hant'] || type.key}</legend>
          <TextField label={t('standards.key')} value={type.key} onChange={(key) => set(at, { key })} error={fields[`types.${at}.key`] === undefined ? undefined : t('standards.key-how')} />
          {languages.map((language) => <TextField key={language.id} label={language.label} value={type.name[language.id]} onChange={(name) => set(at, { name: { ...type.name, [language.id]: name } })} error={fields[`types.${at}.name.${language.id}`]} className="max-sm:col-start-1" />)}
          <IconButton label={t('standards.remove', { name: type.name['zh-Hant'] || type.key })} icon={<X className="size-4" aria-hidden="true" />} onPress={() => onChange(types.filter((_, index) => index !== at))} />
        </fieldset>
      ))}
      {types.length < 50 && <Button className="self-start" icon={<Plus className="size-4" aria-hidden="true" />} onPress={() => onChange([...types, { key: '', name: { 'zh-Hant': '', 'zh-Hans': '', en: '' } }])}>{t('standards.type-add')}</Button>}
    </div>
  )
}
