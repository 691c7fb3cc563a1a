/** What a new installation starts with: one service, sound targets, a few rules to learn from. */
import type { Ctx } from '../../platform/context.ts'
import { addRule, addService } from './store.ts'

const minutes = (first: number, resolution: number) => ({ firstResponseMinutes: first, resolutionMinutes: resolution })

/** Creates the general service and rules; returns the service's id. */
export async function seedStandards(ctx: Ctx, options: { teamId?: string | null } = {}): Promise<string> {
  const service = await addService(ctx, {
    key: 'general', name: { 'zh-Hant': '一般服務', 'zh-Hans': '一般服务', en: 'General service' }, description: '', teamId: options.teamId ?? null, calendarId: null,
    verification: 'rule', closeAfterHours: 72, reopenDays: 7, acceptMinutes: 15, skills: [], types: [
      { key: 'question', name: { 'zh-Hant': '諮詢', 'zh-Hans': '咨询', en: 'Question' } }, { key: 'fault', name: { 'zh-Hant': '故障', 'zh-Hans': '故障', en: 'Fault' } },
      { key: 'billing', name: { 'zh-Hant': '帳務', 'zh-Hans': '账务', en: 'Billing' } }, { key: 'complaint', name: { 'zh-Hant': '投訴', 'zh-Hans': '投诉', en: 'Complaint' } },
    ], isActive: true,
    targets: [{ priority: 'urgent', ...minutes(15, 240) }, { priority: 'normal', ...minutes(60, 1440) }, { priority: 'routine', ...minutes(240, 4320) }],
  }, true)
  const has = (...words: string[]) => ({ any: [{ field: 'subject', op: 'contains-any', value: words }, { field: 'text', op: 'contains-any', value: words }] })
  const english = ctx.locale === 'en'
  const named = (hant: string, hans: string, en: string) => (english ? en : ctx.locale === 'zh-Hans' ? hans : hant)
  await addRule(ctx, { name: named('投訴', '投诉', 'Complaint'), condition: has('投訴', '申訴', '客訴', 'complaint'), outcome: { type: 'complaint', priority: 'urgent' }, isActive: true })
  await addRule(ctx, { name: named('斷線與停擺', '断线与停摆', 'Outage'), condition: has('斷線', '斷網', '無法連線', '停電', '當機', 'outage', 'is down', 'not working'), outcome: { type: 'fault', priority: 'urgent' }, isActive: true })
  await addRule(ctx, { name: named('故障', '故障', 'Fault'), condition: has('故障', '壞了', '無法', '異常', 'error', 'broken', 'failed'), outcome: { type: 'fault' }, isActive: true })
  await addRule(ctx, { name: named('退款與帳單', '退款与账单', 'Refund and billing'), condition: has('退款', '帳單', '扣款', '發票', 'refund', 'invoice', 'charged'), outcome: { type: 'billing' }, isActive: true })
  await addRule(ctx, { name: named('金卡與白金卡客戶', '金卡与白金卡客户', 'Gold and platinum customers'), condition: { field: 'customerTier', op: 'in', value: ['gold', 'platinum'] }, outcome: { priority: 'urgent' }, isActive: true })
  return service.id
}
