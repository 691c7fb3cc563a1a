/** The evidence as files: what was found as JSON, beside it the state it was found in, and a page to print. */
import { readFileSync } from 'node:fs'
import { strToU8, zipSync } from 'fflate'
import type { FastifyReply } from 'fastify'
import { createTranslator, type Locale, type Translate } from '../../../lib/text/index.ts'
import { type Ctx, reading, run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import { chainOf } from '../audit/chain.ts'
import { readLimits } from '../audit/alarms.ts'
import { readRetention } from '../audit/retention.ts'
import { doorRules } from '../../staff/index.ts'
import { countsOf } from './check.ts'
import { type Check, verdicts } from './contract.ts'
import { measuresOf } from './measures.ts'
import { complianceState } from './runs.ts'

const catalogue = (locale: Locale): Record<string, string> => JSON.parse(readFileSync(new URL(`../text/compliance.${locale}.json`, import.meta.url), 'utf8')) as Record<string, string>
export const wordsOf = (locale: Locale): Translate => createTranslator(catalogue(locale), locale, undefined, 'UTC')

const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.codePointAt(0)};`)

/** A page that needs nothing beside it. */
export function pageOf(checks: readonly Check[], about: { at: string; address: string }, locale: Locale): string {
  const t = wordsOf(locale)
  const counts = countsOf(checks)
  const rows = checks.map((check) => `<tr><td>${check.id}</td><td><b>${escape(t(`governance.check.${check.id}`))}</b><br><small>${escape(check.clause)}</small></td><td class="${check.verdict}">${escape(t(`governance.verdict.${check.verdict}`))}</td><td><ul>${
    check.evidence.map((one) => `<li>${one.result === 'ok' ? '✓' : one.result === 'bad' ? '✗' : '·'} ${escape(t(`governance.found.${one.what}`, one.args))}</li>`).join('')}${
    check.open.map((one) => `<li class="open">${escape(t(`governance.why.${one.why}`))} ${escape(t(`governance.open.${one.what}`))}</li>`).join('')}</ul></td></tr>`).join('\n')
  return `<!doctype html><html lang="${locale}"><meta charset="utf-8"><title>${escape(t('governance.compliance.report'))}</title>
<style>body{font:12px/1.5 system-ui,"PingFang TC","Microsoft JhengHei","Noto Sans TC",sans-serif;margin:2em}table{border-collapse:collapse;width:100%}td,th{border:1px solid #999;padding:4px 6px;text-align:start;vertical-align:top}ul{margin:0;padding-inline-start:1.2em}.met{background:#e3f4e3}.not-met{background:#fbe1e1}.open{color:#555}tr{break-inside:avoid}</style>
<h1>${escape(t('governance.compliance.report'))}</h1><p>${escape(t('governance.compliance.report-about', { address: about.address, at: about.at }))}</p><p>${verdicts.map((one) => `${escape(t(`governance.verdict.${one}`))}: ${counts[one]}`).join(' · ')}</p><p>${escape(t('governance.compliance.claims'))}</p>
<table><thead><tr><th></th><th>${escape(t('governance.compliance.clause'))}</th><th>${escape(t('governance.compliance.verdict'))}</th><th>${escape(t('governance.compliance.evidence'))}</th></tr></thead><tbody>${rows}</tbody></table></html>
`
}

/** Files by name. */
export async function packOf(ctx: Ctx, checks: readonly Check[], at: string, locale: Locale): Promise<Record<string, string>> {
  const [door, chain, retention, limits, measures, roles] = await Promise.all([
    doorRules(ctx),
    chainOf(ctx), readRetention(ctx), readLimits(ctx), measuresOf(ctx),
    ctx.db`select r.key, r.name, r.scope, r.permissions, r.built_in, (select count(*)::int from staff.person p where p.role_id = r.id and p.disabled_at is null) as people from staff.role r order by r.key`,
  ])
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
  return {
    'report.html': pageOf(checks, { at, address: ctx.app.config.publicUrl }, locale),
    'report.json': json({ at, address: ctx.app.config.publicUrl, counts: countsOf(checks), checks }),
    ...Object.fromEntries(checks.map((check) => [`checks/${check.id}.json`, json(check)])),
    'audit-chain.json': json(chain), 'settings.json': json({ retention, alarmLimits: limits, door }), 'roles.json': json([...roles]), 'measures.json': json(measures),
  }
}

export async function exportCompliance(ctx: Ctx, reply: FastifyReply): Promise<FastifyReply> {
  const { run: last } = await complianceState(ctx)
  if (!last) throw new Fault('governance.compliance-never', 409)
  const by = { actor: ctx.actor, locale: ctx.locale, origin: ctx.origin }
  const files = await packOf(reading(ctx.app, by), last.checks, last.at, ctx.locale)
  await run(ctx.app, by, (inner) => emit(inner, 'compliance.exported', { data: { run: last.id } }))
  const zip = zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])), { level: 6 })
  return reply.header('content-type', 'application/zip').header('content-disposition', `attachment; filename="compliance-${last.at.slice(0, 10)}.zip"`).send(Buffer.from(zip))
}
