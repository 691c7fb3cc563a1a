-- A notice to colleagues that each of them must confirm by a time; a hand-over is one with requests.
create table governance.notice (
  id           uuid primary key,
  kind         text not null check (kind in ('notice', 'hand-over')),
  title        text not null,
  body         text not null,
  by_id        uuid not null references staff.person,
  at           timestamptz not null,
  due_at       timestamptz not null,
  withdrawn_at timestamptz,
  withdrawn_by uuid references staff.person
);
create index notice_by on governance.notice (by_id, id desc);

-- Whom it was for when it was sent, and how far it came with each.
create table governance.receipt (
  notice_id    uuid not null references governance.notice on delete cascade,
  person_id    uuid not null references staff.person,
  delivered_at timestamptz,
  read_at      timestamptz,
  confirmed_at timestamptz,
  reminded_at  timestamptz,
  escalated_at timestamptz,
  escalated_to uuid references staff.person,
  primary key (notice_id, person_id)
);
create index receipt_person on governance.receipt (person_id, notice_id desc);
create index receipt_escalated on governance.receipt (escalated_to) where escalated_to is not null and confirmed_at is null;

create table governance.handed_request (
  notice_id  uuid not null references governance.notice on delete cascade,
  request_id uuid not null references requests.request on delete cascade,
  primary key (notice_id, request_id)
);
create index handed_request_of on governance.handed_request (request_id);

select staff.grant_to_role('lead', 'notices.send');
select staff.grant_to_role('director', 'notices.send');
