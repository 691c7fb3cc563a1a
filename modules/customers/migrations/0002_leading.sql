-- An address that leads finds its customer. A further address of an unproven contact, or one that somebody else
-- has proven, is only named: it is shown and compared, but whoever uses it does not arrive here.
alter table customers.identity add column is_leading boolean not null default true;
alter table customers.identity drop constraint identity_once;
create unique index identity_once on customers.identity (kind, value, is_verified) where is_leading;
create index identity_named on customers.identity (kind, value) where not is_leading;
create unique index identity_own on customers.identity (customer_id, kind, value);
drop index customers.identity_customer;
-- National and international spellings of one number end alike.
create index identity_phone_end on customers.identity (right(value, 9)) where kind = 'phone';
create index customer_company on customers.customer (name, company) where company is not null;

create unique index merge_once on customers.merge (other_id) where undone_at is null;
create index merge_kept on customers.merge (kept_id) where undone_at is null;

-- Two records somebody has looked at and found to be different people: never suggested again.
create table customers.distinction (
  one_id   uuid not null references customers.customer on delete cascade,
  other_id uuid not null references customers.customer on delete cascade,
  by_id    uuid,
  at       timestamptz not null,
  primary key (one_id, other_id),
  check (one_id < other_id)
);
create index distinction_other on customers.distinction (other_id);

-- The tiers a company knows, lowest first. A tier without a name of its own is named by the text customers.tier-<key>.
create table customers.tiers (one boolean primary key default true check (one), list jsonb not null, version int not null default 1);
insert into customers.tiers (list) values ('[{"key":"standard"},{"key":"silver"},{"key":"gold"},{"key":"platinum"}]');
alter table customers.customer drop constraint customer_tier_check;
create index customer_tier on customers.customer (tier, id) where tier <> 'standard';
