import { clsx } from 'clsx'
import { Minus, Plus } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { Button, Group, Input, NumberField as AriaNumberField, type NumberFieldProps as AriaNumberFieldProps } from 'react-aria-components'
import { FieldLabel, FieldNote, fieldLook, groupLook, innerLook, type FieldTexts } from './Field.tsx'

export interface NumberFieldProps extends Omit<AriaNumberFieldProps, 'className' | 'children' | 'style'>, FieldTexts {
  /** The unit behind the number, such as 分鐘. */
  unit?: ReactNode
}

/** A number in the reader's own digits grouping; steps by buttons, arrow keys and wheel. */
export function NumberField({ label, description, error, isLabelHidden, unit, className, ...props }: NumberFieldProps): ReactElement {
  const step = 'inline-flex h-full min-h-7 w-7 shrink-0 items-center justify-center text-muted hover:bg-hover data-disabled:text-faint'
  return (
    <AriaNumberField {...props} isInvalid={error !== undefined || undefined} className={clsx(fieldLook, className)}>
      <FieldLabel isHidden={isLabelHidden} isRequired={props.isRequired}>{label}</FieldLabel>
      <Group className={groupLook}>
        <Button slot="decrement" className={clsx(step, 'rounded-s-md border-e border-line')}><Minus className="size-3.5" aria-hidden="true" /></Button>
        <Input className={clsx(innerLook, 'w-0 text-end')} />
        {unit !== undefined && <span className="pe-2 text-faint">{unit}</span>}
        <Button slot="increment" className={clsx(step, 'rounded-e-md border-s border-line')}><Plus className="size-3.5" aria-hidden="true" /></Button>
      </Group>
      <FieldNote description={description} error={error} />
    </AriaNumberField>
  )
}
