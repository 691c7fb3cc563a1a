/**
 * Governance: what an officer answers for. Its parts look at all rooms on the left and are called by none: which
 * personal data is kept, and what people ask about their own.
 */
import { compose, type Module } from '../../platform/module.ts'
import { privacyPart } from './privacy/index.ts'

export const governanceRoom: Module = compose('governance', { migrations: new URL('./migrations/', import.meta.url), text: new URL('./text/', import.meta.url) }, [privacyPart])
