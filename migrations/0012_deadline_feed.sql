-- Calendar feeds: a calendar program can send no header, so the URL that a person gives to it has a secret of its own,
-- which opens that person's deadlines and nothing else.

create table deadline_feed (
  jurisdiction_id text not null references jurisdiction,
  id text not null,
  person_id uuid not null,
  -- What the person calls it: the program or the phone that it was made for.
  name text not null,
  language text not null constraint deadline_feed_language check (language in ('zh-CN', 'en')),
  -- Days before the deadline's day on which the calendar program reminds; null: not at all.
  alarm_days integer constraint deadline_feed_alarm_days check (alarm_days between 1 and 30),
  -- SHA-256 of the secret part. The secret has 190 random bits, so a slow hash would add nothing.
  secret_hash bytea not null,
  created_at timestamptz not null,
  revoked_at timestamptz,
  last_used_at timestamptz,
  primary key (jurisdiction_id, id),
  foreign key (jurisdiction_id, person_id) references person
);
-- A calendar program brings only the feed's id and secret; the jurisdiction is what the look-up finds out.
create index deadline_feed_id on deadline_feed (id);
create index deadline_feed_person on deadline_feed (jurisdiction_id, person_id, created_at, id);
