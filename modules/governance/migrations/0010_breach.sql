-- Personal data got out, was changed or lost: what is known of it, who must be told by when, and what was decided.
create sequence governance.breach_number start 1001;
create table governance.breach (
  id          uuid primary key,
  number      bigint not null unique default nextval('governance.breach_number'),
  title       text not null,
  happened    text not null,
  -- When somebody here came to know of it: the laws' clocks run from then.
  noticed_at  timestamptz not null,
  categories  text[] not null,
  -- Null: not known yet.
  persons     int check (persons >= 0),
  cause       text not null,
  harm        text not null,
  measures    text not null,
  -- What the persons can do themselves.
  advice      text not null,
  contact     text not null,
  opened_at   timestamptz not null,
  opened_by_id uuid references staff.person,
  decision    text check (decision in ('tell','not-tell')),
  decision_reason text,
  decided_at  timestamptz,
  decided_by_id uuid references staff.person,
  told_at     timestamptz,
  told_how    text,
  told_by_id  uuid references staff.person,
  outcome     text,
  closed_at   timestamptz,
  closed_by_id uuid references staff.person,
  version     int not null default 1
);
create index breach_open on governance.breach (number) where closed_at is null;

-- One law, one authority, one deadline.
create table governance.breach_duty (
  breach_id   uuid not null references governance.breach,
  law         text not null check (law in ('tw-pdpa','pipl','gdpr')),
  -- 0: at once.
  hours       int not null,
  due_at      timestamptz not null,
  reminded_at timestamptz,
  missed_at   timestamptz,
  outcome     text check (outcome in ('reported','not-required')),
  -- Reference of the report, or why none is needed; and why it came late.
  words       text,
  delay_reason text,
  settled_at  timestamptz,
  settled_by_id uuid references staff.person,
  primary key (breach_id, law)
);
