-- The past at the pace of the present, and exact by seq.

-- Between which times the events of a stretch of the ledger lie, so that the few events whose time and whose place in the
-- ledger are not in the same order are found without looking at all. A stretch that has no row yet is looked through; rows
-- are made in order and without gaps, so what has none lies at the end.
create table event_block (
  jurisdiction_id text not null references jurisdiction,
  last_seq bigint not null,
  first_seq bigint not null,
  earliest timestamptz not null,
  latest timestamptz not null,
  primary key (jurisdiction_id, last_seq),
  constraint event_block_order check (first_seq <= last_seq and earliest <= latest)
);

-- Makes the rows of all whole blocks that have none.
create function close_event_blocks(p_jurisdiction text, p_head bigint) returns void language sql as $$
  insert into event_block (jurisdiction_id, first_seq, last_seq, earliest, latest)
  select p_jurisdiction, min(seq), max(seq), min(at), max(at) from event
  where jurisdiction_id = p_jurisdiction and seq <= p_head / 512 * 512 and seq > (
    select coalesce(max(last_seq), 0) from event_block where jurisdiction_id = p_jurisdiction)
  group by (seq - 1) / 512
$$;
revoke all on function close_event_blocks(text, bigint) from public;

select close_event_blocks(jurisdiction_id, seq) from ledger_head;

-- As before; and when a block is full, it is closed.
create or replace function append_events(p_jurisdiction text, p_events json)
returns table (seq bigint, hash bytea)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  head record;
  e record;
  blocks bigint;
begin
  select h.seq, h.previous_hash, h.hash into strict head
    from ledger_head h where h.jurisdiction_id = p_jurisdiction for update;
  blocks := head.seq / 512;
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
  if head.seq / 512 > blocks then perform close_event_blocks(p_jurisdiction, head.seq); end if;
end $$;

-- The events about items that stand up to a place in the ledger and happened after a time, and those that stand after it and
-- had happened by then: where their time would tell another state of an item than their place does. The time of an event is
-- the clock's of whoever wrote it, and may be any. In plpgsql, so that a planner takes them for the few that they are.
create function events_across(p_jurisdiction text, p_seq bigint, p_time timestamptz)
returns table (id uuid, version integer, seq bigint)
language plpgsql stable rows 20 as $$
declare
  block record;
begin
  for block in
    select b.first_seq, b.last_seq from event_block b
    where b.jurisdiction_id = p_jurisdiction
      and (b.last_seq > p_seq and b.earliest <= p_time or b.first_seq <= p_seq and b.latest > p_time)
    union all
    select coalesce(max(b.last_seq), 0) + 1, 9223372036854775807 from event_block b where b.jurisdiction_id = p_jurisdiction
  loop
    return query
    select e.item_id, e.item_version, e.seq from event e
    where e.jurisdiction_id = p_jurisdiction and e.seq between block.first_seq and block.last_seq
      and (e.seq > p_seq) = (e.at <= p_time) and e.item_id is not null;
  end loop;
end $$;

-- The past is read in the orders of the present. A state holds from updated_at until valid_to; with both in an index, what
-- did not hold at a moment is passed over without looking at the row. `if not exists`, because on a large table they are
-- better built beforehand, concurrently (see the changelog).
create index if not exists item_past_in_order_of_report on item_past
  (jurisdiction_id, reported_at, id, updated_at, valid_to, status, category, level);
create index if not exists item_past_in_order_of_change on item_past (jurisdiction_id, updated_at, id, valid_to);
create index if not exists item_past_in_order_of_deadline on item_past
  (jurisdiction_id, (coalesce(due_at, 'infinity')), id, updated_at, valid_to);
-- What few items have.
create index if not exists item_past_by_unit on item_past
  (jurisdiction_id, responsible_unit, reported_at, id, updated_at, valid_to);
create index if not exists item_past_by_area on item_past (jurisdiction_id, area, reported_at, id, updated_at, valid_to);
create index if not exists item_past_by_road on item_past (jurisdiction_id, road, reported_at, id, updated_at, valid_to);
create index if not exists item_past_by_concerned_unit on item_past using gin (concerned_units);
create index if not exists item_past_by_location on item_past using gist (point(lon, lat));
-- The overdue report of a past day: only states that outlived their deadline.
create index if not exists item_past_overdue on item_past (jurisdiction_id, due_at, id, updated_at, valid_to)
  where status in ('listed', 'assigned', 'remediating', 'closure_requested') and suspension is null and due_at < valid_to;
-- The present's half of the same: what has changed since is passed over in the index.
create index if not exists item_in_order_of_report on item
  (jurisdiction_id, reported_at, id, updated_at, status, category, level);
create index if not exists item_in_order_of_deadline on item
  (jurisdiction_id, (coalesce(due_at, 'infinity')), id, updated_at);
create index if not exists item_by_deadline_on_the_clock on item (jurisdiction_id, due_at, id, updated_at)
  where status in ('listed', 'assigned', 'remediating', 'closure_requested') and suspension is null;
drop index item_reported_at, item_due_at, item_on_the_clock;
-- A past item is found by the id that the present one has with the code.
drop index item_past_code;
