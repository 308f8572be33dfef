-- What the schedule needs to know of an item: how its deadline came about, when it was set, and how far the item has
-- climbed the ladder of that deadline. All four follow from the item's events, as every column does.

alter table item
  add column default_due_basis jsonb,
  add column due_basis jsonb,
  add column due_set_at timestamptz,
  add column escalation jsonb,
  -- A rung is climbed once for each deadline; the rule stands in domain/decide, and its shape here.
  add constraint item_escalation check (
    escalation is null or (escalation ?& array['rung', 'at', 'rungs'] and due_at is not null));
alter table item_past
  add column default_due_basis jsonb,
  add column due_basis jsonb,
  add column due_set_at timestamptz,
  add column escalation jsonb;

-- When the deadlines of items that are here already were set: the last event up to that version which set one.
create function pg_temp.due_set_at(p_jurisdiction text, p_item uuid, p_version integer) returns timestamptz
language sql stable as $$
  select e.at from event e
  where e.jurisdiction_id = p_jurisdiction and e.item_id = p_item and e.item_version <= p_version
    and (e.type in ('item.listed', 'item.assigned', 'item.returned', 'item.resumed', 'item.reopened')
      or (e.type in ('item.imported', 'item.extension_decided', 'item.rechecked')
        and e.data::json ->> 'dueAt' is not null))
  order by e.item_version desc limit 1
$$;
update item set due_set_at = pg_temp.due_set_at(jurisdiction_id, id, version) where status not in ('reported', 'dismissed', 'merged');
update item_past set due_set_at = pg_temp.due_set_at(jurisdiction_id, id, version) where status not in ('reported', 'dismissed', 'merged');
