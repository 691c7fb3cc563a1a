import type { Text } from '../../../../apps/console/text.tsx'
import type { AuditRow } from '../../audit/contract.ts'

/** What happened in words; a kind of event without words of its own shows its name. */
export function eventWords(t: Text, type: string): string {
  const key = `governance.event.${type}`
  const words = t(key)
  return words === key ? type : words
}
/** What a refusal or a look was about, in a few words. */
export function aboutWords(t: Text, { type, details }: Pick<AuditRow, 'type' | 'details'>): string {
  const of = (field: string): string => details.find((part) => part.field === field)?.value ?? ''
  if (type === 'access.refused') return of('call')
  if (type !== 'access.read') return ''
  const key = `governance.audit.read.${of('kind')}`
  const words = t(key)
  return words === key ? of('kind') : words
}
export const actorWords = (t: Text, actor: Pick<AuditRow['actor'], 'kind' | 'name' | 'id'>): string =>
  actor.name ?? (actor.kind === 'customer' ? t(actor.id === null ? 'governance.audit.stranger' : 'governance.audit.someone') : actor.kind === 'system' ? t('governance.audit.system') : actor.id?.slice(-8) ?? '–')
export const objectWords = (t: Text, object: AuditRow['object']): string =>
  object === null ? '–' : object.kind === null ? `…${object.id.slice(-8)}` : `${t(`governance.audit.kind.${object.kind}`)} ${object.name ?? ''}`
