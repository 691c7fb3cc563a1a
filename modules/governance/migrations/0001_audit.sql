create schema if not exists governance;

-- A run over the whole chain of seals.
create table governance.verification (
  id          uuid primary key,
  -- null: by the clock.
  asked_by    uuid,
  asked_at    timestamptz not null,
  started_at  timestamptz,
  done_at     timestamptz,
  seals_total int,
  seals_done  int not null default 0,
  verdict     jsonb
);
create unique index verification_open on governance.verification ((true)) where done_at is null;

-- What the alarms count; forgotten after a day.
create table governance.sign (
  -- The event it was read from: counted once.
  event_id uuid primary key,
  kind     text not null,
  -- Whom it speaks of: a person or program, else an address.
  who      text not null,
  object   text,
  count    int not null,
  at       timestamptz not null
);
create index sign_recent on governance.sign (kind, who, at);
create index sign_at on governance.sign (at);

create table governance.alarm (
  id              uuid primary key,
  kind            text not null,
  who             text not null,
  actor_id        uuid,
  actor_kind      text,
  source          text,
  -- What it was aimed at, as far as one thing can be named.
  target          text,
  count           int not null,
  first_at        timestamptz not null,
  last_at         timestamptz not null,
  raised_at       timestamptz not null,
  owner_id        uuid references staff.person,
  acknowledged_at timestamptz,
  acknowledged_by uuid references staff.person,
  note            text
);
create unique index alarm_open on governance.alarm (kind, who) where acknowledged_at is null;
create index alarm_raised on governance.alarm (raised_at desc, id desc);
