create schema if not exists governance;
create sequence governance.person_request_number start 1001;

-- What somebody asks about their own data, from the wish to the answer. Its due time is what the law leaves.
create table governance.person_request (
  id          uuid primary key,
  number      bigint not null unique default nextval('governance.person_request_number'),
  customer_id uuid not null references customers.customer,
  kind        text not null check (kind in ('see','copy','correct','erase','move','stop')),
  law         text not null check (law in ('tw-pdpa','pipl','gdpr')),
  stage       text not null check (stage in ('received','verified','granted','done','refused','withdrawn')),
  wish        text not null,
  via         text not null check (via in ('staff','portal')),
  opened_by_kind text not null,
  opened_by_id   uuid,
  opened_at   timestamptz not null,
  due_at      timestamptz not null,
  extended_at timestamptz,
  extension_reason text,
  verified_at timestamptz,
  verified_how text,
  verified_by_id uuid references staff.person,
  decided_at  timestamptz,
  decided_by_id uuid references staff.person,
  -- Of a refusal: its legal ground, and the words the person is told.
  ground      text,
  reason      text,
  ended_at    timestamptz,
  ended_by_id uuid references staff.person,
  -- How it was carried out, and for an erasure the rows by table.
  outcome     text,
  report      jsonb,
  reminded_at timestamptz,
  breached_at timestamptz,
  version     int not null default 1
);
create index person_request_due on governance.person_request (due_at) where stage in ('received','verified','granted');
create index person_request_ended on governance.person_request (ended_at) where ended_at is not null;
-- One wish of a kind at a time: the same again is the same.
create unique index person_request_open on governance.person_request (customer_id, kind) where stage in ('received','verified','granted');

-- Data of a customer that must be kept for now, whatever else is due: a dispute, an order of an authority.
create table governance.hold (
  id          uuid primary key,
  customer_id uuid not null references customers.customer,
  reason      text not null,
  by_id       uuid references staff.person,
  at          timestamptz not null,
  lifted_at   timestamptz,
  lifted_by_id uuid references staff.person,
  lifted_why  text
);
create unique index hold_active on governance.hold (customer_id) where lifted_at is null;

select staff.grant_to_role('director', 'privacy.read');
