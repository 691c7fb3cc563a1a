create schema quality;

-- A customer's rating of one request; a second one within the reopening days replaces the first.
create table quality.rating (
  request_id uuid primary key references requests.request on delete cascade,
  score      smallint not null check (score between 1 and 5),
  reasons    text[] not null default '{}',
  comment    text,
  channel    text not null,
  -- Who had answered, so that the rating stays theirs when the request changes hands later.
  holder_id  uuid references staff.person,
  team_id    uuid references staff.team,
  at         timestamptz not null,
  changed_at timestamptz not null
);
create index rating_at on quality.rating (at);
create index rating_holder on quality.rating (holder_id, at);

-- A low rating opens one recovery request, whatever happens to the rating later.
create table quality.recovery (
  request_id  uuid primary key references requests.request on delete cascade,
  recovery_id uuid not null unique references requests.request,
  score       smallint not null,
  at          timestamptz not null
);
