-- What each channel is for us: its tier, its flow, what it promises and what one contact costs; one row a version.
-- Nothing is ever changed here: a period that has passed keeps its price and its limit.
create table standards.channel (
  id           uuid primary key,
  channel      text not null,
  number       int not null,
  tier         text not null check (tier in ('core', 'auxiliary', 'supplementary')),
  flow         text not null,
  -- Working minutes to the first response.
  response_minutes int check (response_minutes > 0),
  -- Metrics of the catalogue and the value they shall reach.
  targets      jsonb not null,
  cost         numeric(12, 4) check (cost >= 0),
  currency     text check (currency ~ '^[A-Z]{3}$'),
  effective_at timestamptz not null,
  set_by       uuid references staff.person,
  set_at       timestamptz not null,
  reason       text not null,
  unique (channel, number),
  check ((cost is null) = (currency is null))
);
