-- Which items a recorded answer tells of: a repetition is answered again only while its caller may still see them. Null for
-- answers from before this column, which are swept two days later.
alter table idempotency_key add column item_ids uuid[];
