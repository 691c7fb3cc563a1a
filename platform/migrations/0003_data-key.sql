-- The key of one person's data (the id is the person's), or of what belongs to nobody (the id is zero), wrapped by a
-- master key that is not in here. Without `wrapped` it was destroyed, and with it everything it had sealed.
create table platform.data_key (
  id           uuid primary key,
  master_id    uuid,
  wrapped      bytea,
  forgotten_at timestamptz,
  check ((wrapped is null) = (forgotten_at is not null) and (wrapped is null) = (master_id is null))
);
create index data_key_master on platform.data_key (master_id);
