/** Which of our languages a text is written in, by its characters alone: microseconds, no model, no dictionary of words. */
import table from 'opencc-js/dict/TSCharacters'
import type { Locale } from '../../lib/text/index.ts'

/** Simplified forms that Traditional writing uses too (Big5's frequent characters): they tell nothing. */
const SHARED = '并干布占局系私幸杰家佣仆雇俊凶儿胄克划札恤即念吃咽向采冢伙奸娘尸峰昆岳岩几吊雕佛后征栗戚欲蒙捍拼舍挨卷挂扇折扑抬教于旗既升晒拐查杆棋矩杠梁朴台僵泛污溯泄凌涌准沈漓床抵呆酸愈痴症皂杯真困朱秘御谷灶范筑蓑帘吁粽扎弦捆彩致累才群玩唇修庵搜席卜芸姜荐苔虱虫蔑同胡里制核托注夸志咨噪溪丰狸逾挽回周游腌丑糖扣巨表旋合板暗辟只云沾秋千愿刮飧余肴糊喂松斗哄郁咸面曲霉冬出'
const traditional = 1
const simplified = 2
const scripts = new Uint8Array(0x10000)

function learn(): void {
  const pairs = table.split('|').map((entry) => entry.split(' ') as [string, string]).filter(([from, to]) => from.length === 1 && to.length === 1)
  for (const [, to] of pairs) scripts[to.charCodeAt(0)] = simplified
  // After the targets: a form that is both (乾) is Traditional.
  for (const [from] of pairs) scripts[from.charCodeAt(0)] = traditional
  for (const sign of SHARED) scripts[sign.charCodeAt(0)] = 0
}

/** characters looked at: enough to tell, whatever log file follows */
const most = 4_000

/**
 * Chinese when there is at least one Chinese character for two words of another script (a name in an English
 * letter does not make it Chinese; an error message in a Chinese one does not make it English). Chinese without
 * a telling character counts as Traditional. Everything else is answered in English.
 */
export function detectLanguage(text: string): Locale {
  if (scripts[0x5011] === 0) learn()
  const length = Math.min(text.length, most)
  let chinese = 0
  let words = 0
  let balance = 0
  let isInWord = false
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x3400 && unit <= 0x9fff) {
      chinese++
      const script = scripts[unit]!
      if (script !== 0) balance += script === traditional ? 1 : -1
      isInWord = false
      continue
    }
    // Digits and addresses are in no language: only words of letters count.
    const isLetter = (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a) || unit >= 0xc0
    if (isLetter && !isInWord && unit < 0x3000) words++
    isInWord = isLetter
  }
  if (chinese * 2 < words || chinese === 0) return 'en'
  return balance < 0 ? 'zh-Hans' : 'zh-Hant'
}
