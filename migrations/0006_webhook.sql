-- Webhooks: who outside is told of what happens here, and what became of each telling (Standard Webhooks 1.0).

-- Whoever an office has asked us to call.
create table subscription (
  jurisdiction_id text not null references jurisdiction,
  id uuid not null,
  version integer not null default 1,
  url text not null,
  description text,
  -- Event types: exact ones, or all of a kind: `item.*`.
  types text[] not null constraint subscription_types check (cardinality(types) > 0),
  unit_id uuid,
  area text collate "C" references area,
  active boolean not null default true,
  -- In clear, because every delivery is signed with it: a signature (HMAC) needs the secret itself, not its hash. No
  -- answer but the one that makes it shows it, the ledger and the log never do; whoever can read this table or a backup
  -- of it can forge deliveries to the receiver, and nothing else. Rotate the secrets after a leak.
  secret text,
  -- While a secret is rotated, both sign.
  previous_secret text,
  previous_secret_until timestamptz,
  -- It is told of what comes after this place in the ledger.
  after_seq bigint not null,
  -- The receiver answered 410: it wants no more.
  disabled_at timestamptz,
  -- The receiver asked to be left alone until then (Retry-After).
  held_until timestamptz,
  -- It failed or took long the last time: it is called where it holds up only others like it.
  slow boolean not null default false,
  created_at timestamptz not null,
  -- The row stays as long as its deliveries do; its secrets go at once.
  deleted_at timestamptz,
  primary key (jurisdiction_id, id),
  foreign key (jurisdiction_id, unit_id) references unit,
  constraint subscription_secret check ((secret is null) = (deleted_at is not null)),
  constraint subscription_previous_secret check ((previous_secret is null) = (previous_secret_until is null)),
  constraint subscription_deleted check (deleted_at is null or (not active and previous_secret is null)),
  constraint subscription_disabled check (disabled_at is null or not active)
);
create index subscription_in_order on subscription (jurisdiction_id, created_at, id) where deleted_at is null;
create index subscription_active on subscription (jurisdiction_id) where active;

-- One event on its way to one subscription. What is sent is made anew from the event at every attempt: the ledger does
-- not change, and what has been erased from it must not live on here.
create table webhook_delivery (
  jurisdiction_id text not null references jurisdiction,
  -- The `webhook-id`: the same at every attempt, so that a receiver can tell a repetition.
  id uuid not null,
  subscription_id uuid not null,
  -- Null for a test delivery, which is about no event.
  seq bigint,
  item_id uuid,
  type text not null,
  state text not null default 'pending' constraint webhook_delivery_state check (state in ('pending', 'succeeded', 'dead')),
  attempts integer not null default 0,
  -- How much of the schedule is used up; a retry by hand begins it again.
  step integer not null default 0,
  -- Not before then. A delivery that waits for an earlier one of its item waits at least as long as that.
  next_attempt_at timestamptz,
  -- A worker is sending it. Should the worker die, another sends it again from then on.
  leased_until timestamptz,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (jurisdiction_id, id),
  foreign key (jurisdiction_id, subscription_id) references subscription,
  foreign key (jurisdiction_id, seq) references event,
  constraint webhook_delivery_finished check ((state = 'pending') = (finished_at is null)),
  constraint webhook_delivery_pending check ((state = 'pending') = (next_attempt_at is not null)),
  constraint webhook_delivery_leased check (leased_until is null or state = 'pending')
);
-- An event goes to a subscription once.
create unique index webhook_delivery_once on webhook_delivery (jurisdiction_id, subscription_id, seq);
-- What is due, in the order of the ledger, and what an item's deliveries wait for.
create index webhook_delivery_due on webhook_delivery (jurisdiction_id, subscription_id, next_attempt_at, seq) where state = 'pending';
create index webhook_delivery_of_item on webhook_delivery (jurisdiction_id, subscription_id, item_id, seq)
  where state = 'pending' and item_id is not null;
-- A subscription's deliveries, newest first, all or of one state.
create index webhook_delivery_in_order on webhook_delivery (jurisdiction_id, subscription_id, id);
create index webhook_delivery_by_state on webhook_delivery (jurisdiction_id, subscription_id, state, id);
-- What is old enough to be swept away.
create index webhook_delivery_by_age on webhook_delivery (jurisdiction_id, finished_at) where finished_at is not null;

-- One call, and what was answered.
create table webhook_attempt (
  jurisdiction_id text not null references jurisdiction,
  delivery_id uuid not null,
  number integer not null constraint webhook_attempt_number check (number > 0),
  at timestamptz not null,
  duration_ms integer not null,
  status smallint,
  -- The beginning of the body.
  answer text,
  -- Why there was no answer.
  error text,
  primary key (jurisdiction_id, delivery_id, number),
  foreign key (jurisdiction_id, delivery_id) references webhook_delivery on delete cascade,
  constraint webhook_attempt_outcome check ((status is null) = (error is not null))
);
