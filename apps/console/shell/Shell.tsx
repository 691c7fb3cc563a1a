import { lazy, Suspense, useState, type ReactElement, type ReactNode } from 'react'
import { Banner, ToastRegion, useShortcuts } from '../../../ui/index.ts'
import { useConnection } from '../live.ts'
import { useLanguage, useText } from '../text.tsx'
import { intlTag } from '../../../lib/text/index.ts'
import { BottomBar, Rail, useRail } from './Rail.tsx'
import { TopLine } from './TopLine.tsx'

// Fetched right after the first page, which does not wait for them.
const Palette = lazy(() => import('./Palette.tsx').then((own) => ({ default: own.Palette })))
const ShortcutHelp = lazy(() => import('./ShortcutHelp.tsx').then((own) => ({ default: own.ShortcutHelp })))
const NoticeBanner = lazy(() => import('../../../modules/governance/screens/notices/NoticeBanner.tsx').then((notices) => ({ default: notices.NoticeBanner })))

/** What stands around every page: rail, top line, and the two banners that alone may push the page: cut off, and a notice to confirm. */
export function Shell({ children }: { children: ReactNode }): ReactElement {
  const t = useText()
  const [isPaletteOpen, setPaletteOpen] = useState(false)
  const [isHelpOpen, setHelpOpen] = useState(false)
  const rail = useRail()
  useShortcuts([
    { keys: 'mod+k', label: t('console.command'), group: t('console.everywhere'), isEverywhere: true, run: () => setPaletteOpen((isOpen) => !isOpen) },
    { keys: '?', label: t('console.shortcuts'), group: t('console.everywhere'), run: () => setHelpOpen(true) },
    ...rail.map((entry) => ({ keys: entry.keys, label: entry.label, group: t('console.go-to'), run: entry.open })),
  ])
  return (
    <div className="grid h-dvh grid-cols-[3rem_minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)] max-sm:grid-cols-1 max-sm:grid-rows-[auto_minmax(0,1fr)_auto]">
      <a href="#main" className="sr-only z-50 rounded-md bg-raised px-3 py-2 text-accent focus:not-sr-only focus:fixed focus:start-2 focus:top-2">{t('console.skip')}</a>
      <Rail entries={rail} />
      <div className="col-start-2 flex min-w-0 flex-col max-sm:col-start-1">
        <TopLine onCommand={() => setPaletteOpen(true)} onHelp={() => setHelpOpen(true)} />
        <CutOff />
        <Suspense fallback={null}><NoticeBanner /></Suspense>
      </div>
      <main id="main" tabIndex={-1} className="col-start-2 min-h-0 min-w-0 overflow-auto outline-none max-sm:col-start-1">{children}</main>
      <BottomBar entries={rail} />
      <Suspense fallback={null}>
        <Palette isOpen={isPaletteOpen} onOpenChange={setPaletteOpen} rail={rail} onHelp={() => setHelpOpen(true)} />
        <ShortcutHelp isOpen={isHelpOpen} onOpenChange={setHelpOpen} />
      </Suspense>
      <ToastRegion label={t('console.messages')} closeLabel={t('console.close')} />
    </div>
  )
}

function CutOff() {
  const t = useText()
  const { locale } = useLanguage()
  const { state, heardAt } = useConnection()
  if (state !== 'off' || heardAt === 0) return null
  const time = new Intl.DateTimeFormat(intlTag(locale), { hour: '2-digit', minute: '2-digit', hour12: false }).format(heardAt)
  return <Banner tone="soon">{t('console.cut-off', { time })}</Banner>
}
