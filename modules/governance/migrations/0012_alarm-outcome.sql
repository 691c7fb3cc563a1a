-- What any alarm may have, whichever room raised it: a time by which somebody must have seen it and who is next when
-- nobody has, and what came of it.
alter table governance.alarm
  add column due_at    timestamptz,
  add column next_id   uuid references staff.person,
  add column told_at   timestamptz,
  add column outcome   text,
  add column verdict   text check (verdict in ('useful', 'false')),
  add column judged_at timestamptz,
  add column judged_by uuid references staff.person;
create index alarm_unseen on governance.alarm (due_at) where acknowledged_at is null and told_at is null and due_at is not null;
