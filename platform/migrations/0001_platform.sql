-- One row per change: timeline, audit, live update, webhook and process log are all read from here.
create table platform.event (
  seq     bigint generated always as identity,
  -- Readers order by (xid, seq) and stop before the oldest running transaction, so none is ever skipped.
  xid     xid8 not null default pg_current_xact_id(),
  id      uuid not null,
  type    text not null,
  subject uuid,
  actor_kind text not null,
  actor_id   uuid,
  at      timestamptz not null,
  team_id uuid,
  data    jsonb not null,
  primary key (xid, seq)
);
create index event_subject on platform.event (subject, seq);

create table platform.cursor (
  listener text primary key,
  xid  xid8 not null default '0',
  seq  bigint not null default 0,
  at   timestamptz
);

create table platform.event_failure (
  id       bigint generated always as identity primary key,
  listener text not null,
  xid      xid8 not null,
  seq      bigint not null,
  error    text not null,
  at       timestamptz not null
);

create table platform.job (
  id         uuid primary key,
  queue      text not null,
  -- Jobs of one lane never run at the same time as more than the queue allows: a slow mail server holds up only itself.
  lane       text not null default '',
  -- At most one waiting job per queue and key.
  key        text,
  payload    jsonb not null,
  run_at     timestamptz not null,
  attempts   int not null default 0,
  leased_by  uuid,
  leased_until timestamptz,
  failed_at  timestamptz,
  error      text,
  created_at timestamptz not null
);
create index job_due on platform.job (queue, run_at) where failed_at is null;
create unique index job_key on platform.job (queue, key) where key is not null and failed_at is null;

create table platform.idempotency (
  actor    text not null,
  key      text not null,
  fingerprint bytea not null,
  status   int not null,
  response jsonb,
  at       timestamptz not null,
  primary key (actor, key)
);
create index idempotency_at on platform.idempotency (at);

-- Attachments and raw mails: deduplicated by content, replicated and restored with everything else.
create table platform.file (
  id     uuid primary key,
  sha256 bytea not null unique,
  size   int not null,
  bytes  bytea not null,
  at     timestamptz not null
);
create index file_at on platform.file (at);
alter table platform.file alter column bytes set storage external;

create table platform.setting (
  key   text primary key,
  value jsonb not null,
  at    timestamptz not null
);
