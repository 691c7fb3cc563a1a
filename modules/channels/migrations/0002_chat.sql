create schema if not exists channels;

-- A visitor's conversation in one browser. The token itself is only in that browser.
create table channels.chat_session (
  id          uuid primary key,
  token_hash  bytea not null unique,
  name        text,
  email       text,
  locale      text not null,
  -- Page the visitor came from, without query and fragment.
  page        text,
  -- The request the conversation is about now; earlier ones are linked from it.
  request_id  uuid references requests.request on delete set null,
  created_at  timestamptz not null,
  seen_at     timestamptz not null
);
create index chat_session_seen on channels.chat_session (seen_at);
