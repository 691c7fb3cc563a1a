/// <reference types="vite/client" />
/**
 * Rate in one tap. Written on the bare document to stay far under its 20 KB. A score in the address only
 * preselects: it is kept when a person looks at the page, because mail scanners open every link there is.
 */
import type { RatingView } from '../../modules/quality/contract.ts'
import type { Locale } from '../../lib/text/index.ts'
import { call, Refusal } from './api.ts'
import { type Catalogue, chooseLocale, chosenLocale, languages, type T, translatorFor } from './text.ts'

const sources = import.meta.glob<Catalogue>('../../modules/quality/text/*.json', { import: 'default' })
const token = location.pathname.split('/')[2] ?? ''
const wanted = Number(new URLSearchParams(location.search).get('score'))
/** How long a page must be in front of somebody before the score in its address counts. */
const LOOK_MS = 1_200

let t: T = (key) => key
let locale: Locale
let view: RatingView | null = null
let chosen = 0
let words = { reasons: new Set<string>(), comment: '' }
let note = ''
let isThanked = false

type Child = Node | string | false | null
function el(tag: string, props: Record<string, unknown> = {}, ...children: Child[]): HTMLElement {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value as EventListener)
    else if (name in made && typeof value !== 'string') Object.assign(made, { [name]: value })
    else if (value !== undefined) made.setAttribute(name, String(value))
  }
  made.append(...children.filter((child): child is Node | string => child !== false && child !== null))
  return made
}

const path = `/api/portal/requests/${token}/rating`
let saving: Promise<boolean> = Promise.resolve(true)
/** One saving after the other, so that the last tap wins. */
function save(more: boolean): Promise<boolean> {
  saving = saving.then(async () => {
    note = t('rate.saving')
    say()
    try {
      view = await call<RatingView>('PUT', path, { body: { score: chosen, ...(more ? { reasons: [...words.reasons], comment: words.comment } : {}) } })
      note = t('rate.saved', { score: t(`rate.score-${chosen}`) })
      return true
    } catch (error) {
      note = (error instanceof Refusal && t(error.code.replace(/^quality\./, ''))) || t('rate.failed')
      return false
    } finally {
      say()
    }
  })
  return saving
}
const say = () => { const line = document.getElementById('note'); if (line) line.textContent = note }

async function tap(score: number): Promise<void> {
  chosen = score
  isThanked = false
  paint()
  document.querySelector<HTMLElement>(`[data-score="${score}"]`)?.focus()
  await save(false)
}

function paint(): void {
  document.title = t('rate.title')
  const page = document.getElementById('page')!
  const typed = document.querySelector<HTMLTextAreaElement>('textarea')?.value
  if (typed !== undefined) words.comment = typed
  const languageChoice = el('select', { class: 'languages', 'aria-label': 'Language', onchange: (event: Event) => { chooseLocale((event.target as HTMLSelectElement).value as Locale); void start() } },
    ...languages.map(([id, name]) => el('option', { value: id, lang: id, selected: id === locale }, name)))
  page.replaceChildren(el('header', { class: 'top' }, el('span', {}, t('rate.title')), languageChoice), el('main', { class: 'column' }, ...body()))
}

function body(): Child[] {
  if (!view) return [el('h1', {}, t('rate.title')), el('p', { role: 'alert' }, note)]
  const about = el('p', { class: 'muted' }, t('rate.about', { number: view.number, subject: view.subject }), view.holderName ? ` · ${t('rate.by', { name: view.holderName })}` : '')
  const follow = el('p', {}, el('a', { href: `/r/${token}` }, t('rate.follow')))
  if (view.isFinal || (!view.mayScore && !view.score)) return [el('h1', {}, t('rate.title')), about, el('p', {}, view.isFinal ? t('rate.final', { score: t(`rate.score-${view.score}`) }) : t('rate.not-yet')), follow]
  if (isThanked) return [el('h1', {}, t('rate.title')), about, el('p', { role: 'status', class: 'sentence' }, t(chosen <= 2 ? 'rate.thanks-low' : 'rate.thanks')), follow]
  return [
    el('h1', { id: 'question' }, t('rate.question')), about,
    el('div', { class: 'scores', role: 'group', 'aria-labelledby': 'question' }, ...[5, 4, 3, 2, 1].map((score) =>
      el('button', { type: 'button', 'data-score': String(score), 'aria-pressed': String(score === chosen), onclick: () => void tap(score) }, el('b', { 'aria-hidden': 'true' }, '★'.repeat(score) + '☆'.repeat(5 - score)), el('span', {}, t(`rate.score-${score}`))))),
    el('p', { id: 'note', role: 'status' }, note),
    chosen > 0 && more(),
  ]
}

function more(): HTMLElement {
  const names = chosen <= 3 ? ['not-solved', 'slow', 'unclear', 'unfriendly'] : ['solved', 'quick', 'clear', 'friendly']
  words.reasons = new Set([...words.reasons].filter((name) => names.includes(name)))
  const flip = (name: string, box: HTMLInputElement) => { if (box.checked) words.reasons.add(name); else words.reasons.delete(name) }
  return el('form', { class: 'more', onsubmit: async (event: Event) => {
    event.preventDefault()
    words.comment = document.querySelector('textarea')!.value
    if (await save(true)) { isThanked = true; paint() }
  } },
  el('fieldset', {}, el('legend', {}, t(chosen <= 3 ? 'rate.why-low' : 'rate.why-high')), ...names.map((name) =>
    el('label', { class: 'tick' }, el('input', { type: 'checkbox', checked: words.reasons.has(name), onchange: (event: Event) => flip(name, event.target as HTMLInputElement) }), t(`reason-${name}`)))),
  el('label', { class: 'field' }, t('rate.comment'), el('textarea', { rows: '3', maxlength: '2000' }, words.comment)),
  el('button', { class: 'primary wide' }, t('rate.send')))
}

/** Keeps the score of the address once the page has been in front of somebody for a moment. */
function keepWhenSeen(): void {
  let timer = 0
  const look = () => {
    clearTimeout(timer)
    if (chosen !== wanted || view?.score) return
    if (document.visibilityState === 'visible' && document.hasFocus()) timer = setTimeout(() => { if (chosen === wanted && !view?.score) void save(false) }, LOOK_MS) as unknown as number
  }
  for (const event of ['focus', 'blur', 'pageshow']) addEventListener(event, look)
  document.addEventListener('visibilitychange', look)
  look()
}

async function start(): Promise<void> {
  locale = chosenLocale(new URLSearchParams(location.search).get('lang') ?? view?.language)
  t = await translatorFor(locale, sources, 'quality.')
  paint()
}

try {
  view = await call<RatingView>('GET', path)
  chosen = view.score ?? ([1, 2, 3, 4, 5].includes(wanted) && view.mayScore ? wanted : 0)
  words = { reasons: new Set(view.reasons), comment: view.comment }
  await start()
  if (!view.score && chosen) keepWhenSeen()
} catch (error) {
  await start()
  note = error instanceof Refusal && error.status === 0 ? t('rate.failed') : t('rate.unknown')
  paint()
}
