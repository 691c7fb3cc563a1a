import { inLieu, name, off } from './days.ts'
import type { HolidayPack } from './index.ts'

const newYear = name('元旦', '元旦', "New Year's Day")
const lunar = name('農曆新年', '农历新年', 'Chinese New Year')
const puasa = name('開齋節', '开斋节', 'Hari Raya Puasa')
const goodFriday = name('耶穌受難日', '耶稣受难日', 'Good Friday')
const labour = name('勞動節', '劳动节', 'Labour Day')
const polling = name('大選投票日', '大选投票日', 'Polling Day')
const vesak = name('衛塞節', '卫塞节', 'Vesak Day')
const haji = name('哈芝節', '哈芝节', 'Hari Raya Haji')
const national = name('國慶日', '国庆日', 'National Day')
const deepavali = name('屠妖節', '屠妖节', 'Deepavali')
const christmas = name('聖誕節', '圣诞节', 'Christmas Day')

/** Public holidays of the Holidays Act 1998; of one on a Sunday the next working day is off. */
export const singapore: HolidayPack = {
  region: 'SG',
  zone: 'Asia/Singapore',
  names: name('新加坡', '新加坡', 'Singapore'),
  years: {
    2025: {
      source: 'Ministry of Manpower: public holidays for 2025; public holiday on Polling Day, 2025-04-15',
      days: [
        ...off(newYear, '2025-01-01'), ...off(lunar, '2025-01-29', '2025-01-30'), ...off(puasa, '2025-03-31'), ...off(goodFriday, '2025-04-18'), ...off(labour, '2025-05-01'), ...off(polling, '2025-05-03'),
        ...off(vesak, '2025-05-12'), ...off(haji, '2025-06-07'), ...off(national, '2025-08-09'), ...off(deepavali, '2025-10-20'), ...off(christmas, '2025-12-25'),
      ],
    },
    2026: {
      source: 'Ministry of Manpower: public holidays for 2026, 2025-06-16',
      days: [
        ...off(newYear, '2026-01-01'), ...off(lunar, '2026-02-17', '2026-02-18'), ...off(puasa, '2026-03-21'), ...off(goodFriday, '2026-04-03'), ...off(labour, '2026-05-01'), ...off(haji, '2026-05-27'),
        ...off(vesak, '2026-05-31'), inLieu(vesak, '2026-06-01'), ...off(national, '2026-08-09'), inLieu(national, '2026-08-10'), ...off(deepavali, '2026-11-08'), inLieu(deepavali, '2026-11-09'), ...off(christmas, '2026-12-25'),
      ],
    },
    2027: {
      source: 'Ministry of Manpower: public holidays (page as of 2026-06-18)',
      days: [
        ...off(newYear, '2027-01-01'), ...off(lunar, '2027-02-06', '2027-02-07'), inLieu(lunar, '2027-02-08'), ...off(puasa, '2027-03-10'), ...off(goodFriday, '2027-03-26'), ...off(labour, '2027-05-01'),
        ...off(haji, '2027-05-17'), ...off(vesak, '2027-05-20'), ...off(national, '2027-08-09'), ...off(deepavali, '2027-10-28'), ...off(christmas, '2027-12-25'),
      ],
    },
  },
}
