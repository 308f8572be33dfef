-- The papers: numbered documents in the customary form, made once and kept as they were made; and the templates that
-- offices put in the place of the service's own.

-- Every version that was set; the latest is in force. One without a file is the service's own again.
create table document_template (
  jurisdiction_id text not null references jurisdiction,
  kind text not null,
  version integer not null constraint document_template_version check (version > 0),
  file bytea,
  sha256 bytea,
  set_at timestamptz not null,
  set_by uuid not null,
  primary key (jurisdiction_id, kind, version),
  foreign key (jurisdiction_id, set_by) references person,
  constraint document_template_sha256 check (sha256 is not distinct from sha256(file))
);
-- A Word file is compressed already.
alter table document_template alter column file set storage external;

create table document (
  jurisdiction_id text not null references jurisdiction,
  id uuid not null,
  kind text not null constraint document_kind check (kind in ('assignment_order', 'rectification_notice',
    'supervision_notice', 'supervision_letter', 'talk_notice', 'extension_form', 'closure_form', 'receipt', 'item_file',
    'bulletin')),
  -- What it is of: an item, or a bulletin.
  item_id uuid,
  bulletin_id uuid,
  -- The paper that a receipt (送达回证) is for.
  about uuid,
  -- Whom it is addressed to, and who signs for it.
  unit_id uuid,
  number text not null constraint document_number check (number <> ''),
  year smallint not null,
  -- A bulletin has its number already.
  n integer,
  title text not null,
  template_version integer not null,
  issued_at timestamptz not null,
  issued_by uuid not null,
  received_at timestamptz,
  received_by uuid,
  primary key (jurisdiction_id, id),
  foreign key (jurisdiction_id, item_id) references item,
  foreign key (jurisdiction_id, bulletin_id) references bulletin,
  foreign key (jurisdiction_id, about) references document,
  foreign key (jurisdiction_id, unit_id) references unit,
  foreign key (jurisdiction_id, issued_by) references person,
  foreign key (jurisdiction_id, received_by) references person,
  constraint document_of check ((kind = 'bulletin') = (bulletin_id is not null) and num_nonnulls(item_id, bulletin_id) = 1),
  constraint document_about check ((kind = 'receipt') = (about is not null)),
  constraint document_n check ((n is null) = (bulletin_id is not null)),
  constraint document_received check ((received_at is null) = (received_by is null))
);
create unique index document_number on document (jurisdiction_id, kind, year, n) where n is not null;
create unique index document_of_bulletin on document (jurisdiction_id, bulletin_id) where bulletin_id is not null;
create index document_by_time on document (jurisdiction_id, issued_at, id);
create index document_by_item on document (jurisdiction_id, item_id, issued_at, id) where item_id is not null;
create index document_by_unit on document (jurisdiction_id, unit_id, issued_at, id) where unit_id is not null;

-- A paper's files, to the byte. They lie in the database and not in a file store: a paper that has a number in the ledger
-- must exist, and only so do both come to be in one transaction, and come back from one backup.
create table document_file (
  jurisdiction_id text not null references jurisdiction,
  document_id uuid not null,
  format text not null constraint document_file_format check (format in ('docx', 'pdf')),
  sha256 bytea not null,
  content bytea not null,
  primary key (jurisdiction_id, document_id, format),
  foreign key (jurisdiction_id, document_id) references document,
  constraint document_file_sha256 check (sha256 = sha256(content))
);
alter table document_file alter column content set storage external;

-- Gap-free numbers per jurisdiction, kind and year: taken in the issuing's own transaction, given back if it fails.
create table document_counter (
  jurisdiction_id text not null references jurisdiction,
  kind text not null,
  year smallint not null,
  last integer not null,
  primary key (jurisdiction_id, kind, year)
);

-- What was issued stays; that it was received is written once.
create function refuse_document_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and tg_table_name = 'document' then
    if old.received_at is null and to_jsonb(new) - '{received_at,received_by}'::text[]
      = to_jsonb(old) - '{received_at,received_by}'::text[] then
      return new;
    end if;
  end if;
  raise exception 'an issued document is frozen' using errcode = 'restrict_violation';
end $$;

create trigger document_frozen before update or delete on document
  for each row execute function refuse_document_change();
create trigger document_no_truncate before truncate on document
  for each statement execute function refuse_document_change();
create trigger document_file_frozen before update or delete on document_file
  for each row execute function refuse_document_change();
create trigger document_file_no_truncate before truncate on document_file
  for each statement execute function refuse_document_change();
