import { Search } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import {
  Autocomplete, Dialog, Header, Input, Menu, MenuItem, MenuSection, Modal, ModalOverlay, SearchField, Text, useFilter,
} from 'react-aria-components'
import { keySigns } from './Kbd.tsx'

export interface Command {
  id: string
  label: string
  group: string
  icon?: ReactNode
  description?: string
  /** More words it can be found by, such as pinyin or the English name. */
  words?: string
  keys?: string
  run: () => void
}

export interface CommandPaletteProps {
  isOpen: boolean
  onOpenChange: (isOpen: boolean) => void
  /** Name of the dialog and its field. */
  label: string
  placeholder: string
  emptyText: string
  commands: readonly Command[]
  /** The words typed so far; the caller may add the server's finds to `commands`. */
  onInput?: (text: string) => void
}

/** One field that finds pages, actions and rows. Arrow keys choose while the caret stays in the field. */
export function CommandPalette({ isOpen, onOpenChange, label, placeholder, emptyText, commands, onInput }: CommandPaletteProps): ReactElement {
  const { contains } = useFilter({ sensitivity: 'base' })
  const groups = [...Map.groupBy(commands, (command) => command.group)]
  const run = (id: string) => {
    onOpenChange(false)
    commands.find((command) => command.id === id)?.run()
  }
  return (
    <ModalOverlay isOpen={isOpen} onOpenChange={onOpenChange} isDismissable className="fixed inset-0 z-40 flex animate-appear items-start justify-center bg-scrim p-4 pt-[12vh] max-sm:p-0">
      <Modal className="w-full max-w-150 overflow-hidden rounded-md border border-line bg-raised shadow-float max-sm:rounded-none">
        <Dialog aria-label={label} className="outline-none">
          <Autocomplete filter={contains} {...(onInput ? { onInputChange: onInput } : {})}>
            <SearchField aria-label={label} autoFocus className="flex items-center gap-2 border-b border-line px-4">
              <Search className="size-4 text-faint" aria-hidden="true" />
              <Input placeholder={placeholder} className="h-11 min-w-0 flex-1 bg-transparent text-lg outline-none [&::-webkit-search-cancel-button]:hidden" />
            </SearchField>
            <Menu aria-label={label} className="max-h-[50vh] overflow-auto p-1 outline-none" onAction={(key) => run(String(key))} renderEmptyState={() => <p className="px-3 py-2 text-faint">{emptyText}</p>}>
              {groups.map(([group, entries]) => (
                <MenuSection key={group}>
                  <Header className="px-2 pt-2 pb-0.5 text-sm font-bold text-faint">{group}</Header>
                  {entries.map((command) => (
                    <MenuItem key={command.id} id={command.id} textValue={`${command.label} ${command.words ?? ''}`} className="flex min-h-8 cursor-default items-center gap-2 rounded-sm px-2 py-1 outline-none data-focused:bg-selected pointer-coarse:min-h-11">
                      {command.icon}
                      <Text slot="label" className="flex min-w-0 flex-1 items-center gap-2">
                        <span className="min-w-0 flex-1 truncate">{command.label}</span>
                        {command.description !== undefined && <span className="truncate text-sm text-faint">{command.description}</span>}
                        {command.keys !== undefined && <span className="text-sm text-faint">{keySigns(command.keys).join(' ')}</span>}
                      </Text>
                    </MenuItem>
                  ))}
                </MenuSection>
              ))}
            </Menu>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
