/** Field shapes shared by all contracts (server and browser). Texts refuse what PostgreSQL can't keep unchanged. */
import { z } from 'zod'

/** Free text up to `max` characters (code points), kept as typed: no NUL, no half surrogate. */
export const text = (max: number) => z.string().max(max).refine((value) => !value.includes('\0') && value.isWellFormed(), { message: 'input.not-storable' })
/** Text with at least one visible character. */
export const someText = (max: number) => text(max).refine((value) => value.trim() !== '', { message: 'input.empty' })
/** One line: no control characters. */
export const line = (max: number) => someText(max).refine((value) => !/[\u0000-\u001f\u007f]/.test(value), { message: 'input.one-line' })
export const id = z.uuid()
export const byId = z.strictObject({ id })
/** An instant: ISO 8601 in UTC. */
export const instant = z.string()
export const instantIn = z.iso.datetime({ offset: true })
/** A date without time, YYYY-MM-DD. */
export const day = z.iso.date()
export const email = z.string().max(254).regex(/^[^\s@<>()",;:\\[\]\u0000-\u001f]+@[^\s@<>()",;:\\[\]\u0000-\u001f]+\.[^\s@<>()",;:\\[\]\u0000-\u001f.]+$/, { message: 'input.email' })
export const locale = z.enum(['zh-Hant', 'zh-Hans', 'en'])
export const cursor = z.string().max(200)
export const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual)
/** A yes/no in a query string. */
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true')
export const page = <T extends z.ZodType>(row: T) => z.object({ rows: z.array(row), next: z.string().nullable() })
export const done = z.object({ ok: z.literal(true) })
