-- A look at what is covered otherwise: who, at which fields, why. Counted against the limit of a day.
create table customers.revelation (
  id          uuid primary key,
  customer_id uuid not null references customers.customer on delete cascade,
  by_kind     text not null,
  by_id       uuid,
  fields      text[] not null,
  reason      text not null,
  at          timestamptz not null
);
create index revelation_by on customers.revelation (by_id, at);
create index revelation_customer on customers.revelation (customer_id, at);
-- Who sees covered names finds by a whole one only.
create index customer_name on customers.customer (lower(name));

select staff.grant_to_role('lead', 'customers.reveal');
