-- A board for the wall: whoever holds the link sees figures as its maker may see them now, and nobody's name.
create table insight.wallboard (
  id           uuid primary key,
  name         text not null,
  -- Keyed hash of the link's secret.
  hash         bytea not null unique,
  made_by      uuid not null references staff.person,
  team_id      uuid references staff.team,
  locale       text not null,
  theme        text not null check (theme in ('dark', 'light')),
  -- A page stays for so long.
  seconds      int not null,
  made_at      timestamptz not null,
  last_seen_at timestamptz,
  revoked_at   timestamptz,
  revoked_by   uuid references staff.person
);
create index wallboard_maker on insight.wallboard (made_by) where revoked_at is null;
