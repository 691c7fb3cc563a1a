/**
 * Ordered rules over any field of a request: recognition of service, type and priority, routing, triggers.
 * A rule set is compiled once; evaluating it reads each text once, whatever the number of keywords, and keeps
 * an explanation that can be shown to a person. There are no regular expressions: nothing a user writes here
 * can be slow.
 *
 * Text is compared folded (case, width, Traditional/Simplified, see lib/search). A list, such as tags, meets a
 * condition when one of its members does. `is-not`, `not-in` and `not-contains` are true of a missing field.
 */
import { KeywordSearch, type Place } from './keywords.ts'

export type Op =
  | 'is' | 'is-not' | 'in' | 'not-in' | 'contains' | 'not-contains' | 'contains-any' | 'contains-all' | 'starts-with' | 'ends-with'
  | 'matches-words' | 'gt' | 'gte' | 'lt' | 'lte' | 'exists' | 'missing'
export const ops: readonly Op[] = [
  'is', 'is-not', 'in', 'not-in', 'contains', 'not-contains', 'contains-any', 'contains-all', 'starts-with', 'ends-with',
  'matches-words', 'gt', 'gte', 'lt', 'lte', 'exists', 'missing',
]

export type Scalar = string | number | boolean
export type FieldCondition = { field: string; op: Op; value?: Scalar | readonly Scalar[] }
/** `all` of none is true, `any` of none false */
export type Condition = FieldCondition | { all: readonly Condition[] } | { any: readonly Condition[] } | { not: Condition }

/** outcome fields: a scalar is set by the first matching rule, a list (tags) collects from all of them */
export type Outcome = Record<string, Scalar | readonly Scalar[]>
export type Rule = { id: string; name: string; when: Condition; outcome: Outcome; /** no later rule is looked at */ stop?: boolean }

/** field values, flat (`'customer.tier'`) or nested (`{ customer: { tier } }`) */
export type Facts = { readonly [field: string]: unknown }

/** `found`: keywords that were met, or the field's value; null for what was found missing */
export type Because = { field: string; op: Op; value?: FieldCondition['value']; found: Scalar | readonly Scalar[] | null; negated?: true }
export type Explanation = { rule: string; name: string; set: string[]; because: Because[] }
export type Evaluation = { outcome: Outcome; explanation: Explanation[] }

export type RuleProblem = { rule: string; code: 'unknown-op' | 'empty-value' | 'not-a-number' | 'too-deep' | 'duplicate-id' }
export type RuleSet = { evaluate(facts: Facts): Evaluation; /** whether one rule's condition holds, for a preview */ matches(ruleId: string, facts: Facts): boolean }

const maxDepth = 12

/** What is wrong with rules as a person wrote them; compiling lets a rule with a problem never match. */
export function checkRules(rules: readonly Rule[]): RuleProblem[] {
  const problems: RuleProblem[] = []
  const seen = new Set<string>()
  for (const rule of rules) {
    const add = (code: RuleProblem['code']) => problems.push({ rule: rule.id, code })
    if (seen.has(rule.id)) add('duplicate-id')
    seen.add(rule.id)
    const visit = (condition: Condition, depth: number): void => {
      if (depth > maxDepth) return void add('too-deep')
      if ('field' in condition) {
        const problem = problemOf(condition)
        if (problem) add(problem)
      } else if ('not' in condition) visit(condition.not, depth + 1)
      else for (const one of 'all' in condition ? condition.all : condition.any) visit(one, depth + 1)
    }
    visit(rule.when, 1)
  }
  return problems
}

function problemOf({ op, value }: FieldCondition): RuleProblem['code'] | undefined {
  if (!ops.includes(op)) return 'unknown-op'
  if (op === 'exists' || op === 'missing') return undefined
  const values = valuesOf(value)
  if (values.length === 0 || values.some((one) => String(one).trim() === '')) return 'empty-value'
  return /^[gl]te?$/.test(op) && Number.isNaN(Number(values[0])) ? 'not-a-number' : undefined
}

function valuesOf(value: FieldCondition['value']): readonly Scalar[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as readonly Scalar[]) : [value as Scalar]
}

const places: Partial<Record<Op, Place>> = { is: 'whole', 'is-not': 'whole', in: 'whole', 'not-in': 'whole', 'starts-with': 'start', 'ends-with': 'end', 'matches-words': 'word' }
const negations: Partial<Record<Op, Op>> = { 'is-not': 'is', 'not-in': 'in', 'not-contains': 'contains', missing: 'exists' }

/** A compiled condition: whether it holds for the facts now loaded, and, when it holds, why. */
type Test = { holds(): boolean; why(into: Because[], negated: boolean): void }

/** Compiles rules in their order. Cost of an evaluation: one pass over each text named by a text condition. */
export function compileRules(rules: readonly Rule[]): RuleSet {
  const search = new KeywordSearch()
  const fields = new Map<string, Field>()
  const fieldOf = (name: string) => {
    let field = fields.get(name)
    if (!field) fields.set(name, (field = new Field(name, search)))
    return field
  }
  const wrong = new Set(checkRules(rules).filter((one) => one.code !== 'duplicate-id').map((one) => one.rule))
  const compiled = rules.map((rule) => ({
    rule, test: wrong.has(rule.id) ? never : compile(rule.when, fieldOf, search), keys: Object.keys(rule.outcome),
  }))
  search.build()
  const byId = new Map(compiled.map((one) => [one.rule.id, one.test]))
  const load = (facts: Facts) => {
    for (const field of fields.values()) field.load(facts)
  }
  return {
    evaluate(facts) {
      load(facts)
      const outcome: Record<string, Scalar | readonly Scalar[]> = {}
      const explanation: Explanation[] = []
      for (const { rule, test, keys } of compiled) {
        // A rule that could only set what is decided already need not be asked.
        if (!rule.stop && keys.every((key) => key in outcome && !Array.isArray(rule.outcome[key]))) continue
        if (!test.holds()) continue
        const set = keys.filter((key) => apply(outcome, key, rule.outcome[key]!))
        const because: Because[] = []
        test.why(because, false)
        if (set.length > 0 || rule.stop) explanation.push({ rule: rule.id, name: rule.name, set, because })
        if (rule.stop) break
      }
      return { outcome, explanation }
    },
    matches(ruleId, facts) {
      load(facts)
      return byId.get(ruleId)?.holds() ?? false
    },
  }
}

/** Sets a scalar that is not set yet, adds a list's new members; says whether anything changed. */
function apply(outcome: Record<string, Scalar | readonly Scalar[]>, key: string, value: Scalar | readonly Scalar[]): boolean {
  const present = Object.hasOwn(outcome, key) ? outcome[key]! : undefined
  if (typeof value === 'object' && (present === undefined || typeof present === 'object')) {
    const added = value.filter((one) => !present?.includes(one))
    if (added.length > 0 || !present) outcome[key] = [...(present ?? []), ...added]
    return added.length > 0
  }
  if (present !== undefined) return false
  outcome[key] = value
  return true
}

/** One field of the facts: read and scanned at most once per evaluation, and only when a rule asks. */
class Field {
  readonly name: string
  private readonly search: KeywordSearch
  private readonly path: string[]
  private facts: Facts = {}
  private value: unknown
  private isRead = false
  private round = 0
  private isScanned = false
  private found = new Uint32Array(0)

  constructor(name: string, search: KeywordSearch) {
    this.name = name
    this.search = search
    this.path = name.split('.')
  }

  load(facts: Facts): void {
    this.facts = facts
    this.isRead = false
    this.isScanned = false
  }

  get(): unknown {
    if (!this.isRead) {
      this.value = Object.hasOwn(this.facts, this.name) ? this.facts[this.name] : walk(this.facts, this.path)
      this.isRead = true
    }
    return this.value
  }

  has(keyword: number): boolean {
    if (!this.isScanned) this.scan()
    return keyword >= 0 && this.found[keyword] === this.round
  }

  private scan(): void {
    this.isScanned = true
    if (this.found.length < this.search.size) this.found = new Uint32Array(this.search.size)
    this.round++
    const value = this.get()
    for (const one of Array.isArray(value) ? value : [value]) if (isScalar(one)) this.search.scan(String(one), this.found, this.round)
  }
}

function walk(facts: unknown, path: string[]): unknown {
  let at = facts
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string, unknown>)[step]
  }
  return at
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function compile(condition: Condition, fieldOf: (name: string) => Field, search: KeywordSearch): Test {
  if ('not' in condition) {
    const inner = compile(condition.not, fieldOf, search)
    return { holds: () => !inner.holds(), why: (into, negated) => inner.why(into, !negated) }
  }
  if ('field' in condition) return compileField(condition, fieldOf(condition.field), search)
  const isAll = 'all' in condition
  const tests = (isAll ? condition.all : condition.any).map((one) => compile(one, fieldOf, search))
  return {
    holds: isAll ? () => tests.every((test) => test.holds()) : () => tests.some((test) => test.holds()),
    // Of `any` the first member that holds is the reason; under `not` the members that decide are those that do not hold.
    why(into, negated) {
      if (isAll && !negated) for (const test of tests) test.why(into, negated)
      else if (!isAll && negated) for (const test of tests) test.why(into, negated)
      else tests.find((test) => test.holds() !== negated)?.why(into, negated)
    },
  }
}

const never: Test = { holds: () => false, why: () => {} }

function compileField(condition: FieldCondition, field: Field, search: KeywordSearch): Test {
  const { op, value } = condition
  const positive = negations[op]
  if (positive) {
    const inner = compileField({ ...condition, op: positive }, field, search)
    return { holds: () => !inner.holds(), why: (into, negated) => into.push(reason(condition, shown(field.get()), negated)) }
  }
  const values = valuesOf(value)
  if (op === 'exists') return simple(condition, field, isPresent)
  if (op === 'gt' || op === 'gte' || op === 'lt' || op === 'lte') {
    const limit = Number(values[0])
    const compare = { gt: (n: number) => n > limit, gte: (n: number) => n >= limit, lt: (n: number) => n < limit, lte: (n: number) => n <= limit }[op]
    return simple(condition, field, (found) => isScalar(found) && String(found).trim() !== '' && compare(Number(found)))
  }
  const words = op === 'matches-words' ? values.flatMap((one) => String(one).trim().split(/\s+/)) : values
  const numbers = words.map((one) => search.add(String(one), places[op] ?? 'anywhere'))
  const needsAll = op === 'contains-all' || op === 'matches-words'
  return {
    holds: () => needsAll ? numbers.every((one) => field.has(one)) : numbers.some((one) => field.has(one)),
    why(into, negated) {
      const met = words.filter((_, i) => field.has(numbers[i]!))
      into.push(reason(condition, met.length === 0 ? shown(field.get()) : met.length === 1 ? met[0]! : met, negated))
    },
  }
}

function simple(condition: FieldCondition, field: Field, holds: (found: unknown) => boolean): Test {
  return { holds: () => holds(field.get()), why: (into, negated) => into.push(reason(condition, shown(field.get()), negated)) }
}

function reason({ field, op, value }: FieldCondition, found: Because['found'], negated: boolean): Because {
  return { field, op, ...(value === undefined ? {} : { value }), found, ...(negated ? { negated: true as const } : {}) }
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
}

/** A field's value as an explanation keeps it: a long text only by its beginning. */
function shown(value: unknown): Because['found'] {
  if (typeof value === 'string') return value.length > 80 ? `${value.slice(0, 80)}…` : value
  if (isScalar(value)) return value
  return Array.isArray(value) ? value.filter(isScalar).slice(0, 20) : null
}
