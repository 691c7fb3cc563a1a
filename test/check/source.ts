/** Things that must not stand in the source: silenced tools, promises, the machine it was written on, other clocks. */
import { files, isCode, isTest, matchesIn, read, type Finding, type Part } from './tree.ts'

interface Ban { pattern: RegExp; says: string; where: (path: string) => boolean }

const everywhere = (path: string): boolean => !/\.(png|svg|ico|woff2?|eml|gz)$/.test(path) && path !== 'LICENSE'
const ownWords = (path: string): boolean => everywhere(path) && path !== 'package-lock.json' && !path.includes('/fixtures/')
const roomServer = (path: string): boolean => /^modules\/.*\.ts$/.test(path) && !/\/(screens|portal)\//.test(path) && !isTest(path)

const bans: Ban[] = [
  { pattern: /@ts-(?:ignore|nocheck|expect-error)|(?:ox|es)lint-disable|biome-ignore|prettier-ignore/g, says: 'mend the cause instead of silencing the tool', where: (path) => isCode(path) && !path.startsWith('test/check/') },
  { pattern: /\b(?:TO[D]O|FIX[M]E|X{3}|HA[C]K)\b|coming[ ]soon|not[ ]implemented yet/gi, says: 'do it, or leave it out', where: ownWords },
  { pattern: /\b(?:test|it|describe)\.(?:only|skip|to[d]o)\(/g, says: 'tests run, or say by skipIf what they need', where: isTest },
  { pattern: /(?<![\w.])\/(?:work|farm)\//g, says: 'names a path of one machine', where: everywhere },
  { pattern: /"resolved":|https?:\/\/[^\s/"']*(?:artifactory|nexus|verdaccio|jfrog)/g, says: 'names a registry; run npm with omit-lockfile-registry-resolved', where: (path) => everywhere(path) && !path.startsWith('test/check/') },
  { pattern: /\bnew Date\(\)|\bDate\.now\(\)/g, says: 'business time is ctx.now', where: roomServer },
  { pattern: /(?<![\w.])(?:now\(\)|current_timestamp\b|current_date\b)/g, says: 'business time is ctx.now, not the database’s clock', where: (path) => roomServer(path) && /store/.test(path) },
]

// A name says what a thing is; these say only that it is a thing.
const emptyNames = /(?:^|[-.])(?:managers?|helpers?|utils?|impl|misc|common)(?=[-.]|$)|(?:Manager|Helper|Utils?|Impl)(?=\.|[A-Z])/

/** The line above begins with “Real time:” and says why the world's clock is meant. */
const isRealTime = (path: string, index: number): boolean => /\/\/ Real time: [^\n]*\n[^\n]*$/.test(read(path).slice(0, index))

export function source(): Part {
  const findings: Finding[] = []
  for (const path of files) {
    if (isCode(path) && emptyNames.test(path.slice(path.lastIndexOf('/') + 1))) findings.push({ at: path, says: 'name it after what it is' })
    for (const { pattern, says, where } of bans) {
      if (!where(path)) continue
      for (const { at, match } of matchesIn(path, pattern)) if (!isRealTime(path, match.index)) findings.push({ at, says: `${match[0].trim()}: ${says}` })
    }
  }
  return { findings, looked: `${files.length} files` }
}
