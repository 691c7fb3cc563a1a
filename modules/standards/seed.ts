/** What a new installation starts with: one service with a standard, a few rules to learn from, a place for every channel. */
import type { Ctx } from '../../platform/context.ts'
import type { Locale } from '../../lib/text/index.ts'
import type { ChannelFields, ChannelKey } from './channels/contract.ts'
import { setChannel } from './channels/record.ts'
import { addRule, addService } from './store.ts'
import { FOREVER, foundStandard, timed } from './versions/found.ts'

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

const quality = (solved: number): ChannelFields['targets'] => [{ metric: 'first-response-in-limit', target: 0.9 }, { metric: 'first-contact-resolution', target: solved }, { metric: 'satisfied-share', target: 0.85 }]
// What a contact costs only the company knows: until it says so, it is listed as a gap.
const channels: Record<ChannelKey, Pick<ChannelFields, 'tier' | 'responseMinutes' | 'targets'> & { flow: Record<Locale, string> }> = {
  phone: { tier: 'core', responseMinutes: 5, targets: quality(0.7), flow: named('接聽後當場建立工單；當場能解決的當場答覆，不能的說明下次聯絡時間。', '接听后当场创建工单；当场能解决的当场答复，不能的说明下次联系时间。', 'A request is opened during the call; what can be solved is answered at once, else the customer hears when we call again.') },
  email: { tier: 'core', responseMinutes: 240, targets: quality(0.5), flow: named('信件自動成為工單，分派後先回覆預計時間，再處理。', '邮件自动成为工单，分派后先回复预计时间，再处理。', 'A mail becomes a request by itself; whoever gets it first answers by when, then works on it.') },
  chat: { tier: 'auxiliary', responseMinutes: 5, targets: quality(0.6), flow: named('上班時間即時回覆；無人在線時轉為留言，成為工單。', '上班时间即时回复；无人在线时转为留言，成为工单。', 'Answered at once in working hours; when nobody is there it becomes a message and a request.') },
  portal: { tier: 'auxiliary', responseMinutes: 240, targets: quality(0.5), flow: named('客戶先看到相關說明，再填單；之後在同一頁查進度。', '客户先看到相关说明，再填单；之后在同一页查进度。', 'The customer finds help first, then writes; the same page shows how it goes on.') },
  outlet: { tier: 'supplementary', responseMinutes: 15, targets: quality(0.7), flow: named('門市當面受理並建立工單，無法當場完成的轉相關團隊。', '网点当面受理并创建工单，无法当场完成的转相关团队。', 'Taken in at the counter as a request; what can’t be done there goes to the team for it.') },
  api: { tier: 'supplementary', responseMinutes: 240, targets: quality(0.5), flow: named('由其他系統送入，依規則分派。', '由其他系统送入，按规则分派。', 'Sent in by another system and assigned by the rules.') },
}

/** Creates the general service, rules and records of the channels, named in `locale` (default: the caller's); returns the service's id. */
export async function seedStandards(ctx: Ctx, options: { locale?: Locale; teamId?: string | null } = {}): Promise<string> {
  const locale = options.locale ?? ctx.locale
  const service = await addService(ctx, {
    key: 'general', name: named('一般服務', '一般服务', 'General service'), description: '', teamId: options.teamId ?? null, calendarId: null,
    verification: 'rule', closeAfterHours: 72, reopenDays: 7, acceptMinutes: 15, skills: [], types, isActive: true,
  }, true)
  await foundStandard(ctx, service.id, timed({ urgent: [15, 240], normal: [60, 1440], routine: [240, 4320] }))
  for (const { name, condition, outcome } of rules) await addRule(ctx, { name: name[locale], condition, outcome, isActive: true })
  for (const [channel, { flow, ...record }] of Object.entries(channels) as [ChannelKey, (typeof channels)[ChannelKey]][])
    await setChannel(ctx, channel, { ...record, flow: flow[locale], cost: null, currency: null, reason: '', effectiveAt: FOREVER, after: 0 })
  return service.id
}
