/** Customers as rows of a file, for the room that answers for files: folded records count for the one that is shown. */
import type { Ctx } from '../../platform/context.ts'
import { opened } from '../../platform/crypto/vault.ts'
import { sealedWords } from './kept.ts'

const SHOWN = 'customers.identity/shown'
export interface ExportFilter { tier?: string; from?: string; to?: string }
export interface ExportedCustomer { id: string; name: string; tier: string; language: string | null; region: string | null; company: string | null; note: string | null; email: string | null; phone: string | null; external: string | null; createdAt: string }

const among = ({ db }: Pick<Ctx, 'db'>, filter: ExportFilter, before: string) => db`c.merged_into is null and c.created_at <= ${before} and (c.name <> '' or exists (select 1 from customers.identity k where k.customer_id = c.id))
  ${filter.tier ? db`and c.tier = ${filter.tier}` : db``} ${filter.from ? db`and c.created_at >= ${filter.from}::date` : db``} ${filter.to ? db`and c.created_at < ${filter.to}::date + 1` : db``}`

/** Erased records are not among them; nor is who came after `before`. */
export async function countForExport(ctx: Pick<Ctx, 'db'>, filter: ExportFilter, before: string): Promise<number> {
  const [row] = await ctx.db<{ count: number }[]>`select count(*)::int as count from customers.customer c where ${among(ctx, filter, before)}`
  return row!.count
}

export async function selectForExport(ctx: Pick<Ctx, 'app' | 'db'>, filter: ExportFilter, before: string, limit: number): Promise<ExportedCustomer[]> {
  const best = (kind: string) => ctx.db`left join lateral (select i.id, i.shown from customers.identity i join customers.customer f on f.id = i.customer_id where i.kind = ${kind} and (f.id = c.id or f.merged_into = c.id) order by i.is_verified desc, f.id = c.id desc, i.is_leading desc, i.created_at limit 1)`
  const rows = await opened(ctx, ctx.db<(ExportedCustomer & { emailId: string | null; phoneId: string | null; externalId: string | null })[]>`
    select c.id, c.name, c.tier, c.language, c.region, c.company, c.note, c.created_at, e.shown as email, e.id as email_id, p.shown as phone, p.id as phone_id, x.shown as external, x.id as external_id
    from customers.customer c ${best('email')} e on true ${best('phone')} p on true ${best('external')} x on true where ${among(ctx, filter, before)} order by c.id limit ${limit}`,
  { ...sealedWords, email: [SHOWN, 'emailId'], phone: [SHOWN, 'phoneId'], external: [SHOWN, 'externalId'] })
  return rows.map(({ emailId: _, phoneId: __, externalId: ___, ...row }) => row)
}
