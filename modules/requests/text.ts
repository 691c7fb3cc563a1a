/** This room's words for what leaves the program without a browser, a mail to a colleague say. */
import { createTranslator, type Locale, type Translate } from '../../lib/text/index.ts'
import en from './text/en.json' with { type: 'json' }
import hans from './text/zh-Hans.json' with { type: 'json' }
import hant from './text/zh-Hant.json' with { type: 'json' }

const texts: Record<Locale, Record<string, string>> = { 'zh-Hant': hant, 'zh-Hans': hans, en }
export const requestText = (locale: Locale): Translate => createTranslator(texts[locale], locale)
