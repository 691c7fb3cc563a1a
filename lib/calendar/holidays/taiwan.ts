import { inLieu, name, off } from './days.ts'
import type { HolidayPack } from './index.ts'

const founding = name('開國紀念日', '开国纪念日', 'Founding Day')
const eveOfEve = name('農曆除夕前一日', '农历除夕前一日', "Day before Lunar New Year's Eve")
const eve = name('農曆除夕', '农历除夕', "Lunar New Year's Eve")
const lunar = name('春節', '春节', 'Lunar New Year')
const peace = name('和平紀念日', '和平纪念日', 'Peace Memorial Day')
const children = name('兒童節', '儿童节', "Children's Day")
const tomb = name('清明節', '清明节', 'Tomb Sweeping Day')
const labour = name('勞動節', '劳动节', 'Labour Day')
const dragonBoat = name('端午節', '端午节', 'Dragon Boat Festival')
const midAutumn = name('中秋節', '中秋节', 'Mid-Autumn Festival')
const teachers = name('孔子誕辰紀念日（教師節）', '孔子诞辰纪念日（教师节）', "Confucius' Birthday (Teachers' Day)")
const national = name('國慶日', '国庆日', 'National Day')
const retrocession = name('臺灣光復暨金門古寧頭大捷紀念日', '台湾光复暨金门古宁头大捷纪念日', 'Retrocession Day')
const constitution = name('行憲紀念日', '行宪纪念日', 'Constitution Day')

export const taiwan: HolidayPack = {
  region: 'TW',
  zone: 'Asia/Taipei',
  names: name('臺灣', '台湾', 'Taiwan'),
  years: {
    2025: {
      // Labour Day is no day off for civil servants yet and not in that table: it comes from the Labor Standards Act § 37.
      source: '行政院 114 年政府行政機關辦公日曆表（113-06-27 院授人培字第 1133024943 號；114-06-13 修正），勞動節依勞動基準法第 37 條',
      days: [
        ...off(founding, '2025-01-01'), ...off(eveOfEve, '2025-01-27'), ...off(eve, '2025-01-28'),
        ...off(lunar, '2025-01-29', '2025-01-30', '2025-01-31'),
        { date: '2025-02-08', kind: 'worked', names: name('補行上班', '补行上班', 'Make-up workday') },
        ...off(peace, '2025-02-28'), inLieu(children, '2025-04-03'), ...off(tomb, '2025-04-04'), ...off(labour, '2025-05-01'),
        inLieu(dragonBoat, '2025-05-30'), ...off(dragonBoat, '2025-05-31'),
        ...off(teachers, '2025-09-28'), inLieu(teachers, '2025-09-29'), ...off(midAutumn, '2025-10-06'), ...off(national, '2025-10-10'),
        inLieu(retrocession, '2025-10-24'), ...off(retrocession, '2025-10-25'), ...off(constitution, '2025-12-25'),
      ],
    },
    2026: {
      source: '行政院 115 年政府行政機關辦公日曆表（114-06-13 院授人培字第 11430248312 號）',
      days: [
        ...off(founding, '2026-01-01'), ...off(eveOfEve, '2026-02-15'), ...off(eve, '2026-02-16'),
        ...off(lunar, '2026-02-17', '2026-02-18', '2026-02-19'), inLieu(eveOfEve, '2026-02-20'),
        inLieu(peace, '2026-02-27'), ...off(peace, '2026-02-28'),
        inLieu(children, '2026-04-03'), ...off(children, '2026-04-04'), ...off(tomb, '2026-04-05'), inLieu(tomb, '2026-04-06'),
        ...off(labour, '2026-05-01'), ...off(dragonBoat, '2026-06-19'), ...off(midAutumn, '2026-09-25'), ...off(teachers, '2026-09-28'),
        inLieu(national, '2026-10-09'), ...off(national, '2026-10-10'),
        ...off(retrocession, '2026-10-25'), inLieu(retrocession, '2026-10-26'), ...off(constitution, '2026-12-25'),
      ],
    },
    2027: {
      source: '行政院人事行政總處 116 年政府行政機關辦公日曆表（政府資料開放平臺資料集 14718）',
      days: [
        ...off(founding, '2027-01-01'), ...off(eveOfEve, '2027-02-04'), ...off(eve, '2027-02-05'),
        ...off(lunar, '2027-02-06', '2027-02-07', '2027-02-08'), inLieu(lunar, '2027-02-09'), inLieu(lunar, '2027-02-10'),
        ...off(peace, '2027-02-28'), inLieu(peace, '2027-03-01'),
        ...off(children, '2027-04-04'), ...off(tomb, '2027-04-05'), inLieu(children, '2027-04-06'),
        inLieu(labour, '2027-04-30'), ...off(labour, '2027-05-01'), ...off(dragonBoat, '2027-06-09'), ...off(midAutumn, '2027-09-15'),
        ...off(teachers, '2027-09-28'), ...off(national, '2027-10-10'), inLieu(national, '2027-10-11'), ...off(retrocession, '2027-10-25'),
        inLieu(constitution, '2027-12-24'), ...off(constitution, '2027-12-25'), inLieu(founding, '2027-12-31'),
      ],
    },
  },
}
