-- Orders that were asked for and had no index. On large tables build them beforehand, while the service runs, as they stand here
-- but with `concurrently` after `index`.

-- What is on account by deadline. In the order of all items the archive's deadlines come first.
create index if not exists item_by_deadline_on_account on item (jurisdiction_id, (coalesce(due_at, 'infinity')), id)
  where status in ('listed', 'assigned', 'remediating', 'closure_requested');
-- Everybody's notices, and those of recipients who are no unit, newest first.
create index if not exists notice_in_order on notice (jurisdiction_id, created_at, id);
-- One unit's entries, newest first.
create index if not exists score_of_unit_in_order on score (jurisdiction_id, unit_id, scored_at, id);
-- The service's own person, with whom every job of the schedule begins.
create index if not exists person_system on person (jurisdiction_id) where role = 'system';
