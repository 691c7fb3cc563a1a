import { expect, test } from 'vitest'
import { attacks, idsIn } from '../attacks/catalogue.ts'
import { titlesIn } from './attacks.ts'

const ids = (source: string): string[] => [...titlesIn(source)].flatMap(({ title }) => idsIn(title))

test('titles are found whatever stands before them, ids of faults and of compliance are not taken for attacks', () => {
  const [one, two] = Object.keys(attacks) as [string, string]
  expect(ids(`test('${one} ${two} both', async () => {})\n  test.skipIf(!isThere)('${two} once more', { timeout: 1 }, () => {})\nconst x = 'no test ${one}'`)).toEqual([one, two, two])
  expect(idsIn('F28 C14 P08 I-1 a fault, two checks and an invariant')).toEqual([])
})

test('the catalogue is whole: chapters A to J, each counted through', () => {
  const chapters = Object.groupBy(Object.keys(attacks), (id) => id[0]!)
  expect(Object.entries(chapters).map(([chapter, list]) => `${chapter}${list!.length}`)).toEqual(['A20', 'B15', 'C15', 'D17', 'E12', 'F14', 'G6', 'H10', 'I8', 'J9'])
  for (const list of Object.values(chapters)) expect(list!.map((id) => Number(id.slice(1, 3)))).toEqual(list!.map((_, index) => index + 1))
})
