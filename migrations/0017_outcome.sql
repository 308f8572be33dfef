-- What remediation brought: struck-off items by their closing time. The accidents that were counted at them are events, found
-- by event_type and event_item_version.
create index item_by_closure on item (jurisdiction_id, closed_at, id) where status = 'closed';

-- What a geographic system asks for by a box has the items without a point in it too.
create index item_without_point on item (jurisdiction_id, reported_at, id) where lon is null;
