/** The demonstration company: a telecom operator in Taiwan with customers on both sides of the strait and abroad. All names are made up. */
export const surnames = '陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周葉蘇莊江呂何羅高潘簡朱鍾彭游詹胡施沈余趙盧梁顏柯翁魏孫戴'
export const givenNames = ['怡君', '雅婷', '志明', '家豪', '淑芬', '俊傑', '美玲', '建宏', '佳穎', '宗翰', '詩涵', '冠宇', '惠雯', '承恩', '欣怡', '柏翰', '心怡', '彥廷', '佩珊', '明哲', '郁婷', '育德', '靜宜', '信宏', '雅雯', '子軒', '品妍', '宇翔', '筱涵', '振華']
export const simplifiedNames = ['王芳', '李强', '张伟', '刘洋', '陈静', '杨帆', '赵磊', '黄丽', '周杰', '吴敏', '徐鹏', '孙悦', '马超', '朱琳', '胡军', '郭晓', '何婷', '高翔', '林涛', '罗娜']
export const englishNames = ['Emily Carter', 'James Lin', 'Priya Nair', 'Daniel Wong', 'Sofia Rossi', 'Liam Chen', 'Grace Kim', 'Oliver Tan', 'Hannah Lee', 'Marcus Ho', 'Nina Patel', 'Ethan Park']

export interface DemoTeam { key: string; name: string; region: string | null; size: number; skills: { skill: string; level: number }[]; languages: string[]; isAlwaysOpen?: true }
export const teams: DemoTeam[] = [
  { key: 'front', name: '一線客服', region: null, size: 13, skills: [{ skill: 'mobile', level: 2 }, { skill: 'billing', level: 2 }, { skill: 'broadband', level: 2 }], languages: ['zh'], isAlwaysOpen: true },
  { key: 'tech', name: '二線技術', region: null, size: 13, skills: [{ skill: 'broadband', level: 4 }, { skill: 'mobile', level: 4 }], languages: ['zh', 'en'] },
  { key: 'billing', name: '帳務中心', region: null, size: 8, skills: [{ skill: 'billing', level: 4 }], languages: ['zh'] },
  { key: 'field-north', name: '北區現場', region: 'north', size: 6, skills: [{ skill: 'broadband', level: 3 }], languages: ['zh'] },
  { key: 'field-south', name: '南區現場', region: 'south', size: 5, skills: [{ skill: 'broadband', level: 3 }], languages: ['zh'] },
  { key: 'care', name: '客戶關懷', region: null, size: 5, skills: [{ skill: 'complaint', level: 4 }, { skill: 'billing', level: 3 }], languages: ['zh', 'en'] },
]
export const skills: [string, string][] = [['billing', '帳務'], ['broadband', '寬頻'], ['mobile', '行動網路'], ['complaint', '客訴處理']]

export interface DemoService { key: string; team: string; verification: 'person' | 'customer' | 'rule'; skills: { skill: string; level: number }[]; name: [string, string, string]; targets: [number, number][]; weight: number; words: string[] }
/** Targets: first response and resolution in minutes for urgent, normal, routine. */
export const services: DemoService[] = [
  { key: 'broadband-repair', team: 'tech', verification: 'person', skills: [{ skill: 'broadband', level: 3 }], name: ['寬頻障礙報修', '宽带故障报修', 'Broadband repair'], targets: [[15, 240], [60, 960], [240, 2880]], weight: 30, words: ['寬頻', '光纖', '數據機', '断网', '宽带', 'broadband', 'internet'] },
  { key: 'mobile', team: 'front', verification: 'rule', skills: [{ skill: 'mobile', level: 1 }], name: ['行動通訊服務', '移动通信服务', 'Mobile service'], targets: [[15, 240], [60, 960], [240, 2880]], weight: 24, words: ['手機', '門號', '漫遊', '手机', '流量', 'roaming', 'SIM'] },
  { key: 'billing', team: 'billing', verification: 'rule', skills: [{ skill: 'billing', level: 3 }], name: ['帳單與繳費', '账单与缴费', 'Billing and payment'], targets: [[30, 480], [120, 1440], [480, 4320]], weight: 22, words: ['帳單', '繳費', '退款', '扣款', '账单', 'invoice', 'refund'] },
  { key: 'complaint', team: 'care', verification: 'customer', skills: [{ skill: 'complaint', level: 2 }], name: ['客訴處理', '投诉处理', 'Complaints'], targets: [[15, 480], [30, 960], [120, 2880]], weight: 8, words: ['投訴', '客訴', '投诉', 'complaint'] },
  { key: 'relocation', team: 'field-north', verification: 'customer', skills: [], name: ['移機與裝機', '移机与装机', 'Installation and relocation'], targets: [[60, 960], [240, 2880], [480, 7200]], weight: 10, words: ['移機', '裝機', '移机', '装机', 'relocation', 'installation'] },
]

export interface Problem { service: string; language: 'zh-Hant' | 'zh-Hans' | 'en'; subject: string; text: string; urgent: number; answer: string; ask: string; result: string }
const p = (service: string, language: Problem['language'], urgent: number, subject: string, text: string, answer: string, ask: string, result: string): Problem => ({ service, language, subject, text, urgent, answer, ask, result })
export const problems: Problem[] = [
  p('broadband-repair', 'zh-Hant', 0.3, '寬頻今天早上開始斷線', '你好，家裡的寬頻從早上八點開始就完全連不上，數據機的 DSL 燈一直閃。我在家工作，麻煩儘快處理。', '{customer}您好，已收到您的報修，我們正在遠端檢測線路，稍後向您回報。', '請問數據機重新插電後，燈號是否仍然閃爍？方便的話請附上照片。', '已更換機房埠位並完成測速，目前下載 298 Mbps，線路穩定。'),
  p('broadband-repair', 'zh-Hant', 0.15, '光纖網路晚上特別慢', '每天晚上八點到十一點網速只剩十分之一，看影片一直轉圈，已經一個星期了。', '您好，我們先為您調閱近七天的流量與光衰紀錄。', '請您晚間用有線方式連接並測速一次，把截圖回覆給我們。', '已調整所屬節點的分流設定，連續三晚測速皆達申裝速率九成以上。'),
  p('broadband-repair', 'zh-Hans', 0.25, '宽带断网，光猫亮红灯', '光猫 LOS 灯亮红色，重启好几次都没用，断网两天了，请尽快派人维修。', '您好，报修已受理，我们先远程检测光路。', '请问最近家里是否装修或移动过光纤？', '工程师已上门更换尾纤，光衰恢复正常，网络已通。'),
  p('broadband-repair', 'en', 0.2, 'Internet keeps dropping every hour', 'My connection drops roughly once an hour for a few minutes. I already swapped the cable and rebooted the modem. Please help.', 'Hello {customer}, thank you for the details. We are checking the line from our side now.', 'Could you tell us whether the lights on the modem change when it drops?', 'We replaced a faulty port at the exchange; the line has been stable for 24 hours.'),
  p('mobile', 'zh-Hant', 0.1, '出國漫遊無法上網', '人在日本，已開通漫遊日租但手機一直沒有訊號可以上網，APN 也照說明設定過了。', '您好，我們已查到您的漫遊狀態，正在重新開通。', '請問手機型號與目前所在城市？', '已重新下發漫遊設定並確認可連線，當日費用不計。'),
  p('mobile', 'zh-Hans', 0.08, '流量用得太快，想查明细', '这个月流量才用了十天就没了，平时不会这样，想查一下使用明细。', '您好，正在为您调取最近十天的流量明细。', '请问是否有新装应用或开启了热点？', '明细已发送，主要为视频应用后台自动更新，已协助关闭并赠送 2 GB 流量。'),
  p('mobile', 'zh-Hant', 0.05, '想更換資費方案', '目前的 1199 方案用不完，想改成比較便宜的，請問違約金怎麼算？', '您好，已為您試算三個方案的差額。', '請問合約期間是否打算續用同一門號？', '已依您選擇改為 599 方案，下期帳單生效，無違約金。'),
  p('mobile', 'en', 0.05, 'SIM card not recognised after phone upgrade', 'I moved my SIM to a new phone and it says "No SIM". The old phone still works with it.', 'Hello {customer}, we can help with that. We are checking the card type.', 'Is the new phone unlocked, and does it use an eSIM profile?', 'We issued an eSIM and confirmed that calls and data work on the new phone.'),
  p('billing', 'zh-Hant', 0.08, '帳單金額不對，多扣了 300 元', '這期帳單比約定多了 300 元，明細寫加值服務，但我沒有申請過，請退款。', '您好，我們先查該筆加值服務的申請來源。', '請問是否曾點擊簡訊中的連結？', '確認為誤申請，已取消並退款 300 元，下期帳單折抵。'),
  p('billing', 'zh-Hans', 0.06, '重复扣款请退回', '昨天缴费系统提示失败，我又缴了一次，结果银行卡扣了两次，请退一笔。', '您好，已核对到两笔缴费记录，正在提交退款。', '请提供付款银行卡后四位以便核对。', '重复款项已原路退回，预计三个工作日到账。'),
  p('billing', 'en', 0.04, 'Need a copy of my invoice for March', 'Could you send me the March invoice as PDF? I need the company name on it for reimbursement.', 'Hello {customer}, we are preparing the invoice for you.', 'What company name and tax number should it show?', 'The invoice with your company details has been issued and is available in your account.'),
  p('billing', 'zh-Hant', 0.03, '電子發票載具設定', '想把發票改成手機條碼載具，不知道在哪裡設定。', '您好，可以由我們代您設定。', '請提供手機條碼（斜線開頭共八碼）。', '載具已設定完成，下期發票起自動存入。'),
  p('complaint', 'zh-Hant', 0.6, '投訴：約好的工程師沒有來', '上週約今天上午到府，請了假在家等，結果沒有人來也沒有電話，已經第二次了，要投訴。', '{customer}您好，對於造成您的不便我們非常抱歉，這件事由我負責到底。', '請問您希望改約的時段，或以其他方式處理？', '已由主管致歉，改派今日 18:00 到府完成維修，並減免當月月租。'),
  p('complaint', 'zh-Hans', 0.5, '投诉客服态度敷衍', '打了三次电话每次都说会回电，没有一次回，服务态度太差，我要投诉。', '您好，非常抱歉，我会全程跟进您的问题直到解决。', '请问您最近一次来电的时间？', '已调取录音并处理当事人员，您的问题已解决并由主管回电说明。'),
  p('complaint', 'en', 0.4, 'Complaint: charged after cancelling', 'I cancelled my contract in January and you still charged me in February and March. This is unacceptable.', 'Dear {customer}, I am sorry about this and will see it through myself.', 'Could you forward the cancellation confirmation you received?', 'Both charges were refunded and the account is closed; a written confirmation is on its way.'),
  p('relocation', 'zh-Hant', 0.05, '搬家移機預約', '下個月 5 號搬到新北市板橋區，想把光纖移過去，請問最快什麼時候可以施工？', '您好，新址可供裝，我們先為您保留時段。', '請問新址社區是否需要管委會同意書？', '已於新址完成移機並測速，舊址設備已收回。'),
  p('relocation', 'zh-Hans', 0.05, '新装宽带咨询', '新房刚交付，想装 500M 宽带，请问资费和最快安装时间？', '您好，您所在小区已覆盖光纤，资费如下。', '请问希望安装的日期与时段？', '已完成安装与测速，Wi-Fi 覆盖正常。'),
  p('relocation', 'en', 0.03, 'Installation appointment for new office', 'We are opening a small office and need a fixed line and 300 Mbps. When could you install it?', 'Hello {customer}, the address is covered. We are checking the earliest slot.', 'Is there a cable riser in the building we may use?', 'The line was installed and tested on the agreed date.'),
]
export const notes = ['已查機房告警，同一節點另有 3 件。', '客戶情緒較急，請優先。', '依 SOP 第 4 步測試光衰。', '与账务确认，可退。', 'Checked with the carrier, their side is clear.', '已約現場，待回報。']
export const sendBackReasons = ['測速結果沒有附上', '沒有說明原因與預防措施', '退款金額與帳單不符', '尚未聯絡客戶確認', '缺少现场照片']
export const replies: Record<'zh-Hant' | 'zh-Hans' | 'en', string[]> = {
  'zh-Hant': ['好的，資料如附，謝謝。', '重開機後還是一樣，燈號沒有變。', '下午三點以後都方便。', '已確認，謝謝幫忙。'],
  'zh-Hans': ['好的，信息如上，谢谢。', '重启后还是一样。', '周末都可以。', '收到，麻烦了。'],
  en: ['Here is what you asked for, thank you.', 'Still the same after a restart.', 'Any time after 3 pm works.', 'Understood, thanks.'],
}
