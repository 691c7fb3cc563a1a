/** What axe finds on a page, or in one part of it. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/**
 * Each violation in a line: the rule and the first letters of every place. `within`: a selector; the rest of the page is
 * left to another look. Without an extra page for the result, and with nothing said of rules that hold: a third of the time.
 */
export async function violationsOf(page: Page, { within, beside, except = [] }: { within?: string; beside?: string; except?: string[] } = {}): Promise<string[]> {
  // Options are set whole: what follows adds to them.
  let axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] }).disableRules(except)
  if (within !== undefined) axe = axe.include(within)
  if (beside !== undefined) axe = axe.exclude(beside)
  const { violations } = await axe.analyze()
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
}
