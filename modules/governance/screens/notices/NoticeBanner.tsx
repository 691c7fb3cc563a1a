import { useEffect, type ReactElement } from 'react'
import { call, useGet } from '../../../../apps/console/api.ts'
import { paths } from '../../../../apps/console/paths.ts'
import { useText } from '../../../../apps/console/text.tsx'
import { Banner, Link } from '../../../../ui/index.ts'
import { notices } from '../../notices/contract.ts'

/** A quiet line above every page until everything is confirmed. What it has shown counts as delivered. */
export function NoticeBanner(): ReactElement | null {
  const t = useText()
  const found = useGet(notices.myNotices, { query: {} }, { live: ['notice.'], staleSeconds: 60 })
  const rows = found.data?.rows ?? []
  const fresh = rows.filter((row) => row.deliveredAt === null).map((row) => row.id).join(' ')
  useEffect(() => { for (const id of fresh.split(' ').filter(Boolean)) void call(notices.deliverNotice, { params: { id } }).catch(() => undefined) }, [fresh])
  const first = rows.find((row) => row.isLate) ?? rows[0]
  if (!first) return null
  return (
    <Banner tone={first.isLate ? 'soon' : 'info'} action={<Link href={paths.notices()}>{t('governance.notices.open')}</Link>}>
      <span className="line-clamp-1 wrap-anywhere">{t(first.isLate ? 'governance.notices.banner-late' : 'governance.notices.banner', { count: rows.length, title: first.title })}</span>
    </Banner>
  )
}
