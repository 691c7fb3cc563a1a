/**
 * Channels: the ways customers reach us and our answers reach them. Each part brings what arrives to the one gate
 * of the requests room and reports what became of what went out.
 */
import type { Policy } from '../../platform/database/viewer.ts'
import { compose, type Module } from '../../platform/module.ts'
import { withRequest } from '../requests/index.ts'
import { chatPart } from './chat/index.ts'
import { mailPart } from './mail/index.ts'
import { channelsPersonal } from './personal-data.ts'
import { webhooksPart } from './webhooks/index.ts'

export { asVisitor, claimOf, followLink, rateLink, requestOfToken } from './chat/index.ts'
export { addMailbox, changeMailbox, mailColleague, type ColleagueMail, type Handed, type Taken, takeIn } from './mail/index.ts'
export { blankMails } from './personal-data.ts'

// A mail that belongs to no request is its mailbox's, as the statement that reads it says.
const channelsPolicies: readonly Policy[] = [{ table: 'channels.mail', shows: `request_id is null or ${withRequest('mail.request_id')}` }]

export const channelsRoom: Module = compose('channels', { migrations: new URL('./migrations/', import.meta.url), text: new URL('./text/', import.meta.url), policies: channelsPolicies }, [mailPart, chatPart, webhooksPart, { personal: channelsPersonal }])
