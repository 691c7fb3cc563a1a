-- What was told to a colleague by mail as well: an alarm to its owner, a notice to whom must confirm it. Once each.
create table governance.told (
  -- Also of the mail's Message-ID, so that a second try after a crash is known for the same mail.
  id        uuid primary key,
  kind      text not null check (kind in ('alarm', 'notice')),
  object_id uuid not null,
  person_id uuid not null references staff.person,
  begun_at  timestamptz not null,
  sent_at   timestamptz,
  constraint told_once unique (kind, object_id, person_id)
);

-- Who wants no mail about notices. Alarms are always told.
create table governance.no_notice_mail (
  person_id uuid primary key references staff.person,
  since     timestamptz not null
);
