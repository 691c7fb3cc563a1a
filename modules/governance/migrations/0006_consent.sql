-- What people are told before they agree, by purpose; a version that was published is never edited.
create table governance.consent_notice (
  id           uuid primary key,
  purpose      text not null check (purpose in ('marketing','research','profiling','third-party','disclosure','sensitive','cross-border')),
  version      int not null,
  -- The words in each language, and SHA-256 over them as stored.
  words        jsonb not null,
  sha256       bytea not null,
  by_id        uuid references staff.person,
  published_at timestamptz not null,
  constraint notice_version unique (purpose, version)
);

-- One person's agreement to one purpose under one version: given, perhaps withdrawn, never edited otherwise.
create table governance.consent (
  id          uuid primary key,
  customer_id uuid not null references customers.customer,
  purpose     text not null,
  notice_id   uuid not null references governance.consent_notice,
  given_at    timestamptz not null,
  channel     text not null,
  evidence    text not null,
  by_kind     text not null,
  by_id       uuid,
  withdrawn_at timestamptz,
  withdrawn_channel text,
  withdrawn_by_kind text,
  withdrawn_by_id   uuid
);
create unique index consent_active on governance.consent (customer_id, purpose) where withdrawn_at is null;
create index consent_customer on governance.consent (customer_id, id);
create index consent_of_notice on governance.consent (notice_id) where withdrawn_at is null;
