-- The characters that a paper's PDF shows as 〓, since no font had them, by field: [{"field", "characters"}]; null where
-- there are none, as of every paper that was issued before this was looked at.
alter table document add column missing_glyphs jsonb;
