/** Licences of everything that is installed to run the product or bundled into its pages. */
import { existsSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { files, matchesIn, root, type Finding, type Part } from './tree.ts'

const allowed = new Set(['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'Unlicense', 'CC0-1.0', 'Python-2.0', 'MPL-2.0', 'PostgreSQL', 'PSF-2.0', 'CC-BY-3.0'])

/** Packages whose manifest names none, and the licence that lies beside it. */
const read: Record<string, string> = { 'png-js': 'MIT' }

interface Package { version?: string; dev?: boolean; optional?: boolean; dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> }
interface Manifest { name?: string; license?: string | { type: string }; licenses?: (string | { type: string })[] }

/** True when every licence of an `and` and one of an `or` is allowed. Reads SPDX expressions without nesting. */
export function isAllowed(expression: string): boolean {
  return expression.replace(/^\((.*)\)$/, '$1').split(/ OR /i).some((choice) => choice.split(/ AND /i).every((one) => allowed.has(one.trim())))
}

function licenceOf(manifest: Manifest): string {
  const names = [manifest.license ?? manifest.licenses ?? []].flat().map((one) => (typeof one === 'string' ? one : one.type))
  return names.join(' OR ') || read[manifest.name ?? ''] || 'none named'
}

/** Packages the browser's source names; they are installed for building and then shipped inside dist/. */
function bundled(): Set<string> {
  const names = new Set<string>()
  for (const path of files.filter((one) => /^(apps\/(console|portal)|ui|modules\/[^/]+\/screens)\/.*\.(tsx?|css)$/.test(one) && !/\.test\.|vite\..*config/.test(one))) {
    for (const { match } of matchesIn(path, /(?:from|import)\s*\(?\s*['"]([^.'"][^'"]*)['"]/g)) {
      const name = match[1]!.split('/').slice(0, match[1]!.startsWith('@') ? 2 : 1).join('/')
      if (!name.startsWith('node:') && !builtinModules.includes(name)) names.add(name)
    }
  }
  return names
}

/** Node's own resolution over the lock file's paths. */
function resolve(packages: Record<string, Package>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder ? `${folder}/` : ''}node_modules/${name}`
    if (packages[path]) return path
    if (!folder.includes('node_modules')) return undefined
    if (!folder.includes('/node_modules/')) folder = ''
    if (folder === '') return packages[`node_modules/${name}`] ? `node_modules/${name}` : undefined
  }
}

export function licences(): Part {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Package> }
  const waiting = Object.entries(packages).filter(([path, { dev }]) => path && !dev).map(([path]) => path)
  for (const name of bundled()) if (packages[`node_modules/${name}`]) waiting.push(`node_modules/${name}`)
  const seen = new Set<string>()
  const findings: Finding[] = []
  for (let path = waiting.pop(); path; path = waiting.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    const { dependencies, optionalDependencies } = packages[path]!
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const next = resolve(packages, path, name)
      if (next) waiting.push(next)
    }
    const manifest = join(root, path, 'package.json')
    // Packages of other platforms are not here; those of this one have the same licence.
    if (!existsSync(manifest)) continue
    const licence = licenceOf(JSON.parse(readFileSync(manifest, 'utf8')) as Manifest)
    if (!isAllowed(licence)) findings.push({ at: path, says: `licence ${licence}: not in the list; judge it, then add it here and to docs/credits.md` })
  }
  return { findings, looked: `${seen.size} licences` }
}
