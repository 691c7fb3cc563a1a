/** What this room keeps: nothing that tells who a customer is; the facts go with the request they were measured from. */
import { columns, type Declaration, type PersonalRoom, technical } from '../../platform/personal-data.ts'

const told: Declaration = { class: 'internal', purpose: 'improve', basis: 'employment', retention: 'as-account', source: 'colleague', readers: 'staff' }

export const insightPersonal: PersonalRoom = {
  data: {
    'insight.fact': technical('id', 'number', 'customer_id', 'team_id', 'holder_id', 'answerable_id', 'opened_by_id', 'service_id', 'channel', 'priority', 'type', 'tier', 'opened_at', 'accepted_at', 'first_response_at', 'resolution_at', 'closed_at', 'back_at', 'scored_at', 'rated_before', 'score_before',
      'acceptance_s', 'first_response_s', 'handling_s', 'resolution_s', 'first_response_late', 'resolution_late', 'score', 'transfers', 'reopened', 'failed_verifications', 'asked', 'deadlines', 'missed', 'follow_ups', 'follow_ups_missed', 'by_channel_clause'),
    // When a colleague was at the desk tells how they work: who may see their team's requests sees it, for planning.
    ...Object.fromEntries([['insight.desk_time', ['from_at', 'until_at']], ['insight.quarter', ['start_at', 'present_s', 'occupied_s']]].map(([table, names]) => [table as string, { ...technical('person_id', ...(table === 'insight.quarter' ? ['team_id'] : [])), ...columns({ ...told, purpose: 'assign', source: 'system' }, ...(names as string[])) }])),
    'insight.in_hand': technical('request_id', 'person_id', 'from_at', 'until_at'),
    'insight.reckoned': technical('person_id', 'through_at'),
    'insight.report': { ...technical('id', 'question', 'owner_id', 'created_at', 'changed_at', 'deleted_at', 'version'), ...columns(told, 'name') },
    'insight.alarm_rule': { ...technical('id', 'metric', 'filters', 'each', 'bucket', 'condition', 'bound', 'least', 'owner_id', 'next_id', 'ack_minutes', 'changed_at', 'paused_at', 'deleted_at', 'version', 'next_at'), ...columns(told, 'name') },
    'insight.metric_alarm': technical('alarm_id', 'rule_id', 'key', 'bucket_start', 'value', 'count', 'lower', 'upper', 'signal'),
    'insight.wallboard': { ...technical('id', 'made_by', 'team_id', 'locale', 'theme', 'seconds', 'made_at', 'last_seen_at', 'revoked_at', 'revoked_by'), ...columns(told, 'name'), hash: { ...told, purpose: 'secure', source: 'system', readers: 'nobody' } },
    'insight.quality_index': { ...technical('id', 'number', 'state', 'indicators', 'effective_on', 'written_by', 'written_at', 'decided_by', 'decided_at', 'is_alone'), ...columns(told, 'reason') },
    'insight.report_share': 'impersonal',
    'insight.mailing': technical('id', 'report_id', 'set_by', 'rhythm', 'weekday', 'month_day', 'local_time', 'attachments', 'set_at'),
    'insight.mailing_recipient': technical('mailing_id', 'person_id', 'next_at'),
    // What the mail server answered may hold the address of a colleague.
    'insight.report_mail': { ...technical('id', 'report_id', 'mailing_id', 'person_id', 'due_at', 'state', 'begun_at', 'ended_at'), ...columns({ ...told, source: 'channel', purpose: 'prove', retention: 400 }, 'why') },
  },
}
