create schema if not exists channels;

-- A mailbox of ours: where customers write to and answers leave from.
create table channels.mailbox (
  id          uuid primary key,
  name        text not null,
  address     text not null unique,
  -- {host, port, tls, user}; the passwords are beside it, encrypted with a key of the installation.
  imap        jsonb,
  imap_secret bytea,
  smtp        jsonb,
  smtp_secret bytea,
  team_id     uuid references staff.team,
  service_id  uuid references standards.service,
  is_active   boolean not null default true,
  -- Senders of new requests get one automatic confirmation.
  acknowledges boolean not null default true,
  -- authserv-id (RFC 8601) of the receiving server; only its verdict on a sender is believed.
  trusted_auth_server text,
  trusts_senders boolean not null default false,
  -- Answers go to address+mark@host; only for servers that deliver those (RFC 5233).
  marks_reply_address boolean not null default true,
  takes_existing boolean not null default false,
  -- What had arrived before the mailbox was connected stays untouched, also after the server renumbers its mails.
  takes_since timestamptz,
  uid_validity bigint,
  last_uid    bigint not null default 0,
  -- Highest number at the last renumbering: up to here mails may be older than takes_since.
  renumbered_until bigint not null default 0,
  last_seen_at timestamptz,
  state       text not null default 'new' check (state in ('new','ok','failing')),
  state_why   text,
  -- One process at a time reads a mailbox; a killed one loses it after seconds.
  leased_by   uuid,
  leased_until timestamptz,
  version     int not null default 1,
  created_at  timestamptz not null
);

-- Every mail that came or went, with what became of it.
create table channels.mail (
  id          uuid primary key,
  mailbox_id  uuid not null references channels.mailbox,
  direction   text not null check (direction in ('in','out')),
  -- Message-ID with its angle brackets.
  header_id   text,
  uid_validity bigint,
  uid         bigint,
  -- What makes two deliveries one mail: see fingerprintOf.
  fingerprint bytea,
  raw_file_id uuid references platform.file,
  verdict     text not null check (verdict in ('request','message','bounce','auto-reply','own-loop','quarantined','discarded','duplicate','sent','acknowledgement')),
  reason      text,
  address     text not null default '',
  subject     text not null default '',
  size        int not null default 0,
  request_id  uuid references requests.request on delete cascade,
  message_id  uuid references requests.message on delete cascade,
  at          timestamptz not null
);
create unique index mail_fingerprint on channels.mail (mailbox_id, fingerprint) where fingerprint is not null;
create unique index mail_uid on channels.mail (mailbox_id, uid_validity, uid) where uid is not null;
create index mail_verdict on channels.mail (verdict, id);
create index mail_mailbox on channels.mail (mailbox_id, id);
create index mail_request on channels.mail (request_id, id) where request_id is not null;
create index mail_message on channels.mail (message_id) where message_id is not null;

-- Written before each try to hand a message to a server: one without an end tells that its fate is unknown.
create table channels.attempt (
  id          uuid primary key,
  message_id  uuid not null references requests.message on delete cascade,
  mailbox_id  uuid not null references channels.mailbox,
  at          timestamptz not null,
  ended_at    timestamptz,
  outcome     text check (outcome in ('sent','later','failed','uncertain')),
  answer      text
);
create index attempt_message on channels.attempt (message_id, id);

-- When an address last got a mail that no person wrote.
create table channels.automatic (
  address     text primary key,
  at          timestamptz not null
);
