import { Plus, X } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import { useText } from '../../../apps/console/text.tsx'
import { Button, IconButton, MultiSelect, Select, TextField } from '../../../ui/index.ts'
import { useTiers } from './tiers.ts'
import { bareOps, choices, type Condition, listOps, type Scalar, type Value } from './words.ts'

/** How the editor holds a condition: groups all the way down, so that every group has the same three choices. */
export interface Group { mode: 'all' | 'any' | 'none'; parts: (Group | FieldPart)[] }
export interface FieldPart { field: string; op: string; value?: Value }
const isGroup = (part: Group | FieldPart): part is Group => 'mode' in part

function toPart(condition: Condition): Group | FieldPart {
  return 'field' in condition ? condition : toGroup(condition)
}

/** `not any […]` is the group "none of"; any other `not` is that group with one part. */
export function toGroup(condition: Condition): Group {
  if ('all' in condition) return { mode: 'all', parts: condition.all.map(toPart) }
  if ('any' in condition) return { mode: 'any', parts: condition.any.map(toPart) }
  if ('not' in condition) return { mode: 'none', parts: 'any' in condition.not ? condition.not.any.map(toPart) : [toPart(condition.not)] }
  return { mode: 'all', parts: [condition] }
}

export function fromGroup({ mode, parts }: Group): Condition {
  const inner = parts.map((part) => isGroup(part) ? fromGroup(part) : part)
  return mode === 'all' ? { all: inner } : mode === 'any' ? { any: inner } : { not: { any: inner } }
}

interface Known { fields: readonly string[]; ops: readonly string[] }
const DEEPEST = 4

export function ConditionEditor({ group, onChange, fields, ops, depth = 1 }: { group: Group; onChange: (group: Group) => void; depth?: number } & Known): ReactElement {
  const t = useText()
  const set = (at: number, part: Group | FieldPart) => onChange({ ...group, parts: group.parts.map((one, index) => index === at ? part : one) })
  const blank: FieldPart = { field: 'text', op: 'contains-any', value: [] }
  return (
    <div role="group" aria-label={t(`standards.mode.${group.mode}`)} className={depth === 1 ? 'flex flex-col gap-2' : 'flex flex-1 flex-col gap-2 border-s-2 border-line ps-3'}>
      <Select label={t('standards.mode')} isLabelHidden className="w-52" options={(['all', 'any', 'none'] as const).map((id) => ({ id, label: t(`standards.mode.${id}`) }))} value={group.mode} onChange={(id) => onChange({ ...group, mode: id as Group['mode'] })} />
      {group.parts.map((part, at) => (
        <div key={at} className="flex items-start gap-2">
          {isGroup(part) ? <ConditionEditor group={part} onChange={(next) => set(at, next)} fields={fields} ops={ops} depth={depth + 1} /> : <FieldEditor part={part} onChange={(next) => set(at, next)} fields={fields} ops={ops} />}
          <IconButton label={t('standards.remove-condition')} icon={<X className="size-4" aria-hidden="true" />} onPress={() => onChange({ ...group, parts: group.parts.filter((_, index) => index !== at) })} />
        </div>
      ))}
      <span className="flex flex-wrap gap-1">
        <Button size="sm" variant="quiet" icon={<Plus className="size-4" aria-hidden="true" />} onPress={() => onChange({ ...group, parts: [...group.parts, blank] })}>{t('standards.add-condition')}</Button>
        <Button size="sm" variant="quiet" icon={<Plus className="size-4" aria-hidden="true" />} reason={depth >= DEEPEST ? t('standards.deep-enough') : undefined} onPress={() => onChange({ ...group, parts: [...group.parts, { mode: 'any', parts: [blank] }] })}>{t('standards.add-group')}</Button>
      </span>
    </div>
  )
}

function FieldEditor({ part, onChange, fields, ops }: { part: FieldPart; onChange: (part: FieldPart) => void } & Known): ReactElement {
  const t = useText()
  // A value of the wrong form would be refused: it is turned when the operator changes.
  const withOp = (op: string): FieldPart => {
    const { value: before, ...rest } = part
    if (bareOps.has(op)) return { ...rest, op }
    const list = before === undefined ? [] : Array.isArray(before) ? before : [before]
    return { ...rest, op, value: listOps.has(op) ? list : (list[0] ?? '') }
  }
  return (
    <div className="grid min-w-0 flex-1 gap-2 sm:grid-cols-[9rem_10rem_minmax(0,1fr)]">
      <Select label={t('standards.field')} isLabelHidden options={fields.map((id) => ({ id, label: t(`standards.field.${id}`) }))} value={part.field} onChange={(field) => onChange(choices[field] || choices[part.field] ? { field, op: 'in', value: [] } : { ...part, field })} />
      <Select label={t('standards.op')} isLabelHidden options={ops.map((id) => ({ id, label: t(`standards.op.${id}`) }))} value={part.op} onChange={(op) => onChange(withOp(op))} />
      {!bareOps.has(part.op) && <ValueEditor key={`${part.field}/${listOps.has(part.op)}`} part={part} onChange={(value) => onChange({ ...part, value })} />}
    </div>
  )
}

function ValueEditor({ part, onChange }: { part: FieldPart; onChange: (value: Value) => void }): ReactElement {
  const t = useText()
  const tiers = useTiers()
  const known = choices[part.field]
  const list: Scalar[] = part.value === undefined ? [] : Array.isArray(part.value) ? part.value : [part.value]
  const [text, setText] = useState(list.join(t('standards.comma')))
  const options = part.field === 'customerTier' ? tiers : known?.map((id) => ({ id, label: t(`standards.value.${id}`) })) ?? []
  if (known && listOps.has(part.op)) return <MultiSelect label={t('standards.value')} isLabelHidden options={options} value={list.map(String)} onChange={onChange} />
  if (known) return <Select label={t('standards.value')} isLabelHidden options={options} value={String(list[0] ?? '')} onChange={onChange} />
  const write = (next: string) => {
    setText(next)
    onChange(listOps.has(part.op) ? next.split(/[,，、;；\n]+/).map((word) => word.trim()).filter(Boolean) : next)
  }
  return <TextField label={t('standards.value')} isLabelHidden value={text} onChange={write} placeholder={listOps.has(part.op) ? t('standards.words-example') : ''} {...(listOps.has(part.op) ? { description: t('standards.words-how') } : {})} />
}
