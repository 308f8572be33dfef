-- Areas are added, renamed and retired between two releases, and where they lie is known.

-- An area that a jurisdiction has added is in the reference table too, so that what refers to it has something to refer to;
-- others see only what is shipped, and what they have added themselves. A constant default writes no row.
alter table area add column shipped boolean not null default true;

-- What a jurisdiction says of an area, in the place of what is shipped; the ledger has every change of it.
create table area_change (
  jurisdiction_id text not null references jurisdiction,
  code text collate "C" not null references area,
  version integer not null constraint area_change_version check (version > 0),
  name text not null constraint area_change_name check (name <> ''),
  -- The first day on which it is one, and the first on which it is none any more; items of other days keep it.
  valid_from date,
  valid_to date,
  successor text collate "C" references area,
  primary key (jurisdiction_id, code),
  constraint area_change_validity check (valid_from < valid_to),
  constraint area_change_successor check (successor is null or (valid_to is not null and successor <> code))
);

-- Where areas lie: [{code, polygons: [[[[lon, lat], …], …], …]}] in WGS 84, whole at each version; the latest is in force.
create table boundary (
  jurisdiction_id text not null references jurisdiction,
  version integer not null constraint boundary_version check (version > 0),
  areas jsonb not null,
  set_at timestamptz not null,
  set_by uuid not null,
  primary key (jurisdiction_id, version),
  foreign key (jurisdiction_id, set_by) references person
);
