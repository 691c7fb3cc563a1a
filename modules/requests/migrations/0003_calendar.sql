-- Which calendar, in which version, a request's clocks run by, and what decided it. Null: from before this, or
-- an installation without calendars.
alter table requests.request add column calendar_id uuid references staff.calendar;
alter table requests.request add column calendar_version int;
alter table requests.request add column calendar_by text check (calendar_by in ('service', 'team', 'default'));
-- What still runs by earlier versions of a calendar.
create index request_calendar_running on requests.request (calendar_id, calendar_version) where resolution_at is null and stage <> 'closed';

-- What happened to the clocks of a request after it was accepted: they stood, went on, began anew, or were moved to
-- another version of their calendar. With the calendar they tell why a deadline is when it is.
create table requests.clock_mark (
  nr          bigint generated always as identity primary key,
  request_id  uuid not null references requests.request on delete cascade,
  kind        text not null check (kind in ('paused', 'resumed', 'restarted', 'moved')),
  -- For `restarted` the moment counted from, for the others when it happened.
  at          timestamptz not null,
  calendar_id uuid,
  calendar_version int,
  -- For `moved`: the version before.
  from_version int
);
create index clock_mark_request on requests.clock_mark (request_id, nr);
