-- A whisper: a note that is addressed to one colleague. Null: a note for whoever works on the request.
alter table requests.message add column to_id uuid references staff.person, add check (to_id is null or kind = 'note');
