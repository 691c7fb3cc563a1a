import { Languages } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { languages, useLanguage, useText } from '../../../apps/console/text.tsx'
import { Button, Menu } from '../../../ui/index.ts'

/** What stands around the pages before somebody is signed in: one column, the name of the house, and the language. */
export function Door({ title, lead, children, step }: { title: string; lead?: ReactNode; children: ReactNode; step?: string }): ReactElement {
  const t = useText()
  const { locale, setLocale } = useLanguage()
  const present = languages.find((language) => language.id === locale)
  return (
    <div className="flex min-h-dvh flex-col px-4 py-4 sm:px-8">
      <header className="flex items-center justify-between">
        <span className="flex items-center gap-2 font-bold"><Loop />Loopdesk</span>
        <Menu
          label={t('console.language')} placement="bottom end" trigger={<Button variant="quiet" icon={<Languages className="size-4" aria-hidden="true" />} aria-label={`${t('console.language')}: ${present?.label ?? ''}`}>{present?.label}</Button>}
          groups={[{ id: 'language', entries: languages.map((language) => ({ id: language.id, label: language.label, isChosen: language.id === locale })) }]}
          onAction={(id) => { const chosen = languages.find((language) => language.id === id); if (chosen) setLocale(chosen.id) }}
        />
      </header>
      <div className="mx-auto flex w-full max-w-100 flex-1 flex-col gap-5 pt-[10vh] pb-10 max-sm:pt-10">
        <div>
          {step !== undefined && <p className="text-sm text-faint">{step}</p>}
          <h1 className="text-xl font-bold">{title}</h1>
          {lead !== undefined && <p className="mt-1 text-muted">{lead}</p>}
        </div>
        {children}
      </div>
    </div>
  )
}

function Loop() {
  return (
    <svg viewBox="0 0 32 32" className="size-5 text-accent" aria-hidden="true">
      <circle cx="16" cy="16" r="11" fill="none" stroke="currentColor" strokeWidth="5" />
      <path d="M16 5a11 11 0 0 1 0 22z" fill="currentColor" />
    </svg>
  )
}

/** What an address carries after `#`: it is never sent to a server nor written into its logs. Taken out of the address at once. */
export function takeFragment(): string {
  const token = decodeURIComponent(location.hash.slice(1))
  if (token) {
    taken = { path: location.pathname, token }
    history.replaceState(history.state, '', location.pathname + location.search)
  }
  // The page may be built anew while it loads; what its address carried still belongs to it.
  return taken?.path === location.pathname ? taken.token : ''
}
/** The token has done its work. */
export const dropFragment = (): void => { taken = null }
let taken: { path: string; token: string } | null = null
