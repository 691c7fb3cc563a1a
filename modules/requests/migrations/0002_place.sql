-- Takes one place in an agent's hands, or fails with LD001 when there is none: one taker at a time, who counts
-- what the others have committed, because each statement of a function looks anew. Sent along with what is stored.
create function requests.take_place(agent uuid, on_channel text, places int) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(agent::text, 0));
  if (select count(*) from requests.request where holder_id = agent and channel = on_channel and stage in ('assign', 'execute')) >= places then
    raise exception 'no place is left' using errcode = 'LD001';
  end if;
end $$;
