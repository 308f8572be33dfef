-- A calendar feed opens as long as what it was made with: the key that made it stands with it and takes it along when it is
-- revoked or runs out, and every feed ends some day, so that a URL which was left somewhere does not open for ever.

alter table deadline_feed add column key_id text;
-- Of the feeds that there are nobody knows any more by which key they were made. They hold on, as long as new ones do; so do
-- those that a process of the version before makes while both run.
alter table deadline_feed add column expires_at timestamptz not null default now() + interval '400 days';
alter table deadline_feed add foreign key (jurisdiction_id, key_id) references api_key;
-- The administrator's list, the oldest first.
create index deadline_feed_in_order on deadline_feed (jurisdiction_id, created_at, id) where revoked_at is null;

-- When the token was issued by whose claims a person is on record: an older token that is still good changes nothing back.
alter table person add column claims_at timestamptz;
