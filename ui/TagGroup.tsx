import { X } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button, Tag, TagGroup as AriaTagGroup, TagList } from 'react-aria-components'
import type { Option } from './Select.tsx'

export interface TagGroupProps {
  /** Told to screen readers. */
  label: string
  tags: readonly Option[]
  onRemove?: (id: string) => void
}

/** Words that belong to something; arrow keys move between them, Backspace or ✕ removes one. */
export function TagGroup({ label, tags, onRemove }: TagGroupProps): ReactElement {
  return (
    <AriaTagGroup aria-label={label} selectionMode="none" {...(onRemove ? { onRemove: (keys) => { for (const key of keys) onRemove(String(key)) } } : {})}>
      <TagList items={tags} className="flex flex-wrap gap-1">
        {(tag) => (
          <Tag id={tag.id} textValue={tag.label} className="inline-flex h-6 cursor-default items-center gap-1 rounded-sm border border-line bg-sunken px-1.5 text-sm">
            {tag.icon}{tag.label}
            {onRemove && <Button slot="remove" className="-me-1 inline-flex size-5 items-center justify-center rounded-sm text-muted hover:bg-hover"><X className="size-3" aria-hidden="true" /></Button>}
          </Tag>
        )}
      </TagList>
    </AriaTagGroup>
  )
}
