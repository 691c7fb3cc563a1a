import { name, off } from './days.ts'
import type { HolidayPack, Names } from './index.ts'

const newYear = name('一月一日', '一月一日', 'The first day of January')
const lunar = [name('農曆年初一', '农历年初一', "Lunar New Year's Day"), name('農曆年初二', '农历年初二', 'The second day of Lunar New Year'), name('農曆年初三', '农历年初三', 'The third day of Lunar New Year')] as const
const chingMing = name('清明節', '清明节', 'Ching Ming Festival')
const goodFriday = name('耶穌受難節', '耶稣受难节', 'Good Friday')
const easterMonday = name('復活節星期一', '复活节星期一', 'Easter Monday')
const labour = name('勞動節', '劳动节', 'Labour Day')
const buddha = name('佛誕', '佛诞', 'The Birthday of the Buddha')
const tuenNg = name('端午節', '端午节', 'Tuen Ng Festival')
const establishment = name('香港特別行政區成立紀念日', '香港特别行政区成立纪念日', 'HKSAR Establishment Day')
const midAutumn = name('中秋節', '中秋节', 'the Chinese Mid-Autumn Festival')
const national = name('國慶日', '国庆日', 'National Day')
const chungYeung = name('重陽節', '重阳节', 'Chung Yeung Festival')
const christmas = name('聖誕節', '圣诞节', 'Christmas Day')
const afterChristmas = name('聖誕節後第一個周日', '圣诞节后第一个周日', 'The first weekday after Christmas Day')

const following = (names: Names): Names => name(`${names['zh-Hant']}翌日`, `${names['zh-Hans']}翌日`, `The day following ${names.en}`)

/** General holidays 公眾假期 of the General Holidays Ordinance (Cap. 149); every Sunday is one too and belongs to the week. */
export const hongKong: HolidayPack = {
  region: 'HK',
  zone: 'Asia/Hong_Kong',
  names: name('香港', '香港', 'Hong Kong'),
  years: {
    2025: {
      source: '香港特別行政區政府憲報二○二五年公眾假期，勞工處及政府一站通公布',
      days: [
        ...off(newYear, '2025-01-01'), ...off(lunar[0], '2025-01-29'), ...off(lunar[1], '2025-01-30'), ...off(lunar[2], '2025-01-31'),
        ...off(chingMing, '2025-04-04'), ...off(goodFriday, '2025-04-18'), ...off(following(goodFriday), '2025-04-19'), ...off(easterMonday, '2025-04-21'),
        ...off(labour, '2025-05-01'), ...off(buddha, '2025-05-05'), ...off(tuenNg, '2025-05-31'), ...off(establishment, '2025-07-01'),
        ...off(national, '2025-10-01'), ...off(following(midAutumn), '2025-10-07'), ...off(chungYeung, '2025-10-29'), ...off(christmas, '2025-12-25'), ...off(afterChristmas, '2025-12-26'),
      ],
    },
    2026: {
      source: '香港特別行政區政府新聞公報「政府公布二○二六年公眾假期」，2025-05-16',
      days: [
        ...off(newYear, '2026-01-01'), ...off(lunar[0], '2026-02-17'), ...off(lunar[1], '2026-02-18'), ...off(lunar[2], '2026-02-19'),
        ...off(goodFriday, '2026-04-03'), ...off(following(goodFriday), '2026-04-04'), ...off(following(chingMing), '2026-04-06'), ...off(following(easterMonday), '2026-04-07'),
        ...off(labour, '2026-05-01'), ...off(following(buddha), '2026-05-25'), ...off(tuenNg, '2026-06-19'), ...off(establishment, '2026-07-01'),
        ...off(following(midAutumn), '2026-09-26'), ...off(national, '2026-10-01'), ...off(following(chungYeung), '2026-10-19'), ...off(christmas, '2026-12-25'), ...off(afterChristmas, '2026-12-26'),
      ],
    },
  },
}
