import type { ReactElement } from 'react'
import { Dialog, Kbd, Switch, useShortcutList } from '../../../ui/index.ts'
import { useText } from '../text.tsx'
import { usePreferences } from '../theme.ts'

/** `?`: every key that does something now. */
export function ShortcutHelp({ isOpen, onOpenChange }: { isOpen: boolean; onOpenChange: (isOpen: boolean) => void }): ReactElement {
  const t = useText()
  const [{ hasSingleKeys, hasMotion }, setPreferences] = usePreferences()
  const groups = Map.groupBy(useShortcutList(), (shortcut) => shortcut.group ?? t('console.on-this-page'))
  return (
    <Dialog isOpen={isOpen} onOpenChange={onOpenChange} title={t('console.shortcuts')} closeLabel={t('console.close')} isDismissable>
      <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
        {[...groups].map(([group, shortcuts]) => (
          <section key={group}>
            <h3 className="mb-1 text-sm font-bold text-faint">{group}</h3>
            <dl>{shortcuts.map((shortcut) => (
              <div key={shortcut.keys} className="flex items-center justify-between border-b border-line py-1"><dt>{shortcut.label}</dt><dd><Kbd keys={shortcut.keys} className="text-muted" /></dd></div>
            ))}</dl>
          </section>
        ))}
      </div>
      <div className="mt-4 flex flex-col gap-1">
        <Switch isSelected={hasSingleKeys} onChange={(isOn) => setPreferences({ hasSingleKeys: isOn })}>{t('console.single-keys')}</Switch>
        <Switch isSelected={!hasMotion} onChange={(isOff) => setPreferences({ hasMotion: !isOff })}>{t('console.less-motion')}</Switch>
      </div>
    </Dialog>
  )
}
