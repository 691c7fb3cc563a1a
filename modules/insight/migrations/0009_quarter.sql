-- When people were at the desk and had requests in hand, and what came of it in each quarter of an hour. Made from the
-- history like the facts, and can be thrown away like them.
create table insight.desk_time (
  person_id uuid not null,
  from_at   timestamptz not null,
  until_at  timestamptz not null default 'infinity'
);
create index desk_time_person on insight.desk_time (person_id, until_at);

create table insight.in_hand (
  request_id uuid not null,
  person_id  uuid not null,
  from_at    timestamptz not null,
  until_at   timestamptz not null default 'infinity'
);
create index in_hand_request on insight.in_hand (request_id);
create index in_hand_person on insight.in_hand (person_id, until_at);

create table insight.quarter (
  person_id  uuid not null,
  start_at   timestamptz not null,
  -- The team the person had been in longest when it was reckoned.
  team_id    uuid,
  -- Seconds at the desk within working hours, and those of them with at least one request in hand.
  present_s  smallint not null check (present_s > 0),
  occupied_s smallint not null check (occupied_s between 0 and present_s),
  primary key (person_id, start_at)
);
create index quarter_start on insight.quarter (start_at);

-- Up to when each person's quarters are true.
create table insight.reckoned (
  person_id  uuid primary key,
  through_at timestamptz not null
);
