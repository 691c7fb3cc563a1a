/** A desk as a company would run it, on the real clock, and a browser for each person in front of it. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import type { BrowserContextOptions, Page, Request } from 'playwright-core'
import { demoRoom } from '../../apps/demo/room.ts'
import { servePages } from '../../apps/pages.ts'
import { rooms } from '../../apps/rooms.ts'
import { createTranslator, intlTag, type Locale, type Translate } from '../../lib/text/index.ts'
import { createCalendar, createPerson, createSignInLink, createTeam, createToken, setPresence } from '../../modules/staff/index.ts'
import { addService, foundStandard, seedStandards, timed } from '../../modules/standards/index.ts'
import { systemClock } from '../../platform/clock/index.ts'
import { run } from '../../platform/context.ts'
import { hasBrowser, type Share } from '../browser.ts'
import { openDesk, type TestDesk } from '../harness.ts'

const isBuilt = ['console/index.html', 'portal/portal.html'].every((path) => existsSync(new URL(`../../dist/${path}`, import.meta.url)))
/** Journeys need a browser and the built pages; `npm test` sees to both. */
export const canTravel = hasBrowser && isBuilt

export const openCompanyDesk = (pages: typeof servePages = servePages): Promise<TestDesk> => openDesk({ work: true, clock: systemClock, pages, rooms: [...rooms, demoRoom] })

export interface Colleague { id: string; name: string; locale: Locale; token: string }
/** One language's part of the company: a service with its own team, an agent and a lead who speak it. */
export interface Branch { locale: Locale; teamId: string; serviceId: string; serviceName: string; agent: Colleague; lead: Colleague }
export interface Company { admin: Colleague; branches: Record<Locale, Branch> }

const wanted = [
  { locale: 'zh-Hant', verification: 'person', agent: '林志明', lead: '陳主任', team: '寬頻組', service: '寬頻服務' },
  { locale: 'zh-Hans', verification: 'customer', agent: '王小军', lead: '赵主管', team: '门店组', service: '门店服务' },
  { locale: 'en', verification: 'rule', agent: 'Amy Wong', lead: 'Kate Bell', team: 'Billing team', service: 'Billing desk' },
] as const

/** Open day and night, so that a journey is the same at any hour. */
export function moveIn(desk: TestDesk): Promise<Company> {
  return run(desk.app, {}, async (ctx) => {
    const day = [{ from: '00:00', to: '24:00' }]
    await createCalendar(ctx, { name: '全年無休', hours: { zone: 'Asia/Taipei', week: { 1: day, 2: day, 3: day, 4: day, 5: day, 6: day, 7: day }, exceptions: [] }, holidays: 'none', isDefault: true })
    const person = async (name: string, role: string, locale: Locale): Promise<Colleague> => {
      const { id } = await createPerson(ctx, { name, login: `p${Math.abs(hash(name))}@example.com`, role, locale, zone: 'Asia/Taipei', languages: ['zh', 'en'] })
      // Leads look on, so that it is known who is asked to take a request.
      await setPresence(ctx, id, role === 'agent' ? 'online' : 'away')
      return { id, name, locale, token: (await createToken(ctx, { name: `${name} test`, personId: id })).token }
    }
    const admin = await person('Admin', 'administrator', 'zh-Hant')
    await seedStandards(ctx, { locale: 'zh-Hant' })
    const branches: Partial<Record<Locale, Branch>> = {}
    for (const one of wanted) {
      const agent = await person(one.agent, 'agent', one.locale)
      const lead = await person(one.lead, 'lead', one.locale)
      const team = await createTeam(ctx, { name: one.team, memberIds: [agent.id, lead.id], leadId: lead.id })
      const service = await addService(ctx, {
        key: `branch-${one.locale.toLowerCase()}`, name: { 'zh-Hant': one.service, 'zh-Hans': one.service, en: one.service }, description: '', teamId: team.id, calendarId: null,
        verification: one.verification, closeAfterHours: 72, reopenDays: 7, acceptMinutes: 60, skills: [], types: [], isActive: true,
      })
      await foundStandard(ctx, service.id, timed({ urgent: [60, 480], normal: [60, 480], routine: [60, 480] }))
      branches[one.locale] = { locale: one.locale, teamId: team.id, serviceId: service.id, serviceName: one.service, agent, lead }
    }
    return { admin, branches: branches as Record<Locale, Branch> }
  })
}
const hash = (text: string): number => [...text].reduce((sum, sign) => Math.trunc(sum * 31 + sign.codePointAt(0)!) % 1_000_003, 7)

/** The words people read, from every room's texts. */
export function wordsOf(locale: Locale): Translate {
  const root = new URL('../../', import.meta.url)
  const folders = ['apps/console/text/', 'platform/text/', ...readdirSync(new URL('modules/', root)).map((name) => `modules/${name}/text/`)].map((path) => new URL(path, root)).filter((folder) => existsSync(folder))
  const texts = folders.flatMap((folder) => readdirSync(folder).filter((name) => name === `${locale}.json` || name.endsWith(`.${locale}.json`)).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Record<string, string>))
  return createTranslator(Object.assign({}, ...texts), locale, undefined, 'Asia/Taipei')
}

/** Everything a browser complains about; a page that is not signed in yet is told so by one 401. */
export function listen(page: Page, problems: string[]): void {
  page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() !== 'error' || /\/api\/me$/.test(message.location().url)) return
    problems.push(`${page.url()}: ${message.text()} ${message.location().url}`)
  })
}

export async function openPage(browser: Share, locale: Locale, problems: string[], options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: intlTag(locale), timezoneId: 'Asia/Taipei', viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  listen(page, problems)
  return page
}

/** A colleague comes in by a sign-in link and its page, and goes to `path`. */
export async function enter(page: Page, desk: TestDesk, who: Colleague, path: string): Promise<void> {
  await page.goto(desk.url + await linkFor(desk, who))
  await page.getByRole('button', { name: wordsOf(who.locale)('staff.sign-in.enter') }).click()
  await page.waitForURL(/\/account/)
  await open(page, desk, who, path)
}
/** The same with the session only: two pages less to draw. */
export async function signIn(page: Page, desk: TestDesk, who: Colleague, path: string): Promise<void> {
  const token = (await linkFor(desk, who)).split('#')[1]
  const answer = await page.context().request.post(`${desk.url}/api/session/link`, { data: { token } })
  if (!answer.ok()) throw new Error(`${who.name} can't come in: ${answer.status()} ${await answer.text()}`)
  await open(page, desk, who, path)
}
const linkFor = (desk: TestDesk, who: Colleague): Promise<string> => run(desk.app, {}, (ctx) => createSignInLink(ctx, who.id))
async function open(page: Page, desk: TestDesk, who: Colleague, path: string): Promise<void> {
  await page.goto(desk.url + path)
  await page.locator(`html[lang=${who.locale}]`).waitFor()
}

/** When `text` first stands in the page, as epoch milliseconds; call before it is written, await after. */
export function seenAt(page: Page, text: string, timeoutMs = 15_000): Promise<number> {
  return page.evaluate(({ words, limit }) => new Promise<number>((done, fail) => {
    const look = () => { if (document.body.innerText.includes(words)) { observer.disconnect(); clearTimeout(timer); done(Date.now()) } }
    const observer = new MutationObserver(look)
    const timer = setTimeout(() => { observer.disconnect(); fail(new Error(`not seen: ${words}`)) }, limit)
    observer.observe(document.body, { childList: true, subtree: true, characterData: true })
    look()
  }), { words: text, limit: timeoutMs })
}

/** Asks again until the answer is good; throws what came last. Tests that run beside each other have no common `expect.poll`. */
export async function until<A>(ask: () => Promise<A>, isGood: (answer: A) => boolean, { timeoutMs = 20_000, everyMs = 250 } = {}): Promise<A> {
  for (const end = Date.now() + timeoutMs; ;) {
    const answer = await ask()
    if (isGood(answer)) return answer
    if (Date.now() > end) throw new Error(`not in time; last: ${JSON.stringify(answer)}`)
    await new Promise((wake) => setTimeout(wake, everyMs))
  }
}

/** Waits until the server has answered everything for a moment and nothing stands in for an answer any more; streams stay open and do not count. */
export function quietness(page: Page): () => Promise<void> {
  const pending = new Set<Request>()
  let lastAt = Date.now()
  page.on('request', (request) => { if (!/\/(live|stream)\b/.test(request.url())) { pending.add(request); lastAt = Date.now() } })
  // One that began before anybody looked does not count.
  const ended = (request: Request) => { if (pending.delete(request)) lastAt = Date.now() }
  page.on('requestfinished', ended)
  page.on('requestfailed', ended)
  const isDrawn = () => page.evaluate(() => new Promise<boolean>((done) => { requestAnimationFrame(() => requestAnimationFrame(() => { done(!document.querySelector('.animate-breathe')) })) }))
  return async () => {
    lastAt = Date.now()
    for (const end = Date.now() + 5000; Date.now() < end;) {
      if (pending.size === 0 && Date.now() - lastAt >= 80 && await isDrawn() && pending.size === 0) return
      await new Promise((wake) => setTimeout(wake, 20))
    }
  }
}
