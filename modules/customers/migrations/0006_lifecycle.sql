-- The stages of a customer's life with us (1.2-d), in their order: by what each begins and how long one is expected to stay.
create table customers.stage (
  id          uuid primary key,
  -- Of those that come with the program: named by the text customers.stage-<key> until they get a name of their own.
  key         text unique,
  position    int not null,
  name        jsonb,
  begins      text not null check (begins in ('accepted', 'closed', 'quiet', 'hand')),
  -- The stages it is entered from; empty: from any. A rule never moves somebody to where they are.
  from_ids    uuid[] not null default '{}',
  -- Also who is in no stage yet.
  from_none   boolean not null default false,
  quiet_days  int check (quiet_days > 0),
  -- Services that belong to the stage: their standards hold in it, and their requests begin or end it. No foreign key: they stand right of this room.
  service_ids uuid[] not null default '{}',
  -- Whoever stays longer has stalled; null: nobody does.
  stall_days  int check (stall_days > 0),
  -- Since when its rule and its longest stay are what they are: nobody was late by a limit that was not there.
  set_at      timestamptz not null,
  removed_at  timestamptz,
  check ((begins = 'quiet') = (quiet_days is not null))
);
create table customers.lifecycle (one boolean primary key default true check (one), version int not null default 1);
insert into customers.lifecycle default values;

insert into customers.stage (id, key, position, begins, from_none, quiet_days, stall_days, set_at) values
  (gen_random_uuid(), 'first-contact', 1, 'accepted', true, null, 14, '2000-01-01T00:00:00Z'),
  (gen_random_uuid(), 'delivery', 2, 'hand', true, null, 30, '2000-01-01T00:00:00Z'),
  (gen_random_uuid(), 'after-care', 3, 'closed', false, null, null, '2000-01-01T00:00:00Z'),
  (gen_random_uuid(), 'ended', 4, 'quiet', false, 365, null, '2000-01-01T00:00:00Z');
update customers.stage s set from_ids = (select array_agg(f.id order by f.position) from customers.stage f
  where f.key = any (case s.key when 'first-contact' then array['ended'] when 'after-care' then array['first-contact', 'delivery'] when 'ended' then array['first-contact', 'after-care'] end))
where s.key <> 'delivery';

-- A customer's time in a stage: a row that begins and ends. Folded records have none of their own going on.
create table customers.stay (
  id              uuid primary key,
  customer_id     uuid not null references customers.customer,
  stage_id        uuid not null references customers.stage,
  entered_at      timestamptz not null,
  cause           text not null check (cause in ('accepted', 'closed', 'quiet', 'hand', 'merged', 'unmerged')),
  -- The request that brought it about; the colleague who did, with the reason.
  request_id      uuid,
  by_id           uuid references staff.person,
  reason          text,
  -- When the customer last asked or wrote, or got an answer that closed.
  last_contact_at timestamptz not null,
  left_at         timestamptz,
  left_cause      text,
  -- The moment the longest stay had passed, when it was noticed, and what it was then.
  stalled_at      timestamptz,
  noted_at        timestamptz,
  stall_days      int,
  check ((left_at is null) = (left_cause is null))
);
create unique index stay_now on customers.stay (customer_id) where left_at is null;
create index stay_customer on customers.stay (customer_id, entered_at);
create index stay_stage on customers.stay (stage_id, customer_id) where left_at is null;
create index stay_due on customers.stay (stage_id, entered_at) where left_at is null and stalled_at is null;
create index stay_stalled on customers.stay (stage_id, customer_id) where left_at is null and stalled_at is not null;
create index stay_quiet on customers.stay (stage_id, last_contact_at) where left_at is null;
create index stay_entered on customers.stay (entered_at);
create index stay_left on customers.stay (left_at) where left_at is not null;
