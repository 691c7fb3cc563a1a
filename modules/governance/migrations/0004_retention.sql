-- What was erased, customers and requests: a fact with time and cause, so that nothing is erased twice.
create table governance.erasure (
  subject uuid primary key,
  at      timestamptz not null,
  cause   text not null check (cause in ('asked','retention'))
);

-- How long each category is kept after its last use. Null: until somebody asks.
create table governance.retention_rule (
  category   text primary key check (category in ('customer','request','mail')),
  days       int check (days between 30 and 3650),
  -- A change takes effect a day later, so that a slip of the hand can be taken back.
  changed_at timestamptz,
  version    int not null default 1
);
insert into governance.retention_rule (category) values ('customer'), ('request'), ('mail');

-- A report of what went when its time was over.
create table governance.retention_run (
  id       uuid primary key,
  category text not null,
  days     int not null,
  at       timestamptz not null,
  count    int not null,
  -- Due and kept, because the data is under a hold.
  held     int not null,
  report   jsonb not null
);
create index retention_run_at on governance.retention_run (at);
