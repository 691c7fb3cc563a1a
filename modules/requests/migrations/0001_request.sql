create schema requests;
create sequence requests.number start 10001;

-- A request: what somebody asks of us, from the first word to the rating. Its stage is where it is in the loop.
create table requests.request (
  id          uuid primary key,
  number      bigint not null unique default nextval('requests.number'),
  subject     text not null,
  stage       text not null check (stage in ('accept','assign','execute','track','verify','feedback','closed')),
  stage_since timestamptz not null,
  priority    text not null check (priority in ('urgent','normal','routine')),
  type        text,
  service_id  uuid references standards.service,
  explanation jsonb not null default '[]',
  channel     text not null,
  channel_account uuid,
  language    text not null,
  customer_id uuid not null references customers.customer,
  team_id     uuid references staff.team,
  holder_id   uuid references staff.person,
  -- 首問負責: who stays answerable until somebody else has accepted it; the first one is kept as history.
  answerable_id      uuid references staff.person,
  first_responder_id uuid references staff.person,
  opened_by_kind text not null,
  opened_by_id   uuid,
  opened_at   timestamptz not null,
  waiting_for text check (waiting_for in ('customer','third-party')),
  wait_until  timestamptz,
  wait_reason text,
  first_response_due_at timestamptz,
  first_response_at     timestamptz,
  first_response_breached_at timestamptz,
  resolution_due_at timestamptz,
  resolution_at     timestamptz,
  resolution_breached_at timestamptz,
  -- While paused: business milliseconds left on each clock; the due times are null.
  paused_at timestamptz,
  first_response_left_ms bigint,
  resolution_left_ms     bigint,
  -- The nearest thing due (clock or acceptance), for lists and the sweep.
  next_due_at timestamptz,
  -- Never null, so that one index gives the order of the lists.
  due_order   timestamptz not null generated always as (coalesce(next_due_at, timestamptz '9999-12-31 00:00:00+00')) stored,
  -- When the sweep must look next; null when nothing lies ahead.
  sweep_at    timestamptz,
  verification text not null default 'rule' check (verification in ('person','customer','rule')),
  result      text,
  submitted_by uuid references staff.person,
  submitted_at timestamptz,
  failed_verifications int not null default 0,
  score       smallint check (score between 1 and 5),
  scored_at   timestamptz,
  closed_at   timestamptz,
  closed_why  text,
  close_after timestamptz,
  reopen_until timestamptz,
  reopened    int not null default 0,
  linked_from uuid references requests.request,
  link_kind   text,
  last_message_at timestamptz not null,
  last_snippet text not null default '',
  last_by     text not null default 'customer',
  version     int not null default 1
);
create index request_team_open on requests.request (team_id, due_order, id) where stage <> 'closed';
create index request_holder_open on requests.request (holder_id, channel, stage) where stage <> 'closed';
create index request_answerable_open on requests.request (answerable_id) where stage <> 'closed' and answerable_id is not null;
create index request_queue on requests.request (team_id, opened_at) where stage = 'accept';
create index request_customer on requests.request (customer_id, id);
create index request_sweep on requests.request (sweep_at) where sweep_at is not null;
create index request_close_after on requests.request (close_after) where close_after is not null;
create index request_wait_until on requests.request (wait_until) where wait_until is not null;
create index request_team_recent on requests.request (team_id, id);
-- What came, was answered, solved, closed and rated within a day, for today's figures: found without reading the years before.
create index request_opened_at on requests.request (opened_at);
create index request_first_response_at on requests.request (first_response_at) where first_response_at is not null;
create index request_resolution_at on requests.request (resolution_at) where resolution_at is not null;
create index request_closed_at on requests.request (closed_at) where closed_at is not null;
create index request_scored_at on requests.request (scored_at) where scored_at is not null;
create index request_linked on requests.request (linked_from) where linked_from is not null;

create table requests.search (
  request_id uuid primary key references requests.request on delete cascade,
  tokens tsvector not null
);
create index search_tokens on requests.search using gin (tokens);

-- One rule against doing it twice, for every channel: a source and its own key.
create table requests.intake (
  source text not null,
  key    text not null,
  fingerprint bytea not null,
  request_id uuid not null,
  message_id uuid not null,
  at     timestamptz not null,
  primary key (source, key)
);

create table requests.message (
  id         uuid primary key,
  request_id uuid not null references requests.request on delete cascade,
  kind       text not null check (kind in ('customer','reply','note','result','notice')),
  author_kind text not null,
  author_id  uuid,
  author_name text not null,
  channel    text not null,
  body       text not null,
  html       text,
  quoted     text,
  oddities   text[] not null default '{}',
  state      text not null check (state in ('received','held','queued','sent','delivered','read','failed','uncertain','kept')),
  state_why  text,
  state_at   timestamptz not null,
  send_at    timestamptz,
  after_sending text,
  raw_file_id uuid references platform.file,
  created_at timestamptz not null
);
create index message_request on requests.message (request_id, id);
create index message_raw on requests.message (raw_file_id) where raw_file_id is not null;
create index message_trouble on requests.message (state_at) where state in ('failed','uncertain');

create table requests.attachment (
  id         uuid primary key,
  request_id uuid references requests.request on delete cascade,
  message_id uuid references requests.message on delete cascade,
  file_id    uuid not null references platform.file,
  name       text not null,
  content_type text not null,
  size       int not null,
  content_id text,
  -- Who uploaded it before it belonged to a message.
  owner      text not null,
  created_at timestamptz not null
);
create index attachment_request on requests.attachment (request_id);
create index attachment_message on requests.attachment (message_id);
create index attachment_file on requests.attachment (file_id);
create index attachment_unclaimed on requests.attachment (created_at) where message_id is null;

-- Every allocation decision, by rule or person, with its candidates, their scores and the reason.
create table requests.assignment (
  id         uuid primary key,
  request_id uuid not null references requests.request on delete cascade,
  team_id    uuid,
  agent_id   uuid references staff.person,
  how        text not null check (how in ('rule','take','manual','hand-over','creator')),
  state      text not null check (state in ('offered','accepted','declined','taken-back','ended','nobody')),
  by_kind    text not null,
  by_id      uuid,
  score      real,
  reason     text not null,
  candidates jsonb not null default '[]',
  offered_at timestamptz not null,
  accept_due_at timestamptz,
  answered_at timestamptz,
  ended_at   timestamptz
);
create index assignment_request on requests.assignment (request_id, id);
create unique index assignment_current on requests.assignment (request_id) where state in ('offered','accepted') and how <> 'hand-over';
create unique index assignment_hand_over on requests.assignment (request_id) where state = 'offered' and how = 'hand-over';
create index assignment_unaccepted on requests.assignment (accept_due_at) where state = 'offered';

create table requests.verification (
  id         uuid primary key,
  request_id uuid not null references requests.request on delete cascade,
  how        text not null,
  result     text not null,
  submitted_by uuid,
  submitted_at timestamptz not null,
  verdict    text check (verdict in ('passed','failed')),
  by_kind    text,
  by_id      uuid,
  decided_at timestamptz,
  reason     text
);
create index verification_request on requests.verification (request_id, id);

create table requests.task (
  id         uuid primary key,
  request_id uuid not null references requests.request on delete cascade,
  title      text not null,
  owner_id   uuid references staff.person,
  due_at     timestamptz,
  done_at    timestamptz,
  done_by    uuid references staff.person,
  created_by uuid,
  created_at timestamptz not null,
  version    int not null default 1
);
create index task_request on requests.task (request_id, id);
create index task_owner_open on requests.task (owner_id, due_at) where done_at is null;

create table requests.draft (
  person_id  uuid not null references staff.person,
  request_id uuid not null references requests.request on delete cascade,
  kind       text not null,
  body       text not null,
  at         timestamptz not null,
  primary key (person_id, request_id, kind)
);

create table requests.template (
  id         uuid primary key,
  name       text not null,
  body       text not null,
  locale     text not null,
  team_id    uuid references staff.team,
  active     boolean not null default true,
  version    int not null default 1,
  at         timestamptz not null
);

create table requests.notice (
  id         uuid primary key,
  person_id  uuid not null references staff.person,
  request_id uuid not null references requests.request on delete cascade,
  message_id uuid,
  kind       text not null,
  at         timestamptz not null,
  read_at    timestamptz
);
create index notice_person on requests.notice (person_id, id desc);

create table requests.seen (
  person_id  uuid not null,
  request_id uuid not null references requests.request on delete cascade,
  at         timestamptz not null,
  primary key (person_id, request_id)
);
