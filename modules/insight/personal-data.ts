/** What this room keeps: nothing that tells who somebody is; the facts go with the request they were measured from. */
import { type PersonalRoom, technical } from '../../platform/personal-data.ts'

export const insightPersonal: PersonalRoom = {
  data: {
    'insight.fact': technical('id', 'number', 'customer_id', 'team_id', 'holder_id', 'answerable_id', 'opened_by_id', 'service_id', 'channel', 'priority', 'type', 'tier', 'opened_at', 'accepted_at', 'first_response_at', 'resolution_at', 'closed_at', 'scored_at',
      'acceptance_s', 'first_response_s', 'handling_s', 'resolution_s', 'first_response_late', 'resolution_late', 'score', 'transfers', 'reopened', 'failed_verifications', 'asked'),
  },
}
