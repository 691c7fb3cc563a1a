-- Who is on the other side of a connection: under which contract, for what, until when, and where.
create table governance.processor (
  id           uuid primary key,
  host         text not null unique,
  name         text not null,
  -- own: run by ourselves · processor: for us, under our instructions · recipient: for purposes of their own
  role         text not null check (role in ('own','processor','recipient')),
  purpose      text not null,
  contract     text not null,
  until_on     date,
  contact      text not null,
  -- ISO 3166-1 alpha-2.
  country      text not null check (country ~ '^[A-Z]{2}$'),
  is_sensitive boolean not null,
  -- On what data may go there when it is abroad.
  basis        text check (basis in ('security-assessment','standard-contract','certification','consent','exempt')),
  basis_words  text,
  basis_until_on date,
  approved_at  timestamptz,
  approved_by_id uuid references staff.person,
  changed_at   timestamptz not null,
  changed_by_id uuid references staff.person,
  version      int not null default 1
);

-- What was not let out, by place and way: counted, so that a job's tries are one alarm.
create table governance.outside_block (
  host     text not null,
  way      text not null,
  code     text not null,
  count    int not null,
  last_at  timestamptz not null,
  primary key (host, way)
);

-- An impact assessment of what is to be done with personal data, and whether somebody else agreed.
create sequence governance.assessment_number start 1001;
create table governance.assessment (
  id          uuid primary key,
  number      bigint not null unique default nextval('governance.assessment_number'),
  title       text not null,
  ground      text not null check (ground in ('sensitive','automated','provide','cross-border','other')),
  hosts       text[] not null,
  purpose     text not null,
  risk        text not null,
  measures    text not null,
  level       text not null check (level in ('low','medium','high')),
  made_at     timestamptz not null,
  made_by_id  uuid references staff.person,
  verdict     text check (verdict in ('approved','refused')),
  decision_reason text,
  decided_at  timestamptz,
  decided_by_id uuid references staff.person,
  version     int not null default 1
);
create index assessment_hosts on governance.assessment using gin (hosts) where verdict = 'approved';

-- Whose data has gone abroad this year; the sums beside it, so that nobody counts a million rows to see them.
create table governance.sent_abroad (
  year         int not null,
  customer_id  uuid not null references customers.customer,
  is_sensitive boolean not null,
  first_at     timestamptz not null,
  primary key (year, customer_id)
);
create table governance.abroad_count (
  year      int primary key,
  persons   int not null,
  sensitive int not null
);

alter table governance.export add column assessment_id uuid references governance.assessment;
