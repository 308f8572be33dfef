-- The working calendar: what the service ships, and what a jurisdiction has set for itself. Every version of both stays,
-- because deadlines were counted by it and must remain explainable.

-- A year as it is shipped, the same for everybody. Ordinary weekends are not listed.
create table shipped_year (
  year integer not null,
  -- 'cn-' and eight digits of the SHA-256 of its days: the same days have the same version on every installation.
  version text not null,
  -- [{date, kind: off | work, name}], by date.
  days jsonb not null,
  -- The number of the last load that brought it; in force are those of the latest load.
  load integer not null,
  primary key (year, version),
  constraint shipped_year_days check (not jsonb_path_exists(days, '$[*] ? (!(@.kind == "off" || @.kind == "work"))'))
);

-- It takes the place of single days, of which one that was withdrawn could never be taken out again. The file is loaded anew.
drop table holiday;
delete from reference_data where name = 'holidays.csv';

-- A year as a jurisdiction has set it: the whole year, in place of the shipped one. The latest version is in force.
create table calendar_year (
  jurisdiction_id text not null references jurisdiction,
  year integer not null constraint calendar_year_year check (year between 2000 and 2100),
  version integer not null constraint calendar_year_version check (version > 0),
  -- Null: the shipped year is in force again.
  days jsonb,
  note text,
  set_at timestamptz not null,
  set_by uuid not null,
  primary key (jurisdiction_id, year, version),
  foreign key (jurisdiction_id, set_by) references person,
  constraint calendar_year_days check (not jsonb_path_exists(days, '$[*] ? (!(@.kind == "off" || @.kind == "work"))'))
);
