/** The files of the repository, and how a check reports. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `at` is `path` or `path:line`. */
export interface Finding { at: string; says: string }
/** `looked` tells in words what was looked at, so that a check which saw nothing can't pass for a good one. */
export interface Part { findings: Finding[]; looked: string }

export const root = fileURLToPath(new URL('../../', import.meta.url))
const outside = new Set(['node_modules', 'dist', 'data', '.git', 'test/output'])

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder ? `${folder}/${entry.name}` : entry.name
    if (outside.has(path) || path.endsWith('.log')) continue
    if (entry.isDirectory()) yield* walk(path)
    else if (entry.isFile()) yield path
  }
}

/** What git keeps or would keep; a copy without git is walked. */
function listFiles(): string[] {
  try {
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return listed.split('\0').filter((path) => path && existsSync(join(root, path)))
  } catch {
    return [...walk('')]
  }
}

/** Paths from the root, with forward slashes, sorted. */
export const files: readonly string[] = listFiles().sort()

const contents = new Map<string, string>()
export function read(path: string): string {
  let text = contents.get(path)
  if (text === undefined) contents.set(path, (text = readFileSync(join(root, path), 'utf8')))
  return text
}

export const isCode = (path: string): boolean => /\.(tsx?|mjs)$/.test(path)
export const isTest = (path: string): boolean => /\.test\.tsx?$|^modules\/.*\/testing\//.test(path) || path.startsWith('test/')
export const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length

/** Every match of `pattern` (global) in the file, with its place. */
export function* matchesIn(path: string, pattern: RegExp): Generator<{ at: string; match: RegExpExecArray }> {
  const text = read(path)
  for (const match of text.matchAll(pattern)) yield { at: `${path}:${lineAt(text, match.index)}`, match }
}
