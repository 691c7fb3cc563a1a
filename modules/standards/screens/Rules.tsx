import { Ellipsis, GripVertical } from 'lucide-react'
import { useMemo, useState, type ReactElement } from 'react'
import { Button as AriaButton, GridList, GridListItem, useDragAndDrop, type Key } from 'react-aria-components'
import { useQueryClient } from '@tanstack/react-query'
import { queryKey, refresh, useCall, useGet, type Answer } from '../../../apps/console/api.ts'
import { Loaded } from '../../../apps/console/Loaded.tsx'
import { useSearchState } from '../../../apps/console/location.ts'
import { useMay } from '../../../apps/console/session.tsx'
import { useLanguage, useText } from '../../../apps/console/text.tsx'
import { AlertDialog, Badge, Button, EmptyState, Menu, IconButton, Section, toast } from '../../../ui/index.ts'
import { staff } from '../../staff/contract.ts'
import { standards, type Rule } from '../contract.ts'
import { RuleDialog } from './RuleDialog.tsx'
import { StandardsFrame, useRefusal } from './StandardsFrame.tsx'
import { useTiers } from './tiers.ts'
import { TryRules } from './TryRules.tsx'
import { type Condition, conditionWords, type Named, outcomeWords } from './words.ts'

/** Ordered rules: the first that decides a thing wins, and says why. */
export default function Rules(): ReactElement {
  const t = useText()
  const may = useMay()
  const refusal = useRefusal()
  const [search, setSearch] = useSearchState<'rule'>()
  const rules = useGet(standards.rules, {}, { live: ['standard.rule'] })
  const services = useGet(standards.services, {})
  const teams = useGet(staff.teams, { query: {} }, { isEnabled: may('staff.read') })
  const known: Named = { services: services.data?.rows ?? [], teams: teams.data?.rows ?? [] }
  const add = <Button variant="primary" reason={refusal} onPress={() => setSearch({ rule: 'new' }, true)}>{t('standards.add-rule')}</Button>
  return (
    <StandardsFrame here="rules" title={t('standards.rules')} lead={t('standards.rules-lead')} actions={add}>
      <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <Loaded of={rules}>
          {({ rows, fields, ops }) => (
            <div className="min-w-0">
              {rows.length === 0
                ? <EmptyState title={t('standards.no-rules')} action={add} exampleLabel={t('standards.example')} example={t('standards.rule-example')}>{t('standards.no-rules-next')}</EmptyState>
                : <RuleList rows={rows} known={known} refusal={refusal} onOpen={(id) => setSearch({ rule: id }, true)} />}
              {(search.rule === 'new' || rows.some((rule) => rule.id === search.rule)) && (
                <RuleDialog key={search.rule} rule={rows.find((rule) => rule.id === search.rule) ?? null} fields={fields} ops={ops} known={known} onClose={() => setSearch({ rule: null })} />
              )}
            </div>
          )}
        </Loaded>
        <Section title={t('standards.try')} className="min-w-0 lg:border-t-0 lg:pt-0"><TryRules known={known} rules={rules.data?.rows ?? []} /></Section>
      </div>
    </StandardsFrame>
  )
}

interface RuleListProps { rows: readonly Rule[]; known: Named; refusal: string | undefined; onOpen: (id: string) => void }

function RuleList({ rows, known, refusal, onOpen }: RuleListProps): ReactElement {
  const t = useText()
  const client = useQueryClient()
  const { locale } = useLanguage()
  const tiers = useTiers()
  const [removing, setRemoving] = useState<Rule | null>(null)
  const order = useCall(standards.orderRules, { refresh: [standards.rules] })
  const change = useCall(standards.changeRule, { refresh: [standards.rules], onDone: () => toast.ok(t('standards.saved')) })
  const remove = useCall(standards.removeRule, { refresh: [standards.rules], onDone: () => setRemoving(null) })
  // The new order stands at once; if the server refuses, asking again brings back the old one.
  const put = (next: Rule[]) => {
    client.setQueryData<Answer<typeof standards.rules>>(queryKey(standards.rules), (before) => before && { ...before, rows: next })
    order.mutate({ body: { ids: next.map((rule) => rule.id) } }, { onError: () => { void refresh(client, [standards.rules]) } })
  }
  const move = (keys: Set<Key>, target: Key, isBefore: boolean) => {
    const moved = rows.filter((rule) => keys.has(rule.id))
    const rest = rows.filter((rule) => !keys.has(rule.id))
    const at = rest.findIndex((rule) => rule.id === target) + (isBefore ? 0 : 1)
    put([...rest.slice(0, at), ...moved, ...rest.slice(at)])
  }
  const { dragAndDropHooks } = useDragAndDrop({
    getItems: (keys) => [...keys].map((key) => ({ 'text/plain': rows.find((rule) => rule.id === key)?.name ?? '' })),
    onReorder: ({ keys, target }) => move(keys, target.key, target.dropPosition === 'before'),
    isDisabled: refusal !== undefined,
  })
  const step = (rule: Rule, by: -1 | 1) => {
    const neighbour = rows[rows.indexOf(rule) + by]
    if (neighbour) move(new Set([rule.id]), neighbour.id, by === -1)
  }
  const items = useMemo(() => rows.map((rule, at) => ({ id: rule.id, rule, at })), [rows])
  const act = (rule: Rule, what: string) => {
    if (what === 'open') onOpen(rule.id)
    else if (what === 'up') step(rule, -1)
    else if (what === 'down') step(rule, 1)
    else if (what === 'toggle') change.mutate({ params: { id: rule.id }, body: { isActive: !rule.isActive, version: rule.version } })
    else setRemoving(rule)
  }
  return (
    <>
      <GridList aria-label={t('standards.rules')} items={items} dragAndDropHooks={dragAndDropHooks} dependencies={[t, known, refusal, tiers]} onAction={(key) => onOpen(String(key))} className="border-t border-line outline-none">
        {({ rule, at }) => (
          <GridListItem id={rule.id} textValue={rule.name} className="flex cursor-default items-start gap-2 border-b border-line py-2 -outline-offset-2 hover:bg-hover data-dragging:opacity-50 data-drop-target:bg-selected">
            {refusal === undefined && <AriaButton slot="drag" aria-label={t('standards.move', { name: rule.name })} className="mt-0.5 inline-flex size-6 shrink-0 cursor-grab items-center justify-center rounded-sm text-faint hover:bg-sunken"><GripVertical className="size-4" aria-hidden="true" /></AriaButton>}
            <span className="w-5 shrink-0 pt-0.5 text-end text-faint">{at + 1}</span>
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-center gap-2 font-bold">{rule.name}{!rule.isActive && <Badge>{t('standards.off')}</Badge>}</p>
              <p className="line-clamp-2 text-sm text-muted">{t('standards.when')} {conditionWords(t, rule.condition as Condition, tiers)}</p>
              <p className="text-sm">→ {outcomeWords(t, locale, rule.outcome, known)}</p>
            </div>
            <Menu
              label={t('standards.rule-actions', { name: rule.name })} placement="bottom end" onAction={(what) => act(rule, what)}
              trigger={<IconButton size="sm" label={t('standards.rule-actions', { name: rule.name })} icon={<Ellipsis className="size-4" aria-hidden="true" />} />}
              groups={[
                { id: 'change', entries: [{ id: 'open', label: t('standards.change') }, { id: 'toggle', label: t(rule.isActive ? 'standards.switch-off' : 'standards.switch-on'), reason: refusal }] },
                { id: 'order', entries: [{ id: 'up', label: t('standards.up'), reason: refusal ?? (at === 0 ? t('standards.is-first') : undefined) }, { id: 'down', label: t('standards.down'), reason: refusal ?? (at === rows.length - 1 ? t('standards.is-last') : undefined) }] },
                { id: 'remove', entries: [{ id: 'remove', label: t('standards.remove-rule'), isDangerous: true, reason: refusal }] },
              ]}
            />
          </GridListItem>
        )}
      </GridList>
      <AlertDialog isOpen={removing !== null} onOpenChange={() => setRemoving(null)} title={t('standards.remove-ask', { name: removing?.name ?? '' })} confirmLabel={t('standards.remove-rule')} cancelLabel={t('standards.cancel')} isDangerous onConfirm={() => removing ? remove.mutateAsync({ params: { id: removing.id } }).then(() => undefined) : undefined}>{t('standards.remove-means')}</AlertDialog>
    </>
  )
}
