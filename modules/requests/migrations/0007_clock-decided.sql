-- When a clock's fate was decided: kept, or missed at its moment. Which promises of a time were kept is read from here.
create index clock_decided on requests.clock (coalesce(breached_at, ended_at)) where breached_at is not null or state = 'met';
