-- Programs of others that want to be told.
create table channels.webhook (
  id          uuid primary key,
  url         text not null,
  types       text[] not null,
  secret      bytea not null,
  is_active   boolean not null default true,
  state       text not null default 'ok' check (state in ('ok','failing','gone')),
  state_why   text,
  version     int not null default 1,
  created_at  timestamptz not null
);

create table channels.webhook_delivery (
  id          uuid primary key,
  webhook_id  uuid not null references channels.webhook on delete cascade,
  event_id    uuid not null,
  type        text not null,
  payload     jsonb not null,
  state       text not null default 'waiting' check (state in ('waiting','delivered','failed')),
  attempts    int not null default 0,
  last_status int,
  last_why    text,
  next_at     timestamptz,
  at          timestamptz not null,
  ended_at    timestamptz,
  unique (webhook_id, event_id)
);
create index webhook_delivery_log on channels.webhook_delivery (webhook_id, id);
create index webhook_delivery_old on channels.webhook_delivery (at);
