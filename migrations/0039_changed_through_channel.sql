-- What has changed of the requests that came in through a channel (Open311, updated_after). Both are empty as long as there
-- is no channel, and hold only what came through one.
create index item_changed_through_channel on item (jurisdiction_id, updated_at) where channel is not null;

-- A merged request changes with what it was merged into, whenever it was last changed itself.
create index item_merged_through_channel on item (jurisdiction_id) where channel is not null and merged_into is not null;
