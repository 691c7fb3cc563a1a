import { clsx } from 'clsx'
import { Search, X } from 'lucide-react'
import type { ReactElement, Ref } from 'react'
import { Button, Group, Input, SearchField as AriaSearchField, type SearchFieldProps as AriaSearchFieldProps } from 'react-aria-components'
import { FieldLabel, fieldLook, groupLook, innerLook } from './Field.tsx'

export interface SearchFieldProps extends Omit<AriaSearchFieldProps, 'className' | 'children' | 'style'> {
  /** Told to screen readers; the magnifier tells the rest. */
  label: string
  placeholder?: string
  className?: string
  inputRef?: Ref<HTMLInputElement>
}

export function SearchField({ label, placeholder, className, inputRef, ...props }: SearchFieldProps): ReactElement {
  return (
    <AriaSearchField {...props} className={clsx(fieldLook, className)}>
      <FieldLabel isHidden>{label}</FieldLabel>
      <Group className={groupLook}>
        <Search className="ms-2.5 size-4 shrink-0 text-faint" aria-hidden="true" />
        <Input ref={inputRef} placeholder={placeholder} className={clsx(innerLook, 'px-2 [&::-webkit-search-cancel-button]:hidden')} />
        <Button className="me-1 inline-flex size-6 items-center justify-center rounded-sm text-muted hover:bg-hover group-data-empty:hidden"><X className="size-3.5" aria-hidden="true" /></Button>
      </Group>
    </AriaSearchField>
  )
}
