/** Which text keys have a text, per language, in every folder texts are read from. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { locales, type Locale } from '../../lib/text/index.ts'

const ROOT = new URL('../..', import.meta.url).pathname

function folders(): string[] {
  const inside = (parent: string): string[] => readdirSync(join(ROOT, parent), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => join(ROOT, parent, entry.name, 'text'))
  return [join(ROOT, 'platform/text'), ...inside('modules'), ...inside('apps')].filter(existsSync)
}

/** Languages that have no text for the key. */
export function missingTexts(): (key: string) => Locale[] {
  const known = new Map<Locale, Set<string>>(locales.map((locale) => [locale, new Set()]))
  for (const folder of folders()) {
    for (const file of readdirSync(folder)) {
      const locale = locales.find((one) => file === `${one}.json` || file.endsWith(`.${one}.json`))
      if (locale) for (const key of Object.keys(JSON.parse(readFileSync(join(folder, file), 'utf8')) as object)) known.get(locale)!.add(key)
    }
  }
  return (key) => locales.filter((locale) => !known.get(locale)!.has(key))
}
