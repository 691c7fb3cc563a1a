-- A customer under fourteen: only a guardian can agree for them. Their words are sealed under the customer's key.
create table customers.minor (
  id          uuid primary key,
  customer_id uuid not null unique references customers.customer,
  -- Null: known to be one, the year is not.
  birth_year  int check (birth_year between 1900 and 2200),
  marked_at   timestamptz not null,
  marked_by_id uuid,
  ended_at    timestamptz,
  guardian    text,
  guardian_relation text check (guardian_relation in ('parent','grandparent','guardian')),
  consent_at  timestamptz,
  consent_channel text,
  consent_evidence text,
  consent_by_id uuid
);
