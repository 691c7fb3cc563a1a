-- Whether the first response was promised by a clause for the request's own channel; else the channel's limit is what counts.
alter table insight.fact add column by_channel_clause boolean not null default false;
update insight.fact f set by_channel_clause = true
where exists (select 1 from requests.clock k join standards.version v on v.id = k.version_id, jsonb_array_elements(v.content->'clauses') c
  where k.request_id = f.id and k.kind = 'first-response' and c->>'key' = k.clause and c->'when' ? 'channel');
-- Whether a customer came back.
create index fact_customer on insight.fact (customer_id, opened_at);
