import type { ReactElement } from 'react'
import { Section } from '../../../../ui/index.ts'
import { useWords } from './words.ts'

// Written out, so that the style sheet holds exactly these.
const grounds = [
  ['surface', 'bg-surface text-text'], ['raised', 'bg-raised text-text'], ['sunken', 'bg-sunken text-text'], ['selected', 'bg-selected text-accent'],
  ['customer', 'bg-customer-surface text-customer'], ['note', 'bg-note-surface text-note'], ['ok', 'bg-ok-surface text-ok'], ['soon', 'bg-soon-surface text-soon'],
  ['late', 'bg-late-surface text-late'], ['paused', 'bg-paused-surface text-paused'], ['info', 'bg-info-surface text-info'], ['accent', 'bg-accent text-on-accent'],
] as const
const sizes = [['text-2xl', '28'], ['text-xl', '20'], ['text-lg', '16'], ['text-base', '14'], ['text-sm', '12']] as const

export function ColourParts(): ReactElement {
  const w = useWords()
  return (
    <Section title={w('colours')}>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(9rem,1fr))] gap-2">
        {grounds.map(([name, look]) => <li key={name} className={`rounded-md border border-line px-3 py-2 ${look}`}><span className="block font-bold">{w(`colour.${name}`)}</span><code className="font-mono text-sm">{name}</code></li>)}
      </ul>
      <div className="flex flex-wrap items-baseline gap-x-6 gap-y-1">{sizes.map(([look, px]) => <span key={px} className={look}>{w('sample')} {px}</span>)}</div>
    </Section>
  )
}
