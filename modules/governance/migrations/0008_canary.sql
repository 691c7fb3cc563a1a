-- Records nobody has a reason to open: whoever does is looking around. Object: a planted customer or request.
create table governance.canary (
  id          uuid primary key,
  customer_id uuid not null references customers.customer,
  request_id  uuid not null references requests.request,
  planted_at  timestamptz not null,
  planted_by  uuid references staff.person,
  -- Watched until then; the records themselves stay and are taken away like any other.
  ended_at    timestamptz
);
create index canary_customer on governance.canary (customer_id) where ended_at is null;
create index canary_request on governance.canary (request_id) where ended_at is null;
