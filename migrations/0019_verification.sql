-- Closing that can be trusted: verifiers, rechecks (回头看), recurrence (复发).

-- Who has found an item good since closure was applied for, before the one who strikes it off; and what that one found of
-- the completion standard's points.
alter table item add column verifications jsonb not null default '[]', add column closure_points jsonb;
alter table item_past add column verifications jsonb not null default '[]', add column closure_points jsonb;

-- Four eyes, beside the rule in domain/: neither whoever applied for closure nor anyone of the units that did the work
-- verifies, strikes off or rechecks; and two verifiers are two people of two units. Only who is new is looked at: what people
-- have become since does not undo what they did.
create function hold_four_eyes() returns trigger language plpgsql as $$
declare
  fresh uuid[] := '{}';
begin
  if new.verifications <> old.verifications and jsonb_array_length(new.verifications) > 0 then
    fresh := fresh || (new.verifications -> -1 ->> 'by')::uuid;
  end if;
  if new.closed_by is distinct from old.closed_by and new.closed_by is not null then
    fresh := fresh || new.closed_by;
  end if;
  if new.recheck is distinct from old.recheck and new.recheck is not null then
    fresh := fresh || (new.recheck ->> 'by')::uuid;
  end if;
  -- By the item as it was: a failed recheck takes the assignment away in the same change.
  if exists (
    select from person p where p.jurisdiction_id = new.jurisdiction_id and p.id = any(fresh)
      and (p.id::text = old.closure_request ->> 'by' or p.unit_id::text = old.assignment ->> 'responsibleUnit'
        or coalesce(old.assignment -> 'coUnits', '[]') ? p.unit_id::text))
  -- Whoever has verified before, or anybody of their unit, is no second verifier.
  or (new.recheck is not distinct from old.recheck and exists (
    select from jsonb_array_elements(old.verifications) v
    join person p on p.jurisdiction_id = new.jurisdiction_id and p.id = any(fresh)
    where v ->> 'by' = p.id::text or v ->> 'unit' = p.unit_id::text))
  then
    raise exception 'item %: whoever verifies is neither of the side that did the work nor the same twice', new.code
      using errcode = 'check_violation', constraint = 'item_four_eyes_of_all';
  end if;
  return null;
end $$;

create trigger item_four_eyes_of_all after update of verifications, closed_by, recheck on item for each row
  when (new.verifications is distinct from old.verifications or new.closed_by is distinct from old.closed_by
    or new.recheck is distinct from old.recheck)
  execute function hold_four_eyes();

-- A new item that may be an old one come back. The link stands beside the items and not in their events, because whoever
-- may see one of them must not learn of the other; the events have the link's id, so who may see both can join them.
create table recurrence (
  jurisdiction_id text not null references jurisdiction,
  id uuid not null,
  item_id uuid not null,
  -- The item that was struck off.
  of_id uuid not null,
  distance_m integer not null constraint recurrence_distance check (distance_m >= 0),
  found_at timestamptz not null,
  -- The item's version since which it is so, and that of the decision: a past state has what was known then.
  found_version integer not null,
  decided_at timestamptz,
  decided_version integer,
  decided_by uuid,
  confirmed boolean,
  primary key (jurisdiction_id, id),
  -- One suspicion for an item, whatever becomes of it.
  unique (jurisdiction_id, item_id),
  -- It is written just before its item, so that the item's first answer has it.
  foreign key (jurisdiction_id, item_id) references item deferrable initially deferred,
  foreign key (jurisdiction_id, of_id) references item,
  foreign key (jurisdiction_id, decided_by) references person,
  constraint recurrence_other check (item_id <> of_id),
  constraint recurrence_decided check (num_nulls(decided_at, decided_version, decided_by, confirmed) in (0, 4))
);
create index recurrence_by_origin on recurrence (jurisdiction_id, of_id);

-- Recurrences that were confirmed, for reports. On a large ledger build it beforehand, while the service runs, as it stands
-- here but with `concurrently` after `index`.
create index if not exists event_recurred on event (jurisdiction_id, at) include (item_id, item_version)
  where type = 'item.recurred';

-- A month's sample for rechecks: what it was drawn from and by which seed, so that anybody can draw it again.
create table recheck_draw (
  jurisdiction_id text not null references jurisdiction,
  -- The month in which its items were struck off, YYYY-MM.
  period text not null constraint recheck_draw_period check (period ~ '^\d{4}-(0[1-9]|1[0-2])$'),
  -- The last event of the ledger that counted, and its hash.
  cut_off_seq bigint not null,
  seed bytea not null constraint recheck_draw_seed check (octet_length(seed) = 32),
  rules_version integer not null,
  strata jsonb not null,
  drawn_at timestamptz not null,
  primary key (jurisdiction_id, period)
);

create table recheck (
  jurisdiction_id text not null references jurisdiction,
  period text not null,
  item_id uuid not null,
  -- Of the closure: an item that is reopened has no unit.
  unit_id uuid not null,
  level text not null constraint recheck_level check (level in ('general', 'major')),
  closed_at timestamptz not null,
  from_at timestamptz not null,
  due_at timestamptz not null,
  noticed_at timestamptz,
  primary key (jurisdiction_id, period, item_id),
  foreign key (jurisdiction_id, period) references recheck_draw,
  foreign key (jurisdiction_id, item_id) references item,
  foreign key (jurisdiction_id, unit_id) references unit,
  constraint recheck_span check (from_at < due_at)
);
create index recheck_by_deadline on recheck (jurisdiction_id, due_at, item_id, period);
create index recheck_unnoticed on recheck (jurisdiction_id, from_at) where noticed_at is null;
