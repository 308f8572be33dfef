-- The past at the pace of the present, and exact by seq.

-- Between which times the events of a stretch of the ledger lie. What was the latest time up to an event, and what stands
-- later in the ledger at an earlier time, is found by these few rows instead of by all events. A stretch that has no row
-- yet is looked through; rows are made in order and without gaps, so what has none lies at the end.
create table event_block (
  jurisdiction_id text not null references jurisdiction,
  last_seq bigint not null,
  first_seq bigint not null,
  -- The earliest time of its own events.
  earliest timestamptz not null,
  -- The latest time of all events up to its last.
  latest timestamptz not null,
  primary key (jurisdiction_id, last_seq),
  constraint event_block_order check (first_seq <= last_seq)
);

-- Makes the rows of all whole blocks that have none.
create function close_event_blocks(p_jurisdiction text, p_head bigint) returns void language sql as $$
  with known as (
    select coalesce(max(last_seq), 0) as last_seq, max(latest) as latest from event_block
    where jurisdiction_id = p_jurisdiction
  ), block as (
    select min(e.seq) as first_seq, max(e.seq) as last_seq, min(e.at) as earliest, max(e.at) as latest
    from known k join event e on e.jurisdiction_id = p_jurisdiction and e.seq > k.last_seq and e.seq <= p_head / 512 * 512
    group by (e.seq - 1) / 512
  )
  insert into event_block (jurisdiction_id, first_seq, last_seq, earliest, latest)
  select p_jurisdiction, b.first_seq, b.last_seq, b.earliest, greatest(k.latest, max(b.latest) over (order by b.last_seq))
  from block b, known k
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

-- The items to which something happened after event p_seq at a time that is not after p_time, and the version they had at
-- that event. An item is locked until its event is appended, so its versions are in the order of seq; the time of an event
-- is the clock's of whoever wrote it, and may be any. In plpgsql, so that the planner takes them for the few that they are.
create function late_items(p_jurisdiction text, p_seq bigint, p_time timestamptz)
returns table (id uuid, version integer)
language plpgsql stable rows 20 as $$
begin
  return query
  select e.item_id, min(e.item_version) - 1
  from (
    select greatest(b.first_seq, p_seq + 1) as first, b.last_seq as last from event_block b
    where b.jurisdiction_id = p_jurisdiction and b.last_seq > p_seq and b.earliest <= p_time
    union all
    select greatest(p_seq, coalesce(max(b.last_seq), 0)) + 1, 9223372036854775807 from event_block b
    where b.jurisdiction_id = p_jurisdiction
  ) r
  join event e on e.jurisdiction_id = p_jurisdiction and e.seq between r.first and r.last
  where e.at <= p_time and e.item_id is not null
  group by e.item_id;
end $$;
