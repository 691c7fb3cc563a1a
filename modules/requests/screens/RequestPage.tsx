import type { ReactElement } from 'react'
import { useGet } from '../../../apps/console/api.ts'
import { useParam } from '../../../apps/console/location.ts'
import { paths } from '../../../apps/console/paths.ts'
import { useText } from '../../../apps/console/text.tsx'
import { ErrorState, Link, Skeleton } from '../../../ui/index.ts'
import { requests } from '../contract.ts'
import { useRequest } from './data.ts'
import { useMedia } from './media.ts'
import { RequestPane } from './RequestPane.tsx'
import { Side } from './Side.tsx'

const WIDE = '(min-width: 1000px)'

/** One request by itself: `/requests/<id>`, or `/requests/20418` by the number people tell each other. */
export default function RequestPage(): ReactElement {
  const t = useText()
  const param = useParam('id')
  const isNumber = /^\d+$/.test(param)
  const found = useGet(requests.list, { query: { view: 'all', search: `#${param}`, limit: 1 } }, { isEnabled: isNumber })
  if (!isNumber) return <Whole key={param} id={param} />
  const row = found.data?.rows.find((one) => String(one.number) === param)
  if (row) return <Whole key={row.id} id={row.id} />
  if (found.isPending) return <Skeleton label={t('requests.loading')} rows={8} />
  return <ErrorState title={t('requests.not-found')} action={<Link variant="button" href={paths.inbox({ view: 'mine' })}>{t('requests.to-inbox')}</Link>}>{t('requests.not-found-next')}</ErrorState>
}

function Whole({ id }: { id: string }) {
  const { data } = useRequest(id)
  const isWide = useMedia(WIDE)
  return (
    <div className="flex h-full min-h-0 bg-raised">
      <div className="h-full min-h-0 min-w-0 flex-1"><RequestPane id={id} hasSide={isWide} /></div>
      {isWide && data && <div className="h-full w-80 shrink-0 overflow-auto border-s border-line bg-surface"><Side request={data} /></div>}
    </div>
  )
}
