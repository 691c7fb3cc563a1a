/** Reasons not to start, each one sentence a person can act on, in the language of their terminal. */
import { readFileSync } from 'node:fs'
import { createTranslator, pickLocale, type Locale } from '../../lib/text/index.ts'

export type RefusalCode =
  | 'start.data-unreadable' // { path, user }
  | 'start.data-in-use' // { path, pid }
  | 'start.disk-full' // { path, freeMb, needMb }
  | 'start.database-failed' // { reason, log }
  | 'start.database-newer' // { found, known }
  | 'start.database-url-wrong' // { reason }
  | 'start.setting-wrong' // { name, value }
  | 'start.certificate-unusable' // { path, reason }
  | 'start.port-taken' // { host, port, next: a port to try }

export class StartRefusal extends Error {
  readonly code: RefusalCode
  readonly args: Record<string, string | number>
  constructor(code: RefusalCode, args: Record<string, string | number> = {}, cause?: unknown) {
    super(code, { cause })
    this.name = 'StartRefusal'
    this.code = code
    this.args = args
  }
}

/** The language of a terminal by POSIX precedence: LC_ALL, LC_MESSAGES, LANG; anything but Chinese is English. */
export function terminalLocale(env: NodeJS.ProcessEnv = process.env): Locale {
  const name = env.LC_ALL || env.LC_MESSAGES || env.LANG || ''
  return pickLocale(name.replace(/[.@].*$/, '').replaceAll('_', '-'), 'en')
}

/** A text of platform/text/startup.*.json. */
export function startupText(key: string, args: Record<string, string | number> = {}, locale: Locale = terminalLocale()): string {
  const file = new URL(`../text/startup.${locale}.json`, import.meta.url)
  return createTranslator(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>, locale)(key, args)
}

/** One sentence with the way out. */
export const explainRefusal = ({ code, args }: StartRefusal, locale?: Locale): string => startupText(code, args, locale)
