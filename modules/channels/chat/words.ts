/** The few words the server itself says to visitors, and which language a visitor's words are in. */
import { createTranslator, type Locale, type Translate } from '../../../lib/text/index.ts'
import { detectLanguage } from '../../standards/index.ts'
import en from '../text/chat.en.json' with { type: 'json' }
import hans from '../text/chat.zh-Hans.json' with { type: 'json' }
import hant from '../text/chat.zh-Hant.json' with { type: 'json' }

const translators: Record<Locale, Translate<keyof typeof hant>> = {
  'zh-Hant': createTranslator(hant, 'zh-Hant'), 'zh-Hans': createTranslator(hans, 'zh-Hans'), en: createTranslator(en, 'en'),
}
export const chatText = (locale: Locale): Translate<keyof typeof hant> => translators[locale]

/** What a text is written in. A few Latin letters ("ok", a model number) say nothing: then the page's language counts. */
export function languageOf(text: string, page: Locale): Locale {
  const found = detectLanguage(text)
  if (found === 'en') return page !== 'en' && text.replace(/[^A-Za-z]/g, '').length < 20 ? page : 'en'
  // Short Chinese often has no character that tells the two scripts apart.
  return page !== 'en' && found === 'zh-Hant' && text.length < 40 && !/[們來時個說會對後過這為與無開關發電動沒問題帳單謝麼請經還點實際進處員網線復應該嗎費據號]/.test(text) ? page : found
}
