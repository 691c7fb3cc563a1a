import { clsx } from 'clsx'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useMemo, type ReactElement, type ReactNode } from 'react'
import {
  Cell, Column, Row, Table as AriaTable, TableBody, TableHeader, type Selection, type SortDescriptor,
} from 'react-aria-components'
import { Checkbox } from './Choice.tsx'

export interface TableColumn<T> {
  id: string
  title: string
  cell: (row: T) => ReactNode
  /** 1 always shown (default), 3 hidden when the table has under 900 px. The first column titles the card when narrow. */
  priority?: 1 | 2 | 3
  align?: 'start' | 'end'
  isSortable?: boolean
  /** CSS width, e.g. `8rem`. */
  width?: string
}

export interface TableSort {
  column: string
  direction: 'ascending' | 'descending'
}

export interface TableProps<T> {
  /** Told to screen readers. */
  label: string
  columns: readonly TableColumn<T>[]
  rows: readonly T[]
  rowId: (row: T) => string
  /** The row's page; Enter and click follow it. */
  rowHref?: (row: T) => string
  onOpen?: (row: T) => void
  sort?: TableSort | null
  onSort?: (sort: TableSort) => void
  selected?: ReadonlySet<string>
  onSelect?: (ids: ReadonlySet<string>) => void
  density?: 'normal' | 'compact'
  /** What stands in place of rows: an `EmptyState`. */
  empty?: ReactNode
}

/** Rows of facts. Arrow keys walk it; narrower than 640 px every row is a card with its labels. */
export function Table<T>({ label, columns, rows, rowId, rowHref, onOpen, sort, onSort, selected, onSelect, density = 'normal', empty }: TableProps<T>): ReactElement {
  const height = density === 'compact' ? 'h-(--row-compact)' : 'h-row'
  const byId = useMemo(() => new Map(rows.map((row) => [rowId(row), row])), [rows, rowId])
  if (rows.length === 0 && empty !== undefined) return <>{empty}</>
  const pick = (selection: Selection) => onSelect?.(selection === 'all' ? new Set(byId.keys()) : new Set([...selection].map(String)))
  return (
    <div className="table-frame w-full min-w-0">
      <AriaTable
        aria-label={label} className="w-full border-collapse text-start"
        {...(sort ? { sortDescriptor: sort as SortDescriptor } : {})}
        {...(onSort ? { onSortChange: (next: SortDescriptor) => onSort({ column: String(next.column), direction: next.direction }) } : {})}
        {...(onSelect ? { selectionMode: 'multiple' as const, selectionBehavior: 'toggle' as const, selectedKeys: new Set(selected), onSelectionChange: pick } : {})}
        {...(onOpen ? { onRowAction: (key) => { const row = byId.get(String(key)); if (row !== undefined) onOpen(row) } } : {})}
      >
        <TableHeader>
          {onSelect && <Column className="w-9 border-b border-line ps-3" aria-label={label}><Checkbox slot="selection" /></Column>}
          {columns.map((column, at) => (
            <Column
              key={column.id} id={column.id} isRowHeader={at === 0} allowsSorting={column.isSortable ?? false} data-priority={column.priority ?? 1}
              {...(column.width !== undefined ? { style: { width: column.width } } : {})}
              className={clsx('h-8 cursor-default border-b border-line px-3 text-sm font-bold whitespace-nowrap text-faint -outline-offset-2', column.align === 'end' ? 'text-end' : 'text-start', column.isSortable && 'hover:text-text')}
            >
              {({ sortDirection }) => (
                <span className="inline-flex items-center gap-1">
                  {column.title}
                  {sortDirection === 'ascending' && <ArrowUp className="size-3" aria-hidden="true" />}
                  {sortDirection === 'descending' && <ArrowDown className="size-3" aria-hidden="true" />}
                </span>
              )}
            </Column>
          ))}
        </TableHeader>
        <TableBody>
          {rows.map((row) => (
            <Row
              key={rowId(row)} id={rowId(row)} {...(rowHref ? { href: rowHref(row) } : {})}
              className={clsx(height, 'border-b border-line -outline-offset-2 data-selected:bg-selected', (rowHref || onOpen) && 'cursor-pointer hover:bg-hover')}
            >
              {onSelect && <Cell data-select="" className="ps-3"><Checkbox slot="selection" /></Cell>}
              {columns.map((column, at) => (
                <Cell key={column.id} data-label={column.title} data-priority={column.priority ?? 1} {...(at === 0 ? { 'data-title': '' } : {})} className={clsx('px-3 -outline-offset-2', column.align === 'end' ? 'text-end' : 'text-start')}>
                  {column.cell(row)}
                </Cell>
              ))}
            </Row>
          ))}
        </TableBody>
      </AriaTable>
    </div>
  )
}
