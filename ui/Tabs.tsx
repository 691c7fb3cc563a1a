import type { ReactElement, ReactNode } from 'react'
import { Tab, TabList, TabPanel, Tabs as AriaTabs, type Key } from 'react-aria-components'

export interface TabsProps {
  /** Told to screen readers. */
  label: string
  tabs: readonly { id: string; label: string; count?: number; content: ReactNode }[]
  selected?: string
  onSelect?: (id: string) => void
}

export function Tabs({ label, tabs, selected, onSelect }: TabsProps): ReactElement {
  return (
    <AriaTabs {...(selected !== undefined ? { selectedKey: selected } : {})} onSelectionChange={(key: Key) => onSelect?.(String(key))}>
      <TabList aria-label={label} className="flex gap-4 overflow-x-auto border-b border-line">
        {tabs.map((tab) => (
          <Tab key={tab.id} id={tab.id} className="-mb-px flex h-control shrink-0 cursor-default items-center gap-1.5 border-b-2 border-transparent text-muted -outline-offset-2 hover:text-text data-selected:border-accent data-selected:font-bold data-selected:text-text">
            {tab.label}{tab.count !== undefined && <span className="text-sm font-normal text-faint">{tab.count}</span>}
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => <TabPanel key={tab.id} id={tab.id} className="pt-3">{tab.content}</TabPanel>)}
    </AriaTabs>
  )
}
