import { useEffect, useMemo, useState, type ReactElement } from 'react'
import { Page, RadioGroup, Select, Skeleton } from '../../../../ui/index.ts'
import { createTranslator } from '../../../../lib/text/index.ts'
import { languages, useLanguage, useText } from '../../text.tsx'
import { usePreferences, type Theme } from '../../theme.ts'
import { ChartParts, CodeParts, StateParts } from './StateParts.tsx'
import { ControlParts, FieldParts, OverlayParts } from './ControlParts.tsx'
import { ListParts, MarkParts, TableParts, VoiceParts } from './DataParts.tsx'
import { ColourParts } from './ColourParts.tsx'
import { WordsContext } from './words.ts'

const load = import.meta.glob<Record<string, string>>('./text/*.json', { import: 'default' })

/** `/ui`: every part of the design system with real words, in every theme and language, before and after sign-in. */
export default function PartsPage(): ReactElement {
  const t = useText()
  const { locale, setLocale } = useLanguage()
  const [{ theme }, setPreferences] = usePreferences()
  const [loaded, setLoaded] = useState<{ locale: string; catalogue: Record<string, string> } | null>(null)
  useEffect(() => { void load[`./text/${locale}.json`]?.().then((catalogue) => setLoaded({ locale, catalogue })) }, [locale])
  const words = useMemo(() => loaded ? createTranslator(loaded.catalogue, locale) : null, [loaded, locale])
  if (!words) return <Skeleton label={t('console.loading')} rows={8} />
  return (
    <WordsContext value={words}>
      <Page
        title={words('title')} lead={words('lead')}
        actions={(
          <div className="flex flex-wrap items-end gap-4">
            <Select label={t('console.language')} options={languages.map(({ id, label }) => ({ id, label }))} value={locale} onChange={(id) => { const next = languages.find((each) => each.id === id); if (next) setLocale(next.id) }} className="w-36" />
            <RadioGroup label={t('console.theme')} orientation="horizontal" value={theme} onChange={(next) => setPreferences({ theme: next as Theme })} options={(['system', 'light', 'dark'] as const).map((id) => ({ id, label: t(`console.theme.${id}`) }))} />
          </div>
        )}
      >
        <ColourParts />
        <MarkParts />
        <VoiceParts />
        <ControlParts />
        <FieldParts />
        <OverlayParts />
        <TableParts />
        <ListParts />
        <ChartParts />
        <StateParts />
        <CodeParts />
      </Page>
    </WordsContext>
  )
}
