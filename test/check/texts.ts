/** Texts: three languages with the same keys and arguments, one home a key, and a text for everything that is shown by key. */
import iconv from 'iconv-lite'
import table from 'opencc-js/dict/TSCharacters'
import { compareCatalogues, locales, type Locale } from '../../lib/text/index.ts'
import { files, isTest, matchesIn, read, type Finding, type Part } from './tree.ts'

type Catalogue = Record<string, string>
/** The three files of one folder and part; `part` is '' for `en.json`, 'mail' for `mail.en.json`. */
interface Home { folder: string; part: string; texts: Map<Locale, Catalogue> }

const name = /^(.*\/text)\/(?:([a-z-]+)\.)?(zh-Hant|zh-Hans|en)\.json$/

function homes(findings: Finding[]): Home[] {
  const all = new Map<string, Home>()
  for (const path of files) {
    const [, folder, part = '', locale] = name.exec(path) ?? []
    if (!folder || path.startsWith('test/')) {
      if (/\/text\/[^/]+\.json$/.test(path)) findings.push({ at: path, says: 'named neither <language>.json nor <part>.<language>.json' })
      continue
    }
    const home = all.get(`${folder}/${part}`) ?? { folder, part, texts: new Map<Locale, Catalogue>() }
    all.set(`${folder}/${part}`, home)
    home.texts.set(locale as Locale, catalogue(path, findings))
  }
  return [...all.values()]
}

function catalogue(path: string, findings: Finding[]): Catalogue {
  const seen = new Set<string>()
  // JSON.parse keeps the last of two equal keys without a word.
  for (const { at, match } of matchesIn(path, /^\s*"((?:[^"\\]|\\.)+)":/gm)) {
    if (seen.has(match[1]!)) findings.push({ at, says: `${match[1]} stands here twice` })
    seen.add(match[1]!)
  }
  return JSON.parse(read(path)) as Catalogue
}

const fileOf = ({ folder, part }: Home, locale: Locale): string => `${folder}/${part ? `${part}.` : ''}${locale}.json`

function compare(home: Home, findings: Finding[]): void {
  const reference = home.texts.get('zh-Hant') ?? {}
  for (const locale of locales) {
    const at = fileOf(home, locale)
    const other = home.texts.get(locale)
    if (!other) { findings.push({ at, says: 'is missing' }); continue }
    const { missing, extra, differentArguments, malformed } = compareCatalogues(reference, other)
    for (const key of missing) findings.push({ at, says: `${key} has no text` })
    for (const key of extra) findings.push({ at: fileOf(home, 'zh-Hant'), says: `${key} has no text` })
    for (const { key, a, b } of differentArguments) findings.push({ at, says: `${key} has the arguments ${b.join(' ') || 'none'}, zh-Hant ${a.join(' ') || 'none'}` })
    for (const { key, problem } of malformed) findings.push({ at, says: `${key}: ${problem}` })
  }
}

/** Words of the other side of the strait, or not the house's: see docs/glossary.md. */
const strangers: Record<Locale, RegExp> = {
  'zh-Hant': /網絡|信息|軟件|服務器|默認|鏈接|文件夾|登錄|屏幕|打印|視頻|郵箱|短信|激活|反饋|質量/,
  'zh-Hans': /网路|资讯|软体|伺服器|预设|连结|资料夹|登入|萤幕|列印|影片|简讯|讯息|使用者|回馈|储存|品质/,
  'en': /\b(?:tickets?|utili[sz]e)\b/i,
}

// 著 stays in 著名 and 显著, 乾 in names.
const traditional = new Set(table.split('|').map((entry) => entry.split(' ')[0]!).filter((letter) => !'著乾'.includes(letter)))

/** True when this letter can't stand in a text of the language: unknown to Big5, or a traditional form. */
const isOfOtherScript: Record<Locale, (letter: string) => boolean> = {
  'zh-Hant': (letter) => iconv.decode(iconv.encode(letter, 'big5'), 'big5') !== letter,
  'zh-Hans': (letter) => traditional.has(letter),
  'en': () => false,
}

function words(home: Home, findings: Finding[]): void {
  for (const [locale, texts] of home.texts) {
    for (const [key, text] of Object.entries(texts)) {
      const at = fileOf(home, locale)
      const stranger = strangers[locale].exec(text)
      if (stranger) findings.push({ at, says: `${key}: “${stranger[0]}” is not the word here, see docs/glossary.md` })
      if (/[!！](?!=)/.test(text)) findings.push({ at, says: `${key}: no exclamation marks` })
      const wrong = text.match(/\p{Script=Han}/gu)?.find(isOfOtherScript[locale])
      if (wrong) findings.push({ at, says: `${key}: “${wrong}” is of the other script` })
    }
  }
}

/** Keys that code names in words: faults thrown or declared, refusals at start-up, field messages, screens' t('…'). */
function* asked(): Generator<{ at: string; key: string }> {
  const keys = /'([a-z][a-zA-Z0-9-]*(?:\.[a-zA-Z0-9-]+)+)'/g
  for (const path of files) {
    if (!/^(apps|modules|platform|ui)\/.*\.tsx?$/.test(path) || isTest(path)) continue
    for (const { at, match } of matchesIn(path, /new (?:Fault|StartRefusal)\(([^()]*?)[,)]|\bfaults: \[([^\]]*)\]/g)) {
      for (const [, key] of (match[1] ?? match[2] ?? '').matchAll(keys)) yield { at, key: key! }
    }
    for (const { at, match } of matchesIn(path, /\bnotFound\('([^']+)'\)/g)) yield { at, key: `${match[1]}.not-found` }
    for (const { at, match } of matchesIn(path, /'(input\.[a-z-]+)'/g)) yield { at, key: match[1]! }
    for (const { at, match } of matchesIn(path, /\b(?:t|text|startupText)\('([a-z][a-zA-Z-]*\.[^']+)'/g)) yield { at, key: match[1]! }
  }
}

const rooms = 'staff|customers|standards|requests|channels|routing|quality|governance|insight|platform|access|http|console'

/** What looks like a text key and is a name of another kind: events, permissions, queues, tables, named constants. */
function otherNames(): Set<string> {
  const names = new Set<string>()
  for (const path of files) {
    if (path.endsWith('.sql')) for (const { match } of matchesIn(path, /\bcreate (?:table|sequence) ([a-z_]+\.[a-z_]+)/g)) names.add(match[1]!)
    if (!isSource(path)) continue
    for (const { match } of matchesIn(path, /\bemit\(\w+, ([^{]*)/g)) for (const [, name] of match[1]!.matchAll(/'([\w.-]+)'/g)) names.add(name!)
    for (const { match } of matchesIn(path, /\b(?:access|needs): '([\w.-]+)'|\b(?:may|mustMay)\([\w.]+, '([\w.-]+)'|\benqueue\(\w+, '([\w.-]+)'|^\s+'([\w.-]+)': \{|\bnotFound\('([\w.-]+)'|\b[A-Z]+ = '([\w.-]+)'|\bkey = '([\w.-]+)'/gm)) names.add(match.slice(1).find(Boolean)!)
  }
  return names
}

const isSource = (path: string): boolean => /^(apps|modules|platform)\/.*\.tsx?$/.test(path) && !isTest(path)

/** Keys handed on by name (reasons, verdicts, codes), and beginnings of keys that are put together. */
function* handedOn(known: ReadonlySet<string>): Generator<{ at: string; key: string }> {
  const others = otherNames()
  const whole = new RegExp(`'((?:${rooms})(?:\\.[a-zA-Z0-9-]+)+)'`, 'g')
  const begun = new RegExp(`\`((?:${rooms})\\.[a-zA-Z0-9.-]*)\\$\\{`, 'g')
  for (const path of files.filter(isSource)) {
    if (path.startsWith('apps/demo/')) continue
    for (const { at, match } of matchesIn(path, whole)) if (!others.has(match[1]!)) yield { at, key: match[1]! }
    for (const { at, match } of matchesIn(path, begun)) {
      const start = match[1]!
      if (![...known, ...others].some((one) => one.startsWith(start))) yield { at, key: `${start}…` }
    }
  }
}

export function texts(): Part {
  const findings: Finding[] = []
  const all = homes(findings)
  const owners = new Map<string, string>()
  for (const home of all) {
    compare(home, findings)
    words(home, findings)
    const room = /^modules\/([^/]+)\//.exec(home.folder)?.[1]
    for (const key of Object.keys(home.texts.get('zh-Hant') ?? {})) {
      const before = owners.get(key)
      if (before && !home.folder.includes('/parts/')) findings.push({ at: fileOf(home, 'zh-Hant'), says: `${key} is in ${before} too` })
      owners.set(key, fileOf(home, 'zh-Hant'))
      if (room && !key.startsWith(`${room}.`)) findings.push({ at: fileOf(home, 'zh-Hant'), says: `${key} does not begin with ${room}.` })
    }
  }
  const told = new Set<string>()
  for (const { at, key } of [...asked(), ...handedOn(new Set(owners.keys()))]) {
    // The portal's pages name a key without its room.
    if (owners.has(key) || told.has(key) || (at.startsWith('apps/portal/') && [...owners.keys()].some((one) => one.endsWith(`.${key}`)))) continue
    told.add(key)
    findings.push({ at, says: `${key} has no text` })
  }
  return { findings, looked: `${owners.size} texts` }
}
