-- Texts and names as they look: for finding and comparing, never for showing. The same rules as `searchFold` in
-- src/domain/text.ts and `nameKey` in src/domain/name.ts; a test compares them. This file may be run beforehand, by itself,
-- so that the indexes of the next one can be built while the service runs. Functions name the schema of those that they call,
-- for an index is built without a search path.

create or replace function search_fold(t text) returns text
language sql immutable parallel safe as $$
  -- What is invisible goes first, so that nothing it kept apart is left apart. Only A to Z have a case here.
  select lower(normalize(regexp_replace(t, '[\u0001-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]', '', 'g'), nfkc) collate "C")
$$;

create or replace function name_key(t text) returns text
language sql immutable parallel safe as $$
  -- Nearly all names are a few Han characters: they are their own key, which one look tells.
  select case when t ~ '^[\u4E00-\u9FFF]+$' then t else
    btrim(regexp_replace(
      translate(
        regexp_replace(
          regexp_replace(
            regexp_replace(public.search_fold(t), '[\u1427\u16EB\u2022\u2027\u2219\u22C5\u25CF\u25E6\u2E30\u2E31\u2E33\u30FB\uA78F]', U&'\00B7', 'g'),
            '[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u2800\u3000]+', ' ', 'g'),
          '(?<=[\u2E80-\u2FDF\u3005\u3007\u3021-\u3029\u3038-\u303B\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\U00020000-\U0003FFFF]) *\. *(?=[\u2E80-\u2FDF\u3005\u3007\u3021-\u3029\u3038-\u303B\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\U00020000-\U0003FFFF])', U&'\00B7', 'g'),
        U&'\2010\2011\2012\2013\2014\2015\2212\2018\2019\201A\201B\2032\201C\201D\201E\201F\2033',
        '-------''''''''''"""""'),
      '(?<=[\u2E80-\u2FDF\u3005\u3007\u3021-\u3029\u3038-\u303B\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\U00020000-\U0003FFFF\u00B7()\[\]{}\u3008-\u3011\u3014\u3015]) | (?=[\u2E80-\u2FDF\u3005\u3007\u3021-\u3029\u3038-\u303B\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\U00020000-\U0003FFFF\u00B7()\[\]{}\u3008-\u3011\u3014\u3015])', '', 'g'), ' ')
  end
$$;

-- What `q` looks in: what people call an item by, the numbers of other systems and of the hotline among it.
create or replace function item_search_text(
  title text, description text, address text, code text, external_id text, hotline jsonb) returns text
language sql immutable parallel safe as $$
  select public.search_fold(title || ' ' || coalesce(description, '') || ' ' || coalesce(address, '') || ' ' || code
    || ' ' || coalesce(external_id, '') || ' ' || coalesce(hotline ->> 'ticket', ''))
$$;

-- How each lead official was first written, by the key that all spellings share: what reports call the official.
create table if not exists official_name (
  jurisdiction_id text not null references jurisdiction,
  name_key text not null,
  name text not null,
  primary key (jurisdiction_id, name_key)
);

create or replace function keep_official_name() returns trigger language plpgsql as $$
begin
  insert into official_name (jurisdiction_id, name_key, name)
    values (new.jurisdiction_id, name_key(new.lead_official), new.lead_official) on conflict do nothing;
  return null;
end $$;

-- Only an order or a change of official names one, so other changes pay nothing.
create or replace trigger item_official_named after insert on item
  for each row when (new.lead_official is not null) execute function keep_official_name();
create or replace trigger item_official_renamed after update on item
  for each row when (new.lead_official is not null and new.lead_official is distinct from old.lead_official)
  execute function keep_official_name();

insert into official_name (jurisdiction_id, name_key, name)
select distinct on (jurisdiction_id, name_key(lead_official)) jurisdiction_id, name_key(lead_official), lead_official
from (
  select jurisdiction_id, lead_official, assignment ->> 'assignedAt' as since from item where lead_official is not null
  union all
  select jurisdiction_id, lead_official, assignment ->> 'assignedAt' from item_past where lead_official is not null) n
order by jurisdiction_id, name_key(lead_official), since, lead_official collate "C"
on conflict do nothing;
