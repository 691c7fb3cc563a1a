import type { ReactElement } from 'react'
import { paths } from '../../../../apps/console/paths.ts'
import { useText } from '../../../../apps/console/text.tsx'
import { Link } from '../../../../ui/index.ts'
import type { MyNotice } from '../../notices/contract.ts'

/** The requests of a hand-over as they stand now. */
export function HandedRequests({ rows }: { rows: MyNotice['requests'] }): ReactElement | null {
  const t = useText()
  if (rows.length === 0) return null
  return (
    <div>
      <h3 className="text-sm font-bold text-faint">{t('governance.notices.requests')}</h3>
      <ul className="flex flex-col gap-0.5">
        {rows.map((row) => (
          <li key={row.id} className="wrap-anywhere">
            {row.subject === null ? <span className="text-muted">#{row.number} {t('governance.notices.hidden-request')}</span> : <Link href={paths.request({ id: row.id })}>#{row.number} {row.subject}</Link>}{' '}
            <span className="text-sm text-muted">{t(`requests.stage.${row.stage}`)}{' · '}{row.holder ? t('governance.notices.with', { name: row.holder.name }) : t('governance.notices.unheld')}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
