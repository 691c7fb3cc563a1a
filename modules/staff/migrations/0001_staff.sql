create schema staff;

create table staff.role (
  id          uuid primary key,
  key         text not null unique,
  -- Built-in roles are named by the text key staff.role.<key>; their own name is null.
  name        text,
  permissions text[] not null,
  scope       text not null check (scope in ('own', 'team', 'all')),
  built_in    boolean not null default false,
  version     int not null default 1
);

create table staff.calendar (
  id         uuid primary key,
  name       text not null,
  -- WorkingHours: zone, week, and the company's own exceptions. The holidays of a region are added when it is
  -- compiled, so a year published later holds without an edit.
  hours      jsonb not null,
  holidays   text not null default 'none' check (holidays in ('TW', 'CN', 'none')),
  is_default boolean not null default false,
  version    int not null default 1
);
create unique index calendar_default on staff.calendar (is_default) where is_default;

create table staff.person (
  id             uuid primary key,
  name           text not null,
  login          text not null,
  -- Folded (NFKC, lower case), so that two spellings can't be two persons.
  login_folded   text not null constraint person_login unique,
  locale         text not null,
  zone           text not null,
  role_id        uuid not null references staff.role,
  password_hash  text,
  password_at    timestamptz,
  totp_secret    bytea,
  -- A secret that was shown but not yet proved.
  totp_offered   bytea,
  totp_last_step bigint not null default 0,
  languages      text[] not null default '{}',
  regions        text[] not null default '{}',
  presence       text not null default 'offline' check (presence in ('online', 'away', 'offline')),
  presence_at    timestamptz not null,
  -- Without another sign of life the person is offline from here on; null: until told otherwise.
  presence_until timestamptz,
  capacity       jsonb not null,
  calendar_id    uuid references staff.calendar,
  disabled_at    timestamptz,
  created_at     timestamptz not null,
  version        int not null default 1
);
create index person_name on staff.person (name, id);
create index person_presence on staff.person (presence_until) where presence <> 'offline';

create table staff.team (
  id          uuid primary key,
  name        text not null,
  calendar_id uuid references staff.calendar,
  region      text,
  lead_id     uuid references staff.person,
  archived_at timestamptz,
  created_at  timestamptz not null,
  version     int not null default 1
);
create unique index team_name on staff.team (name) where archived_at is null;

create table staff.membership (
  team_id   uuid not null references staff.team,
  person_id uuid not null references staff.person,
  since     timestamptz not null,
  primary key (team_id, person_id)
);
create index membership_person on staff.membership (person_id);

create table staff.skill (
  id          uuid primary key,
  key         text not null constraint skill_key unique,
  name        text not null,
  archived_at timestamptz,
  version     int not null default 1
);

create table staff.person_skill (
  person_id uuid not null references staff.person,
  skill_id  uuid not null references staff.skill,
  level     int not null check (level between 1 and 5),
  primary key (person_id, skill_id)
);

create table staff.session (
  id           uuid primary key,
  hash         bytea not null unique,
  person_id    uuid not null references staff.person,
  created_at   timestamptz not null,
  last_seen_at timestamptz not null,
  -- The last moment it may live whatever happens; it also ends after a stretch without use.
  expires_at   timestamptz not null,
  -- Opened by a link: for a while the password may be set without the old one.
  by_link      boolean not null default false,
  user_agent   text not null default '',
  ip           text not null default ''
);
create index session_person on staff.session (person_id);

create table staff.api_client (
  id          uuid primary key,
  name        text not null,
  role_id     uuid references staff.role,
  -- Used when there is no role.
  permissions text[] not null default '{}',
  scope       text not null default 'own' check (scope in ('own', 'team', 'all')),
  disabled_at timestamptz,
  created_at  timestamptz not null
);

create table staff.token (
  id           uuid primary key,
  hash         bytea not null unique,
  name         text not null,
  kind         text not null check (kind in ('person', 'client')),
  person_id    uuid references staff.person,
  client_id    uuid references staff.api_client,
  -- Narrows what the holder may; null: all of it.
  permissions  text[],
  created_at   timestamptz not null,
  created_by   uuid,
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  check ((kind = 'person') = (person_id is not null) and (kind = 'client') = (client_id is not null))
);
create index token_person on staff.token (person_id) where person_id is not null;

-- One row per try, written before the password is looked at, so that a volley can't outrun the count.
create table staff.sign_in_attempt (
  id         uuid primary key,
  -- A keyed hash: what was typed into the login field may be a password.
  login_hash bytea not null,
  network    text not null,
  at         timestamptz not null,
  succeeded  boolean not null default false
);
create index sign_in_attempt_recent on staff.sign_in_attempt (login_hash, network, at);
create index sign_in_attempt_network on staff.sign_in_attempt (network, at);
create index sign_in_attempt_at on staff.sign_in_attempt (at);

create table staff.setup_link (
  hash       bytea primary key,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at    timestamptz
);

create table staff.sign_in_link (
  id         uuid primary key,
  hash       bytea not null unique,
  person_id  uuid not null references staff.person,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at    timestamptz
);
create index sign_in_link_person on staff.sign_in_link (person_id);

-- For the migrations of the rooms to the right: adds their permissions to a built-in role.
create function staff.grant_to_role(role_key text, variadic added text[]) returns void language sql as $$
  update staff.role set permissions = array(select distinct unnest(permissions || added) order by 1) where key = role_key and built_in
$$;

insert into staff.role (id, key, permissions, scope, built_in) values
  ('01900000-0000-7000-8000-000000000001', 'administrator', '{*}', 'all', true),
  ('01900000-0000-7000-8000-000000000002', 'director',
    '{channels.read,customers.read,insight.read,quality.read,requests.read,routing.read,staff.read,standards.read}', 'all', true),
  ('01900000-0000-7000-8000-000000000003', 'lead',
    '{channels.read,customers.edit,customers.read,insight.read,quality.read,requests.assign,requests.open,requests.read,requests.verify,requests.work,routing.read,staff.read,standards.read}', 'team', true),
  ('01900000-0000-7000-8000-000000000004', 'agent',
    '{customers.edit,customers.read,requests.open,requests.read,requests.work,staff.read,standards.read}', 'team', true),
  ('01900000-0000-7000-8000-000000000005', 'intake', '{requests.open,requests.read}', 'own', true);
