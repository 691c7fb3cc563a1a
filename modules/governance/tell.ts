/**
 * What waits for a colleague, told by mail as well: that there is something, and where. Nothing of it, and nobody's name:
 * a mail lies in more places than this one.
 */
import { createTranslator, type Locale, type Translate } from '../../lib/text/index.ts'
import { newId } from '../../lib/id/index.ts'
import { type App, type Ctx, run } from '../../platform/context.ts'
import { enqueue, type Job } from '../../platform/jobs/index.ts'
import { mailColleague } from '../channels/index.ts'
import type { Alarm } from './audit/contract.ts'
import en from './text/told.en.json' with { type: 'json' }
import hans from './text/told.zh-Hans.json' with { type: 'json' }
import hant from './text/told.zh-Hant.json' with { type: 'json' }

const texts: Record<Locale, Translate<keyof typeof hant>> = { 'zh-Hant': createTranslator(hant, 'zh-Hant'), 'zh-Hans': createTranslator(hans, 'zh-Hans'), en: createTranslator(en, 'en') }

/** The same thing to the same person again is left out. */
export function tell(ctx: Ctx, kind: 'alarm' | 'notice', id: string, personId: string): void {
  enqueue(ctx, 'governance.tell', { kind, id, personId }, { key: `${kind} ${id} ${personId}` })
}
export type Telling = Job<{ kind: 'alarm' | 'notice'; id: string; personId: string }>

interface Waiting { id: string; address: string; locale: Locale; zone: string; alarm: Alarm['kind'] | null; dueAt: string | null; sentAt: string | null }
/** What still waits for this person: not done by now, not told before, wanted. The try is written down before a server is spoken to. */
async function waitingFor(ctx: Ctx, { kind, id, personId }: Telling['payload']): Promise<Waiting | null> {
  const [row] = await ctx.db<Omit<Waiting, 'id' | 'sentAt'>[]>`
    select p.login as address, p.locale, p.zone, a.kind as alarm, n.due_at from staff.person p
      left join governance.alarm a on ${kind} = 'alarm' and a.id = ${id} and a.owner_id = p.id and a.acknowledged_at is null
      left join governance.notice n on ${kind} = 'notice' and n.id = ${id} and n.withdrawn_at is null
        and exists (select from governance.receipt r where r.notice_id = n.id and r.person_id = p.id and r.confirmed_at is null) and not exists (select from governance.no_notice_mail m where m.person_id = p.id)
    where p.id = ${personId} and p.disabled_at is null and (a.id is not null or n.id is not null)`
  if (!row) return null
  const [told] = await ctx.db<{ id: string; sentAt: string | null }[]>`
    insert into governance.told (id, kind, object_id, person_id, begun_at) values (${newId()}, ${kind}, ${id}, ${personId}, ${ctx.now}) on conflict on constraint told_once do update set begun_at = governance.told.begun_at returning id, sent_at`
  return { ...row, ...told! }
}

export async function tellByMail(app: App, { payload }: Telling): Promise<void> {
  const waiting = await run(app, {}, (ctx) => waitingFor(ctx, payload))
  if (!waiting || waiting.sentAt) return
  const t = texts[waiting.locale]
  const link = `${app.config.publicUrl}${payload.kind === 'alarm' ? `/governance/alarms?alarm=${payload.id}` : '/governance/notices'}`
  const until = waiting.dueAt && new Intl.DateTimeFormat(waiting.locale, { timeZone: waiting.zone, dateStyle: 'medium', timeStyle: 'short' }).format(new Date(waiting.dueAt))
  const said = waiting.alarm ? t('governance.told.alarm', { kind: t(`governance.told.alarm.${waiting.alarm}`) }) : t('governance.told.notice', { until: until ?? '' })
  const { outcome, why } = await mailColleague(app, { id: waiting.id, to: { name: '', address: waiting.address }, attachments: [], subject: t(waiting.alarm ? 'governance.told.alarm-subject' : 'governance.told.notice-subject'), text: `${said}\n\n${link}\n` })
  if (outcome === 'later' || outcome === 'uncertain') throw new Error(why ?? 'mail server')
  if (outcome === 'sent') await run(app, {}, async (ctx) => { ctx.later(ctx.db`update governance.told set sent_at = ${ctx.now} where id = ${waiting.id}`) })
}
