-- Where the two carriageways of a road part, each has a chainage of its own: ZK of the left, YK of the right one. Null is the
-- road's own line, K, as everything is that was filed before. Nothing is rewritten or read through: the columns are empty, and
-- what has been in the tables needs no check.
alter table item add column carriageway text;
alter table item add constraint item_carriageway check (carriageway in ('left', 'right')) not valid;
alter table item_past add column carriageway text;
alter table item_past add constraint item_past_carriageway check (carriageway in ('left', 'right')) not valid;
