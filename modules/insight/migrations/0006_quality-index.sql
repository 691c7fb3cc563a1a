-- Deadlines of a request that ran out one way or the other, and those that came after the first answer.
alter table insight.fact
  add column deadlines smallint not null default 0,
  add column missed smallint not null default 0,
  add column follow_ups smallint not null default 0,
  add column follow_ups_missed smallint not null default 0;
update insight.fact f set (deadlines, missed, follow_ups, follow_ups_missed) = (d.deadlines, d.missed, d.follow_ups, d.follow_ups_missed) from (
  select k.request_id, count(*) as deadlines, count(k.breached_at) as missed, count(*) filter (where k.kind in ('next-response', 'hand-over')) as follow_ups, count(k.breached_at) filter (where k.kind in ('next-response', 'hand-over')) as follow_ups_missed
  from requests.clock k where k.state = 'met' or k.breached_at is not null group by k.request_id) d where d.request_id = f.id;

-- The formula of the service-quality index, one row a version. What took effect is never changed, so a period keeps its formula.
create table insight.quality_index (
  id           uuid primary key,
  number       int not null unique,
  state        text not null check (state in ('proposed', 'approved')),
  -- Metric, group, owner, target, zero and weight of each indicator.
  indicators   jsonb not null,
  reason       text not null,
  written_by   uuid not null references staff.person,
  written_at   timestamptz not null,
  -- A day of the calendar wherever one is.
  effective_on date not null,
  decided_by   uuid references staff.person,
  decided_at   timestamptz,
  -- Nobody else could approve it, or nothing had been in force before: one pair of eyes.
  is_alone     boolean not null default false,
  check ((state = 'approved') = (decided_at is not null))
);
create unique index quality_index_open on insight.quality_index ((true)) where state = 'proposed';
