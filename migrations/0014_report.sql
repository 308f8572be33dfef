-- What reports and bulletins count of the ledger: by type and time, without a look at the events themselves, so that a
-- report grows with its period and not with the archive.
create index event_counted on event (jurisdiction_id, type, at) include (item_id, item_version)
  where type in ('item.listed', 'item.assigned', 'item.accepted', 'item.returned', 'item.extension_decided',
    'item.closure_requested', 'item.closure_rejected', 'item.closed', 'item.rechecked', 'item.reopened');
-- Two that depend on what was decided: extensions that were approved, rechecks that failed.
create index event_extended on event (jurisdiction_id, at) include (item_id, item_version)
  where type = 'item.extension_decided' and data::json ->> 'approved' = 'true';
create index event_recheck_failed on event (jurisdiction_id, at) include (item_id, item_version)
  where type = 'item.rechecked' and data::json ->> 'passed' = 'false';
