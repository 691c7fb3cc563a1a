-- While the three administrators are separated, what another system may hand out counts only since a second person agreed
-- to it as it stands; null: nobody has, or it was changed by one person since.
alter table staff.identity_provider add column admitted_at timestamptz;
alter table staff.directory add column role_admitted_at timestamptz;
alter table staff.directory_group add column role_admitted_at timestamptz;
