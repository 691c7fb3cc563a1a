-- The master keys in use, by id; the keys themselves are not in here. Nothing is wrapped by one that is not listed, so a
-- process that has not heard of a change yet can't wrap by a key that was destroyed.
create table platform.master_key (id uuid primary key);

-- The key of one person's data (the id is the person's), or of what belongs to nobody (the id is zero), wrapped by a
-- master key that is not in here. Without `wrapped` it was destroyed, and with it everything it had sealed.
create table platform.data_key (
  id           uuid primary key,
  master_id    uuid references platform.master_key,
  wrapped      bytea,
  forgotten_at timestamptz,
  check ((wrapped is null) = (forgotten_at is not null) and (wrapped is null) = (master_id is null))
);
create index data_key_master on platform.data_key (master_id);
