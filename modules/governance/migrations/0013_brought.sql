-- Conversations a person brought along from another house: kept as they were, and no requests of this one.
create table governance.brought (
  id          uuid primary key,
  customer_id uuid not null references customers.customer,
  opened_at   timestamptz not null,
  closed_at   timestamptz,
  channel     text not null,
  -- Subject, messages and rating as JSON, sealed.
  conversation text not null,
  brought_at  timestamptz not null,
  by_id       uuid references staff.person
);
create index brought_customer on governance.brought (customer_id, opened_at, id);

create table governance.brought_file (
  id           uuid primary key,
  brought_id   uuid not null references governance.brought on delete cascade,
  -- Which message of the conversation, from 0, and which of its files.
  message      int not null,
  nr           int not null,
  -- Null where the file was too large to come along.
  file_id      uuid references platform.file,
  name         text not null,
  content_type text not null,
  size         int not null,
  unique (brought_id, message, nr)
);
create index brought_file_file on governance.brought_file (file_id);

-- A document that was taken in, by a keyed digest: the same again is the same record.
create table governance.brought_document (
  digest      text primary key,
  customer_id uuid not null references customers.customer,
  at          timestamptz not null
);
create index brought_document_customer on governance.brought_document (customer_id);
