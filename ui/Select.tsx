import { clsx } from 'clsx'
import { Check, ChevronDown } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import {
  Button, ListBox, ListBoxItem, Popover, Select as AriaSelect, SelectValue, Text, type Key, type SelectProps as AriaSelectProps,
} from 'react-aria-components'
import { FieldLabel, FieldNote, fieldLook, type FieldTexts } from './Field.tsx'

export interface Option {
  id: string
  label: string
  /** A quiet second line. */
  description?: string
  icon?: ReactNode
}

export const floatLook = 'z-50 animate-appear overflow-auto rounded-md border border-line bg-raised shadow-float outline-none'
export const optionLook = 'group/option flex min-h-7.5 cursor-default items-center gap-2 rounded-sm px-2 py-1 outline-none focused:bg-selected pointer-coarse:min-h-11'

/** One line of a list of choices, chosen ones with a check mark. */
export function OptionLine({ option }: { option: Option }): ReactElement {
  return (
    <ListBoxItem id={option.id} textValue={option.label} className={optionLook}>
      {({ isSelected }) => (
        <>
          {option.icon}
          <Text slot="label" className="min-w-0 flex-1">
            <span className="block truncate">{option.label}</span>
            {option.description && <span className="block truncate text-sm text-faint">{option.description}</span>}
          </Text>
          <Check className={clsx('size-4 text-accent', !isSelected && 'invisible')} aria-hidden="true" />
        </>
      )}
    </ListBoxItem>
  )
}

export interface SelectProps extends Omit<AriaSelectProps<Option>, 'className' | 'children' | 'style' | 'selectedKey' | 'defaultSelectedKey' | 'onSelectionChange' | 'value' | 'defaultValue' | 'onChange' | 'selectionMode'>, FieldTexts {
  options: readonly Option[]
  value?: string | null
  defaultValue?: string
  onChange?: (id: string) => void
}

/** One of a few choices (up to some 15); for more, `ComboBox` lets the person type. */
export function Select({ label, description, error, isLabelHidden, className, options, value, defaultValue, onChange, ...props }: SelectProps): ReactElement {
  return (
    <AriaSelect<Option>
      {...props} {...(value !== undefined ? { value: value as Key | null } : {})} {...(defaultValue !== undefined ? { defaultValue: defaultValue as Key } : {})}
      onChange={(key: Key | null) => { if (key !== null) onChange?.(String(key)) }}
      isInvalid={error !== undefined || undefined} className={clsx(fieldLook, className)}
    >
      <FieldLabel isHidden={isLabelHidden} isRequired={props.isRequired}>{label}</FieldLabel>
      <Button className="flex min-h-control w-full cursor-default items-center gap-2 rounded-md border border-edge bg-raised px-2.5 text-start transition-colors hover:border-muted group-data-invalid:border-late">
        <SelectValue className="min-w-0 flex-1 truncate data-placeholder:text-faint">{({ isPlaceholder, defaultChildren, selectedText }) => isPlaceholder ? defaultChildren : selectedText}</SelectValue>
        <ChevronDown className="size-4 shrink-0 text-muted" aria-hidden="true" />
      </Button>
      <FieldNote description={description} error={error} />
      <Popover offset={4} className={clsx(floatLook, 'min-w-(--trigger-width)')}>
        <ListBox items={options} className="p-1 outline-none">{(option) => <OptionLine option={option} />}</ListBox>
      </Popover>
    </AriaSelect>
  )
}
