create schema insight;

-- What reports count: a narrow row for each request, made again from the request and its history whenever something
-- happens to it. Nothing is decided by it, so it can be thrown away and measured anew.
create table insight.fact (
  id             uuid primary key,
  number         bigint not null,
  customer_id    uuid not null,
  team_id        uuid,
  holder_id      uuid,
  answerable_id  uuid,
  opened_by_id   uuid,
  service_id     uuid,
  channel        text not null,
  priority       text not null,
  type           text,
  tier           text not null,
  opened_at      timestamptz not null,
  -- First time a person took it on.
  accepted_at    timestamptz,
  first_response_at timestamptz,
  resolution_at  timestamptz,
  closed_at      timestamptz,
  scored_at      timestamptz,
  -- Working seconds by the service's calendar, without the time a question to the customer stood open.
  acceptance_s   int,
  first_response_s int,
  handling_s     int,
  resolution_s   int,
  first_response_late boolean not null,
  resolution_late boolean not null,
  score          smallint,
  transfers      smallint not null,
  reopened       smallint not null,
  failed_verifications smallint not null,
  -- How often the customer wrote.
  asked          smallint not null
);
create index fact_opened on insight.fact (opened_at);
create index fact_first_response on insight.fact (first_response_at) where first_response_at is not null;
create index fact_resolution on insight.fact (resolution_at) where resolution_at is not null;
create index fact_closed on insight.fact (closed_at);
create index fact_scored on insight.fact (scored_at) where scored_at is not null;
