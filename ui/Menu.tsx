import { clsx } from 'clsx'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import {
  Header, Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger, Popover, Separator, Text, type MenuTriggerProps, type PopoverProps,
} from 'react-aria-components'
import { keySigns } from './Kbd.tsx'
import { floatLook } from './Select.tsx'

export interface MenuEntry {
  id: string
  label: string
  icon?: ReactNode
  description?: string
  /** Keys as in `useShortcuts`; shown, not registered. */
  keys?: string
  isDangerous?: boolean
  /** Chosen among its section: shows a check mark. */
  isChosen?: boolean
  /** Why it cannot be done now: the entry stays reachable and tells this sentence. */
  reason?: string | undefined
  href?: string
}

export interface MenuGroup {
  id: string
  title?: string
  entries: readonly MenuEntry[]
}

export interface MenuProps extends Pick<MenuTriggerProps, 'isOpen' | 'onOpenChange'> {
  /** Told to screen readers. */
  label: string
  /** A Button or IconButton. */
  trigger: ReactElement
  groups: readonly MenuGroup[]
  onAction?: (id: string) => void
  placement?: PopoverProps['placement']
}

export function Menu({ label, trigger, groups, onAction, placement = 'bottom start', ...state }: MenuProps): ReactElement {
  return (
    <MenuTrigger {...state}>
      {trigger}
      <Popover placement={placement} offset={4} className={clsx(floatLook, 'min-w-48')}>
        <AriaMenu aria-label={label} className="p-1 outline-none">
          {groups.map((group, at) => (
            <MenuGroupOf key={group.id} group={group} isFirst={at === 0} {...(onAction ? { onAction } : {})} />
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  )
}

function MenuGroupOf({ group, isFirst, onAction }: { group: MenuGroup; isFirst: boolean; onAction?: (id: string) => void }) {
  return (
    <>
      {!isFirst && <Separator className="mx-2 my-1 h-px bg-line" />}
      <MenuSection {...(group.title === undefined ? { 'aria-label': group.entries.map((entry) => entry.label).join(', ') } : {})}>
        {group.title !== undefined && <Header className="px-2 pt-1 pb-0.5 text-sm font-bold text-faint">{group.title}</Header>}
        {group.entries.map((entry) => <EntryLine key={entry.id} entry={entry} {...(onAction ? { onAction } : {})} />)}
      </MenuSection>
    </>
  )
}

function EntryLine({ entry, onAction }: { entry: MenuEntry; onAction?: (id: string) => void }) {
  const note = entry.reason ?? entry.description
  return (
    <MenuItem
      id={entry.id} textValue={entry.label} shouldCloseOnSelect={entry.reason === undefined}
      {...(entry.href !== undefined && entry.reason === undefined ? { href: entry.href } : {})}
      onAction={() => { if (entry.reason === undefined) onAction?.(entry.id) }}
      className={clsx('flex min-h-7.5 cursor-default items-center gap-2 rounded-sm px-2 py-1 outline-none data-focused:bg-selected pointer-coarse:min-h-11', entry.isDangerous && 'text-late', entry.reason !== undefined && 'text-faint')}
    >
      {entry.icon}
      {/* All words are the entry's name, so that what is seen can also be spoken to it (WCAG 2.5.3). */}
      <Text slot="label" className="flex min-w-0 flex-1 items-center">
        <span className="min-w-0 flex-1">{entry.label}{note !== undefined && <span className="block text-sm text-faint">{note}</span>}</span>
        {entry.keys !== undefined && <span className="ms-4 text-sm text-faint">{keySigns(entry.keys).join(' ')}</span>}
      </Text>
      {entry.isChosen && <Check className="size-4 text-accent" aria-hidden="true" />}
    </MenuItem>
  )
}
