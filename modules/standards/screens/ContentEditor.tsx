import { useState, type ReactElement } from 'react'
import { Pencil, Trash2 } from 'lucide-react'
import { useText } from '../../../apps/console/text.tsx'
import { Button, Checkbox, ComboBox, Facts, IconButton, Section, Table, TextArea, TextField, type TableColumn } from '../../../ui/index.ts'
import { waits, type Clause, type Content, type Step } from '../versions/contract.ts'
import { ClauseDialog } from './ClauseDialog.tsx'
import { StepDialog } from './StepDialog.tsx'
import { caseWords, deedWords, measureWords, momentWords, stepConditionWords, targetWords, type Known } from './standard-words.ts'

/** Clauses, steps and duties of a version; each change is kept at once while it is a draft. */
export function ContentEditor({ content, known, onChange, kept }: { content: Content; known: Known; onChange: ((content: Content) => void) | undefined; /** What came of each clause. */ kept?: TableColumn<Clause> | undefined }): ReactElement {
  const t = useText()
  const [clause, setClause] = useState<Clause | 'new' | null>(null)
  const [step, setStep] = useState<Step | 'new' | null>(null)
  const put = <T extends { key: string }>(all: readonly T[], one: T): T[] => all.some((other) => other.key === one.key) ? all.map((other) => (other.key === one.key ? one : other)) : [...all, one]
  const buttons = <T extends { key: string }>(one: T, name: string, edit: (one: T) => void, remove: () => void) => onChange && (
    <span className="inline-flex"><IconButton label={t('standards.change-one', { name })} icon={<Pencil className="size-4" aria-hidden="true" />} onPress={() => edit(one)} /><IconButton label={t('standards.remove-one', { name })} icon={<Trash2 className="size-4" aria-hidden="true" />} onPress={remove} /></span>
  )
  return (
    <>
      <Section title={t('standards.clauses')} actions={onChange && <Button size="sm" onPress={() => setClause('new')}>{t('standards.add-clause')}</Button>}>
        <p className="text-sm text-faint">{t('standards.clauses-mean')}</p>
        <Table<Clause> label={t('standards.clauses')} rows={content.clauses} rowId={(row) => row.key} empty={<p className="text-muted">{t('standards.no-clauses')}</p>} columns={[
          { id: 'measure', title: t('standards.measure'), cell: (row) => <span>{measureWords(t, row.measure)}{row.words && <span className="block text-sm text-muted">{row.words}</span>}</span> },
          { id: 'case', title: t('standards.holds-for'), cell: (row) => caseWords(t, row.when, known) },
          { id: 'target', title: t('standards.target'), cell: (row) => targetWords(t, row) },
          ...(kept ? [kept] : []),
          { id: 'dimension', title: t('standards.dimension'), cell: (row) => t(`standards.dimension.${row.dimension}`), priority: 3 },
          { id: 'owner', title: t('standards.owner'), cell: (row) => known.people.find((one) => one.id === (row.ownerId ?? content.ownerId))?.name ?? '–', priority: 3 },
          ...(onChange ? [{ id: 'edit', title: t('standards.change'), cell: (row: Clause) => buttons(row, row.key, setClause, () => onChange({ ...content, clauses: content.clauses.filter((one) => one.key !== row.key) })) }] : []),
        ]} />
      </Section>
      <Section title={t('standards.steps')} actions={onChange && <Button size="sm" onPress={() => setStep('new')}>{t('standards.add-step')}</Button>}>
        <Table<Step> label={t('standards.steps')} rows={content.steps} rowId={(row) => row.key} empty={<p className="text-muted">{t('standards.no-steps')}</p>} columns={[
          { id: 'level', title: t('standards.level'), cell: (row) => t(`standards.level.${row.level}`) },
          { id: 'moment', title: t('standards.moment'), cell: (row) => momentWords(t, row) },
          { id: 'does', title: t('standards.does'), cell: (row) => deedWords(t, row, known) },
          { id: 'when', title: t('standards.step-only-for'), cell: (row) => stepConditionWords(t, row, known) },
          ...(onChange ? [{ id: 'edit', title: t('standards.change'), cell: (row: Step) => buttons(row, row.key, setStep, () => onChange({ ...content, steps: content.steps.filter((one) => one.key !== row.key) })) }] : []),
        ]} />
      </Section>
      {onChange ? <Rest key={JSON.stringify(content)} content={content} known={known} onChange={onChange} /> : (
        <Section title={t('standards.responsibility')}>
          <Facts facts={[
            { label: t('standards.content.ownerId'), value: known.people.find((one) => one.id === content.ownerId)?.name ?? t('standards.nobody') },
            { label: t('standards.content.reviewOn'), value: content.reviewOn ?? '–' },
            { label: t('standards.content.pausesOn'), value: content.pausesOn.map((one) => t(`standards.wait.${one}`)).join(t('standards.comma')) || t('standards.nothing') },
            { label: t('standards.content.duties'), value: content.duties || '–' }, { label: t('standards.content.rules'), value: content.rules || '–' }, { label: t('standards.content.appraisal'), value: content.appraisal || '–' },
          ]} />
        </Section>
      )}
      {clause !== null && onChange && <ClauseDialog clause={clause === 'new' ? null : clause} taken={content.clauses.map((one) => one.key)} known={known} onClose={() => setClause(null)} onSave={(one) => { setClause(null); onChange({ ...content, clauses: put(content.clauses, one) }) }} />}
      {step !== null && onChange && <StepDialog step={step === 'new' ? null : step} taken={content.steps.map((one) => one.key)} known={known} onClose={() => setStep(null)} onSave={(one) => { setStep(null); onChange({ ...content, steps: put(content.steps, one) }) }} />}
    </>
  )
}

function Rest({ content, known, onChange }: { content: Content; known: Known; onChange: (content: Content) => void }): ReactElement {
  const t = useText()
  const [draft, setDraft] = useState(content)
  const set = (change: Partial<Content>) => setDraft({ ...draft, ...change })
  const isChanged = JSON.stringify(draft) !== JSON.stringify(content)
  return (
    <Section title={t('standards.responsibility')} actions={<Button size="sm" variant="primary" reason={isChanged ? undefined : t('standards.nothing-changed')} onPress={() => onChange(draft)}>{t('standards.keep-draft')}</Button>}>
      <div className="grid gap-3 sm:grid-cols-2">
        <ComboBox label={t('standards.content.ownerId')} options={[{ id: '-', label: t('standards.nobody') }, ...known.people.map((one) => ({ id: one.id, label: one.name }))]} value={draft.ownerId ?? '-'} onChange={(id) => set({ ownerId: id === null || id === '-' ? null : id })} />
        <TextField type="date" label={t('standards.content.reviewOn')} value={draft.reviewOn ?? ''} onChange={(reviewOn) => set({ reviewOn: reviewOn || null })} />
      </div>
      <fieldset className="flex flex-col gap-1"><legend className="mb-1 text-sm font-bold text-muted">{t('standards.content.pausesOn')}</legend>
        {waits.map((wait) => <Checkbox key={wait} isSelected={draft.pausesOn.includes(wait)} onChange={(isOn) => set({ pausesOn: isOn ? [...draft.pausesOn, wait] : draft.pausesOn.filter((one) => one !== wait) })}>{t(`standards.wait.${wait}`)}</Checkbox>)}
      </fieldset>
      <TextArea label={t('standards.content.duties')} value={draft.duties} onChange={(duties) => set({ duties })} />
      <TextArea label={t('standards.content.rules')} value={draft.rules} onChange={(rules) => set({ rules })} />
      <TextField label={t('standards.content.appraisal')} value={draft.appraisal} onChange={(appraisal) => set({ appraisal })} />
    </Section>
  )
}
