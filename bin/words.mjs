/** What start-up says, in the terminal's language; plain JavaScript, for it speaks before anything is installed. */
import { readFileSync } from 'node:fs'

/** The same choice as terminalLocale in platform/database/refusals.ts, which no machine without Node 24 can load. */
function terminalLocale({ LC_ALL, LC_MESSAGES, LANG }) {
  const name = LC_ALL || LC_MESSAGES || LANG || ''
  if (!/^(zh|yue)/i.test(name)) return 'en'
  return /^yue|[_-](TW|HK|MO|Hant)/i.test(name) ? 'zh-Hant' : 'zh-Hans'
}

/** A text of platform/text/startup.*.json with its {arguments}. */
export function words(key, args = {}) {
  const texts = JSON.parse(readFileSync(new URL(`../platform/text/startup.${terminalLocale(process.env)}.json`, import.meta.url), 'utf8'))
  return texts[key].replace(/\{(\w+)\}/g, (whole, name) => args[name] ?? whole)
}

/** Says why it can't go on, and ends. */
export function refuse(key, args) {
  process.stderr.write(`${words(key, args)}\n`)
  process.exit(1)
}
