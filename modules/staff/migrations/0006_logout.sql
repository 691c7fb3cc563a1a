-- Which session elsewhere a session here came from, so that the one ends with the other; goes with the session.
create table staff.federated_session (
  session_id  uuid primary key references staff.session on delete cascade,
  provider_id uuid not null references staff.identity_provider on delete cascade,
  issuer      text not null,
  subject     text not null,
  -- The provider's own name of its session, where it tells one.
  sid         text,
  -- Encrypted: what the provider wants to hear when the person signs out here.
  kept        bytea not null
);
create index federated_session_subject on staff.federated_session (provider_id, issuer, subject);
create index federated_session_sid on staff.federated_session (provider_id, issuer, sid) where sid is not null;

-- Words of a provider that a session has ended; heard once, kept as long as they would be believed.
create table staff.logout_message (
  provider_id uuid not null references staff.identity_provider on delete cascade,
  message_id  text not null,
  expires_at  timestamptz not null,
  primary key (provider_id, message_id)
);
