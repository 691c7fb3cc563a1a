/** Clauses: what a standard promises beside what came of it. */
import type { Module } from '../../../platform/module.ts'
import { clauses } from './contract.ts'
import { clauseClocks, keptClauses } from './kept.ts'

export const clausesPart: Omit<Module, 'name'> = {
  contract: clauses,
  routes: (mount) => {
    mount(clauses.keptClauses, (ctx, { params }) => keptClauses(ctx, params.id))
    mount(clauses.clauseClocks, (ctx, { params, query }) => clauseClocks(ctx, params.id, params.key, query))
  },
}
