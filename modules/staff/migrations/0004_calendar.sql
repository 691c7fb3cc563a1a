-- Regions whose holidays we know by their publications, holidays taken over from elsewhere, and every version a
-- calendar had: what runs by an earlier one goes on by it.
alter table staff.calendar drop constraint calendar_holidays_check;
alter table staff.calendar add constraint calendar_holidays_check check (holidays in ('CN', 'TW', 'HK', 'MO', 'SG', 'none'));
-- The years of the region's holidays this version counts with; a year published later makes a new version.
alter table staff.calendar add column years int[] not null default '{}';
update staff.calendar set years = case holidays when 'CN' then '{2025,2026}'::int[] when 'TW' then '{2025,2026,2027}'::int[] else '{}'::int[] end;
-- [{kind, label, from, to}]: where exceptions came from and which years they cover.
alter table staff.calendar add column imports jsonb not null default '[]';
alter table staff.calendar add column removed_at timestamptz;

create table staff.calendar_version (
  calendar_id uuid not null references staff.calendar,
  version     int not null,
  name        text not null,
  hours       jsonb not null,
  holidays    text not null,
  years       int[] not null,
  imports     jsonb not null,
  reason      text not null default '',
  -- Null: the system, when a region published another year.
  changed_by  uuid,
  changed_at  timestamptz not null,
  primary key (calendar_id, version)
);
-- When the version that stands was made nobody wrote down before: the time of this change stands for it.
insert into staff.calendar_version (calendar_id, version, name, hours, holidays, years, imports, changed_at)
  select id, version, name, hours, holidays, years, imports, now() from staff.calendar;
