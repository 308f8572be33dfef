-- Notify: rules, notices, whom they go to, and by which way.

-- Every version of what a jurisdiction has set; the latest is in force.
create table rules (
  jurisdiction_id text not null references jurisdiction,
  version integer not null constraint rules_version check (version > 0),
  data jsonb not null,
  set_at timestamptz not null,
  set_by uuid not null,
  primary key (jurisdiction_id, version),
  foreign key (jurisdiction_id, set_by) references person
);

-- What is sent to one recipient in one run: all its notices together, not a flood.
create table digest (
  jurisdiction_id text not null references jurisdiction,
  id uuid not null,
  recipient text not null constraint digest_recipient check (recipient in ('unit', 'office', 'supervisor')),
  unit_id uuid,
  created_at timestamptz not null,
  primary key (jurisdiction_id, id),
  foreign key (jurisdiction_id, unit_id) references unit,
  constraint digest_unit check ((recipient = 'unit') = (unit_id is not null))
);

-- Something that somebody must be told. It stands here from the moment it is true; it is sent in working hours.
create table notice (
  jurisdiction_id text not null references jurisdiction,
  id uuid not null,
  kind text not null,
  recipient text not null constraint notice_recipient check (recipient in ('unit', 'office', 'supervisor')),
  unit_id uuid,
  -- Why, so that nothing is noticed twice: an item with a deadline and a rung, a bulletin, a delivery.
  cause text not null,
  item_id uuid,
  -- The item's area, for supervisors who see one area.
  area text collate "C",
  -- The deadline that the notice is about: when it moves, an unsent notice no longer holds.
  due_at timestamptz,
  due_set_at timestamptz,
  data jsonb not null default '{}',
  created_at timestamptz not null,
  digest_id uuid,
  sent_at timestamptz,
  cancelled_at timestamptz,
  received_at timestamptz,
  received_by uuid,
  primary key (jurisdiction_id, id),
  foreign key (jurisdiction_id, unit_id) references unit,
  foreign key (jurisdiction_id, item_id) references item,
  foreign key (jurisdiction_id, digest_id) references digest,
  foreign key (jurisdiction_id, received_by) references person,
  constraint notice_unit check ((recipient = 'unit') = (unit_id is not null)),
  constraint notice_sent check ((digest_id is null) = (sent_at is null)),
  constraint notice_received check ((received_at is null) = (received_by is null)),
  constraint notice_cancelled check (cancelled_at is null or sent_at is null)
);
create unique index notice_once on notice (jurisdiction_id, cause, recipient, unit_id) nulls not distinct;
-- «Mine», newest first.
create index notice_by_recipient on notice (jurisdiction_id, recipient, unit_id, created_at, id);
create index notice_by_item on notice (jurisdiction_id, item_id, created_at) where item_id is not null;
-- What waits to be sent, and what waits to be confirmed.
create index notice_unsent on notice (jurisdiction_id, recipient, unit_id) where sent_at is null and cancelled_at is null;
create index notice_unreceived on notice (jurisdiction_id, sent_at) where sent_at is not null and received_at is null;
create index notice_by_digest on notice (jurisdiction_id, digest_id) where digest_id is not null;

-- By which way a recipient is reached.
create table contact (
  jurisdiction_id text not null references jurisdiction,
  id uuid not null,
  version integer not null default 1,
  recipient text not null constraint contact_recipient check (recipient in ('unit', 'office', 'supervisor')),
  unit_id uuid,
  -- A supervisor's contact may be limited to an area.
  area text collate "C" references area,
  channel text not null constraint contact_channel check (channel in ('email', 'wecom', 'dingtalk')),
  -- An e-mail address, or a robot's URL.
  address text not null,
  -- What a robot's messages are signed with.
  secret text,
  name text,
  language text not null constraint contact_language check (language in ('zh-CN', 'en')),
  active boolean not null default true,
  -- The address asked to be left alone.
  unsubscribed_at timestamptz,
  -- Opens the unsubscription link, and nothing else.
  token_hash bytea not null,
  created_at timestamptz not null,
  primary key (jurisdiction_id, id),
  foreign key (jurisdiction_id, unit_id) references unit,
  constraint contact_unit check ((recipient = 'unit') = (unit_id is not null))
);
create unique index contact_once on contact (jurisdiction_id, recipient, unit_id, channel, address) nulls not distinct;
create index contact_by_token on contact (token_hash);

-- A digest on its way to one contact.
create table message (
  jurisdiction_id text not null references jurisdiction,
  digest_id uuid not null,
  contact_id uuid not null,
  state text not null default 'pending' constraint message_state check (state in ('pending', 'sent', 'failed')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null,
  last_error text,
  created_at timestamptz not null,
  sent_at timestamptz,
  primary key (jurisdiction_id, digest_id, contact_id),
  foreign key (jurisdiction_id, digest_id) references digest,
  foreign key (jurisdiction_id, contact_id) references contact,
  constraint message_sent check ((state = 'sent') = (sent_at is not null))
);
create index message_pending on message (jurisdiction_id, next_attempt_at) where state = 'pending';
create index message_by_contact on message (jurisdiction_id, contact_id, created_at);

-- How far each reader of the ledger has come. The ledger is the outbox: an event is in it when its change commits, in
-- the order of commit, so what follows it needs nothing but its place.
create table ledger_reader (
  jurisdiction_id text not null references jurisdiction,
  reader text not null,
  seq bigint not null constraint ledger_reader_seq check (seq >= 0),
  primary key (jurisdiction_id, reader)
);
