-- The list. item is the present, a projection of the ledger; item_past keeps what each item was before each change,
-- so that any question can be asked of any past moment with the same queries.

create table item (
  jurisdiction_id text not null references jurisdiction,
  id uuid not null,
  code text collate "C" not null,
  version integer not null constraint item_version check (version > 0),
  status text not null constraint item_status check (status in (
    'reported', 'listed', 'assigned', 'remediating', 'closure_requested', 'closed', 'dismissed', 'merged')),
  title text not null,
  description text,
  level text constraint item_level check (level in ('general', 'major')),
  category text,
  risk text constraint item_risk check (risk in ('person', 'vehicle', 'road', 'enterprise')),
  source text not null,
  area text collate "C" not null references area,
  road text,
  direction text constraint item_direction check (direction in ('up', 'down', 'both')),
  start_chainage_m integer,
  end_chainage_m integer,
  lon double precision,
  lat double precision,
  address text,
  external_system text,
  external_id text,
  found_at timestamptz,
  reported_at timestamptz not null,
  -- Null where an import did not know.
  reported_by uuid,
  listed_at timestamptz,
  evaluation text,
  -- What the rules gave the level when the item was listed; it holds while nobody is assigned.
  default_due_at timestamptz,
  default_due_provisional boolean not null default false,
  due_at timestamptz,
  due_provisional boolean not null default false,
  assignment jsonb,
  plan jsonb,
  progress jsonb,
  extension jsonb,
  suspension jsonb,
  supervision jsonb,
  closure_request jsonb,
  closed_at timestamptz,
  closed_by uuid,
  closure_findings text,
  recheck jsonb,
  dismissal_reason text,
  merged_into uuid,
  merged_from uuid[] not null default '{}',
  -- Every unit that is or was responsible or co-responsible: they may see the item.
  concerned_units uuid[] not null default '{}',
  updated_at timestamptz not null,
  responsible_unit uuid generated always as ((assignment ->> 'responsibleUnit')::uuid) stored,
  lead_official text generated always as (assignment -> 'leadOfficial' ->> 'name') stored,
  supervision_tier text generated always as (supervision ->> 'tier') stored,
  primary key (jurisdiction_id, id),
  unique (jurisdiction_id, code),
  foreign key (jurisdiction_id, category) references category,
  foreign key (jurisdiction_id, reported_by) references person,
  foreign key (jurisdiction_id, closed_by) references person,
  foreign key (jurisdiction_id, responsible_unit) references unit,
  foreign key (jurisdiction_id, merged_into) references item,
  -- The required elements: no item counts as assigned without all of them.
  constraint item_elements check (
    assignment ?& array['goal', 'leadOfficial', 'responsibleUnit', 'completionStandard', 'dueAt', 'reward', 'penalty']),
  constraint item_owned check (
    status not in ('assigned', 'remediating', 'closure_requested') or (assignment is not null and due_at is not null)),
  constraint item_merged check ((status = 'merged') = (merged_into is not null)),
  constraint item_closed check (status = 'closed' or closed_at is null),
  -- Four eyes: whoever applied for closure never approves it, nor anyone of the responsible unit (see domain/decide).
  constraint item_four_eyes check (closed_by::text <> closure_request ->> 'by'),
  constraint item_chainage check (start_chainage_m <= end_chainage_m
    and (start_chainage_m is null) = (end_chainage_m is null) and (start_chainage_m is null or road is not null)),
  constraint item_location check ((lon is null) = (lat is null) and lon between -180 and 180 and lat between -90 and 90)
);

-- The sort orders of the list. An item without a deadline counts as the latest.
create index item_reported_at on item (jurisdiction_id, reported_at, id);
create index item_updated_at on item (jurisdiction_id, updated_at, id);
create index item_due_at on item (jurisdiction_id, (coalesce(due_at, 'infinity')), id);
-- Filters, in the default order.
create index item_by_status on item (jurisdiction_id, status, reported_at, id);
create index item_by_unit on item (jurisdiction_id, responsible_unit, reported_at, id);
create index item_by_category on item (jurisdiction_id, category, reported_at, id);
create index item_by_area on item (jurisdiction_id, area, reported_at, id);
create index item_by_road on item (jurisdiction_id, road, reported_at, id);
create index item_by_level on item (jurisdiction_id, level, reported_at, id);
create index item_by_risk on item (jurisdiction_id, risk, reported_at, id);
create index item_by_source on item (jurisdiction_id, source, reported_at, id);
create index item_by_lead_official on item (jurisdiction_id, lead_official, reported_at, id) where lead_official is not null;
create index item_by_concerned_unit on item using gin (concerned_units);
create index item_under_supervision on item (jurisdiction_id, reported_at, id) where supervision is not null;
-- A range, not two columns: the planner keeps statistics on how ranges overlap, and cannot know it of two bounds.
create index item_by_chainage on item using gist (int4range(start_chainage_m, end_chainage_m, '[]'))
  where start_chainage_m is not null;
create index item_by_location on item using gist (point(lon, lat));
-- The overdue report: only what can be overdue at all, so that the archive costs nothing.
create index item_on_the_clock on item (jurisdiction_id, due_at, id)
  where status in ('listed', 'assigned', 'remediating', 'closure_requested') and suspension is null;
-- A filing that repeats another system's number names the first.
-- The id first: the system may be null, and a look-up by «is not distinct from» cannot use a column in the middle.
create unique index item_external on item (jurisdiction_id, external_id, external_system) nulls not distinct
  where external_id is not null;

-- Substring search that works for Chinese: two-character words are the rule there, and a trigram index cannot find
-- them. The text is cut into overlapping pairs of characters; a query's pairs must all occur, then the text is compared.
create function item_text(title text, description text, address text, code text) returns text
language sql immutable parallel safe as $$
  -- Only A to Z have a case here, whatever the database's locale: the query is folded by the same rule.
  select lower((title || ' ' || coalesce(description, '') || ' ' || coalesce(address, '') || ' ' || code) collate "C")
$$;

create function text_pairs(t text) returns tsvector
language sql immutable parallel safe as $$
  -- Each character beside its successor, and the last alone, so that a search for one character finds it there too.
  -- substr() would walk the text from its beginning for every pair.
  select array_to_tsvector(array(
    select a || coalesce(b, '')
    from unnest(string_to_array(t, null), (string_to_array(t, null))[2:]) as pair (a, b)))
$$;

create index item_by_text on item using gin (text_pairs(item_text(title, description, address, code)));

create table item_past (
  like item,
  -- The change that ended this state; it began at updated_at.
  valid_to timestamptz not null,
  primary key (jurisdiction_id, id, version)
);
-- «What held at that moment» is a point in a range; two indexed bounds would each leave half the archive.
create index item_past_at on item_past using gist (tstzrange(updated_at, valid_to));
create index item_past_code on item_past (jurisdiction_id, code);

-- Gap-free numbers per jurisdiction and year: taken in the filing's own transaction, given back if it fails.
create table item_counter (
  jurisdiction_id text not null references jurisdiction,
  year smallint not null,
  last integer not null,
  primary key (jurisdiction_id, year)
);
