-- What reports and bulletins count of the ledger: by type and time, without a look at the events themselves, so that a
-- report grows with its period and not with the archive.
create index event_counted on event (jurisdiction_id, type, at) include (item_id, item_version)
  where type in ('item.listed', 'item.assigned', 'item.accepted', 'item.returned', 'item.planned',
    'item.closure_requested', 'item.closure_rejected', 'item.closed', 'item.rechecked', 'item.reopened');
-- Two that depend on what was decided: extensions that were approved, rechecks that failed.
create index event_extended on event (jurisdiction_id, at) include (item_id, item_version)
  where type = 'item.extension_decided' and data::json ->> 'approved' = 'true';
create index event_recheck_failed on event (jurisdiction_id, at) include (item_id, item_version)
  where type = 'item.rechecked' and data::json ->> 'passed' = 'false';
-- What was overdue on a past day, without the states that never were: those that were overdue when they ended.
create index item_past_late on item_past (jurisdiction_id, valid_to) include (id, version, updated_at, due_at)
  where status in ('listed', 'assigned', 'remediating', 'closure_requested') and suspension is null and due_at < valid_to;
