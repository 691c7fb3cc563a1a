/** How long events are kept: never less than half a year by law, 400 days unless the company says otherwise. */
import { type App, type Ctx, run } from '../../../platform/context.ts'
import { emit } from '../../../platform/events/book.ts'
import { Fault } from '../../../platform/fault.ts'
import { removeEvents, vouching } from '../../../platform/audit/verify.ts'
import { isOfLiving } from '../../requests/index.ts'
import { LEAST_DAYS } from './contract.ts'
import { readSetting, writeSetting } from '../../../platform/setting.ts'

const USUAL_DAYS = 400
const KEY = 'governance.audit-retention'
const DAY_MS = 86_400_000
const AT_ONCE = 5_000

export async function readRetention(ctx: Pick<Ctx, 'db'>): Promise<{ days: number; least: number }> {
  const set = await readSetting<{ days: number }>(ctx, KEY)
  // Whoever writes to the database by hand gets no shorter memory either.
  return { days: Math.max(LEAST_DAYS, set?.days ?? USUAL_DAYS), least: LEAST_DAYS }
}

export async function changeRetention(ctx: Ctx, { days }: { days: number }): Promise<{ days: number; least: number }> {
  if (days < LEAST_DAYS) throw new Fault('governance.retention-too-short', 422, { days: LEAST_DAYS }, [{ path: 'days', code: 'governance.retention-too-short', args: { days: LEAST_DAYS } }])
  const before = await readRetention(ctx)
  if (before.days === days) return before
  ctx.later(writeSetting(ctx, KEY, { days }))
  await emit(ctx, 'audit.retention-changed', { data: { before: { days: before.days }, after: { days } } })
  return { days, least: LEAST_DAYS }
}

/** Takes out what is older, a stretch a transaction, each with an event of its own. The history of a request stays until the request itself has been closed for so long. */
export async function forgetOld(app: App): Promise<void> {
  for (;;) {
    const count = await run(app, {}, async (ctx) => {
      const until = new Date(ctx.now.getTime() - (await readRetention(ctx)).days * DAY_MS)
      const old = await ctx.db<{ id: string }[]>`select e.id from platform.event e where e.at < ${until} and e.type <> all(${vouching}) and not ${isOfLiving(ctx, until)} order by e.at limit ${AT_ONCE}`
      await removeEvents(ctx, old.map((event) => event.id), 'retention', until)
      return old.length
    })
    if (count < AT_ONCE) return
  }
}
