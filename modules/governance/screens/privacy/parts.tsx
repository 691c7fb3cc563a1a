import type { ReactElement } from 'react'
import { useText } from '../../../../apps/console/text.tsx'
import { Badge, Time, type Tone } from '../../../../ui/index.ts'
import type { PersonRequestRow, Stage } from '../../privacy/contract.ts'

const tones: Record<Stage, Tone> = { received: 'info', verified: 'info', granted: 'accent', done: 'ok', refused: 'plain', withdrawn: 'plain' }
export function StageBadge({ stage }: { stage: Stage }): ReactElement {
  const t = useText()
  return <Badge tone={tones[stage]}>{t(`governance.privacy.stage.${stage}`)}</Badge>
}

/** When it is due by law, and whether that is near or over. */
export function DueBadge({ request }: { request: Pick<PersonRequestRow, 'dueAt' | 'breachedAt' | 'remindedAt' | 'endedAt'> }): ReactElement {
  const t = useText()
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      <Time at={request.dueAt} isPlain />
      {request.breachedAt ? <Badge tone="late">{t('governance.privacy.late')}</Badge> : request.remindedAt && !request.endedAt ? <Badge tone="soon">{t('governance.privacy.soon')}</Badge> : null}
    </span>
  )
}
