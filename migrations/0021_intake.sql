-- Reports from outside: who sends them, and what the hotline is told of its callers' cases.

-- The keys of a citizens' app and of the hotline are keys like others; their holders have roles of their own, which open
-- the public intake and next to nothing else.
alter table person
  drop constraint person_role,
  add constraint person_role check (role in (
    'inspector', 'unit', 'office', 'supervisor', 'auditor', 'admin', 'public', 'hotline', 'system'));

alter table item
  -- The way by which it came; only what came through a channel can be followed through one.
  add column channel text constraint item_channel check (channel in ('public', 'hotline')),
  -- The call: ticket number, whether an answer is wanted, the first answer, the caller's satisfaction. Nothing of who called.
  add column hotline jsonb,
  add column media_url text;
alter table item_past
  add column channel text,
  add column hotline jsonb,
  add column media_url text;

-- What is asked for through a channel: the latest reports first. Empty as long as there is no channel.
create index item_through_channel on item (jurisdiction_id, reported_at, id) where channel is not null;
