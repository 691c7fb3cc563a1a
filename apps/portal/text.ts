/// <reference types="vite/client" />
/** Language of the customers' pages: theirs by choice, else the page's, else the browser's; only that catalogue is loaded. */
import { createTranslator, type Locale, locales, pickLocale, type Translate } from '../../lib/text/index.ts'
import { keep, kept } from './keep.ts'

export type Catalogue = Record<string, string>
/** Looks up `channels.chat.<key>`. */
export type T = Translate

const KEY = 'loopdesk.language'
export const languages: readonly [Locale, string][] = [['zh-Hant', '繁體中文'], ['zh-Hans', '简体中文'], ['en', 'English']]

/** `asked` is what the embedding page says, a tag like zh-TW. */
export const chosenLocale = (asked?: string | null): Locale =>
  locales.find((one) => one === kept(KEY)) ?? (asked ? pickLocale(asked, pickLocale(navigator.languages)) : pickLocale(navigator.languages))
export const chooseLocale = (locale: Locale): void => keep(KEY, locale)

export async function translatorFor(locale: Locale, sources: Record<string, () => Promise<Catalogue>>, prefix: string): Promise<T> {
  const [, load] = Object.entries(sources).find(([path]) => path.endsWith(`${locale}.json`))!
  const translate = createTranslator(await load(), locale, () => '')
  document.documentElement.lang = locale
  return (key, args) => translate(prefix + key, args)
}
