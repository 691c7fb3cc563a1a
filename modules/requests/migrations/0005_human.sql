-- A person was asked for instead of rules: since when, and what kind of actor asked.
alter table requests.request add column human_asked_at timestamptz;
alter table requests.request add column human_asked_by text check (human_asked_by in ('customer', 'agent', 'client'));

-- By which version of the ranking a rule chose; null where a person did, and for choices from before this.
alter table requests.assignment add column rule_version text;
