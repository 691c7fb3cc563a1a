import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactElement, type ReactNode } from 'react'
import { I18nProvider } from 'react-aria-components'
import { createTranslator, intlTag, locales, pickLocale, type Arguments, type Locale } from '../../lib/text/index.ts'

export type Text = (key: string, args?: Arguments) => string
type Catalogue = Record<string, string>

// Only the chosen language is fetched.
const sources: Record<Locale, () => Promise<{ default: Catalogue }>> = {
  'en': () => import('./catalogue/en.ts'),
  'zh-Hans': () => import('./catalogue/zh-Hans.ts'),
  'zh-Hant': () => import('./catalogue/zh-Hant.ts'),
}

/** Names of the languages in themselves. */
export const languages: readonly { id: Locale; label: string }[] = [
  { id: 'zh-Hant', label: '繁體中文' }, { id: 'zh-Hans', label: '简体中文' }, { id: 'en', label: 'English' },
]

const STORED = 'loopdesk.language'

export const loadCatalogue = async (locale: Locale): Promise<Catalogue> => (await sources[locale]()).default

/** The language this browser was set to, else the one it asks for. */
export function rememberedLocale(): Locale {
  const stored = localStorage.getItem(STORED)
  return locales.find((locale) => locale === stored) ?? pickLocale(navigator.languages)
}

/** Whether somebody chose a language in this browser; their choice goes before the one in their settings. */
export const hasChosenLocale = (): boolean => localStorage.getItem(STORED) !== null

interface Language {
  locale: Locale
  /** Changes the language in this browser; `useSession().setLanguage` also in the person's settings. */
  setLocale: (locale: Locale) => void
}

const TextContext = createContext<Text>((key) => key)
const LanguageContext = createContext<Language>({ locale: 'zh-Hant', setLocale: () => undefined })

/** The translator of the present language: `t('requests.closed')`. */
export const useText = (): Text => useContext(TextContext)
export const useLanguage = (): Language => useContext(LanguageContext)

export interface TextProviderProps {
  locale: Locale
  catalogue: Catalogue
  /** Zone of the times inside messages. */
  timeZone?: string
  children: ReactNode
}

export function TextProvider({ locale: initial, catalogue: loaded, timeZone, children }: TextProviderProps): ReactElement {
  const [{ locale, catalogue }, setPresent] = useState({ locale: initial, catalogue: loaded })
  useEffect(() => { document.documentElement.lang = locale }, [locale])
  const setLocale = useCallback((next: Locale) => {
    localStorage.setItem(STORED, next)
    void loadCatalogue(next).then((text) => setPresent({ locale: next, catalogue: text }))
  }, [])
  const t = useMemo(() => createTranslator(catalogue, locale, undefined, timeZone), [catalogue, locale, timeZone])
  const language = useMemo(() => ({ locale, setLocale }), [locale, setLocale])
  return (
    <LanguageContext value={language}>
      <TextContext value={t}><I18nProvider locale={intlTag(locale)}>{children}</I18nProvider></TextContext>
    </LanguageContext>
  )
}
