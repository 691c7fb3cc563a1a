-- When a figure raises an alarm. It is counted with the rights of whom the rule belongs to.
create table insight.alarm_rule (
  id          uuid primary key,
  name        text not null,
  metric      text not null,
  filters     jsonb not null,
  -- One alarm for each row of this dimension; null: one for all together.
  each        text,
  bucket      text not null check (bucket in ('hour', 'day', 'week')),
  condition   text not null check (condition in ('above', 'below', 'control')),
  -- Minutes, a share of 1, a score or a count, as the metric has it.
  bound       float8,
  -- Figures made of fewer requests are not judged.
  least       int not null,
  owner_id    uuid not null references staff.person,
  next_id     uuid references staff.person,
  ack_minutes int not null,
  changed_at  timestamptz not null,
  paused_at   timestamptz,
  -- Kept for its alarms and its report card.
  deleted_at  timestamptz,
  version     int not null default 1,
  next_at     timestamptz not null,
  check ((condition = 'control') = (bound is null)),
  check (each is null or (condition <> 'control' and bucket <> 'hour'))
);
create index alarm_rule_due on insight.alarm_rule (next_at) where deleted_at is null and paused_at is null;

-- What a metric's alarm is about; its life is in governance.alarm.
create table insight.metric_alarm (
  alarm_id     uuid primary key references governance.alarm on delete cascade,
  rule_id      uuid not null references insight.alarm_rule,
  -- The row of the dimension; '' for all together.
  key          text not null,
  bucket_start timestamptz not null,
  value        float8 not null,
  count        int not null,
  lower        float8,
  upper        float8,
  signal       text,
  unique (rule_id, key, bucket_start)
);

select staff.grant_to_role('lead', 'insight.arrange');
select staff.grant_to_role('director', 'insight.arrange');
