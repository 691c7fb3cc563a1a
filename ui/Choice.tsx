import { clsx } from 'clsx'
import { Check, Minus } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import {
  Checkbox as AriaCheckbox, Radio, RadioGroup as AriaRadioGroup, Switch as AriaSwitch, Text,
  type CheckboxProps as AriaCheckboxProps, type RadioGroupProps as AriaRadioGroupProps, type SwitchProps as AriaSwitchProps,
} from 'react-aria-components'
import { FieldLabel, FieldNote, fieldLook, type FieldTexts } from './Field.tsx'
import type { Option } from './Select.tsx'

const line = 'group/choice flex cursor-default items-start gap-2 py-0.5 pointer-coarse:min-h-11 pointer-coarse:items-center data-disabled:text-faint'
const focus = 'group-data-focus-visible/choice:outline-2 group-data-focus-visible/choice:outline-offset-2 group-data-focus-visible/choice:outline-accent'

export interface CheckboxProps extends Omit<AriaCheckboxProps, 'className' | 'children' | 'style'> {
  children?: ReactNode
  className?: string
}

/** Yes or no that counts when the form is sent. Without words beside it, give `aria-label`. */
export function Checkbox({ children, className, ...props }: CheckboxProps): ReactElement {
  return (
    <AriaCheckbox {...props} className={clsx(line, className)}>
      {({ isSelected, isIndeterminate }) => (
        <>
          <span className={clsx('mt-0.5 inline-flex size-4 shrink-0 items-center justify-center rounded-sm border transition-colors', focus, isSelected || isIndeterminate ? 'border-accent bg-accent text-on-accent' : 'border-edge bg-raised')}>
            {isIndeterminate ? <Minus className="size-3" aria-hidden="true" /> : isSelected && <Check className="size-3" strokeWidth={3} aria-hidden="true" />}
          </span>
          {children}
        </>
      )}
    </AriaCheckbox>
  )
}

export interface SwitchProps extends Omit<AriaSwitchProps, 'className' | 'children' | 'style'> {
  children: ReactNode
  className?: string
}

/** On or off that counts at once. */
export function Switch({ children, className, ...props }: SwitchProps): ReactElement {
  return (
    <AriaSwitch {...props} className={clsx(line, className)}>
      {({ isSelected }) => (
        <>
          <span className={clsx('mt-0.5 inline-flex h-4 w-7 shrink-0 items-center rounded-full border px-0.5 transition-colors', focus, isSelected ? 'border-accent bg-accent' : 'border-edge bg-raised')}>
            <span className={clsx('size-2.5 rounded-full transition-transform', isSelected ? 'translate-x-3 bg-on-accent' : 'bg-edge')} />
          </span>
          {children}
        </>
      )}
    </AriaSwitch>
  )
}

export interface RadioGroupProps extends Omit<AriaRadioGroupProps, 'className' | 'children' | 'style'>, FieldTexts {
  options: readonly Option[]
}

/** One of two to five choices that should all be seen at once. */
export function RadioGroup({ label, description, error, isLabelHidden, className, options, orientation, ...props }: RadioGroupProps): ReactElement {
  return (
    <AriaRadioGroup {...props} {...(orientation ? { orientation } : {})} isInvalid={error !== undefined || undefined} className={clsx(fieldLook, className)}>
      <FieldLabel isHidden={isLabelHidden} isRequired={props.isRequired}>{label}</FieldLabel>
      <div className={clsx('flex gap-x-4', orientation === 'horizontal' ? 'flex-wrap' : 'flex-col')}>
        {options.map((option) => (
          <Radio key={option.id} value={option.id} className={line}>
            {({ isSelected }) => (
              <>
                <span className={clsx('mt-0.5 inline-flex size-4 shrink-0 items-center justify-center rounded-full border transition-colors', focus, isSelected ? 'border-accent' : 'border-edge', 'bg-raised')}>
                  {isSelected && <span className="size-2 rounded-full bg-accent" />}
                </span>
                <span>{option.label}{option.description && <Text slot="description" className="block text-sm text-faint">{option.description}</Text>}</span>
              </>
            )}
          </Radio>
        ))}
      </div>
      <FieldNote description={description} error={error} />
    </AriaRadioGroup>
  )
}
