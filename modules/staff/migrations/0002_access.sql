alter table staff.role drop constraint role_scope_check;
alter table staff.role add constraint role_scope_check check (scope in ('own', 'team', 'region', 'all'));
alter table staff.api_client drop constraint api_client_scope_check;
alter table staff.api_client add constraint api_client_scope_check check (scope in ('own', 'team', 'region', 'all'));

-- What guards the doors: one row.
create table staff.policy (
  is_only      boolean primary key default true check (is_only),
  profile      text not null default 'asvs' check (profile in ('asvs', 'mlps3')),
  -- Since when the three administrators are separated; null: one may do it all.
  separated_at timestamptz,
  version      int not null default 1
);
insert into staff.policy default values;

-- A grant that waits for a second person, and what became of it.
create table staff.proposal (
  id          uuid primary key,
  kind        text not null,
  -- Whom it is about; null for a role or a program.
  person_id   uuid references staff.person,
  payload     jsonb not null,
  reason      text not null,
  proposed_by uuid not null references staff.person,
  proposed_at timestamptz not null,
  expires_at  timestamptz not null,
  decided_by  uuid references staff.person,
  decided_at  timestamptz,
  verdict     text check (verdict in ('approved', 'refused', 'withdrawn')),
  check ((decided_at is null) = (verdict is null) and (decided_at is null) = (decided_by is null))
);
create index proposal_pending on staff.proposal (proposed_at) where decided_at is null;

-- For migrations that divide a permission: whoever held it on their own terms holds the parts.
create function staff.grant_with(held text, variadic added text[]) returns void language sql as $$
  update staff.role set permissions = array(select distinct unnest(permissions || added) order by 1) where not built_in and held = any(permissions);
  update staff.api_client set permissions = array(select distinct unnest(permissions || added) order by 1) where held = any(permissions);
  update staff.token set permissions = array(select distinct unnest(permissions || added) order by 1) where held = any(permissions)
$$;
select staff.grant_with('staff.configure', 'access.approve', 'access.configure', 'access.grant');
insert into staff.role (id, key, permissions, scope, built_in) values
  ('01900000-0000-7000-8000-000000000006', 'system-administrator',
    '{access.approve,channels.configure,channels.read,staff.configure,staff.read,standards.configure,standards.read}', 'all', true),
  ('01900000-0000-7000-8000-000000000007', 'security-administrator', '{access.approve,access.configure,access.grant,alarms.handle,alarms.read,audit.configure,staff.read}', 'all', true),
  ('01900000-0000-7000-8000-000000000008', 'audit-administrator', '{audit.export,audit.read}', 'all', true);

-- Not chosen by the person: to be changed before anything else where the profile says so.
alter table staff.person add column password_given boolean not null default false;

create table staff.last_use (
  person_id uuid primary key references staff.person,
  at        timestamptz not null
);
insert into staff.last_use (person_id, at) select id, now() from staff.person;

create table staff.former_password (
  person_id uuid not null references staff.person,
  hash      text not null,
  until     timestamptz not null,
  primary key (person_id, hash)
);

-- When the person last proved to be the one who signed in.
alter table staff.session
  add column proven_at timestamptz,
  add column method text not null default 'password' check (method in ('password', 'link', 'passkey', 'federation'));

create table staff.recovery_code (
  person_id  uuid not null references staff.person,
  hash       bytea not null,
  created_at timestamptz not null,
  used_at    timestamptz,
  primary key (person_id, hash)
);

create table staff.passkey (
  id           uuid primary key,
  person_id    uuid not null references staff.person,
  -- As the authenticator names it, base64url.
  credential   text not null unique,
  public_key   bytea not null,
  counter      bigint not null,
  transports   text[] not null default '{}',
  name         text not null,
  is_synced    boolean not null,
  created_at   timestamptz not null,
  last_used_at timestamptz
);
create index passkey_person on staff.passkey (person_id);

-- A question put to an authenticator, answered once.
create table staff.passkey_challenge (
  hash       bytea primary key,
  -- null: whoever answers signs in.
  person_id  uuid references staff.person,
  purpose    text not null check (purpose in ('register', 'sign-in')),
  expires_at timestamptz not null
);
create index passkey_challenge_expiry on staff.passkey_challenge (expires_at);
