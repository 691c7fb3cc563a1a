-- A run of the self-check with what it found; the last few are kept.
create table governance.compliance_run (
  id       uuid primary key,
  asked_by uuid,
  asked_at timestamptz not null,
  done_at  timestamptz,
  failed   text,
  checks   jsonb
);
create unique index compliance_run_open on governance.compliance_run ((true)) where done_at is null;

select staff.grant_to_role('audit-administrator', 'compliance.read', 'compliance.export');
