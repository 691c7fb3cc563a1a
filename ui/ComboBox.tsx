import { clsx } from 'clsx'
import { ChevronDown } from 'lucide-react'
import { useState, type ReactElement } from 'react'
import {
  Button, ComboBox as AriaComboBox, Group, Input, ListBox, Popover, type ComboBoxProps as AriaComboBoxProps, type Key,
} from 'react-aria-components'
import { FieldLabel, FieldNote, fieldLook, groupLook, innerLook, type FieldTexts } from './Field.tsx'
import { floatLook, OptionLine, type Option } from './Select.tsx'
import { TagGroup } from './TagGroup.tsx'

export interface ComboBoxProps extends Omit<AriaComboBoxProps<Option>, 'className' | 'children' | 'style' | 'selectedKey' | 'defaultSelectedKey' | 'onSelectionChange' | 'value' | 'defaultValue' | 'onChange' | 'selectionMode' | 'items' | 'defaultItems'>, FieldTexts {
  options: readonly Option[]
  value?: string | null
  defaultValue?: string
  onChange?: (id: string | null) => void
  placeholder?: string
  /** What the open list says when nothing fits. */
  emptyText?: string
  /** The options are already the server's answer to `inputValue`: do not filter them again. */
  isFiltered?: boolean
}

/** One of many choices, found by typing. */
export function ComboBox({ label, description, error, isLabelHidden, className, options, value, defaultValue, onChange, placeholder, emptyText, isFiltered, ...props }: ComboBoxProps): ReactElement {
  return (
    <AriaComboBox<Option>
      {...props} {...(isFiltered ? { items: options } : { defaultItems: options })} menuTrigger="focus" allowsEmptyCollection={emptyText !== undefined}
      {...(value !== undefined ? { value: value as Key | null } : {})} {...(defaultValue !== undefined ? { defaultValue: defaultValue as Key } : {})}
      onChange={(key: Key | null) => onChange?.(key === null ? null : String(key))}
      isInvalid={error !== undefined || undefined} className={clsx(fieldLook, className)}
    >
      <FieldLabel isHidden={isLabelHidden} isRequired={props.isRequired}>{label}</FieldLabel>
      <Group className={groupLook}>
        <Input placeholder={placeholder} className={innerLook} />
        <Button className="inline-flex h-7 w-8 shrink-0 items-center justify-center text-muted"><ChevronDown className="size-4" aria-hidden="true" /></Button>
      </Group>
      <FieldNote description={description} error={error} />
      <Popover offset={4} className={clsx(floatLook, 'min-w-(--trigger-width)')}>
        <ListBox<Option> className="p-1 outline-none" {...(emptyText !== undefined ? { renderEmptyState: () => <p className="px-2 py-1 text-faint">{emptyText}</p> } : {})}>
          {(option) => <OptionLine option={option} />}
        </ListBox>
      </Popover>
    </AriaComboBox>
  )
}

export interface MultiSelectProps extends Omit<ComboBoxProps, 'value' | 'defaultValue' | 'onChange' | 'inputValue' | 'onInputChange'> {
  value: readonly string[]
  onChange: (ids: string[]) => void
}

/** Several of many: chosen ones stand as tags above the field (Backspace or their ✕ removes), typing adds. */
export function MultiSelect({ value, onChange, options, name, ...props }: MultiSelectProps): ReactElement {
  const [input, setInput] = useState('')
  const chosen = value.map((id) => options.find((option) => option.id === id) ?? { id, label: id })
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <ComboBox
        {...props} options={options.filter((option) => !value.includes(option.id) && option.label.toLocaleLowerCase().includes(input.toLocaleLowerCase()))}
        isFiltered value={null} inputValue={input} onInputChange={setInput}
        onChange={(id) => { if (id !== null) { onChange([...value, id]); setInput('') } }}
      />
      {chosen.length > 0 && <TagGroup label={props.label} tags={chosen} onRemove={(id) => onChange(value.filter((each) => each !== id))} />}
      {name !== undefined && value.map((id) => <input key={id} type="hidden" name={name} value={id} />)}
    </div>
  )
}
