/**
 * The notice, put together from what is known: categories, cause, possible harm, measures, what persons can do, contact (PIPL
 * 57; GDPR 33(3) and 34(2) ask the same and the number of persons). What is not known yet says so.
 */
import { createTranslator, type Locale, type Translate } from '../../../lib/text/index.ts'
import { missingOf } from './breach.ts'
import type { Audience, Breach, BreachDraft } from './contract.ts'
import en from '../text/breach.en.json' with { type: 'json' }
import hans from '../text/breach.zh-Hans.json' with { type: 'json' }
import hant from '../text/breach.zh-Hant.json' with { type: 'json' }

const catalogues: Record<Locale, Record<string, string>> = { 'zh-Hant': hant, 'zh-Hans': hans, en }

type Known = Pick<Breach, 'number' | 'title' | 'happened' | 'noticedAt' | 'categories' | 'persons' | 'cause' | 'harm' | 'measures' | 'advice' | 'contact'>
const parts: Record<Audience, readonly (keyof Known)[]> = {
  authority: ['happened', 'noticedAt', 'categories', 'persons', 'cause', 'harm', 'measures', 'advice', 'contact'],
  // How many others it happened to is nothing a person can use.
  persons: ['happened', 'categories', 'cause', 'harm', 'measures', 'advice', 'contact'],
}

export function draftOf(breach: Known, audience: Audience, locale: Locale, zone: string): BreachDraft {
  const t: Translate = createTranslator(catalogues[locale], locale, undefined, zone)
  const missing = new Set<string>(missingOf(breach).filter((part) => parts[audience].includes(part)))
  const words = (part: keyof Known): string => missing.has(part) ? t('governance.breach.draft.unknown')
    : part === 'categories' ? breach.categories.map((one) => t(`governance.breach.category.${one}`)).join(t('governance.breach.draft.comma'))
    : part === 'persons' ? t('governance.breach.draft.persons-count', { count: breach.persons ?? 0 })
    : part === 'noticedAt' ? t('governance.breach.draft.at', { at: breach.noticedAt }) : String(breach[part])
  const body = parts[audience].map((part) => `${t(`governance.breach.draft.part.${part}`)}\n${words(part)}`)
  return { title: t(`governance.breach.draft.${audience}.title`, { number: breach.number }), text: [t(`governance.breach.draft.${audience}.opening`), ...body, t(`governance.breach.draft.${audience}.closing`)].join('\n\n'), missing: missing.size }
}
