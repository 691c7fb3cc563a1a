/**
 * `npm run check`: what the house asks of its own source and a compiler can't see. One line a finding, then how
 * many each part looked at; exit 1 when there is any finding.
 */
import { attackCatalogue } from './check/attacks.ts'
import { audit } from './check/audit.ts'
import { documents } from './check/documents.ts'
import { imports } from './check/imports.ts'
import { licences } from './check/licences.ts'
import { lint } from './check/lint.ts'
import { migrations } from './check/migrations.ts'
import { personalData } from './check/personal-data.ts'
import { source } from './check/source.ts'
import { texts } from './check/texts.ts'
import type { Part } from './check/tree.ts'

const parts: Record<string, () => Part> = { imports, texts, migrations, source, personalData, documents, audit, licences, attacks: attackCatalogue, lint }
const summary: string[] = []
let count = 0
for (const [name, check] of Object.entries(parts)) {
  const { findings, looked } = check()
  for (const { at, says } of findings) console.log(`${name}  ${at}  ${says}`)
  count += findings.length
  summary.push(`${name} ${looked}${findings.length ? ` (${findings.length} found)` : ''}`)
}
console.log(summary.join(' · '))
console.log(count === 0 ? 'Nothing found.' : `${count} found.`)
if (count > 0) process.exitCode = 1
