-- The standard of a service, one row a version: what is promised, who answers for it, what happens when it slips.
-- Approved versions are never changed, so a request can keep the one it began under.
create table standards.version (
  id           uuid primary key,
  service_id   uuid not null references standards.service,
  number       int not null,
  state        text not null check (state in ('draft', 'proposed', 'approved')),
  content      jsonb not null,
  reason       text not null,
  written_by   uuid references staff.person,
  written_at   timestamptz not null,
  proposed_at  timestamptz,
  decided_by   uuid references staff.person,
  decided_at   timestamptz,
  -- Nobody else could approve it then: one pair of eyes.
  is_alone     boolean not null default false,
  effective_at timestamptz,
  revision     int not null default 1,
  unique (service_id, number),
  check ((state = 'approved') = (effective_at is not null))
);
create index version_effective on standards.version (service_id, effective_at desc) where state = 'approved';
create unique index version_open on standards.version (service_id) where state <> 'approved';

-- What services have promised so far becomes their first version.
insert into standards.version (id, service_id, number, state, content, reason, written_at, decided_at, effective_at)
select gen_random_uuid(), s.id, 1, 'approved', jsonb_build_object(
    'clauses', (select jsonb_agg(c order by c->>'key') from standards.target t, lateral (values
        (jsonb_build_object('key', 'first-response-' || t.priority, 'words', '', 'measure', 'first-response', 'target', t.first_response_minutes, 'when', jsonb_build_object('priority', t.priority), 'ownerId', null, 'dimension', 'delivery')),
        (jsonb_build_object('key', 'resolution-' || t.priority, 'words', '', 'measure', 'resolution', 'target', t.resolution_minutes, 'when', jsonb_build_object('priority', t.priority), 'ownerId', null, 'dimension', 'delivery'))) as x (c)
      where t.service_id = s.id),
    'steps', '[]'::jsonb, 'pausesOn', '["customer"]'::jsonb, 'duties', '', 'rules', '', 'appraisal', '', 'ownerId', null, 'reviewOn', null),
  '', now(), now(), timestamptz '2000-01-01 00:00:00+00'
from standards.service s where exists (select 1 from standards.target t where t.service_id = s.id);
drop table standards.target;

select staff.grant_with('standards.configure', 'standards.approve');
select staff.grant_to_role('director', 'standards.approve');
select staff.grant_to_role('system-administrator', 'standards.approve');
