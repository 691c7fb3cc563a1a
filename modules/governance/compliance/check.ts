/** Asks every clause and judges: nothing is called met that was not asked here and now. */
import type { App } from '../../../platform/context.ts'
import { accounts } from './accounts.ts'
import type { Check } from './contract.ts'
import { operation } from './operation.ts'
import { personal } from './personal.ts'
import { bad, type Clause, findBase, type Probe } from './probe.ts'

export const clauses: readonly Clause[] = [...accounts, ...operation, ...personal]

export function verdictOf({ evidence, open }: Pick<Check, 'evidence' | 'open'>): Check['verdict'] {
  const isOpen = (why: Check['open'][number]['why']): boolean => open.some((one) => one.why === why)
  if (evidence.some((one) => one.result === 'bad')) return 'not-met'
  if (isOpen('not-checked')) return 'not-checked'
  if (isOpen('not-built')) return 'not-built'
  if (isOpen('by-you')) return 'by-you'
  // Only remarks and nothing that was asked: nothing may be claimed.
  return evidence.some((one) => one.result === 'ok') ? 'met' : 'not-checked'
}

async function judge(probe: Probe, { id, clause, ask, needsHttp, open = [] }: Clause): Promise<Check> {
  const isMute = needsHttp && probe.base === null
  // A question that fails is a finding, never a pass.
  const evidence = ask && !isMute ? await ask(probe).catch((error: unknown) => [bad('question-failed', { why: String((error as Error).message).slice(0, 200) })]) : []
  const check = { id, clause, evidence, open: [...open, ...(isMute ? [{ why: 'not-checked' as const, what: 'no-http' }] : [])] }
  return { ...check, verdict: verdictOf(check) }
}

/** One after the other: some count what others leave. */
export async function runChecks(app: App, base?: string | null): Promise<Check[]> {
  const probe: Probe = { app, base: base === undefined ? await findBase(app) : base }
  const checks: Check[] = []
  for (const clause of clauses) checks.push(await judge(probe, clause))
  return checks
}
export const countsOf = (checks: readonly Check[]): Record<Check['verdict'], number> => {
  const counts: Record<Check['verdict'], number> = { met: 0, 'not-met': 0, 'not-checked': 0, 'not-built': 0, 'by-you': 0 }
  for (const check of checks) counts[check.verdict]++
  return counts
}
