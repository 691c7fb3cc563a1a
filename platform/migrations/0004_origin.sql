-- Where an act came from: the address of the caller and the call, whose id stands in the answer too.
alter table platform.event add column source text, add column call uuid;
-- The audit reads by time: about a microsecond an event (docs/decisions/023).
create index event_at on platform.event (at);
