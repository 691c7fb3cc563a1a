-- A question with a name. What it shows is counted for whoever looks, by their own rights.
create table insight.report (
  id         uuid primary key,
  name       text not null,
  question   jsonb not null,
  owner_id   uuid not null references staff.person,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  -- Kept for the log of what was sent.
  deleted_at timestamptz,
  version    int not null default 1
);
create index report_owner on insight.report (owner_id) where deleted_at is null;

create table insight.report_share (
  report_id uuid not null references insight.report,
  role_id   uuid references staff.role on delete cascade,
  team_id   uuid references staff.team on delete cascade,
  check ((role_id is null) <> (team_id is null)),
  unique nulls not distinct (report_id, role_id, team_id)
);
create index report_share_role on insight.report_share (role_id) where role_id is not null;
create index report_share_team on insight.report_share (team_id) where team_id is not null;

-- When a report goes out by mail: at a time of the day, each recipient's own.
create table insight.mailing (
  id          uuid primary key,
  report_id   uuid not null references insight.report,
  set_by      uuid not null references staff.person,
  rhythm      text not null check (rhythm in ('daily', 'weekly', 'monthly')),
  -- 1 Monday to 7 Sunday.
  weekday     smallint check (weekday between 1 and 7),
  -- In months without such a day their last one.
  month_day   smallint check (month_day between 1 and 31),
  local_time  time not null,
  attachments text[] not null,
  set_at      timestamptz not null,
  check ((rhythm = 'weekly') = (weekday is not null) and (rhythm = 'monthly') = (month_day is not null)),
  unique (report_id, set_by)
);
create table insight.mailing_recipient (
  mailing_id uuid not null references insight.mailing on delete cascade,
  person_id  uuid not null references staff.person,
  next_at    timestamptz not null,
  primary key (mailing_id, person_id)
);
create index mailing_recipient_due on insight.mailing_recipient (next_at);

-- What was to be sent and what became of it: one row for each recipient and due time.
create table insight.report_mail (
  id         uuid primary key,
  report_id  uuid not null references insight.report,
  mailing_id uuid not null,
  person_id  uuid not null references staff.person,
  due_at     timestamptz not null,
  state      text not null check (state in ('queued', 'sending', 'sent', 'skipped', 'failed')),
  -- A text key, or the words of the mail server.
  why        text,
  begun_at   timestamptz,
  ended_at   timestamptz,
  unique (mailing_id, person_id, due_at)
);
create index report_mail_log on insight.report_mail (report_id, due_at desc);
create index report_mail_due on insight.report_mail (due_at);
