import type { ReactElement } from 'react'
import { useText } from '../../../../apps/console/text.tsx'
import { Button, Drawer, Facts, Table, Time } from '../../../../ui/index.ts'
import type { AuditRow } from '../../audit/contract.ts'
import { actorWords, eventWords, objectWords } from './words.ts'

type Narrowing = { actorId?: string; objectId?: string; source?: string; type?: string; said?: string }

/** One event with all the audit may show of it, and the ways to see its likes. */
export function EventDrawer({ row, onClose, onNarrow }: { row: AuditRow; onClose: () => void; onNarrow: (change: Narrowing) => void }): ReactElement {
  const t = useText()
  const { actor, object, source } = row
  return (
    <Drawer title={eventWords(t, row.type)} isOpen onOpenChange={(isOpen) => { if (!isOpen) onClose() }} closeLabel={t('console.close')}>
      <div className="flex flex-col gap-4">
        <Facts facts={[
          { label: t('governance.audit.at'), value: <Time at={row.at} isExact /> },
          { label: t('governance.audit.who'), value: actorWords(t, actor) },
          { label: t('governance.audit.object'), value: objectWords(t, object) },
          { label: t('governance.audit.outcome'), value: t(`governance.audit.outcome.${row.outcome}`) },
          { label: t('governance.audit.source'), value: source ?? '–' },
          ...row.details.map((part) => ({ label: part.field, value: part.value })),
          { label: t('governance.audit.what'), value: <code className="font-mono text-sm">{row.type}</code> },
          { label: t('governance.audit.call'), value: <code className="font-mono text-sm">{row.call ?? '–'}</code> },
          { label: t('governance.audit.id'), value: <code className="font-mono text-sm">{row.id}</code> },
          { label: t('governance.audit.sealed'), value: t(row.isSealed ? 'governance.audit.is-sealed' : 'governance.audit.not-sealed') },
        ]} />
        {row.difference.length > 0 && (
          <Table
            label={t('governance.audit.difference')} rows={row.difference} rowId={(part) => part.field} density="compact"
            columns={[
              { id: 'field', title: t('governance.audit.field'), cell: (part) => part.field },
              { id: 'before', title: t('governance.audit.before'), cell: (part) => <span className="wrap-anywhere text-muted">{part.isCovered ? t('governance.audit.covered') : part.before ?? '–'}</span> },
              { id: 'after', title: t('governance.audit.after'), cell: (part) => <span className="wrap-anywhere">{part.isCovered ? '' : part.after ?? '–'}</span> },
            ]}
          />
        )}
        <div className="flex flex-wrap gap-2">
          {actor.id !== null && <Button size="sm" onPress={() => onNarrow({ actorId: actor.id!, said: actorWords(t, actor) })}>{t('governance.audit.only-who')}</Button>}
          {object !== null && <Button size="sm" onPress={() => onNarrow({ objectId: object.id, said: objectWords(t, object) })}>{t('governance.audit.only-object')}</Button>}
          {source !== null && <Button size="sm" onPress={() => onNarrow({ source })}>{t('governance.audit.only-source')}</Button>}
          <Button size="sm" onPress={() => onNarrow({ type: row.type })}>{t('governance.audit.only-type')}</Button>
        </div>
      </div>
    </Drawer>
  )
}
