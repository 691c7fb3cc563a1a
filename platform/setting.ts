/** What the company has set for the whole installation: a value under a key, in a row of its own. */
import type { Ctx } from './context.ts'

/** What is set under the key; null while nothing is. Who reads it says what is usual. */
export async function readSetting<V extends object>({ db }: Pick<Ctx, 'db'>, key: string): Promise<Partial<V> | null> {
  const [row] = await db<{ value: Partial<V> | null }[]>`select value from platform.setting where key = ${key}`
  return row?.value ?? null
}

/** The statement that sets it: awaited, or sent along with `ctx.later`. */
export const writeSetting = <V extends object>({ db, now }: Pick<Ctx, 'db' | 'now'>, key: string, value: V) => db`
  insert into platform.setting (key, value, at) values (${key}, ${db.json({ ...value } as never)}, ${now}) on conflict (key) do update set value = excluded.value, at = excluded.at`
