create schema standards;

create table standards.service (
  id           uuid primary key,
  key          text not null unique,
  name         jsonb not null,
  description  text not null default '',
  team_id      uuid references staff.team,
  calendar_id  uuid references staff.calendar,
  -- Who judges a result before it counts: a second person, the customer, or a rule.
  verification text not null default 'rule' check (verification in ('person', 'customer', 'rule')),
  close_after_hours int not null default 72 check (close_after_hours between 1 and 2160),
  reopen_days  int not null default 7 check (reopen_days between 0 and 365),
  accept_minutes int not null default 15 check (accept_minutes between 1 and 10080),
  skills       jsonb not null default '[]',
  types        jsonb not null default '[]',
  is_active    boolean not null default true,
  is_default   boolean not null default false,
  version      int not null default 1
);
create unique index service_default on standards.service (is_default) where is_default;

create table standards.target (
  service_id uuid not null references standards.service,
  priority   text not null check (priority in ('urgent', 'normal', 'routine')),
  first_response_minutes int not null check (first_response_minutes > 0),
  resolution_minutes     int not null check (resolution_minutes > 0),
  primary key (service_id, priority)
);

create table standards.rule (
  id        uuid primary key,
  position  int not null,
  name      text not null,
  condition jsonb not null,
  outcome   jsonb not null,
  is_active boolean not null default true,
  version   int not null default 1
);

-- Counts up with every change, so that a node sees by one row that its copy is old.
create table standards.revision (one boolean primary key default true check (one), revision bigint not null default 1);
insert into standards.revision default values;
