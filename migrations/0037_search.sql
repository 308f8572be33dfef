-- Indexes over what texts and names look like, in the place of those over how they are written. On a large table run 0036
-- beforehand and then these, as they stand here but with `concurrently` after `index`, while the service runs.

-- Found by any width, and by the numbers of other systems; see item_search_text.
create index if not exists item_by_search on item
  using gin (text_pairs(item_search_text(title, description, address, code, external_id, hotline)));
create index if not exists item_by_official on item (jurisdiction_id, name_key(lead_official), reported_at, id)
  where lead_official is not null;
-- What came of one system, the latest report first.
create index if not exists item_by_external_system on item (jurisdiction_id, external_system, reported_at, id)
  where external_system is not null;
drop index if exists item_by_text, item_by_lead_official;
