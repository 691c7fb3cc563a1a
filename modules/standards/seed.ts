/** What a new installation starts with: one service with a standard, a few rules to learn from. */
import type { Ctx } from '../../platform/context.ts'
import type { Locale } from '../../lib/text/index.ts'
import { addRule, addService } from './store.ts'
import { foundStandard, timed } from './versions/found.ts'

const named = (hant: string, hans: string, en: string): Record<Locale, string> => ({ 'zh-Hant': hant, 'zh-Hans': hans, en })
const says = (...words: string[]) => ({ any: [{ field: 'subject', op: 'contains-any', value: words }, { field: 'text', op: 'contains-any', value: words }] })

const types = [
  { key: 'question', name: named('諮詢', '咨询', 'Question') }, { key: 'fault', name: named('故障', '故障', 'Fault') },
  { key: 'billing', name: named('帳務', '账务', 'Billing') }, { key: 'complaint', name: named('投訴', '投诉', 'Complaint') },
  { key: 'suggestion', name: named('建議', '建议', 'Suggestion') },
]

// Words are compared whatever the script, so each stands once; only different words of Taipei and Shanghai stand twice.
// What is asked first decides: a complaint about a bill is a complaint.
const rules = [
  { name: named('投訴', '投诉', 'Complaint'), condition: says('投訴', '客訴', '申訴', '消保', '消協', '消費者協會', 'complaint', 'complain'), outcome: { type: 'complaint', priority: 'urgent' } },
  { name: named('服務中斷', '服务中断', 'Outage'), condition: says('斷線', '斷網', '斷訊', '當機', '宕機', '停擺', '癱瘓', '服務中斷', '全部無法', 'outage', 'is down', 'offline', 'no service'), outcome: { type: 'fault', priority: 'urgent' } },
  { name: named('客戶說緊急', '客户说紧急', 'Customer says urgent'), condition: says('緊急', '急件', '火急', '立刻處理', '馬上處理', 'urgent', 'asap', 'emergency'), outcome: { priority: 'urgent' } },
  { name: named('金級與白金客戶', '金卡与白金客户', 'Gold and platinum customers'), condition: { field: 'customerTier', op: 'in', value: ['gold', 'platinum'] }, outcome: { priority: 'urgent' } },
  { name: named('退款與帳單', '退款与账单', 'Refund and billing'), condition: says('退款', '退費', '帳單', '扣款', '扣費', '發票', '重複收費', 'refund', 'invoice', 'charged', 'billing'), outcome: { type: 'billing' } },
  { name: named('故障', '故障', 'Fault'), condition: says('故障', '無法', '壞了', '異常', '報修', '不能用', '連不上', '連線失敗', '錯誤訊息', '報錯', 'error', 'broken', 'failed', 'not working', 'doesn’t work', "doesn't work"), outcome: { type: 'fault' } },
  // Thanks end many a letter about something else: only the subject tells that they are the matter.
  { name: named('建議與表揚', '建议与表扬', 'Suggestions and praise'), outcome: { type: 'suggestion', priority: 'routine' }, condition: { any: [
    { field: 'subject', op: 'contains-any', value: ['建議', '感謝', '表揚', '讚賞', 'suggestion', 'feature request', 'thank'] }, { field: 'text', op: 'contains-any', value: ['建議增加', '希望能增加', 'feature request'] },
  ] } },
]

/** Creates the general service and rules, named in `locale` (default: the caller's); returns the service's id. */
export async function seedStandards(ctx: Ctx, options: { locale?: Locale; teamId?: string | null } = {}): Promise<string> {
  const locale = options.locale ?? ctx.locale
  const service = await addService(ctx, {
    key: 'general', name: named('一般服務', '一般服务', 'General service'), description: '', teamId: options.teamId ?? null, calendarId: null,
    verification: 'rule', closeAfterHours: 72, reopenDays: 7, acceptMinutes: 15, skills: [], types, isActive: true,
  }, true)
  await foundStandard(ctx, service.id, timed({ urgent: [15, 240], normal: [60, 1440], routine: [240, 4320] }))
  for (const { name, condition, outcome } of rules) await addRule(ctx, { name: name[locale], condition, outcome, isActive: true })
  return service.id
}
