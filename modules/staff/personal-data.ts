/** What this room keeps about the people who work here. */
import { columns, type Declaration, type PersonalRoom, technical } from '../../platform/personal-data.ts'

const of = (purpose: Declaration['purpose'], rest: Partial<Declaration> = {}): Declaration => ({ class: 'personal', purpose, basis: 'employment', retention: 'as-account', source: 'colleague', readers: 'staff', ...rest })
const secret = of('sign-in', { class: 'sensitive', source: 'system', readers: 'nobody' })

export const staffPersonal: PersonalRoom = { data: {
  'staff.person': {
    ...technical('id', 'role_id', 'calendar_id', 'disabled_at', 'created_at', 'version', 'presence_until', 'totp_last_step'),
    name: of('identify'), ...columns(of('sign-in'), 'login', 'login_folded'), ...columns(of('language', { class: 'internal' }), 'locale', 'zone'),
    ...columns(secret, 'password_hash', 'totp_secret', 'totp_offered'), password_at: of('secure', { class: 'internal', source: 'system', readers: 'self' }), password_given: of('secure', { class: 'internal', source: 'system', readers: 'nobody' }),
    ...columns(of('assign', { class: 'internal' }), 'languages', 'regions', 'capacity'), ...columns(of('assign', { source: 'system' }), 'presence', 'presence_at'),
  },
  'staff.membership': { ...columns(of('assign', { class: 'internal' }), 'team_id', 'person_id', 'since') },
  'staff.person_skill': { ...columns(of('assign', { class: 'internal' }), 'person_id', 'skill_id', 'level') },
  'staff.session': { ...technical('id', 'person_id', 'created_at', 'expires_at', 'by_link', 'method'), proven_at: of('secure', { source: 'system', readers: 'nobody', retention: 30 }), hash: { ...secret, retention: 30 }, last_seen_at: of('secure', { source: 'system', readers: 'self', retention: 30 }), ...columns(of('secure', { source: 'channel', readers: 'self', retention: 30 }), 'user_agent', 'ip') },
  'staff.token': { ...technical('id', 'kind', 'person_id', 'client_id', 'permissions', 'created_at', 'created_by', 'expires_at', 'last_used_at', 'revoked_at', 'name'), hash: secret },
  'staff.sign_in_attempt': { ...technical('id', 'at', 'succeeded'), ...columns(of('secure', { source: 'channel', readers: 'nobody', basis: 'legitimate-interest', retention: 30 }), 'login_hash', 'network') },
  'staff.sign_in_link': { ...technical('id', 'person_id', 'created_at', 'expires_at', 'used_at'), hash: secret },
  'staff.identity_link': { ...technical('id', 'provider_id', 'person_id', 'created_at', 'last_used_at'), ...columns(of('sign-in', { source: 'channel', readers: 'self' }), 'issuer', 'subject', 'account') },
  'staff.federation_flow': { ...technical('id', 'provider_id', 'person_id', 'return_to', 'created_at', 'expires_at', 'answered_at', 'tries', 'finished_at'), ...columns({ ...secret, retention: 1 }, 'state_hash', 'browser_hash', 'kept') },
  'staff.federated_session': { ...technical('session_id', 'provider_id'), ...columns(of('sign-in', { source: 'channel', readers: 'nobody', retention: 30 }), 'issuer', 'subject', 'sid'), kept: { ...secret, retention: 30 } },
  'staff.provisioned': { ...technical('person_id', 'client_id', 'role_id', 'created_at', 'changed_at'), ...columns(of('identify', { source: 'channel' }), 'external_id', 'given_name', 'family_name') },
  'staff.directory_member': { ...columns(of('assign', { class: 'internal', source: 'channel' }), 'group_id', 'person_id') },
  'staff.directory_membership': { ...columns(of('assign', { class: 'internal', source: 'channel' }), 'team_id', 'person_id') },
  'staff.identity_provider': 'impersonal', 'staff.saml_assertion': 'impersonal', 'staff.logout_message': 'impersonal', 'staff.directory': 'impersonal', 'staff.directory_group': 'impersonal',
  'staff.former_password': { ...technical('person_id', 'until'), hash: secret },
  'staff.last_use': { ...technical('person_id'), at: of('secure', { source: 'system' }) },
  'staff.recovery_code': { ...technical('person_id', 'created_at', 'used_at'), hash: secret },
  'staff.passkey': { ...technical('id', 'person_id', 'counter', 'is_synced', 'created_at', 'last_used_at'), ...columns(secret, 'credential', 'public_key', 'transports'), name: of('sign-in', { readers: 'self' }) },
  'staff.passkey_challenge': { ...technical('person_id', 'purpose', 'expires_at'), hash: secret },
  'staff.proposal': { ...technical('id', 'kind', 'person_id', 'proposed_by', 'proposed_at', 'expires_at', 'decided_by', 'decided_at', 'verdict'), ...columns(of('secure'), 'payload', 'reason') },
  'staff.policy': 'impersonal',
  'staff.calendar_version': { ...technical('calendar_id', 'version', 'name', 'hours', 'holidays', 'years', 'imports', 'changed_by', 'changed_at'), reason: of('secure') },
  'staff.role': 'impersonal', 'staff.calendar': 'impersonal', 'staff.team': 'impersonal', 'staff.skill': 'impersonal', 'staff.api_client': 'impersonal', 'staff.setup_link': 'impersonal',
} }
