/**
/**
 * Governance: proof that the house is in order. The auditor's view of what happened and the alarms, internal notices that
 * must be confirmed, and which personal data is kept and what people ask about their own. It stands right of every room
 * that does work and reads from them; insight raises its alarms here.
 */
import { compose, type Module } from '../../platform/module.ts'
import { auditPart } from './audit/index.ts'
import { breachesPart } from './breaches/index.ts'
import { compliancePart } from './compliance/index.ts'
import { noticesPart } from './notices/index.ts'
import { outsidePart } from './outside/index.ts'
import { privacyPart } from './privacy/index.ts'
import { tellByMail } from './tell.ts'

export { acknowledge as acknowledgeAlarm, giveAlarm, judgeAlarm, passOnUnseen, raiseAlarm } from './audit/lifecycle.ts'
export { countsOf, runChecks } from './compliance/check.ts'
export type { Check } from './compliance/contract.ts'
export { packOf, wordsOf } from './compliance/pack.ts'

export const governanceRoom: Module = compose('governance', { migrations: new URL('./migrations/', import.meta.url), text: new URL('./text/', import.meta.url) }, [auditPart, noticesPart, privacyPart, breachesPart, outsidePart, compliancePart, { queues: { 'governance.tell': { work: tellByMail, perLane: 2, attempts: 20 } } }])
