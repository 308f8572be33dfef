-- Contacts and what is sent to them.

-- In clear, not as a hash: every mail has to say it again. It opens the unsubscription and nothing else; whoever can
-- read this table can write to it.
alter table contact rename column token_hash to unsubscribe_token;
alter index contact_by_token rename to contact_by_unsubscribe_token;
alter table contact add constraint contact_unsubscribe_token check (length(unsubscribe_token) = 32);
-- Only supervisors are told by area: a unit is told of what is its own, the office of everything.
alter table contact add constraint contact_area check (area is null or recipient = 'supervisor');
-- The list of them, oldest first.
create index contact_in_order on contact (jurisdiction_id, created_at, id);

-- A digest without notices, with which an office tries a contact.
alter table digest add column test boolean not null default false;

-- `dropped`: there was nothing to send any more, or nobody to send it to.
alter table message drop constraint message_state;
alter table message add constraint message_state check (state in ('pending', 'sent', 'failed', 'dropped'));
-- When the last attempt began: what a robot takes in a minute is limited, whichever worker calls it.
alter table message add column attempted_at timestamptz;
alter table message add constraint message_attempted check ((attempts = 0) = (attempted_at is null));
create index message_by_attempt on message (jurisdiction_id, contact_id, attempted_at);
