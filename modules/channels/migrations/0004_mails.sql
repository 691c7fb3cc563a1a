-- What customers wrote is apart from how their mail comes in: who looks after mailboxes need not read mails.
select staff.grant_with('channels.read', 'mails.read');
select staff.grant_with('channels.configure', 'mails.release');
select staff.grant_to_role('director', 'mails.read');
select staff.grant_to_role('lead', 'mails.read');
