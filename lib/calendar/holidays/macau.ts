import { inLieu, name, off } from './days.ts'
import type { HolidayPack } from './index.ts'

const newYear = name('元旦', '元旦', "New Year's Day")
const lunar = [name('農曆正月初一', '农历正月初一', "Lunar New Year's Day"), name('農曆正月初二', '农历正月初二', 'The second day of the Lunar New Year'), name('農曆正月初三', '农历正月初三', 'The third day of the Lunar New Year')] as const
const goodFriday = name('耶穌受難日', '耶稣受难日', 'Good Friday')
const beforeEaster = name('復活節前日', '复活节前日', 'The Day before Easter')
const chengMing = name('清明節', '清明节', 'Cheng Ming Festival')
const labour = name('勞動節', '劳动节', 'Labour Day')
const buddha = name('佛誕節', '佛诞节', "The Buddha's Birthday")
const tungNg = name('端午節', '端午节', 'Tung Ng Festival')
const afterMidAutumn = name('中秋節翌日', '中秋节翌日', 'The Day following Chong Chao (Mid-Autumn) Festival')
const national = name('中華人民共和國國慶日', '中华人民共和国国庆日', 'National Day')
const afterNational = name('中華人民共和國國慶日翌日', '中华人民共和国国庆日翌日', 'The Day following National Day')
const chongYeung = name('重陽節', '重阳节', 'Chong Yeung Festival')
const souls = name('追思節', '追思节', "All Souls' Day")
const conception = name('聖母無原罪瞻禮', '圣母无原罪瞻礼', 'Feast of Immaculate Conception')
const establishment = name('澳門特別行政區成立紀念日', '澳门特别行政区成立纪念日', 'Macao SAR Establishment Day')
const solstice = name('冬至', '冬至', 'Winter Solstice')
const christmasEve = name('聖誕節前日', '圣诞节前日', 'Christmas Eve')
const christmas = name('聖誕節', '圣诞节', 'Christmas Day')

/**
 * Public holidays 公眾假期 (Executive Order 60/2000) with the days in lieu of the public administration. The
 * afternoons it is let off on the eves of the two New Years are no holidays and are left out.
 */
export const macau: HolidayPack = {
  region: 'MO',
  zone: 'Asia/Macau',
  names: name('澳門', '澳门', 'Macao'),
  years: {
    2025: {
      source: '澳門特別行政區政府入口網站「二零二五年度公眾假期、公共行政工作人員獲豁免上班及補假日的日期表」',
      days: [
        ...off(newYear, '2025-01-01'), ...off(lunar[0], '2025-01-29'), ...off(lunar[1], '2025-01-30'), ...off(lunar[2], '2025-01-31'),
        ...off(chengMing, '2025-04-04'), ...off(goodFriday, '2025-04-18'), ...off(beforeEaster, '2025-04-19'), inLieu(beforeEaster, '2025-04-21'),
        ...off(labour, '2025-05-01'), ...off(buddha, '2025-05-05'), ...off(tungNg, '2025-05-31'), inLieu(tungNg, '2025-06-02'),
        ...off(national, '2025-10-01'), ...off(afterNational, '2025-10-02'), ...off(afterMidAutumn, '2025-10-07'), ...off(chongYeung, '2025-10-29'),
        ...off(souls, '2025-11-02'), inLieu(souls, '2025-11-03'), ...off(conception, '2025-12-08'), ...off(establishment, '2025-12-20'), ...off(solstice, '2025-12-21'),
        inLieu(establishment, '2025-12-22'), inLieu(solstice, '2025-12-23'), ...off(christmasEve, '2025-12-24'), ...off(christmas, '2025-12-25'),
      ],
    },
    2026: {
      source: '澳門特別行政區政府入口網站「二零二六年度公眾假期、公共行政工作人員獲豁免上班及補假日的日期表」',
      days: [
        ...off(newYear, '2026-01-01'), ...off(lunar[0], '2026-02-17'), ...off(lunar[1], '2026-02-18'), ...off(lunar[2], '2026-02-19'),
        ...off(goodFriday, '2026-04-03'), ...off(beforeEaster, '2026-04-04'), ...off(chengMing, '2026-04-05'), inLieu(beforeEaster, '2026-04-06'), inLieu(chengMing, '2026-04-07'),
        ...off(labour, '2026-05-01'), ...off(buddha, '2026-05-24'), inLieu(buddha, '2026-05-25'), ...off(tungNg, '2026-06-19'),
        ...off(afterMidAutumn, '2026-09-26'), inLieu(afterMidAutumn, '2026-09-28'), ...off(national, '2026-10-01'), ...off(afterNational, '2026-10-02'),
        ...off(chongYeung, '2026-10-18'), inLieu(chongYeung, '2026-10-19'), ...off(souls, '2026-11-02'), ...off(conception, '2026-12-08'),
        ...off(establishment, '2026-12-20'), inLieu(establishment, '2026-12-21'), ...off(solstice, '2026-12-22'), ...off(christmasEve, '2026-12-24'), ...off(christmas, '2026-12-25'),
      ],
    },
  },
}
