-- Sign-in by other systems: who they are, which of their accounts is which of our people, and what a directory tells us.

create table staff.identity_provider (
  id          uuid primary key,
  kind        text not null check (kind in ('oidc', 'saml', 'ldap')),
  name        text not null,
  -- What is public of it, by kind; secrets stand apart.
  settings    jsonb not null,
  -- AES-256-GCM, bound to the row and what the secret is used against: moved, it does not open.
  secret      bytea,
  -- Of somebody the provider vouches for and nobody here is linked to; null: is refused.
  role_id     uuid references staff.role,
  -- Addresses of these domains may become people by themselves.
  domains     text[] not null default '{}',
  -- The directory (SCIM client) whose people it signs in: known by the directory's own id of them.
  directory_id uuid,
  disabled_at timestamptz,
  created_at  timestamptz not null,
  version     int not null default 1
);

-- An account elsewhere is known by who issued it and its name there, never by an address: addresses change hands.
create table staff.identity_link (
  id           uuid primary key,
  provider_id  uuid not null references staff.identity_provider on delete cascade,
  issuer       text not null,
  subject      text not null,
  person_id    uuid not null references staff.person,
  -- As the provider names the account; for the person to recognise it.
  account      text not null,
  created_at   timestamptz not null,
  last_used_at timestamptz,
  constraint identity_link_subject unique (provider_id, issuer, subject),
  constraint identity_link_person unique (provider_id, person_id)
);
create index identity_link_of on staff.identity_link (person_id);

-- One way out to a provider and back; the browser that left must be the one that returns.
create table staff.federation_flow (
  id           uuid primary key,
  provider_id  uuid not null references staff.identity_provider on delete cascade,
  -- Keyed hashes of the state that travels and of the browser's cookie.
  state_hash   bytea not null unique,
  browser_hash bytea not null,
  -- Who wants to connect an account; null: signs in.
  person_id    uuid references staff.person,
  return_to    text not null,
  -- Encrypted: nonce, verifier; later what the provider answered.
  kept         bytea not null,
  created_at   timestamptz not null,
  expires_at   timestamptz not null,
  -- The answer is taken once, and used once.
  answered_at  timestamptz,
  tries        int not null default 0,
  finished_at  timestamptz
);
create index federation_flow_expiry on staff.federation_flow (expires_at);

-- Assertions that were used; kept as long as they would be valid.
create table staff.saml_assertion (
  provider_id  uuid not null references staff.identity_provider on delete cascade,
  assertion_id text not null,
  expires_at   timestamptz not null,
  primary key (provider_id, assertion_id)
);

-- A program that tells us of joiners, changes and leavers (SCIM); its people begin with this role.
create table staff.directory (
  client_id  uuid primary key references staff.api_client,
  role_id    uuid not null references staff.role,
  created_at timestamptz not null,
  version    int not null default 1
);

-- People a directory brought or was given: only these may it change.
create table staff.provisioned (
  person_id   uuid primary key references staff.person,
  client_id   uuid not null references staff.directory,
  external_id text,
  given_name  text,
  family_name text,
  -- The role the directory gave last; when the person has another one, people gave it, and it stays.
  role_id     uuid references staff.role on delete set null,
  created_at  timestamptz not null,
  changed_at  timestamptz not null
);
create unique index provisioned_external on staff.provisioned (client_id, external_id) where external_id is not null;

create table staff.directory_group (
  id           uuid primary key,
  client_id    uuid not null references staff.directory,
  external_id  text,
  display_name text not null,
  -- What membership gives here; null: nothing. Set by people, never by the directory.
  role_id      uuid references staff.role,
  team_id      uuid references staff.team,
  created_at   timestamptz not null,
  changed_at   timestamptz not null,
  version      int not null default 1
);
create unique index directory_group_name on staff.directory_group (client_id, lower(display_name));

create table staff.directory_member (
  group_id  uuid not null references staff.directory_group on delete cascade,
  person_id uuid not null references staff.provisioned on delete cascade,
  primary key (group_id, person_id)
);
create index directory_member_person on staff.directory_member (person_id);

-- A team that a group gave: taken away with the group; what people gave stays.
create table staff.directory_membership (
  team_id   uuid not null references staff.team,
  person_id uuid not null references staff.provisioned on delete cascade,
  primary key (team_id, person_id)
);

alter table staff.identity_provider add foreign key (directory_id) references staff.directory;
