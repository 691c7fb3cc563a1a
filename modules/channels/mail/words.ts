/** What the program itself writes into mails, in the request's language. */
import { createTranslator, type Locale, type Translate } from '../../../lib/text/index.ts'
import en from '../text/mail.en.json' with { type: 'json' }
import hans from '../text/mail.zh-Hans.json' with { type: 'json' }
import hant from '../text/mail.zh-Hant.json' with { type: 'json' }

const translators: Record<Locale, Translate<keyof typeof hant>> = {
  'zh-Hant': createTranslator(hant, 'zh-Hant'), 'zh-Hans': createTranslator(hans, 'zh-Hans'), en: createTranslator(en, 'en'),
}
export const mailText = (language: string): Translate<keyof typeof hant> => translators[language === 'en' || language === 'zh-Hans' ? language : 'zh-Hant']

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
const button = (href: string, label: string): string => `<a href="${escape(href)}" style="display:inline-block;padding:8px 14px;margin:4px 6px 4px 0;border:1px solid #2563eb;border-radius:6px;color:#1d4ed8;text-decoration:none">${escape(label)}</a>`
const paragraph = (text: string): string => `<p style="margin:12px 0;color:#475569">${escape(text)}</p>`

export interface Written { text: string; html: string }
interface Links { follow: string; rate?: (score: 1 | 2 | 3 | 4 | 5) => string }

/** An answer with the way to follow it; a result also asks for the verdict or the rating. */
export function writeAnswer(language: string, number: number, body: string, links: Links, asksCustomer: boolean): Written {
  const t = mailText(language)
  const lines: string[] = []
  const blocks: string[] = []
  if (asksCustomer) {
    lines.push(t('channels.mail.confirm'), links.follow)
    blocks.push(paragraph(t('channels.mail.confirm')), button(links.follow, t('channels.mail.confirm-button')))
  } else if (links.rate) {
    const { rate } = links
    const scores = ([5, 4, 3, 2, 1] as const).map((score) => ({ href: rate(score), label: t(`channels.mail.score-${score}`) }))
    lines.push(t('channels.mail.rate'), ...scores.map(({ href, label }) => `${label} ${href}`))
    blocks.push(paragraph(t('channels.mail.rate')), ...scores.map(({ href, label }) => button(href, label)))
  }
  const follow = t('channels.mail.follow', { number: String(number) })
  lines.push(`${follow} ${links.follow}`)
  blocks.push(`<p style="margin:16px 0;font-size:13px;color:#64748b">${escape(follow)} <a href="${escape(links.follow)}">${escape(links.follow)}</a></p>`)
  return { text: `${body}\n\n--------\n${lines.join('\n')}\n`, html: `<div>${escape(body).replace(/\r?\n/g, '<br>\n')}</div><hr>${blocks.join('\n')}` }
}

/** The confirmation says that something came and its number, and nothing of what a stranger wrote. */
export function writeAcknowledgement(language: string, number: number, follow: string): Written & { subject: string } {
  const t = mailText(language)
  const args = { number: String(number) }
  const text = t('channels.mail.acknowledged', args)
  return {
    subject: t('channels.mail.acknowledged-subject', args), text: `${text}\n\n${t('channels.mail.follow', args)} ${follow}\n`,
    html: `<div>${escape(text).replace(/\n/g, '<br>\n')}</div>${button(follow, t('channels.mail.follow-button'))}`,
  }
}
