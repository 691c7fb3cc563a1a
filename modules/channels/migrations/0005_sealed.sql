-- The other side's address, the subject and a server's own words are sealed, each mail's under a key of its own; a mail is
-- found by the whole address or by codes of its words. No words yet: from an earlier version, sealed by a job.
alter table channels.mail add column address_index text, add column words tsvector;
create index mail_address on channels.mail (address_index) where address_index is not null;
create index mail_words on channels.mail using gin (words);
create index mail_plain on channels.mail (id) where words is null;
alter table channels.chat_session add column email_index text;
-- Told apart by a digest now; who got an automatic mail within the last day may get one more.
truncate channels.automatic;
