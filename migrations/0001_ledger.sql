-- One ledger per jurisdiction, and who may write in it.
--
-- Every table's keys begin with jurisdiction_id, reference tables aside: isolation can be read off the schema,
-- and the same schema distributes by that column.

create table jurisdiction (
  id text primary key constraint jurisdiction_id_shape check (id ~ '^[a-z][a-z0-9-]{0,39}$'),
  name text not null,
  -- IANA name; deadlines given as dates end at the end of that day in this zone.
  time_zone text not null,
  -- The administrative division whose list this is; every item lies in it.
  area text not null,
  created_at timestamptz not null
);

-- The head of each ledger. It is locked by the last statement of a transaction, so that the order of seq is the order
-- of commit. previous_hash stands here because "update … returning" answers new values only.
create table ledger_head (
  jurisdiction_id text primary key references jurisdiction,
  seq bigint not null constraint ledger_head_seq check (seq >= 0),
  previous_hash bytea not null,
  hash bytea not null
);

create table event (
  jurisdiction_id text not null references jurisdiction,
  seq bigint not null constraint event_seq check (seq > 0),
  -- The three are null for events that are not about an item.
  item_id uuid,
  item_code text,
  item_version integer,
  type text not null,
  at timestamptz not null,
  actor_id uuid not null,
  actor_role text not null,
  -- RFC 8785 text, exactly as it was hashed; jsonb would lose the form of numbers and the order of keys.
  data text not null,
  salt bytea not null constraint event_salt check (octet_length(salt) = 16),
  data_hash bytea not null constraint event_data_hash check (octet_length(data_hash) = 32),
  previous_hash bytea not null constraint event_previous_hash check (octet_length(previous_hash) = 32),
  hash bytea not null constraint event_hash check (octet_length(hash) = 32),
  primary key (jurisdiction_id, seq),
  constraint event_item check (num_nulls(item_id, item_code, item_version) in (0, 3))
);

-- One item's ledger, oldest first; unique, because two events cannot make the same version.
create unique index event_item_version on event (jurisdiction_id, item_id, item_version) where item_id is not null;
-- The feed filtered by type.
create index event_type on event (jurisdiction_id, type, seq);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only' using errcode = 'restrict_violation';
end $$;

create trigger event_append_only before update or delete on event for each row execute function refuse_change();
create trigger event_no_truncate before truncate on event for each statement execute function refuse_change();

-- The only door to the ledger. The caller prepares everything but the chain itself: `prefix` and `suffix` are the
-- RFC 8785 text of the event before and after its seq, which is known only under the lock of the head.
-- It runs with its owner's rights, so its search path is fixed and temporary tables come last: nobody slips another
-- «event» under it.
create function append_events(p_jurisdiction text, p_events json)
returns table (seq bigint, hash bytea)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  head record;
  e record;
begin
  select h.seq, h.previous_hash, h.hash into strict head
    from ledger_head h where h.jurisdiction_id = p_jurisdiction for update;
  for e in
    select * from json_to_recordset(p_events) as r (
      item_id uuid, item_code text, item_version integer, type text, at timestamptz, actor_id uuid, actor_role text,
      data text, salt text, data_hash text, prefix text, suffix text)
  loop
    head.seq := head.seq + 1;
    head.previous_hash := head.hash;
    head.hash := sha256(head.previous_hash || convert_to(e.prefix || head.seq || e.suffix, 'UTF8'));
    insert into event (jurisdiction_id, seq, item_id, item_code, item_version, type, at, actor_id, actor_role, data,
                       salt, data_hash, previous_hash, hash)
      values (p_jurisdiction, head.seq, e.item_id, e.item_code, e.item_version, e.type, e.at, e.actor_id, e.actor_role,
              e.data, decode(e.salt, 'hex'), decode(e.data_hash, 'hex'), head.previous_hash, head.hash);
    append_events.seq := head.seq;
    append_events.hash := head.hash;
    return next;
  end loop;
  update ledger_head h set seq = head.seq, previous_hash = head.previous_hash, hash = head.hash
    where h.jurisdiction_id = p_jurisdiction;
end $$;

revoke all on function append_events(text, json) from public;
