-- The chain over the events: each seal covers those after the one before it, and its mark, made with a key that is
-- not in here, covers that one's mark too.
create table platform.seal (
  nr       bigint primary key,
  -- The last event it covers, in the order of reading.
  last_xid xid8 not null,
  last_seq bigint not null,
  -- Ids (16 bytes each) and digests (32 bytes each) of the events, in that order.
  ids      bytea not null,
  digests  bytea not null,
  at       timestamptz not null,
  mark     bytea not null
);

-- Events taken out on purpose: by which event, whose own data name them by a digest.
create table platform.event_removed (
  event_id   uuid primary key,
  removal_id uuid not null
);
create index event_removed_by on platform.event_removed (removal_id);

-- What happened is not edited; taking it out is a deliberate act that says so first.
create function platform.keep_events() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('loopdesk.removes_events', true), '') <> 'on' then
    raise exception 'events are not changed';
  end if;
  return coalesce(old, new);
end $$;
create trigger event_kept before update or delete on platform.event for each row execute function platform.keep_events();
create trigger event_not_emptied before truncate on platform.event for each statement execute function platform.keep_events();
