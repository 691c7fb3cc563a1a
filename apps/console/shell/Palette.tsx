import type { ReactElement } from 'react'
import { CommandPalette, useShortcutList, type Command } from '../../../ui/index.ts'
import { languages, useText } from '../text.tsx'
import { useSession } from '../session.tsx'
import { usePreferences } from '../theme.ts'
import type { RailEntry } from './Rail.tsx'

/** ⌘K: pages, everything that has a shortcut on this page, language and theme. */
export function Palette({ isOpen, onOpenChange, rail, onHelp }: { isOpen: boolean; onOpenChange: (isOpen: boolean) => void; rail: readonly RailEntry[]; onHelp: () => void }): ReactElement {
  const t = useText()
  const { setLanguage } = useSession()
  const [, setPreferences] = usePreferences()
  const shortcuts = useShortcutList()
  const commands: Command[] = [
    ...rail.map((entry) => ({ id: `go:${entry.id}`, label: entry.label, words: entry.id, group: t('console.go-to'), icon: <entry.icon className="size-4 text-muted" aria-hidden="true" />, keys: entry.keys, run: entry.open })),
    ...shortcuts.filter((shortcut) => shortcut.keys !== 'mod+k' && shortcut.keys !== '?' && !shortcut.keys.startsWith('g ')).map((shortcut) => ({ id: `do:${shortcut.keys}`, label: shortcut.label, group: t('console.on-this-page'), keys: shortcut.keys, run: shortcut.run })),
    { id: 'help', label: t('console.shortcuts'), words: 'shortcuts keys', group: t('console.settings'), keys: '?', run: onHelp },
    ...languages.map((language) => ({ id: `language:${language.id}`, label: language.label, words: 'language 語言 语言', group: t('console.settings'), run: () => setLanguage(language.id) })),
    ...(['light', 'dark', 'system'] as const).map((theme) => ({ id: `theme:${theme}`, label: `${t('console.theme')} · ${t(`console.theme.${theme}`)}`, words: `theme ${theme}`, group: t('console.settings'), run: () => setPreferences({ theme }) })),
  ]
  return (
    <CommandPalette isOpen={isOpen} onOpenChange={onOpenChange} commands={commands} label={t('console.command')} placeholder={t('console.command-hint')} emptyText={t('console.command-empty')} />
  )
}
