-- The facts in a new order, with what the same customer said the time before. Every report reads most of the rows, and
-- what stands behind columns of varying length is slow to reach: moments and measures stand first. They are measured anew
-- from the history, and so is the time of people, which is new.
drop table insight.fact;
create table insight.fact (
  opened_at      timestamptz not null,
  -- First time a person took it on.
  accepted_at    timestamptz,
  first_response_at timestamptz,
  resolution_at  timestamptz,
  closed_at      timestamptz,
  scored_at      timestamptz,
  -- When the customer's next request came after this one was closed.
  back_at        timestamptz,
  -- Working seconds by the service's calendar, without the time a question to the customer stood open.
  acceptance_s   int,
  first_response_s int,
  handling_s     int,
  resolution_s   int,
  score          smallint,
  -- The score the same customer gave the time before, and with which request.
  score_before   smallint,
  transfers      smallint not null,
  reopened       smallint not null,
  failed_verifications smallint not null,
  -- How often the customer wrote.
  asked          smallint not null,
  -- Deadlines that ran out one way or the other and those of them that were missed; of these the ones after the first answer.
  deadlines      smallint not null default 0,
  missed         smallint not null default 0,
  follow_ups     smallint not null default 0,
  follow_ups_missed smallint not null default 0,
  first_response_late boolean not null,
  resolution_late boolean not null,
  by_channel_clause boolean not null default false,
  team_id        uuid,
  holder_id      uuid,
  service_id     uuid,
  id             uuid primary key,
  customer_id    uuid not null,
  answerable_id  uuid,
  opened_by_id   uuid,
  rated_before   uuid,
  number         bigint not null,
  channel        text not null,
  priority       text not null,
  tier           text not null,
  type           text
);
create index fact_opened on insight.fact (opened_at);
create index fact_accepted on insight.fact (accepted_at) where accepted_at is not null;
create index fact_first_response on insight.fact (first_response_at) where first_response_at is not null;
create index fact_resolution on insight.fact (resolution_at) where resolution_at is not null;
create index fact_closed on insight.fact (closed_at);
create index fact_scored on insight.fact (scored_at) where scored_at is not null;
create index fact_customer on insight.fact (customer_id, opened_at);
create index fact_back on insight.fact (customer_id, back_at) where closed_at is not null;
create index fact_customer_scored on insight.fact (customer_id, scored_at, id) where score is not null;
create index fact_rated_before on insight.fact (rated_before) where rated_before is not null;

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

delete from platform.cursor where listener = 'insight.facts';
