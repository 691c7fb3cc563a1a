-- Events whose words were taken out: by which event, whose own data vouch for the digests they have since.
create table platform.event_blanked (
  event_id    uuid not null,
  blanking_id uuid not null,
  digest      bytea not null,
  primary key (event_id, blanking_id)
);
create index event_blanked_by on platform.event_blanked (blanking_id);

-- As before, and an edit that says so first is kept: a trigger that answers the old row undoes it.
create or replace function platform.keep_events() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('loopdesk.removes_events', true), '') <> 'on' then
    raise exception 'events are not changed';
  end if;
  if tg_op = 'DELETE' then return old; end if;
  return new;
end $$;
