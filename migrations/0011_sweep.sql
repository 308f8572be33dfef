-- When the schedule last looked at a jurisdiction, for each of its chores.
create table sweep (
  jurisdiction_id text not null references jurisdiction,
  chore text not null,
  swept_at timestamptz not null,
  -- More was found than one run takes: several workers help.
  behind boolean not null default false,
  primary key (jurisdiction_id, chore)
);
