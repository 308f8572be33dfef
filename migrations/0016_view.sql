-- Saved views: filters of the list under a name, for one person or for all of the jurisdiction.

create table saved_view (
  jurisdiction_id text not null references jurisdiction,
  id uuid not null,
  version integer not null default 1,
  name text not null constraint saved_view_name check (name <> ''),
  -- The parameters of `GET /v1/items` that filter, as they were given, by their names.
  filter jsonb not null constraint saved_view_filter check (jsonb_typeof(filter) = 'object'),
  shared boolean not null,
  owner_id uuid not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (jurisdiction_id, id),
  foreign key (jurisdiction_id, owner_id) references person
);
create index saved_view_in_order on saved_view (jurisdiction_id, created_at, id);

-- A subscription may be for the items of a view; the view stays as long as one is.
alter table subscription
  add column view_id uuid,
  add constraint subscription_view foreign key (jurisdiction_id, view_id) references saved_view;
create index subscription_by_view on subscription (jurisdiction_id, view_id) where view_id is not null;
