import { name } from './days.ts'
import type { HolidayDay, HolidayPack, Names } from './index.ts'

const newYear = name('元旦', '元旦', "New Year's Day")
const spring = name('春節', '春节', 'Spring Festival')
const qingming = name('清明節', '清明节', 'Qingming Festival')
const labour = name('勞動節', '劳动节', 'Labour Day')
const dragonBoat = name('端午節', '端午节', 'Dragon Boat Festival')
const midAutumn = name('中秋節', '中秋节', 'Mid-Autumn Festival')
const national = name('國慶節', '国庆节', 'National Day')
const nationalAndMidAutumn = name('國慶節、中秋節', '国庆节、中秋节', 'National Day and Mid-Autumn Festival')

/** One paragraph of a notice: closed from the first to the last day, the other days worked in exchange. */
function festival(names: Names, first: string, last: string, ...worked: string[]): HolidayDay[] {
  const days: HolidayDay[] = []
  for (let day = Date.parse(first); day <= Date.parse(last); day += 86_400_000)
    days.push({ date: new Date(day).toISOString().slice(0, 10), kind: 'closed', names })
  for (const date of worked) days.push({ date, kind: 'worked', names: {
    'zh-Hant': `調休上班（${names['zh-Hant']}）`, 'zh-Hans': `调休上班（${names['zh-Hans']}）`, en: `Make-up workday (${names.en})`,
  } })
  return days
}

export const china: HolidayPack = {
  region: 'CN',
  zone: 'Asia/Shanghai',
  names: name('中國大陸', '中国大陆', 'Mainland China'),
  years: {
    2025: {
      source: '国务院办公厅关于2025年部分节假日安排的通知，国办发明电〔2024〕12号，2024-11-12',
      days: [
        ...festival(newYear, '2025-01-01', '2025-01-01'),
        ...festival(spring, '2025-01-28', '2025-02-04', '2025-01-26', '2025-02-08'),
        ...festival(qingming, '2025-04-04', '2025-04-06'),
        ...festival(labour, '2025-05-01', '2025-05-05', '2025-04-27'),
        ...festival(dragonBoat, '2025-05-31', '2025-06-02'),
        ...festival(nationalAndMidAutumn, '2025-10-01', '2025-10-08', '2025-09-28', '2025-10-11'),
      ],
    },
    2026: {
      source: '国务院办公厅关于2026年部分节假日安排的通知，2025-11-04',
      days: [
        ...festival(newYear, '2026-01-01', '2026-01-03', '2026-01-04'),
        ...festival(spring, '2026-02-15', '2026-02-23', '2026-02-14', '2026-02-28'),
        ...festival(qingming, '2026-04-04', '2026-04-06'),
        ...festival(labour, '2026-05-01', '2026-05-05', '2026-05-09'),
        ...festival(dragonBoat, '2026-06-19', '2026-06-21'),
        ...festival(midAutumn, '2026-09-25', '2026-09-27'),
        ...festival(national, '2026-10-01', '2026-10-07', '2026-09-20', '2026-10-10'),
      ],
    },
  },
}
