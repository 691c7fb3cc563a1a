-- Somebody wants data in a file: what, what for, how much; who agreed.
create sequence governance.export_number start 1001;
create table governance.export (
  id          uuid primary key,
  number      bigint not null unique default nextval('governance.export_number'),
  kind        text not null check (kind in ('customers')),
  purpose     text not null,
  columns     text[] not null,
  filter      jsonb not null,
  reason      text not null,
  -- Counted when it was asked for; what came later is not in it.
  rows        int not null,
  is_personal boolean not null,
  asked_by_id uuid not null references staff.person,
  asked_at    timestamptz not null,
  verdict     text check (verdict in ('approved','refused')),
  -- Null with a verdict: small and without personal columns, so nobody is asked.
  decided_by_id uuid references staff.person,
  decided_at  timestamptz,
  decision_reason text,
  expires_at  timestamptz
);
create index export_asked on governance.export (asked_by_id, id);
create index export_waiting on governance.export (id) where verdict is null;

-- Each time a file was made: by whom, how many rows, under which mark.
create table governance.export_download (
  id        uuid primary key,
  export_id uuid not null references governance.export,
  by_id     uuid not null references staff.person,
  at        timestamptz not null,
  rows      int not null,
  -- Stands in every row of the file, so that a part of it tells where it is from.
  mark      text not null unique
);
create index export_download_by on governance.export_download (by_id, at);

select staff.grant_to_role('lead', 'privacy.export');
select staff.grant_to_role('director', 'privacy.export', 'privacy.approve');
