-- Events whose words were taken out: by which event, whose own data vouch for the digests they have since.
create table platform.event_blanked (
  event_id    uuid not null,
  blanking_id uuid not null,
  digest      bytea not null,
  primary key (event_id, blanking_id)
);
create index event_blanked_by on platform.event_blanked (blanking_id);
