create schema customers;

create table customers.customer (
  id         uuid primary key,
  name       text not null,
  tier       text not null default 'standard' check (tier in ('standard', 'silver', 'gold', 'platinum')),
  language   text,
  region     text,
  company    text,
  note       text,
  created_at timestamptz not null,
  -- Set while this record is folded into another one; cleared when that is undone.
  merged_into uuid references customers.customer,
  words      tsvector not null default ''::tsvector,
  version    int not null default 1
);
create index customer_words on customers.customer using gin (words);
create index customer_merged on customers.customer (merged_into) where merged_into is not null;

-- An address proves nothing until it is verified: the same value may stand once as proven and once as claimed.
create table customers.identity (
  id          uuid primary key,
  customer_id uuid not null references customers.customer,
  kind        text not null check (kind in ('email', 'phone', 'chat', 'portal', 'external')),
  value       text not null,
  shown       text not null,
  verified_at timestamptz,
  is_verified boolean not null generated always as (verified_at is not null) stored,
  source      text not null,
  created_at  timestamptz not null,
  constraint identity_once unique (kind, value, is_verified)
);
create index identity_customer on customers.identity (customer_id);

create table customers.merge (
  id        uuid primary key,
  kept_id   uuid not null references customers.customer,
  other_id  uuid not null references customers.customer,
  reason    text not null,
  by_id     uuid,
  at        timestamptz not null,
  undone_at timestamptz,
  undone_by uuid
);
