/** A calendar is changed: the hours of before are kept, and the clocks that run by it are reckoned anew. */
import type { App, Ctx } from '../../platform/context.ts'
import { run } from '../../platform/context.ts'
import type { NewEvent } from '../../platform/events/book.ts'
import { enqueue } from '../../platform/jobs/index.ts'
import { settleClocks } from './clocks.ts'
import { lockRequest } from './store.ts'

const BATCH = 200

/** In the transaction of the change, so that no clock can miss it. */
export async function keepHours(ctx: Ctx, event: NewEvent): Promise<void> {
  const { before, after } = event.data as { before: { hours: unknown; holidays: unknown }; after: { hours: unknown; holidays: unknown } }
  if (JSON.stringify([before.hours, before.holidays]) === JSON.stringify([after.hours, after.holidays])) return
  ctx.later(ctx.db`insert into requests.calendar_change (calendar_id, version, ended_at, before)
    select id, version - 1, ${ctx.now}, ${ctx.db.json({ hours: before.hours, holidays: before.holidays } as never)} from staff.calendar where id = ${event.subject}`)
  enqueue(ctx, 'requests.recalendar', { calendarId: event.subject })
}

/** Each open clock of older hours, its request locked; whoever touches a request in the meantime does the same. */
export async function recalendar(app: App, calendarId: string): Promise<void> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const rows = await app.pool<{ id: string }[]>`
      select distinct k.request_id as id from requests.clock k join staff.calendar c on c.id = k.calendar_id
      where k.calendar_id = ${calendarId} and k.ended_at is null and k.calendar_version <> c.version and k.request_id > ${after} order by 1 limit ${BATCH}`
    for (const { id } of rows) await run(app, {}, async (ctx) => settleClocks(ctx, await lockRequest(ctx, id), 'calendar'))
    if (rows.length < BATCH) return
    after = rows.at(-1)!.id
  }
}
