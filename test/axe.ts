/** What axe finds on a page, or in one part of it. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type axe from 'axe-core'
import type { Page } from 'playwright-core'

// As it is published for pages: half of it to send to every page and to read there.
const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * Each violation in a line: the rule and the first letters of every place. `within`: a selector; the rest of the page is
 * left to another look. A page that stays open keeps axe: reading it anew costs more than most looks.
 */
export async function violationsOf(page: Page, { within, beside, except = [] }: { within?: string; beside?: string; except?: string[] } = {}): Promise<string[]> {
  // A frame that goes meanwhile has nothing more to show; the page itself must not go.
  await Promise.all(page.frames().map(async (frame) => {
    const reading = frame.evaluate('"axe" in window').then((has) => has ? undefined : frame.evaluate(source))
    await (frame === page.mainFrame() ? reading : reading.catch(() => undefined))
  }))
  const violations = await page.evaluate(async ({ include, exclude, off }) => {
    // Judged as it will stand: a colour that passes over ends where it passes to, and what inherits it begins after it.
    const moving = () => document.getAnimations().filter(({ effect, playState }) => playState === 'running' && Number(effect?.getComputedTiming().endTime) < 2000)
    for (let quiet = 0; quiet < 2; quiet = moving().length > 0 ? 0 : quiet + 1) await new Promise(requestAnimationFrame)
    const where = { include: include ?? 'html', ...(exclude !== undefined && { exclude }) }
    const found = await (window as unknown as { axe: typeof axe }).axe.run(where, { resultTypes: ['violations'], rules: Object.fromEntries(off.map((rule) => [rule, { enabled: false }])) })
    return found.violations.map(({ id, nodes }) => ({ id, places: nodes.map(({ html }) => html.slice(0, 160)) }))
  }, { include: within, exclude: beside, off: except })
  return violations.map(({ id, places }) => `${id}: ${places.join(' | ')}`)
}
