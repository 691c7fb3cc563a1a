-- A deadline is a row: one a clock of a request. Working time is counted by the calendar: used_ms had passed at since.
create table requests.clock (
  id               uuid primary key,
  request_id       uuid not null references requests.request on delete cascade,
  kind             text not null check (kind in ('acceptance', 'first-response', 'next-response', 'hand-over', 'resolution')),
  run              int not null,
  version_id       uuid not null references standards.version,
  clause           text not null,
  target_ms        bigint not null,
  calendar_id      uuid references staff.calendar,
  calendar_version int not null,
  state            text not null check (state in ('running', 'paused', 'breached', 'met', 'cancelled')),
  started_at       timestamptz not null,
  used_ms          bigint not null,
  since            timestamptz,
  -- Of a breached clock for good the moment it was due.
  due_at           timestamptz,
  paused_at        timestamptz,
  breached_at      timestamptz,
  -- When the breach was written down, which may be later.
  noted_at         timestamptz,
  ended_at         timestamptz,
  fired            text[] not null default '{}',
  wake_at          timestamptz,
  unique (request_id, kind, run),
  check ((breached_at is null) = (noted_at is null))
);
-- The sweep reads what is due from here and nothing else.
create index clock_wake on requests.clock (wake_at) where wake_at is not null;
create index clock_version on requests.clock (version_id) where ended_at is null;

alter table requests.request add column standard_id uuid references standards.version;
update requests.request r set standard_id = (select v.id from standards.version v where v.service_id = r.service_id and v.state = 'approved' order by v.number limit 1);

-- What was counted in the request itself. A running clock has used its target exactly when it is due.
insert into requests.clock (id, request_id, kind, run, version_id, clause, target_ms, calendar_id, calendar_version, state, started_at, used_ms, since, due_at, paused_at, breached_at, noted_at, ended_at, wake_at)
select gen_random_uuid(), r.id, k.kind, 1, r.standard_id, k.kind || '-' || r.priority, t.target_ms, coalesce(r.calendar_id, c.id), coalesce(r.calendar_version, c.version, 0),
  case when k.met_at is not null then 'met' when r.stage = 'closed' then 'cancelled' when r.paused_at is not null then 'paused' when k.breached_at is not null then 'breached' else 'running' end,
  r.opened_at, case when r.paused_at is not null and k.met_at is null then t.target_ms - coalesce(k.left_ms, 0) else t.target_ms end,
  case when k.met_at is null and r.stage <> 'closed' and r.paused_at is null then k.due_at end, k.due_at, case when k.met_at is null and r.stage <> 'closed' then r.paused_at end,
  k.breached_at, k.breached_at, coalesce(k.met_at, r.closed_at), case when k.met_at is null and r.stage <> 'closed' and r.paused_at is null and k.breached_at is null then k.due_at end
from requests.request r
cross join lateral (values ('first-response', r.first_response_due_at, r.first_response_at, r.first_response_breached_at, r.first_response_left_ms),
  ('resolution', r.resolution_due_at, r.resolution_at, r.resolution_breached_at, r.resolution_left_ms)) as k (kind, due_at, met_at, breached_at, left_ms)
join standards.version v on v.id = r.standard_id
cross join lateral (select ((e->>'target')::numeric * 60000)::bigint as target_ms from jsonb_array_elements(v.content->'clauses') e where e->>'key' = k.kind || '-' || r.priority limit 1) t
left join standards.service s on s.id = r.service_id
left join staff.calendar c on c.id = coalesce(s.calendar_id, (select id from staff.calendar where is_default))
where k.due_at is not null or k.left_ms is not null;

alter table requests.request
  drop column first_response_due_at, drop column first_response_breached_at, drop column first_response_left_ms,
  drop column resolution_due_at, drop column resolution_breached_at, drop column resolution_left_ms, drop column sweep_at;

-- A clock begins where its row says; what moves one to another calendar names the one before.
alter table requests.clock_mark add column from_calendar uuid;
update requests.clock_mark set from_calendar = calendar_id where kind = 'moved';
update requests.clock k set started_at = m.at from (select request_id, max(at) as at from requests.clock_mark where kind = 'restarted' group by request_id) m where m.request_id = k.request_id and k.kind = 'resolution' and m.at > k.started_at;
delete from requests.clock_mark where kind = 'restarted';
alter table requests.clock_mark drop constraint clock_mark_kind_check, add constraint clock_mark_kind_check check (kind in ('paused', 'resumed', 'moved'));

-- A step of escalation taken on one run of a clock, once.
create table requests.escalation (
  clock_id   uuid not null references requests.clock on delete cascade,
  step       text not null,
  request_id uuid not null references requests.request on delete cascade,
  level      text not null,
  -- When it was to be taken, and when it was.
  due_at     timestamptz not null,
  at         timestamptz not null,
  -- taken, or why not: a text key.
  outcome    text not null,
  -- People told.
  told       uuid[] not null default '{}',
  primary key (clock_id, step)
);
create index escalation_request on requests.escalation (request_id, at);

alter table requests.notice
  add column needs_confirmation boolean not null default false,
  add column confirmed_at timestamptz,
  add column level text;
