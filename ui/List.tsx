import { clsx } from 'clsx'
import { useMemo, type ReactElement, type ReactNode, type RefObject } from 'react'
import { ListBox, ListBoxItem, ListLayout, Virtualizer, type Key } from 'react-aria-components'
import { useShortcuts } from './shortcuts.ts'

export interface ListProps<T> {
  /** Told to screen readers. */
  label: string
  items: readonly T[]
  itemId: (item: T) => string
  /** What typing and screen readers know the row by. */
  itemText: (item: T) => string
  /** The row's content: words and marks only, nothing that takes focus of its own. */
  children: (item: T) => ReactNode
  /** Height of every row in px. */
  rowHeight?: number
  selected?: string | null
  /** The arrow keys and j/k moved here, or the row was clicked. */
  onSelect?: (id: string) => void
  /** Enter or double click. */
  onOpen?: (id: string) => void
  /** What stands in place of rows. */
  empty?: ReactNode
  listRef?: RefObject<HTMLDivElement | null>
  className?: string
}

/** A long list of which only the visible rows exist in the page; 100,000 rows cost what 30 do. */
export function List<T>({ label, items, itemId, itemText, children, rowHeight = 36, selected, onSelect, onOpen, empty, listRef, className }: ListProps<T>): ReactElement {
  const entries = useMemo(() => items.map((item) => ({ id: itemId(item), item })), [items, itemId])
  const options = useMemo(() => ({ rowSize: rowHeight }), [rowHeight])
  if (items.length === 0 && empty !== undefined) return <>{empty}</>
  return (
    <Virtualizer layout={ListLayout} layoutOptions={options}>
      <ListBox
        ref={listRef ?? null} aria-label={label} items={entries} selectionMode="single" selectionBehavior="replace" disallowEmptySelection
        {...(selected !== undefined ? { selectedKeys: selected === null ? [] : [selected] } : {})}
        onSelectionChange={(keys) => { const [key] = keys === 'all' ? [] : [...keys]; if (key !== undefined) onSelect?.(String(key)) }}
        {...(onOpen ? { onAction: (key: Key) => onOpen(String(key)) } : {})}
        className={clsx('min-h-0 overflow-auto outline-none', className)}
      >
        {({ id, item }) => (
          <ListBoxItem id={id} textValue={itemText(item)} className="flex h-full cursor-default items-center border-b border-line px-3 -outline-offset-2 hover:bg-hover data-selected:bg-selected">
            {children(item)}
          </ListBoxItem>
        )}
      </ListBox>
    </Virtualizer>
  )
}

/**
 * j and k walk a `List` from anywhere on the page (not while typing); Enter opens.
 * `labels` are shown in the help of shortcuts.
 */
export function useListKeys(listRef: RefObject<HTMLDivElement | null>, labels: { next: string; previous: string }): void {
  // The list already knows arrow keys, scrolling and its place: j and k are spoken to it as arrows.
  const press = (key: 'ArrowDown' | 'ArrowUp') => {
    const list = listRef.current
    if (!list) return
    if (!list.contains(document.activeElement)) {
      list.focus()
      return
    }
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
  }
  useShortcuts([
    { keys: 'j', label: labels.next, run: () => press('ArrowDown') },
    { keys: 'k', label: labels.previous, run: () => press('ArrowUp') },
  ])
}
