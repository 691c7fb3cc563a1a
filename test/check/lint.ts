/** oxlint with .oxlintrc.json; every warning counts. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root, type Part } from './tree.ts'

interface Diagnostic { filename: string; code: string; message: string; labels: { span: { line: number } }[] }

export function lint(): Part {
  const done = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--format=json', '.'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 })
  if (!done.stdout) return { findings: [{ at: '.oxlintrc.json', says: (done.error?.message ?? done.stderr).trim() }], looked: 'lint' }
  const { diagnostics, number_of_files: files } = JSON.parse(done.stdout) as { diagnostics: Diagnostic[]; number_of_files: number }
  const findings = diagnostics.map(({ filename, code, message, labels }) => ({ at: `${filename}:${labels[0]?.span.line ?? 1}`, says: `${code} ${message}` }))
  return { findings, looked: `${files} linted` }
}
